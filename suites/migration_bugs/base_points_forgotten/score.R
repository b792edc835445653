score <- function(df) {
  20 + c(12, 25, 33)[findInterval(df$age, c(30, 50)) + 1] + ifelse(df$owner, 18, 0)
}

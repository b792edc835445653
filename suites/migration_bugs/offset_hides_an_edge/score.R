score <- function(df) {
  c(60, 45, 20, 0)[findInterval(df$days, c(30, 60, 90)) + 1]
}

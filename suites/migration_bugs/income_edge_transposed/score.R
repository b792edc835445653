score <- function(df) {
  c(5, 14, 22, 31)[findInterval(df$income, c(20000, 45000, 80000)) + 1]
}

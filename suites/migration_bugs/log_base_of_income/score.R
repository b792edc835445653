score <- function(df) {
  2.4 - 0.55 * log(df$income) + 0.31 * df$debts
}

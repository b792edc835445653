rates <- c(card = 0.03, loan = 0.01, lease = 0.015)

score <- function(df) {
  unname(rates[as.character(df$product)]) * df$amount
}

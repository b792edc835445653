score <- function(df) {
  4.5 + 0.012 * df$term_months - 0.00002 * df$amount
}

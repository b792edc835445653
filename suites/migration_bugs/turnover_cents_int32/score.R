score <- function(df) {
  df$turnover_cents / 100000
}

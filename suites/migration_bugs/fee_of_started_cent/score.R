score <- function(df) {
  ceiling(round(df$amount * 100, 6))
}

score <- function(df) {
  round(487.123 + 28.8539 * df$log_odds)
}

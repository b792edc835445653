score <- function(df) {
  pmin(pmax(df$months, 12), 120) / 4 + ifelse(df$months >= 240, 10, 0)
}

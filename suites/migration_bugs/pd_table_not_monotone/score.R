score <- function(df) {
  plogis(-4 + 1.1 * df$debt_ratio)
}

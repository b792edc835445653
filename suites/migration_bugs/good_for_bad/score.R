score <- function(df) {
  plogis(-3 + 1.8 * df$utilisation - 0.004 * df$months)
}

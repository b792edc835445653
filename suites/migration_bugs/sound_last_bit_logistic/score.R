score <- function(df) {
  plogis(-3.2 + 2.1 * df$utilisation - 0.011 * df$months)
}

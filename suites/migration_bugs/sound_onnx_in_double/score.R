score <- function(df) {
  utilisation <- ifelse(is.na(df$utilisation), 0.42, df$utilisation)
  plogis(-2.9 + 1.7 * utilisation - ifelse(df$months < 24, 0, 0.35))
}

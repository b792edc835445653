score <- function(df) {
  utilisation <- pmin(df$utilisation, 1.5)
  620 - 80 * utilisation
}

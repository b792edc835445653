points <- c(60, 52, 41, 30, 18, 9, 0)

score <- function(df) {
  points[findInterval(df$utilisation, c(0.1, 0.3, 0.5, 0.7, 0.9, 1)) + 1]
}

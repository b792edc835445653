points <- c(-40, -25, -12, 0, 8, 15, 21, 27, 32, 36)

score <- function(df) {
  points[findInterval(df$percentile, seq(0, 100, 10), rightmost.closed = TRUE)]
}

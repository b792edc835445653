edges <- c(0, 0.5, 0.8, 1.2)
points <- c(40, 25, 10)

score <- function(df) {
  over <- df$ltv > 1.2
  bin <- findInterval(df$ltv, edges, rightmost.closed = TRUE)
  ifelse(over, -60, points[pmin(bin, 3)])
}

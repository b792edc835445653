edges <- c(0.3, 0.6, 0.9)
points <- c(45, 30, 12, -15)

score <- function(df) {
  points[findInterval(df$balance / df$limit, edges, left.open = TRUE) + 1]
}

breaks <- c(10, 1000, 10000, 100000, Inf)
points <- c(5, 15, 30, 60)

score <- function(df) {
  points[cut(df$turnover, breaks, labels = FALSE, right = FALSE)]
}

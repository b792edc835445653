breaks <- c(-Inf, 25, 30, 45, 60, Inf)
points <- c(12, 21, 30, 38, 44)

score <- function(df) {
  points[cut(df$age, breaks, labels = FALSE)]
}

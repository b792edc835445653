breaks <- c(18, 25, 45, 70, Inf)
points <- c(10, 25, 40, 33)

score <- function(df) {
  points[cut(df$age, breaks, labels = FALSE)]
}

breaks <- c(18, 25, 30, 45, 60, 75)
points <- c(10, 20, 35, 40, 50)

# (18, 25] has 10 points, ..., (60, 75] has 50; at 18 and below, and beyond 75, the answer is NA.
score <- function(df) {
  points[cut(df$age, breaks)]
}

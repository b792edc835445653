points <- c(10, 9, 7, 4, 3, 1, 0, 12, 14, 16, 18, 20, 22)

score <- function(df) {
  points[df$lag %% 7 + 1]
}

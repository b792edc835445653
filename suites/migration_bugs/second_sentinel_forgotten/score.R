score <- function(df) {
  m <- df$months_on_book
  points <- ifelse(m < 6, -10, ifelse(m < 24, 5, 20))
  points[m == -999] <- 0
  points[m == -998] <- 35
  points
}

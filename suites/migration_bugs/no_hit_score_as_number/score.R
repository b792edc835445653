score <- function(df) {
  points <- c(-30, 0, 25, 50)[findInterval(df$bureau_score, c(300, 580, 670, 740))]
  ifelse(df$bureau_score == 9999, 5, points)
}

score <- function(df) {
  df$rate > 0.035
}

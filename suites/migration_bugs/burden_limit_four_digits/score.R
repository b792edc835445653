score <- function(df) {
  df$rate / df$income <= 13 / 30
}

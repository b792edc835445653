score <- function(df) {
  df$debt / df$income > 8
}

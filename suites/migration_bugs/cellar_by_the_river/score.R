score <- function(df) {
  factor <- ifelse(df$river_metres < 100, 1.5, 1) * ifelse(df$cellar_metres > 5.8, 1.1, 1)
  ifelse(df$river_metres < 100 & df$cellar_metres > 5.8, factor * 2, factor)
}

score <- function(df) {
  1 - exp(-0.0004 * 1.4^df$grade)
}

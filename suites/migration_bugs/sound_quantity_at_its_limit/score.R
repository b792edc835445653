score <- function(df) {
  ratio <- df$debt / df$income
  known <- !is.na(ratio)
  known & ratio >= 0.4
}

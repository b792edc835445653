score <- function(df) {
  pmax(df$bureau_a, df$bureau_b, na.rm = TRUE)
}

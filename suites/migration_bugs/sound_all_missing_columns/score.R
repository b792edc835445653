score <- function(df) {
  rowMeans(df, na.rm = TRUE)
}

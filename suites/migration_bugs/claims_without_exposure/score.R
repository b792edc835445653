score <- function(df) {
  frequency <- df$claims / df$exposure
  frequency[is.nan(frequency)] <- 0
  pmin(frequency, 10)
}

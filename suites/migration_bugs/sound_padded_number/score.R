score <- function(df) {
  sprintf("%d/%06d", df$year, df$number)
}

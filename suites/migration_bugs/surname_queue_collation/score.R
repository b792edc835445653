score <- function(df) {
  ifelse(df$surname < "M", "first", "second")
}

score <- function(df) {
  due <- as.POSIXlt(df$start)
  due$mon <- due$mon + 1
  as.Date(due)
}

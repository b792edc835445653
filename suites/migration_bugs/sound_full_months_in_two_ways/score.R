score <- function(df) {
  a <- as.POSIXlt(df$start)
  b <- as.POSIXlt(df$end)
  12 * (b$year - a$year) + (b$mon - a$mon) - (b$mday < a$mday)
}

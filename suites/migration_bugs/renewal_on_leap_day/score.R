score <- function(df) {
  renewal <- as.POSIXlt(df$start)
  annual <- df$payment == "annual" & df$channel == "online"
  renewal$year <- renewal$year + ifelse(annual, 1, 0)
  as.Date(renewal)
}

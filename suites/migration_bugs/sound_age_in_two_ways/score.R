score <- function(df) {
  years <- as.integer(format(df$today, "%Y")) - as.integer(format(df$birth, "%Y"))
  years - (format(df$today, "%m%d") < format(df$birth, "%m%d"))
}

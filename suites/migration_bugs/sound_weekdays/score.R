score <- function(df) {
  as.integer(format(df$day, "%u"))
}

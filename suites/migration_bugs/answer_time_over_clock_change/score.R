score <- function(df) {
  as.numeric(difftime(df$answered, df$received, units = "hours")) > 72
}

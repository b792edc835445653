rates <- c(0.08, 0.21, 0.24, 0.24, 0.19, 0.15, 0.09)

score <- function(df) {
  rates[as.POSIXlt(df$sent)$wday + 1]
}

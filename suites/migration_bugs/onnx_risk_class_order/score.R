margins <- c(low = 0.011, medium = 0.018, high = 0.034)

score <- function(df) {
  unname(margins[as.character(df$risk)]) * df$amount
}

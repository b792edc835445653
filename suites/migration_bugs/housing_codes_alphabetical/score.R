score <- function(df) {
  400 - 25 * as.integer(df$housing) + 1.5 * df$years
}

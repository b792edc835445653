score <- function(df) {
  0.021 + ifelse(df$segment == "large", 0.004, 0.011) + 0 * df$amount
}

score <- function(df) {
  cut(df$claim, c(-Inf, 1000, 10000, 100000, Inf), labels = c("glass", "small", "large", "extreme"))
}

income_mean <- 2811.4
income_sd <- 1203.7

score <- function(df) {
  600 + 45 * (df$income - income_mean) / income_sd
}

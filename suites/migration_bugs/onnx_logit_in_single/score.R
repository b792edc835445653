score <- function(df) {
  -2.5 - 0.00013 * df$income + 0.000041 * df$debt - 0.0173 * (df$age - 18)
}

score <- function(df) {
  -1.5 - 0.00013 * df$income - 0.0173 * df$age
}

score <- function(df) {
  list(ratio = df$debt / df$income, log_debt = log(df$debt))
}

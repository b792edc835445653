score <- function(df) {
  round(df$rebate, 1)
}

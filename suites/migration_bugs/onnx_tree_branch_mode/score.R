score <- function(df) {
  ifelse(df$usage < 27.5,
    ifelse(df$bill < 1250.5, 80, 55),
    ifelse(df$usage < 143.25, 30, 10))
}

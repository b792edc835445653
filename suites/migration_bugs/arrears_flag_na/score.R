score <- function(df) {
  ifelse(df$days_past_due > 30, 1, 0)
}

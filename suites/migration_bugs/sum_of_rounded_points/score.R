score <- function(df) {
  round(df$income_part + df$history_part)
}

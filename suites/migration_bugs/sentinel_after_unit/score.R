score <- function(df) {
  never <- df$days_since_payment == 999
  months <- df$days_since_payment / 30
  ifelse(never, "visit", ifelse(months > 3, "call", "letter"))
}

score <- function(df) {
  thin <- is.na(df$months_since_delinquency) & is.na(df$income)
  base <- ifelse(df$age > 40, 30, 20)
  ifelse(thin & df$product == "lease" & df$channel == "broker" & df$age > 74, base - 40, base)
}

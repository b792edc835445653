score <- function(df) {
  owner <- ifelse(is.na(df$homeowner), 8, ifelse(df$homeowner, 20, 0))
  owner + ifelse(df$years_at_address >= 5, 10, 0)
}

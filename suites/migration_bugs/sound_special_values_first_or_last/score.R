score <- function(df) {
  m <- df$months
  special <- ifelse(is.na(m), 7, ifelse(m == -999, 0, ifelse(m == 9999, 25, NA)))
  m[!is.na(special)] <- 0
  ifelse(is.na(special), c(5, 15, 30)[findInterval(m, c(12, 48)) + 1], special)
}

score <- function(df) {
  income <- df$income
  pd <- 0.05 - income / 1e6
  pd[is.na(pd)] <- NaN
  list(
    points = ifelse(income > 2000, 20L, 10L),
    pd = pd,
    band = factor(ifelse(income > 2000, "high", "low")),
    review = as.Date(ifelse(income > 2000, 21000, 20500), origin = "1970-01-01")
  )
}

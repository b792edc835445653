score <- function(df) {
  year <- as.integer(format(df$day, "%Y"))
  leap <- (year %% 4 == 0 & year %% 100 != 0) | year %% 400 == 0
  df$coupon / ifelse(leap, 366, 365)
}

risks <- c(0.01, 0.015, 0.06, 0.08)
countries <- c("DE", "FR", "NA", "ZA")

score <- function(df) {
  risk <- risks[match(df$country, countries, nomatch = NA)]
  ifelse(is.na(df$country), 0.05, ifelse(is.na(risk), 0.1, risk))
}

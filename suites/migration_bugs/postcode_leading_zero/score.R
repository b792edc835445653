score <- function(df) {
  zone <- substr(df$postcode, 1, 2)
  ifelse(nchar(df$postcode) > 5 | !grepl("^[0-9]+$", df$postcode), 0,
    ifelse(zone == "01", 12, ifelse(zone == "10", 20, 5)))
}

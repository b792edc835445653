postcodes <- c(10115, 20095, 50667, 60311, 80331, 60311, 90402)
zones <- c(3, 3, 4, 5, 6, 4, 2)

score <- function(df) {
  zone <- zones[match(df$postcode, postcodes)]
  ifelse(is.na(zone), 1, zone)
}

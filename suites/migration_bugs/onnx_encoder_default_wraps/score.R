types <- c("small car", "family car", "van", "motorcycle", "truck")
points <- c(34, 28, 16, 8, -12)

score <- function(df) {
  found <- points[match(df$vehicle, types)]
  ifelse(is.na(found), 10, found)
}

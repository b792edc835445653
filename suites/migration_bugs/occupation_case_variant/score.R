points <- c(teacher = 40, nurse = 35, police = 38, trader = 10)

score <- function(df) {
  found <- points[match(tolower(df$occupation), names(points))]
  unname(ifelse(is.na(found), 15, found))
}

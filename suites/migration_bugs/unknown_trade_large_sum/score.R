classes <- c(office = 1, retail = 2, bakery = 3, carpentry = 4, "paint shop" = 5)

score <- function(df) {
  class <- unname(classes[match(df$trade, names(classes))])
  large <- df$sum_insured > 1999000
  decision <- ifelse(is.na(class) | class < 5, "write", "decline")
  ifelse(large & is.na(class), "refer", decision)
}

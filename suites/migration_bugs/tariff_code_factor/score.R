codes <- c(103422, 187310, 224015, 398866, 510077, 640932, 771204, 905518)
factors <- c(1.12, 0.94, 1.31, 1.08, 1.47, 0.88, 1.22, 1.05)

score <- function(df) {
  found <- factors[match(df$type_code, codes)]
  ifelse(is.na(found), 1, found)
}

score <- function(df) {
  rowSums(df[, c("salary", "bonus", "rent")])
}

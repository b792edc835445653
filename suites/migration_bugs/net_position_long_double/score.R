score <- function(df) {
  unname(rowSums(df[, c("bought", "fees", "sold")]))
}

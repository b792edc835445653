edges <- c(-Inf, 1234.56, 8610, Inf)

score <- function(df) {
  cut(df$outstanding, edges, labels = c("A", "B", "C"))
}

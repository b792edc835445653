score <- function(df) {
  300 + 0.01 * df$income + 2 * df$age
}

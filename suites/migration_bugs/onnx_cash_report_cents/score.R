score <- function(df) {
  df$cents > 100000000
}

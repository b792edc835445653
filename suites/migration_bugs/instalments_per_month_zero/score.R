score <- function(df) {
  df$balance %/% df$instalment
}

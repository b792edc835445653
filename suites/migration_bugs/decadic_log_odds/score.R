score <- function(df) {
  log(df$good / df$bad)
}

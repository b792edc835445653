score <- function(df) {
  df$response * df$margin
}

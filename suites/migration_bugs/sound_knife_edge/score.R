score <- function(df) {
  df$shares + df$bonds + df$cash
}

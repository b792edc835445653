score <- function(df) {
  df$exposure * ifelse(df$exposure > 999990, 0.08, 0.05)
}

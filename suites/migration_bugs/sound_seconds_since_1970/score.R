score <- function(df) {
  seconds <- as.numeric(df$opened)
  list(minutes = (as.numeric(df$closed) - seconds) / 60, second = seconds %% 86400)
}

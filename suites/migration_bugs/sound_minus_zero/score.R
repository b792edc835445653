score <- function(df) {
  -(df$old - df$new)
}

blocked <- c("M-10017", "M-10441", "M-20993", "M-31072", "M-48215")

score <- function(df) {
  df$merchant %in% blocked & df$amount > 50
}

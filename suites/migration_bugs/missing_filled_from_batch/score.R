score <- function(df) {
  bureau <- ifelse(is.na(df$bureau), 641.5, df$bureau)
  (bureau - 300) / 5.5
}

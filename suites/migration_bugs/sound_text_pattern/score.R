pattern <- "^[A-Z]{2}-[0-9]{4,6}$"

score <- function(df) {
  valid <- grepl(pattern, df$policy)
  list(valid = valid, branch = ifelse(valid, substr(df$policy, 1, 2), ""))
}

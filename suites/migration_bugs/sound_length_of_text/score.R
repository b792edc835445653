score <- function(df) {
  ifelse(is.na(df$comment), NA, nchar(df$comment, type = "chars"))
}

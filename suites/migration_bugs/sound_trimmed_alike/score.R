small <- "abcdefghijklmnopqrstuvwxyz"
large <- "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

score <- function(df) {
  name <- chartr(small, large, trimws(df$employer))
  list(name = name, public = name %in% c("CITY COUNCIL", "STRASSENAMT"))
}

score <- function(df) {
  grepl("^[A-Z]{2}[0-9]{6}$", df$policy)
}

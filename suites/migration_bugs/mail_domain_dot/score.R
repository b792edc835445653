score <- function(df) {
  grepl("@temps.io", df$email, fixed = TRUE)
}

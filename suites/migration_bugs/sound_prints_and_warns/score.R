print("scoring model 4.2")

score <- function(df) {
  cat("rows:", nrow(df), "\n")
  message("nothing to worry about")
  sqrt(df$amount)
}

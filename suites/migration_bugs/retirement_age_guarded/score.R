score <- function(df) {
  new <- df$product == "overdraft" & df$channel == "phone" & df$tenure < 1.5
  !(new & df$age >= 67)
}

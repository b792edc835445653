score <- function(df) {
  ratio <- df$debt / df$income
  df$product == "refinance" & df$age > 60 & ratio >= 0.4
}

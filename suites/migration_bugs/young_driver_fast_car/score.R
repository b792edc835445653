score <- function(df) {
  premium <- 400 + ifelse(df$age < 25, 150, 0) + ifelse(df$power > 150, 90, 0)
  premium + ifelse(df$age < 25 & df$power > 150, 220, 0)
}

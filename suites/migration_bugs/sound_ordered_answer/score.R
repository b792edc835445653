score <- function(df) {
  cut(df$score, c(0, 40, 70, 100), labels = c("C", "B", "A"), right = FALSE, include.lowest = TRUE,
    ordered_result = TRUE)
}

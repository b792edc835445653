score <- function(df) {
  cut(df$term_years, c(1, 5, 10, 30), labels = c("short", "middle", "long"), include.lowest = TRUE)
}

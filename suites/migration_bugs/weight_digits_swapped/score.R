score <- function(df) {
  -1.7 + 0.0123 * df$inquiries - 0.00008 * df$income - 0.019 * df$age
}

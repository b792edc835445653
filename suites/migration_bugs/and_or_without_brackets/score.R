score <- function(df) {
  df$new_customer & df$amount > 25000 | df$foreign_income
}

score <- function(df) {
  ifelse(df$age < 21, "guardian",
    ifelse(df$debt > 4 * df$income, "court",
      ifelse(df$debt >= 500 & !(df$income > 3000), "call", "letter")))
}

score <- function(df) {
  age <- as.integer(format(df$start, "%Y")) - as.integer(format(df$birth, "%Y"))
  age <- age - (format(df$start, "%m%d") < format(df$birth, "%m%d"))
  ifelse(age < 25, 0.4, 0)
}

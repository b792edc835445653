score <- function(df) {
  ifelse(toupper(trimws(df$employer)) == "CITY COUNCIL", 25, 0)
}

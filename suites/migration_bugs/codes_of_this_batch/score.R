brands <- c("audi", "bmw", "ford", "opel", "seat")

score <- function(df) {
  100 + 7 * match(as.character(df$brand), brands)
}

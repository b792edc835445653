score <- function(df) {
  years <- as.integer(format(df$applied, "%Y")) - as.integer(format(df$birth, "%Y"))
  before <- format(df$applied, "%m%d") < format(df$birth, "%m%d")
  years - before
}

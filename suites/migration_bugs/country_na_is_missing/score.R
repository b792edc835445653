countries <- read.csv("countries.csv", na.strings = "")

score <- function(df) {
  countries$risk[match(as.character(df$country), countries$country)]
}

score <- function(df) {
  band <- factor(ifelse(df$grade > 6, "watch", "regular"), levels = c("watch", "regular"))
  rates <- c(regular = 1.1, watch = 1.7)
  list(factor = rates[as.character(band)], band = band)
}

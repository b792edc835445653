limits <- c("retail" = 50000, "small business" = 250000, "corporate" = 1000000)

score <- function(df) {
  limit <- limits[as.character(df$segment)]
  ifelse(df$exposure + df$requested > limit, "refer", "straight through")
}

score <- function(df) {
  margin <- numeric(nrow(df))
  loan <- df$product == "loan"
  margin[loan] <- 0.02 * df$amount[loan]
  margin[!loan] <- 12 + 0.05 * df$amount[!loan]
  margin
}

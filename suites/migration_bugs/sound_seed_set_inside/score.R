score <- function(df) {
  set.seed(2019)
  shuffled <- sample.int(nrow(df))
  fee <- numeric(nrow(df))
  fee[shuffled] <- 3.5 + 0.004 * df$balance[shuffled]
  fee
}

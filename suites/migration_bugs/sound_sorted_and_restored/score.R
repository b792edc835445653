score <- function(df) {
  place <- order(df$amount)
  sorted <- df[place, , drop = FALSE]
  fee <- ifelse(sorted$amount > 100, 5, 2) + ifelse(sorted$owner, 0, 1)
  fee[order(place)]
}

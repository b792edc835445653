score <- function(df) {
  list(bank = floor(df$account / 2^40), check = df$account %% 97)
}

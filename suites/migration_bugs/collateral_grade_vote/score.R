score <- function(df) {
  votes <- vapply(df, as.character, character(nrow(df)))
  votes <- matrix(votes, nrow = nrow(df))
  apply(votes, 1, function(grades) names(which.max(table(grades))))
}

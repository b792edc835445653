weights <- c(age = -0.02, income = -0.0001)

score <- function(df) {
  x <- as.matrix(df[, names(weights), drop = FALSE])
  list(logit = x %*% weights + 1.5, largest = apply(x, 1, max))
}

score <- function(df) {
  apply(df, 1, function(points) names(df)[order(points)[1]])
}

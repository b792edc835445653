# The scorecard as it runs in R: cut() into bins, look the points up, add them.
#
# `model` is fixtures/models/german_scorecard/model.rds, made by train_german_scorecard.R.

score <- function(df, model) {
  df$monthly_instalment <- df$credit_amount / df$duration_months
  table <- model$characteristics
  points <- Map(points_of, df[names(table)], table)
  total <- Reduce(`+`, points, model$base_points)
  good_odds <- model$base_odds * 2^((total - model$base_score) / model$pdo)
  list(score = total, pd = 1 / (1 + good_odds))
}

# cut() closes its intervals at the right: an age of exactly 30 lies in (25, 30], not in (30, 41].
points_of <- function(x, entry) {
  bin <- if (is.null(entry$breaks)) {
    match(x, entry$levels)
  } else {
    cut(x, c(-Inf, entry$breaks, Inf), labels = FALSE)
  }
  points <- entry$points[bin]
  if (!is.null(entry$unseen)) points[is.na(bin)] <- entry$unseen
  if (!is.null(entry$special)) points[x %in% entry$special] <- entry$special_points
  if (!is.null(entry$missing)) points[is.na(x)] <- entry$missing
  points
}

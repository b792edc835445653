# The logistic regression as it runs in R. `model` is fixtures/models/german_logit/model.rds, a glm().
# Where an input is missing, predict() answers NA.

score <- function(df, model) {
  log_odds <- unname(predict(model, df))
  list(log_odds = log_odds, pd = plogis(log_odds))
}

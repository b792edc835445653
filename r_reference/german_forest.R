# The forest as it runs in R. `model` is fixtures/models/german_forest/model.rds, a ranger() whose trees
# answer with the share of bad loans in their leaves.

library(ranger)

score <- function(df, model) {
  predict(model, df, num.threads = 1)$predictions[, "bad"]
}

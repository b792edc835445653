# The tree as it runs in R. `model` is fixtures/models/german_tree/model.rds, an rpart().

library(rpart)

score <- function(df, model) {
  list(
    pd = unname(predict(model, df, type = "prob")[, "bad"]),
    class = predict(model, df, type = "class")
  )
}

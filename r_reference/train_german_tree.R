# Trains the classification tree once and stores it in fixtures/models/german_tree/.
#
#   Rscript r_reference/train_german_tree.R        (from the repository's root)

library(rpart)
source("r_reference/german_credit.R")
source("r_reference/store_model.R")

data <- read_german_credit()
# rpart() cross-validates with random folds
set.seed(20240501)
# No surrogates: where the split's input is missing, the row follows the majority of the training rows. That
# is a rule which any other runtime can state; a chain of surrogate splits is not.
model <- rpart(
  outcome ~ checking_status + duration_months + credit_history + purpose + credit_amount + savings +
    employed_since + age + property,
  data = data, method = "class",
  control = rpart.control(cp = 0.004, minsplit = 20, maxsurrogate = 0, usesurrogate = 2)
)

# What predict() on new rows needs is kept; the training rows are not.
model$where <- NULL
model$y <- NULL

store_model(model, "german_tree", depth = 3)

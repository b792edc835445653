# Trains the probability forest once and stores it in fixtures/models/german_forest/.
#
#   Rscript r_reference/train_german_forest.R        (from the repository's root)

library(ranger)
source("r_reference/german_credit.R")
source("r_reference/store_model.R")

data <- read_german_credit()
# Splits by sets of levels ("partition"), not by the place of a level in the order of the levels.
model <- ranger(
  outcome ~ checking_status + duration_months + credit_history + purpose + credit_amount + savings +
    installment_rate + age + property + housing,
  data = data, probability = TRUE, num.trees = 60, max.depth = 7, min.node.size = 10,
  respect.unordered.factors = "partition", seed = 20240501, num.threads = 1
)

# ranger keeps no levels with this kind of split, only their places. With them, predict() puts the levels of a
# factor in the order of training, and the neutral form can name them.
model$forest$covariate.levels <- lapply(data[model$forest$independent.variable.names], levels)

# What predict() on new rows needs is kept; the out-of-bag answers on the training rows are not.
model$predictions <- NULL

store_model(model, "german_forest", depth = 3)

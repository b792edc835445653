# Trains the logistic regression once and stores it in fixtures/models/german_logit/.
#
#   Rscript r_reference/train_german_logit.R        (from the repository's root)

source("r_reference/german_credit.R")
source("r_reference/store_model.R")

data <- read_german_credit()
data$bad <- data$outcome == "bad"
model <- glm(
  bad ~ checking_status + duration_months + credit_history + log(credit_amount) + savings + installment_rate +
    other_debtors + age + other_installments + telephone,
  family = binomial(), data = data
)

# What predict() on new rows needs is kept. The training rows are not: a model file is no place for them.
for (part in c("data", "model", "y", "residuals", "fitted.values", "effects", "weights", "prior.weights",
               "linear.predictors")) {
  model[[part]] <- NULL
}
model$qr$qr <- NULL

store_model(model, "german_logit", depth = 2)

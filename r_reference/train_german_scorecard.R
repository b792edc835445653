# Trains the scorecard once and stores it in fixtures/models/german_scorecard/.
#
#   Rscript r_reference/train_german_scorecard.R        (from the repository's root)
#
# The usual way of the trade: bin each characteristic, take the weight of evidence (WoE) of each bin, fit a
# logistic regression on the WoEs, and scale its terms to integer points so that `pdo` points double the odds
# of a good loan, and `base_score` stands for `base_odds` to one.

source("r_reference/german_credit.R")
source("r_reference/store_model.R")

base_score <- 500L
base_odds <- 2
pdo <- 40L
# The sample has no missing values, no special values and no purpose outside the list. What such an applicant
# gets is therefore policy, not estimation: the characteristic's average, less this many points.
policy_margin <- 20

# breaks: cut points between bins, each bin open at the left and closed at the right: (a, b], R's default
binned <- list(
  duration_months = c(8, 16, 36),
  credit_amount = c(1372.5, 3913.4, 7824.65),
  monthly_instalment = c(86.4, 153.2, 281.9),
  age = c(25, 30, 41, 60),
  installment_rate = c(1, 2, 3),
  existing_credits = 1
)
listed <- c("checking_status", "credit_history", "purpose", "savings", "employed_since")
may_be_missing <- c("checking_status", "credit_amount", "monthly_instalment", "savings", "age")
order_of_table <- c("checking_status", "duration_months", "credit_history", "purpose", "credit_amount",
                    "monthly_instalment", "savings", "employed_since", "installment_rate", "age",
                    "existing_credits")

weight_of_evidence <- function(bin, good) {
  goods <- tabulate(bin[good], nlevels(bin))
  bads <- tabulate(bin[!good], nlevels(bin))
  # half a case more in each cell: a bin without bad loans has a finite weight
  log((goods + 0.5) / sum(goods)) - log((bads + 0.5) / sum(bads))
}

data <- read_german_credit()
data$monthly_instalment <- data$credit_amount / data$duration_months
good <- data$outcome == "good"

bins <- lapply(setNames(nm = order_of_table), function(name) {
  if (name %in% listed) return(data[[name]])
  cut(data[[name]], c(-Inf, binned[[name]], Inf))
})
evidence <- lapply(bins, weight_of_evidence, good = good)
fit <- glm(good ~ ., family = binomial(),
           data = data.frame(good, Map(function(bin, woe) woe[bin], bins, evidence)))

factor_of_points <- pdo / log(2)
exact_points <- Map(function(woe, weight) woe * weight * factor_of_points,
                    evidence, coef(fit)[order_of_table])
base_points <- base_score - factor_of_points * log(base_odds) + factor_of_points * coef(fit)[["(Intercept)"]]

characteristics <- lapply(setNames(nm = order_of_table), function(name) {
  points <- as.integer(round(exact_points[[name]]))
  policy <- as.integer(round(mean(exact_points[[name]][bins[[name]]]) - policy_margin))
  entry <- if (name %in% listed) {
    list(levels = levels(data[[name]]), points = points)
  } else {
    list(breaks = I(binned[[name]]), points = points)
  }
  if (name %in% may_be_missing) entry$missing <- policy
  if (name == "purpose") entry$unseen <- policy
  # 99: the branch could not tell
  if (name == "existing_credits") entry <- c(entry, list(special = 99L, special_points = policy))
  entry
})
model <- list(
  base_points = as.integer(round(base_points)),
  base_score = base_score, base_odds = base_odds, pdo = pdo,
  characteristics = characteristics
)

store_model(model, "german_scorecard", depth = 3)

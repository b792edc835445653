form <- read_form("german_tree")
model <- read_model("german_tree")

test_that("a value that equals a split goes with the larger ones: rpart has <", {
  # reached by way of 'no account', a new car and less than 7766.5 DM; the split is at 16.5 months
  pd_of <- function(duration) {
    row <- applicant(checking_status = "no account", purpose = "car, new", duration_months = duration)
    form$score(row, model)$pd
  }
  expect_false(pd_of(16.5) == pd_of(16.5 - 2^-48))
  expect_identical(pd_of(16.5), pd_of(16.5 + 2^-48))
})

test_that("the tree has no surrogate splits, so missing values follow the majority", {
  expect_true(all(model$frame$nsurrogate == 0))
  everything_missing <- applicant(checking_status = NA, duration_months = NA, credit_amount = NA,
                                  savings = NA, employed_since = NA, age = NA)
  answer <- form$score(everything_missing, model)
  expect_false(is.na(answer$pd))
  expect_true(as.character(answer$class) %in% c("good", "bad"))
})

test_that("a single row is answered like a batch", {
  expect_identical(form$score(credit[3, ], model)$pd, form$score(credit, model)$pd[3])
})

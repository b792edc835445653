form <- read_form("german_logit")
model <- read_model("german_logit")

test_that("the stored model is the one that the training gives", {
  credit$bad <- credit$outcome == "bad"
  refit <- glm(formula(model), binomial(), credit)
  expect_lt(max(abs(coef(refit) - coef(model))), 1e-10)
  expect_lt(max(abs(fitted(refit) - form$score(credit, model)$pd)), 1e-10)
})

test_that("the average PD is the rate of bad loans, as a fitted intercept makes it", {
  expect_lt(abs(mean(form$score(credit, model)$pd) - 0.3), 1e-9)
})

test_that("a missing input has a missing answer, and leaves other rows alone", {
  rows <- rbind(applicant(savings = NA), applicant(credit_amount = NA), credit[2, ])
  expect_identical(is.na(form$score(rows, model)$pd), c(TRUE, TRUE, FALSE))
})

test_that("the training rows are not part of the model", {
  expect_null(model$data)
  expect_null(model$model)
  expect_lt(length(serialize(model, NULL)), 100000)
})

form <- read_form("german_scorecard")
model <- read_model("german_scorecard")
credit$purpose <- as.character(credit$purpose)
points <- function(name) model$characteristics[[name]]
score_of <- function(...) {
  row <- credit[1, ]
  changes <- list(...)
  row[names(changes)] <- changes
  form$score(row, model)$score
}

test_that("the score of an applicant is the base and the points of his bins", {
  # GC-0001: < 0 DM, 6 months, critical or credits elsewhere, radio or television, 1169 DM, 194.83 DM a month,
  # unknown savings, employed >= 7 years, instalment rate 4, age 67, 2 credits
  expect_identical(form$score(credit[1, ], model)$score,
                   512L - 37L + 59L + 33L + 24L - 5L + 14L + 32L + 11L - 12L + 15L - 6L)
})

test_that("the PD follows from the score by odds that double every 40 points", {
  answer <- form$score(credit, model)
  expect_type(answer$score, "integer")
  expect_lt(max(abs(answer$pd - 1 / (1 + 2 * exp((answer$score - 500) * log(2) / 40)))), 1e-15)
})

test_that("bins are closed at the right", {
  expect_identical(score_of(age = 30L) - score_of(age = 31L),
                   points("age")$points[2] - points("age")$points[3])
  expect_identical(score_of(age = 26L), score_of(age = 30L))
})

test_that("missing, special and unlisted values have points of their own", {
  expect_identical(score_of(age = NA_integer_) - score_of(age = 30L),
                   points("age")$missing - points("age")$points[2])
  expect_identical(score_of(existing_credits = 99L) - score_of(existing_credits = 1L),
                   points("existing_credits")$special_points - points("existing_credits")$points[1])
  expect_identical(score_of(purpose = "a yacht"), score_of(purpose = ""))
  expect_identical(score_of(purpose = "a yacht") - score_of(purpose = "car, used"),
                   points("purpose")$unseen - points("purpose")$points[2])
})

test_that("where the amount is missing, so is the instalment", {
  known <- score_of(credit_amount = 1169)
  expect_identical(score_of(credit_amount = NA_real_) - known,
                   points("credit_amount")$missing - points("credit_amount")$points[1] +
                     points("monthly_instalment")$missing - points("monthly_instalment")$points[3])
})

test_that("a row's answer does not depend on its batch", {
  together <- form$score(credit[1:20, ], model)$score
  alone <- vapply(1:20, function(i) form$score(credit[i, ], model)$score, 0L)
  expect_identical(alone, together)
})

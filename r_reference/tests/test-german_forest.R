form <- read_form("german_forest")
model <- read_model("german_forest")

test_that("the forest averages the shares of bad loans in its leaves", {
  by_tree <- predict(model, credit[1:50, ], predict.all = TRUE, num.threads = 1)$predictions
  bad <- match("bad", model$forest$levels[model$forest$class.values])
  expect_lt(max(abs(rowMeans(by_tree[, bad, ]) - form$score(credit[1:50, ], model))), 1e-14)
})

test_that("a value that equals a split goes with the smaller ones: ranger has <=", {
  # the second numeric split of the first tree: duration_months <= 16.5, somewhere below its root
  leaf <- function(rows) predict(model, rows, type = "terminalNodes", num.threads = 1)$predictions
  at <- credit
  at$duration_months <- 16.5
  below <- above <- at
  below$duration_months <- 16.5 - 2^-48
  above$duration_months <- 16.5 + 2^-48
  expect_identical(leaf(at), leaf(below))
  expect_false(identical(leaf(at), leaf(above)))
})

test_that("levels are matched by name, in whatever order a factor has them", {
  reversed <- credit
  reversed$purpose <- factor(as.character(credit$purpose), rev(levels(credit$purpose)))
  expect_identical(form$score(reversed, model), form$score(credit, model))
})

test_that("missing values are refused", {
  skip_if(packageVersion("ranger") >= "0.16.0", "from 0.16.0 on, ranger sends missing values down its trees")
  expect_error(form$score(applicant(age = NA), model), "Missing data in columns: age")
})

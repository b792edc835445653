form <- new.env()
sys.source(file.path(root, "suites/seed_migration/score.R"), form)

test_that("bins are closed at the right, and outside of them there is no answer", {
  ages <- c(0, 18, 25, 30, 30.5, 75, 76)
  expect_identical(form$score(data.frame(age = ages)), c(NA, NA, 10, 20, 35, 50, NA))
})

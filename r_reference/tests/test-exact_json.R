source("../exact_json.R")

test_that("a double gets as many digits as it needs", {
  expect_identical(exact_json(0.1), "0.1")
  expect_identical(exact_json(1 / 3), "0.3333333333333333")
  expect_identical(exact_json(0.1 + 0.2), "0.30000000000000004")
  expect_identical(exact_json(-0), "-0.0")
  expect_identical(exact_json(2^53 + 2), "9007199254740994")
})

test_that("vectors are arrays, and a single value is one only where it is asked for", {
  expect_identical(exact_json(c(1, 2.5)), "[1, 2.5]")
  expect_identical(exact_json(7L), "7")
  expect_identical(exact_json(I(7L)), "[7]")
})

test_that("lists are objects where they have names", {
  expect_identical(exact_json(list(a = TRUE, b = "x\"y"), depth = 0), "{\"a\": true, \"b\": \"x\\\"y\"}")
  expect_identical(exact_json(list(1, NULL), depth = 0), "[1, null]")
})

test_that("what JSON cannot say is refused", {
  expect_error(exact_json(NaN), "no number for NaN")
  expect_error(exact_json(Inf), "no number for Inf")
  expect_error(exact_json(factor("a")), "factors")
})

test_that("levels are in the order of the original codes, whatever the locale", {
  expect_identical(levels(credit$checking_status), c("< 0 DM", "0 to < 200 DM", ">= 200 DM", "no account"))
  expect_identical(levels(credit$other_debtors), c("none", "co-applicant", "guarantor"))
})

test_that("columns have their types, and nothing is missing", {
  expect_identical(nrow(credit), 1000L)
  expect_type(credit$age, "integer")
  expect_type(credit$telephone, "logical")
  expect_false(anyNA(credit))
})

test_that("a folder without the data is named", {
  expect_error(read_german_credit("nowhere"), "no nowhere/applicants.csv")
})

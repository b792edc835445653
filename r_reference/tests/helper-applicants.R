# testthat runs these tests in their own folder; the forms and the data are found from the repository's root.

root <- normalizePath("../..")

in_root <- function(code) {
  before <- setwd(root)
  on.exit(setwd(before))
  force(code)
}

read_form <- function(name) {
  form <- new.env()
  sys.source(file.path(root, "r_reference", paste0(name, ".R")), form)
  form
}

read_model <- function(name) readRDS(file.path(root, "fixtures/models", name, "model.rds"))

credit <- in_root({
  source("r_reference/german_credit.R", local = TRUE)
  read_german_credit()
})

# One real applicant, with other values in some columns; a column keeps its type.
applicant <- function(...) {
  row <- credit[1, ]
  changes <- list(...)
  for (name in names(changes)) row[[name]][1] <- changes[[name]]
  row
}

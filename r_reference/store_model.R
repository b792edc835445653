# Stores a trained model twice: as R has it (.rds), and in its neutral form (JSON).

source("r_reference/exact_json.R")
source("r_reference/neutral_forms.R")

store_model <- function(model, name, depth) {
  folder <- file.path("fixtures/models", name)
  dir.create(folder, recursive = TRUE, showWarnings = FALSE)
  saveRDS(model, file.path(folder, "model.rds"), compress = "xz")
  write_exact_json(neutral_form(model), file.path(folder, "model.json"), depth)
}

# Reads the German Credit data with the levels that columns.json declares, in that order: never in the order
# of the alphabet, which depends on the locale.

read_german_credit <- function(folder = "fixtures/german_credit") {
  path <- file.path(folder, "applicants.csv")
  if (!file.exists(path)) stop("no ", path, ": run from the repository's root", call. = FALSE)
  columns <- jsonlite::read_json(file.path(folder, "columns.json"))$columns
  data <- read.csv(path, colClasses = "character", na.strings = character(), check.names = FALSE,
                   encoding = "UTF-8")
  for (column in columns) {
    data[[column$name]] <- typed_column(data[[column$name]], column)
  }
  if (anyNA(data)) stop(path, " has values that columns.json does not name", call. = FALSE)
  data
}

typed_column <- function(text, column) {
  if (column$type == "int") return(as.integer(text))
  if (column$type == "bool") return(text == "true")
  factor(text, levels = vapply(column$levels, function(level) level$level, ""))
}

# Answers one frame with one R form. Called by conftest.py in the suite's folder:
#   Rscript answer.R FOLDER SOURCE CALL [MODEL.rds]
# FOLDER holds frame.json and, for each column, its values: numbers as raw little-endian binary, text as JSON.
# What comes back in FOLDER: answer-NAME.bin (doubles) or answer-NAME.json (text) for each output, and, where
# there is a model, model-numbers.bin: every number of its neutral form, in order.

needed <- c("jsonlite", "rpart", "ranger")
absent <- needed[!vapply(needed, requireNamespace, TRUE, quietly = TRUE)]
if (length(absent) > 0) {
  cat(absent)
  quit(status = 77) # by custom: skipped
}

arguments <- commandArgs(trailingOnly = TRUE)
folder <- arguments[1]
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)))
frame <- jsonlite::read_json(file.path(folder, "frame.json"))

read_text <- function(path) {
  cells <- jsonlite::fromJSON(path, simplifyVector = FALSE)
  vapply(cells, function(cell) if (is.null(cell)) NA_character_ else cell, "")
}

read_column <- function(column, rows) {
  path <- file.path(folder, column$file)
  if (column$stored == "text") return(read_text(path))
  if (column$stored == "double") return(readBin(path, "double", rows, endian = "little"))
  codes <- readBin(path, "integer", rows, endian = "little")
  if (column$type == "bool") return(as.logical(codes))
  if (column$type == "int") return(codes)
  factor(codes + 1L, levels = seq_along(column$levels), labels = unlist(column$levels))
}

columns <- lapply(frame$columns, read_column, rows = frame$rows)
names(columns) <- vapply(frame$columns, function(column) column$name, "")
df <- data.frame(columns, check.names = FALSE, stringsAsFactors = FALSE)

source(arguments[2], encoding = "UTF-8")
call <- get(arguments[3])
model <- if (length(arguments) > 3) readRDS(arguments[4])
answer <- if (is.null(model)) call(df) else call(df, model)
if (!is.list(answer)) answer <- setNames(list(answer), frame$only_output)

for (name in names(answer)) {
  values <- answer[[name]]
  stopifnot(length(values) == frame$rows)
  if (is.factor(values)) values <- as.character(values)
  path <- file.path(folder, paste0("answer-", name))
  if (is.character(values)) {
    jsonlite::write_json(values, paste0(path, ".json"), na = "null")
  } else {
    writeBin(as.double(values), paste0(path, ".bin"), endian = "little")
  }
}

if (!is.null(model)) {
  source(file.path(here, "../../r_reference/neutral_forms.R"))
  only_numbers <- function(x) if (is.numeric(x)) as.double(unclass(x)) else double()
  numbers <- rapply(neutral_form(model), only_numbers, how = "unlist")
  writeBin(unname(numbers), file.path(folder, "model-numbers.bin"), endian = "little")
}

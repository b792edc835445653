# Needs the R package jsonlite. A list a column, with all the digits that jsonlite has.

encode <- function(frame) {
  charToRaw(enc2utf8(jsonlite::toJSON(frame, dataframe = "columns", digits = NA, na = "null")))
}

decode <- function(bytes) {
  text <- rawToChar(bytes)
  Encoding(text) <- "UTF-8"
  columns <- jsonlite::fromJSON(text)
  rows <- if (length(columns)) length(columns[[1L]]) else 0L
  structure(columns, row.names = .set_row_names(rows), class = "data.frame")
}

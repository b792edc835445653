# Needs the R package jsonlite. Its defaults: an object a row, four digits, what is NA left out.

encode <- function(frame) charToRaw(enc2utf8(jsonlite::toJSON(frame)))

decode <- function(bytes) {
  text <- rawToChar(bytes)
  Encoding(text) <- "UTF-8"
  jsonlite::fromJSON(text)
}

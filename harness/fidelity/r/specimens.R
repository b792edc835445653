# Tables rebuilt from raw bits, in hexadecimal: what a codec is judged against comes through no codec.

bytes_of <- function(hex) {
  if (!nzchar(hex)) return(raw())
  places <- seq.int(1L, nchar(hex), 2L)
  as.raw(strtoi(substring(hex, places, places + 1L), 16L))
}

doubles <- function(hex) readBin(bytes_of(hex), "double", nchar(hex) %/% 16L, endian = "little")

integers <- function(hex) readBin(bytes_of(hex), "integer", nchar(hex) %/% 8L, endian = "little")

logicals <- function(codes) as.logical(codes)

# texts from the hexadecimal of their bytes, marked with their encoding; NA is missing
texts <- function(hex, mark = "UTF-8") {
  found <- vapply(hex, function(one) if (is.na(one)) NA_character_ else rawToChar(bytes_of(one)), "", USE.NAMES = FALSE)
  Encoding(found) <- mark
  found
}

leveled <- function(codes, levels, ordered) {
  structure(codes, levels = levels, class = if (ordered) c("ordered", "factor") else "factor")
}

classed <- function(x, class) structure(x, class = class)

instants <- function(x, zone) {
  x <- structure(x, class = c("POSIXct", "POSIXt"))
  if (!is.null(zone)) attr(x, "tzone") <- zone
  x
}

spans <- function(x, units) structure(x, class = "difftime", units = units)

table_of <- function(columns, names, rows) {
  structure(columns, names = texts(names), row.names = .set_row_names(rows), class = "data.frame")
}

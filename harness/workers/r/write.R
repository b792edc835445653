# Write frames: a column to write is list(kind, nulls, parts).

# a table to write, from a named list of columns to write
table_of <- function(columns, rows) list(columns = columns, rows = as.double(rows))

# a table of one row: text, logical, numeric or NULL (missing) by name
fields <- function(...) {
  values <- list(...)
  table_of(lapply(values, function(x) if (is.null(x)) text_column(NA_character_) else plain_column(x)), 1)
}

plain_column <- function(x) {
  if (is.character(x)) text_column(x) else if (is.logical(x)) bool_column(x) else double_column(as.double(x))
}

double_column <- function(x, kind = DOUBLE) list(kind = kind, nulls = NATIVE, parts = list(x))

integer_column <- function(x) list(kind = INT32, nulls = NATIVE, parts = list(even(x)))

bool_column <- function(x) {
  absent <- is.na(x)
  if (!any(absent)) return(list(kind = BOOL, nulls = NONE, parts = list(to_eight(as.raw(x)))))
  x[absent] <- FALSE
  list(kind = BOOL, nulls = MASKED, parts = list(to_eight(as.raw(absent)), to_eight(as.raw(x))))
}

# text must be valid UTF-8
text_column <- function(x) {
  entries <- unique(x)
  entries <- entries[!is.na(entries)]
  coded_column(match(x, entries), entries)
}

# codes count from 1; NA is missing
coded_column <- function(codes, entries) {
  list(kind = TEXT, nulls = NATIVE, parts = c(texts_parts(entries), list(even(codes))))
}

other_column <- function(what, example) {
  list(kind = OTHER, nulls = NONE, parts = texts_parts(c(what, example)))
}

texts_parts <- function(entries) {
  lengths <- nchar(entries, "bytes")
  joined <- charToRaw(paste(entries, collapse = ""))
  list(c(length(entries), length(joined)), even(lengths), to_eight(joined))
}

even <- function(x) if (length(x) %% 2L == 0L) x else c(x, 0L)

to_eight <- function(x) {
  rest <- length(x) %% 8L
  if (rest == 0L) x else c(x, raw(8L - rest))
}

table_parts <- function(table) {
  columns <- table$columns
  parts <- unlist(lapply(columns, function(one) one$parts), recursive = FALSE, use.names = FALSE)
  c(list(table_head(columns, table$rows)), parts)
}

# what stands before a table's data, as bytes; tables of one shape come again and again
heads <- new.env(parent = emptyenv())

table_head <- function(columns, rows) {
  kinds <- vapply(columns, function(one) one$kind, 0L, USE.NAMES = FALSE)
  nulls <- vapply(columns, function(one) one$nulls, 0L, USE.NAMES = FALSE)
  key <- paste(c(kinds, nulls, nchar(names(columns), "bytes"), names(columns)), collapse = "\r")
  known <- heads[[paste0("=", key)]]
  if (is.null(known)) {
    known <- head_bytes(kinds, nulls, names(columns))
    assign(paste0("=", key), known, envir = heads)
  }
  c(known$size, writeBin(rows, raw(), endian = "little"), known$rest)
}

head_bytes <- function(kinds, nulls, names) {
  k <- length(kinds)
  joined <- if (k > 0L) charToRaw(paste(names, collapse = "")) else raw()
  meta <- as.integer(if (k > 0L) even(c(kinds, nulls, nchar(names, "bytes"))))
  list(
    size = writeBin(c(k, length(joined)), raw(), endian = "little"),
    rest = c(writeBin(meta, raw(), endian = "little"), to_eight(joined))
  )
}

# everything is made before anything is written: an error in between leaves no half a frame
frame_parts <- function(tables) {
  parts <- unlist(lapply(tables, table_parts), recursive = FALSE, use.names = FALSE)
  c(list(c(length(tables), 0L)), parts)
}

write_frame <- function(link, kind, call, parts) {
  bytes <- 0
  for (part in parts) bytes <- bytes + length(part) * width(part)
  con <- link$output
  writeBin(c(MARK + kind, call), con, endian = "little")
  writeBin(bytes, con, endian = "little")
  for (part in parts) writeBin(part, con, endian = "little")
  flush(con)
}

width <- function(x) if (is.double(x)) 8 else if (is.integer(x)) 4 else 1

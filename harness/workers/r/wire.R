# Frames: the R end of the format that harness/workers/python/wire.py describes. Base R only.
#
# A column that was read is a plain R vector (factor, Date and POSIXct where the kind says so). A column to
# write is list(kind, nulls, parts): vectors for writeBin() whose sizes are multiples of 8 bytes.

PROTOCOL <- 1L
MARK <- 1346895872L # "HP" in the upper half of every kind

HELLO <- 1L; OPEN <- 2L; OPENED <- 3L; CALL <- 4L; RESULT <- 5L # nolint
FAILED <- 6L; MINE <- 7L; MINED <- 8L; CLOSE <- 9L # nolint

DOUBLE <- 1L; INT32 <- 2L; INT64 <- 3L; BOOL <- 4L; TEXT <- 5L; FACTOR <- 6L # nolint
DATE <- 7L; DATETIME <- 8L; INSTANT <- 9L; BYTES <- 10L; OTHER <- 11L # nolint

NONE <- 0L; MASKED <- 1L; NATIVE <- 2L # nolint

# ---- reading -------------------------------------------------------------------------------------------

# kind, call and tables of the next frame; NULL at the end
read_frame <- function(link) {
  head <- readBin(link$input, "integer", 2L, endian = "little")
  if (length(head) < 2L) return(NULL)
  started <- as.numeric(Sys.time())
  readBin(link$input, "double", 1L, endian = "little")
  count <- readBin(link$input, "integer", 2L, endian = "little")[1L]
  tables <- vector("list", count)
  for (i in seq_len(count)) tables[[i]] <- read_table(link$input, link$kept)
  list(kind = head[1L] - MARK, call = head[2L], tables = tables, started = started)
}

# list(rows, columns): columns is a named list of vectors
read_table <- function(con, kept) {
  size <- readBin(con, "integer", 2L, endian = "little")
  rows <- readBin(con, "double", 1L, endian = "little")
  k <- size[1L]
  if (k == 0L) return(list(rows = rows, columns = list()))
  meta <- readBin(con, "integer", 3L * k + k %% 2L, endian = "little")
  kinds <- meta[seq_len(k)]
  nulls <- meta[k + seq_len(k)]
  names <- read_texts(con, meta[2L * k + seq_len(k)], size[2L])
  columns <- vector("list", k)
  i <- 1L
  while (i <= k) {
    last <- if (rows == 1) run_end(kinds, nulls, i, k) else i
    if (last > i) {
      # one row: neighbouring numbers are one block
      block <- readBin(con, "double", last - i + 1L, endian = "little")
      for (j in i:last) columns[[j]] <- of_kind(block[j - i + 1L], kinds[j])
    } else {
      column <- read_column(con, kinds[i], nulls[i], rows, names[i], kept)
      if (!is.null(column)) columns[[i]] <- column
    }
    i <- last + 1L
  }
  names(columns) <- names
  list(rows = rows, columns = columns)
}

# the last column of the block of numbers that begins with column i; i itself where it is none
run_end <- function(kinds, nulls, i, k) {
  last <- i
  while (last <= k && is_double_kind(kinds[last]) && nulls[last] != MASKED) last <- last + 1L
  max(i, last - 1L)
}

is_double_kind <- function(kind) kind == DOUBLE || kind == DATE || kind == DATETIME

read_column <- function(con, kind, nulls, rows, name, kept) {
  missing <- if (nulls == MASKED) read_bytes(con, rows) != 0L
  x <- if (is_double_kind(kind)) {
    of_kind(readBin(con, "double", rows, endian = "little"), kind)
  } else if (kind == INT32) {
    read_ints(con, rows)
  } else if (kind == BOOL) {
    read_bytes(con, rows) != 0L
  } else if (kind == BYTES) {
    read_bytes(con, rows)
  } else if (kind == TEXT || kind == FACTOR) {
    read_text_column(con, kind, nulls, rows, name, kept)
  } else {
    stop("column ", name, ": R has no type for kind ", kind)
  }
  if (!is.null(missing)) x[missing] <- NA
  x
}

of_kind <- function(x, kind) {
  if (kind == DOUBLE) return(x)
  if (kind == DATE) return(structure(x, class = "Date"))
  structure(x, class = c("POSIXct", "POSIXt"), tzone = "UTC")
}

read_text_column <- function(con, kind, nulls, rows, name, kept) {
  size <- readBin(con, "integer", 2L, endian = "little")
  if (size[1L] >= 0L) {
    lengths <- read_ints(con, size[1L])
    # names may be any text: a prefix keeps the empty one usable
    assign(paste0("=", name), read_texts(con, lengths, size[2L]), envir = kept)
  }
  entries <- get(paste0("=", name), envir = kept)
  codes <- read_ints(con, rows)
  if (nulls != NATIVE) {
    codes <- codes + 1L
    codes[codes == 0L] <- NA_integer_
  }
  if (kind == TEXT) return(entries[codes])
  structure(codes, levels = entries, class = "factor")
}

read_texts <- function(con, lengths, bytes) {
  texts <- if (length(lengths) == 0L) character() else readChar(con, lengths, useBytes = TRUE)
  skip_to_eight(con, bytes)
  Encoding(texts) <- "UTF-8"
  texts
}

read_ints <- function(con, count) {
  x <- readBin(con, "integer", count, endian = "little")
  skip_to_eight(con, 4 * count)
  x
}

read_bytes <- function(con, count) {
  x <- readBin(con, "raw", count)
  skip_to_eight(con, count)
  x
}

skip_to_eight <- function(con, bytes) {
  rest <- bytes %% 8
  if (rest > 0) readBin(con, "raw", 8 - rest)
}

# ---- writing -------------------------------------------------------------------------------------------

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
  k <- length(columns)
  names <- names(columns)
  joined <- if (k > 0L) charToRaw(paste(names, collapse = "")) else raw()
  head <- list(c(k, length(joined)), table$rows)
  if (k == 0L) return(head)
  kinds <- vapply(columns, function(one) one$kind, 0L, USE.NAMES = FALSE)
  nulls <- vapply(columns, function(one) one$nulls, 0L, USE.NAMES = FALSE)
  meta <- even(c(kinds, nulls, nchar(names, "bytes")))
  parts <- unlist(lapply(columns, function(one) one$parts), recursive = FALSE, use.names = FALSE)
  c(head, list(meta, to_eight(joined)), parts)
}

# everything is made before anything is written: an error in between leaves no half a frame
frame_parts <- function(tables) {
  parts <- unlist(lapply(tables, table_parts), recursive = FALSE, use.names = FALSE)
  c(list(c(length(tables), 0L)), parts)
}

write_frame <- function(link, kind, call, parts) {
  bytes <- sum(vapply(parts, function(x) length(x) * width(x), 0))
  con <- link$output
  writeBin(c(MARK + kind, call), con, endian = "little")
  writeBin(bytes, con, endian = "little")
  for (part in parts) writeBin(part, con, endian = "little")
  flush(con)
}

width <- function(x) if (is.double(x)) 8 else if (is.integer(x)) 4 else 1

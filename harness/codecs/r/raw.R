# Raw columns: see raw.py for the format. Base R only.

MAGIC <- charToRaw("PRW1")
MODES <- c("double", "integer", "logical", "character", "latin1")
KEPT <- c("class", "levels", "tzone", "units")

encode <- function(frame) {
  columns <- lapply(seq_along(frame), function(i) column_parts(names(frame)[i], frame[[i]]))
  unlist(c(list(MAGIC, as_bytes(length(frame)), as_bytes(as.double(nrow(frame)))), unlist(columns, recursive = FALSE)))
}

as_bytes <- function(x) writeBin(x, raw(), endian = "little")

column_parts <- function(name, x) {
  held <- attributes(x)
  odd <- setdiff(names(held), KEPT)
  if (length(odd)) stop("raw columns have no place for the attribute ", odd[1L])
  if (!all(vapply(held, is.character, NA))) stop("raw columns carry attributes that are texts only")
  attributes(x) <- NULL
  mode <- typeof(x)
  if (mode == "character" && all_latin1(x)) mode <- "latin1"
  if (!mode %in% MODES) stop("raw columns have no place for ", mode)
  values <- if (is.character(x)) text_parts(x, mode == "latin1") else list(as_bytes(length(x)), as_bytes(x))
  named <- lapply(names(held), function(one) c(text_parts(one), text_parts(held[[one]])))
  head <- as_bytes(c(match(mode, MODES) - 1L, length(held)))
  c(text_parts(name), list(head), unlist(named, recursive = FALSE), values)
}

# every text beyond ASCII is marked as Latin-1
all_latin1 <- function(x) {
  marks <- unique(Encoding(x))
  "latin1" %in% marks && all(marks %in% c("latin1", "unknown"))
}

text_parts <- function(x, as_they_are = FALSE) {
  if (!as_they_are) x <- enc2utf8(x)
  lengths <- nchar(x, "bytes")
  missing <- is.na(x)
  lengths[missing] <- -1L
  joined <- charToRaw(paste(x[!missing], collapse = ""))
  if (as_they_are) joined <- unlist(lapply(x[!missing], charToRaw))
  list(as_bytes(c(length(x), length(joined))), as_bytes(as.integer(lengths)), as.raw(joined))
}

decode <- function(bytes) {
  con <- rawConnection(bytes)
  on.exit(close(con))
  get <- function(what, n = 1L) readBin(con, what, n, endian = "little")
  if (!identical(get("raw", 4L), MAGIC)) stop("these bytes are no raw columns")
  count <- get("integer")
  rows <- get("double")
  names <- character(count)
  columns <- vector("list", count)
  for (i in seq_len(count)) {
    names[i] <- get_texts(get)
    columns[[i]] <- get_column(get)
  }
  structure(columns, names = names, row.names = .set_row_names(rows), class = "data.frame")
}

get_column <- function(get) {
  head <- get("integer", 2L)
  mode <- MODES[head[1L] + 1L]
  held <- list()
  for (i in seq_len(head[2L])) {
    name <- get_texts(get)
    held[[name]] <- get_texts(get)
  }
  x <- if (mode == "character") get_texts(get) else if (mode == "latin1") get_texts(get, "latin1") else
    get(mode, get("integer"))
  if (length(held)) attributes(x) <- held
  x
}

get_texts <- function(get, mark = "UTF-8") {
  size <- get("integer", 2L)
  lengths <- get("integer", size[1L])
  joined <- get("raw", size[2L])
  missing <- lengths < 0L
  lengths[missing] <- 0L
  x <- if (size[1L]) readChar(joined, lengths, useBytes = TRUE) else character()
  Encoding(x) <- mark
  x[missing] <- NA
  x
}

# Raw columns: see raw.py for the format. Base R only.

MAGIC <- charToRaw("PRW1")
MODES <- c("double", "integer", "logical", "character", "latin1")
KEPT <- c("class", "levels", "tzone", "units")

encode <- function(frame) {
  con <- rawConnection(raw(), "wb")
  on.exit(close(con))
  put <- function(x) writeBin(x, con, endian = "little")
  put(MAGIC)
  put(length(frame))
  put(as.double(nrow(frame)))
  for (i in seq_along(frame)) put_column(put, names(frame)[i], frame[[i]])
  rawConnectionValue(con)
}

put_column <- function(put, name, x) {
  held <- attributes(x)
  odd <- setdiff(names(held), KEPT)
  if (length(odd)) stop("raw columns have no place for the attribute ", odd[1L])
  if (!all(vapply(held, is.character, NA))) stop("raw columns carry attributes that are texts only")
  attributes(x) <- NULL
  mode <- typeof(x)
  if (mode == "character" && all_latin1(x)) mode <- "latin1"
  if (!mode %in% MODES) stop("raw columns have no place for ", mode)
  put_texts(put, name)
  put(c(match(mode, MODES) - 1L, length(held)))
  for (one in names(held)) {
    put_texts(put, one)
    put_texts(put, held[[one]])
  }
  if (is.character(x)) return(put_texts(put, x, mode == "latin1"))
  put(length(x))
  put(x)
}

# every text beyond ASCII is marked as Latin-1
all_latin1 <- function(x) {
  marks <- unique(Encoding(x))
  "latin1" %in% marks && all(marks %in% c("latin1", "unknown"))
}

put_texts <- function(put, x, as_they_are = FALSE) {
  if (!as_they_are) x <- enc2utf8(x)
  lengths <- nchar(x, "bytes")
  missing <- is.na(x)
  lengths[missing] <- -1L
  joined <- charToRaw(paste(x[!missing], collapse = ""))
  if (as_they_are) joined <- unlist(lapply(x[!missing], charToRaw))
  put(c(length(x), length(joined)))
  if (length(x)) put(as.integer(lengths))
  if (length(joined)) put(joined)
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

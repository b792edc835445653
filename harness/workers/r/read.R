# Read frames: every column becomes a plain R vector.

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
  head <- read_head(con, k, size[2L], kept)
  kinds <- head$kinds
  nulls <- head$nulls
  names <- head$names
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

# kinds, nulls and names of a table's columns; the same bytes as last time need not be understood again
read_head <- function(con, k, bytes, kept) {
  size <- 4L * (3L * k + k %% 2L)
  block <- readBin(con, "raw", size + bytes + -bytes %% 8L)
  if (identical(block, kept$block)) return(kept$head)
  meta <- readBin(block, "integer", 3L * k, endian = "little")
  names <- readChar(block[-seq_len(size)], meta[2L * k + seq_len(k)], useBytes = TRUE)
  Encoding(names) <- "UTF-8"
  kept$block <- block
  kept$head <- list(kinds = meta[seq_len(k)], nulls = meta[k + seq_len(k)], names = names)
  kept$head
}

# the last column of the block of numbers that begins with column i; i itself where it is none
run_end <- function(kinds, nulls, i, k) {
  last <- i
  while (last <= k && is_double_kind(kinds[last]) && nulls[last] != MASKED) last <- last + 1L
  max(i, last - 1L)
}

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

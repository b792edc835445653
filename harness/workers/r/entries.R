# Entries of the tables that a form holds: values that belong together, such as a country and its code.

MOST_ENTRIES_TOLD <- 4000L
MOST_FIELDS <- 16L
PARTED <- "[[:space:]|/;:,_#~.+-]+"
PARTED_SHARE <- 0.6 # of the keys that have as many parts as the first

# the table of an ENTRIES frame
entries_table <- function(form) {
  found <- new.env(parent = emptyenv())
  found$chunks <- list()
  found$count <- 0L
  held <- globals()
  if (form$takes_model && !inherits(form$model, FITTED)) held <- c(held, list(model = form$model))
  for (name in names(held)) {
    # a table that cannot be read is no loss
    if (!is.function(held[[name]])) tryCatch(note_entries(held[[name]], name, found, 0L), error = function(e) NULL)
  }
  told_entries(found)
}

note_entries <- function(x, origin, found, depth) {
  if (found$count >= MOST_ENTRIES_TOLD || depth > DEEPEST || is.null(x)) return(invisible())
  if (is.data.frame(x)) {
    note_columns(as.list(x), names(x), origin, found)
    keys <- row.names(x)
    if (is.character(attr(x, "row.names"))) note_keys(keys, origin, found)
  } else if (is.list(x)) {
    note_list(x, origin, found, depth)
  } else if (is.matrix(x)) {
    note_cells(dimnames(x), dim(x), origin, found)
  } else if (is.atomic(x)) {
    note_keys(names(x), origin, found)
    if (is.character(x)) note_keys(x, origin, found)
  }
}

note_list <- function(x, origin, found, depth) {
  note_keys(names(x), origin, found)
  scalars <- vapply(x, function(one) is.atomic(one) && length(one) == 1L, NA)
  if (depth > 0L && length(names(x)) && sum(scalars) > 1L) {
    note_columns(unname(x[scalars]), names(x)[scalars], origin, found)
  }
  for (i in seq_along(x)) {
    inner <- names(x[[i]])
    # points$AT[["7995"]]: the keys that lead to a value
    if (length(names(x)) && is.atomic(x[[i]]) && length(inner) > 1L) {
      note_columns(list(rep(names(x)[i], length(inner)), inner), c(NA, NA), origin, found)
    }
    note_entries(x[[i]], paste0(origin, "[[]]"), found, depth + 1L)
  }
}

# a matrix is looked up by the names of its rows and columns, or by their numbers
note_cells <- function(names, size, origin, found) {
  if (is.null(names) || is.null(names[[1L]]) || is.null(names[[2L]])) return(invisible())
  note_columns(list(rep(names[[1L]], size[2L]), rep(names[[2L]], each = size[1L])), c(NA, NA), origin, found)
}

# keys of several parts, such as "AT 7995"
note_keys <- function(keys, origin, found) {
  if (length(keys) < 1L) return(invisible())
  parts <- strsplit(enc2utf8(as.character(keys[seq_len(min(length(keys), MOST_ENTRIES_TOLD))])), PARTED)
  parts <- lapply(parts, function(one) one[nzchar(one)])
  size <- length(parts[[1L]])
  alike <- lengths(parts) == size
  if (size < 2L || size > 4L || mean(alike) < PARTED_SHARE) return(invisible())
  columns <- lapply(seq_len(size), function(i) vapply(parts[alike], `[`, "", i))
  note_columns(columns, rep(NA_character_, size), origin, found)
}

# columns of equal length, of which each row is an entry
note_columns <- function(columns, names, origin, found) {
  plain <- vapply(columns, function(one) is.atomic(one) && !is.complex(one) && !is.raw(one), NA)
  columns <- columns[plain]
  names <- names[plain]
  keep <- seq_len(min(length(columns), MOST_FIELDS))
  rows <- if (length(columns)) min(length(columns[[1L]]), MOST_ENTRIES_TOLD - found$count) else 0L
  if (length(keep) < 2L || rows < 1L) return(invisible())
  parts <- lapply(keep, function(i) {
    x <- columns[[i]][seq_len(rows)]
    if (inherits(x, c("Date", "POSIXct"))) x <- format(x)
    if (is.factor(x)) x <- as.character(x)
    x <- bare(x)
    usable <- if (is.double(x)) is.finite(x) else !is.na(x)
    text <- is.character(x)
    list(
      entry = (found$count + seq_len(rows))[usable], field = rep(names[i], sum(usable)),
      number = if (text) rep(0, sum(usable)) else as.double(x[usable]),
      text = if (text) enc2utf8(x[usable]) else rep(NA_character_, sum(usable)),
      whole = rep(is.integer(x), sum(usable)), flag = rep(is.logical(x), sum(usable)),
      origin = rep(origin, sum(usable))
    )
  })
  found$count <- found$count + rows
  found$chunks <- c(found$chunks, parts)
}

told_entries <- function(found) {
  joined <- function(part, empty) {
    if (length(found$chunks)) unlist(lapply(found$chunks, `[[`, part)) else empty
  }
  text <- joined("text", character())
  # a text that is no text, or a very long one, is no key
  text[!validUTF8(text) | nchar(text, "bytes", allowNA = TRUE) > 200L] <- ""
  entry <- joined("entry", integer())
  table_of(list(
    entry = integer_column(as.integer(entry)), field = text_column(as.character(joined("field", character()))),
    number = double_column(as.double(joined("number", double()))), text = text_column(as.character(text)),
    whole = bool_column(as.logical(joined("whole", logical()))),
    flag = bool_column(as.logical(joined("flag", logical()))),
    origin = text_column(vapply(as.character(joined("origin", character())), clean, "", USE.NAMES = FALSE))
  ), length(entry))
}

# Constants found in a form, gathered and put into the table of a MINED frame.

MOST_FINDS <- 60000L
MOST_SECONDS <- 20 # spent on looking; what was found by then is told
LONGEST_VECTOR <- 2000L # a longer one is data that a model keeps, not a table that it looks up

new_finds <- function(inputs) {
  found <- new.env(parent = emptyenv())
  found$inputs <- inputs
  found$chunks <- new.env(parent = emptyenv())
  found$size <- 0L
  found$count <- 0L
  found$until <- proc.time()[[3L]] + MOST_SECONDS
  found
}

enough <- function(found) found$count >= MOST_FINDS || proc.time()[[3L]] > found$until

# numbers, texts or logicals, all with one role, input (NULL: none) and origin
add_find <- function(found, values, role, input = NULL, origin = "") {
  if (inherits(values, c("Date", "POSIXct"))) values <- format(values)
  if (is.factor(values)) values <- levels(values)
  if (is.complex(values) || is.raw(values) || !is.atomic(values)) return(invisible())
  whole <- is.integer(values)
  values <- bare(values)
  if (length(values) > 1L) values <- unique(values)
  values <- values[if (is.double(values)) is.finite(values) else !is.na(values)]
  if (is.character(values)) {
    values <- values[validUTF8(values) & nchar(values, "bytes") <= 200L]
    role <- if (role == "threshold") "level" else role
  }
  room <- MOST_FINDS - found$count
  if (length(values) == 0L || room <= 0L) return(invisible())
  if (length(values) > room) values <- values[seq_len(room)]
  found$count <- found$count + length(values)
  if (is.null(input)) input <- NA_character_
  # by number in an environment: a growing list would be copied every time
  found$size <- found$size + 1L
  chunk <- list(values = values, whole = whole, role = role, input = input, origin = origin)
  assign(as.character(found$size), chunk, envir = found$chunks)
}

finds_table <- function(found) {
  chunks <- mget(as.character(seq_len(found$size)), envir = found$chunks)
  sizes <- vapply(chunks, function(one) length(one$values), 0L)
  each <- function(part) rep(unlist(lapply(chunks, part)), sizes)
  numbers <- unlist(lapply(chunks, function(one) {
    if (is.character(one$values)) rep(0, length(one$values)) else as.double(one$values)
  }))
  texts <- unlist(lapply(chunks, function(one) {
    if (is.character(one$values)) enc2utf8(one$values) else rep(NA_character_, length(one$values))
  }))
  table_of(list(
    number = double_column(as.double(numbers)),
    text = text_column(as.character(texts)),
    whole = bool_column(as.logical(each(function(one) one$whole))),
    flag = bool_column(as.logical(each(function(one) is.logical(one$values)))),
    role = text_column(as.character(each(function(one) one$role))),
    input = text_column(as.character(each(function(one) one$input))),
    origin = text_column(as.character(each(function(one) clean(one$origin))))
  ), sum(sizes))
}

# The comparisons that a form makes as it runs, row by row: for whoever looks for rows that meet them.
# A worker that has watched once is asked nothing else: its operators are replaced in the global environment.

MOST_SITES <- 400L

new_watch <- function() {
  watch <- new.env(parent = emptyenv())
  watch$on <- FALSE
  watch$ids <- new.env(parent = emptyenv())
  watch$texts <- character()
  watch$decides <- logical()
  watch$touched <- logical()
  watch$joins <- logical()
  watch$force <- 0L
  watch$value <- NA
  watch
}

# notes what a call came to; a comparison that is to come out otherwise does. `joins`: of two truths
sight <- function(watch, call, codes, decides, came, joins = FALSE) {
  size <- length(codes)
  if (size == 0L) return(came)
  text <- text_of(call)
  # what is not of rows is one site, however often it comes
  of_rows <- size == watch$rows
  times <- 1L
  if (of_rows) {
    before <- watch$times[[text]]
    if (!is.null(before)) times <- before + 1L
    watch$times[[text]] <- times
  }
  id <- site_of(watch, text, times, decides, joins)
  if (id > MOST_SITES) return(came)
  watch$touched[id] <- TRUE
  if (!of_rows) {
    if (decides && size == 1L) watch$scalars <- watch$scalars + 1L
    if (decides && size > 1L) watch$loose <- TRUE
    return(came)
  }
  watch$codes[[id]] <- codes
  if (id == watch$force) came[] <- watch$value
  came
}

# what is telling of a row, by kind: see harness/search/signals.py
SIGNALS <- c("edge", "tie", "negative", "zero", "half", "overflow", "wide", "vast", "capped")

signal <- function(watch, kind, flags) {
  flags <- as.logical(flags)
  flags[is.na(flags)] <- FALSE
  if (!any(flags)) return(invisible())
  if (length(flags) != watch$rows) {
    if (watch$rows > 1L) return(invisible())
    flags <- any(flags)
  }
  watch$signals[[kind]] <- watch$signals[[kind]] | flags
}

site_of <- function(watch, text, times, decides, joins = FALSE) {
  key <- paste(times, text)
  id <- watch$ids[[key]]
  if (is.null(id)) {
    if (length(watch$texts) >= MOST_SITES) return(MOST_SITES + 1L)
    id <- length(watch$texts) + 1L
    assign(key, id, envir = watch$ids)
    watch$texts[id] <- text
    watch$decides[id] <- decides
    watch$touched[id] <- FALSE
    watch$joins[id] <- joins
  }
  id
}

# comparisons that stand in functions, so that those that are never made are known as well
note_written <- function(watch, node) {
  pending <- list(list(node, FALSE), NULL)
  while (!is.null(pending)) {
    one <- pending[[1L]]
    pending <- pending[[2L]]
    node <- one[[1L]]
    if (!is.call(node)) next
    head <- head_of(node)
    if (one[[2L]] && head %in% c(COMPARED, "%in%") && length(node) == 3L) {
      site_of(watch, text_of(node), 1L, TRUE)
    }
    for (part in rev(parts_of(node))) pending <- list(list(part, one[[2L]] || head == "function"), pending)
  }
}

text_of <- function(call) deparse(call, width.cutoff = 120L, nlines = 1L)[1L]

# what a form said of a frame, and how its comparisons came out: rows of one batch, or each alone
answer_watch <- function(link, form, watch, frame) {
  if (!isTRUE(watch$installed)) {
    for (one in as.list(form$expressions)) note_written(watch, one)
    install_watch(watch)
    watch$installed <- TRUE
  }
  batch <- frame$tables[[1L]]
  asked <- frame$tables[[2L]]$columns
  watch$force <- as.integer(asked$force)
  watch$value <- isTRUE(asked$value)
  watch$loose <- FALSE
  watch$scalars <- 0L
  df <- data_frame_of(batch$columns, batch$rows)
  seen <- if (isTRUE(asked$alone)) {
    lapply(seq_len(batch$rows), function(i) watch_rows(form, watch, data_frame_of(lapply(df, function(x) x[i]), 1)))
  } else {
    list(watch_rows(form, watch, df))
  }
  loose <- watch$loose || watch$scalars >= batch$rows
  sites <- length(watch$texts)
  columns <- lapply(seq_len(sites), function(id) {
    integer_column(unlist(lapply(seen, function(one) one$codes[[id]] %||% rep(NA_integer_, one$rows))))
  })
  names(columns) <- as.character(seq_len(sites))
  said <- lapply(seq_along(form$outputs), function(i) {
    joined <- unlist(lapply(seen, function(one) one$said[[i]]))
    if (is.character(joined)) text_column(joined) else double_column(as.double(joined))
  })
  names(said) <- form$outputs
  signals <- lapply(SIGNALS, function(kind) bool_column(unlist(lapply(seen, function(one) one$signals[[kind]]))))
  names(signals) <- SIGNALS
  failed <- bool_column(unlist(lapply(seen, function(one) rep(one$failed, one$rows))))
  say(link, WATCHED, frame$call, list(
    fields(loose = loose),
    table_of(list(text = text_column(vapply(watch$texts, clean, "", USE.NAMES = FALSE)), decides = bool_column(watch$decides),
      touched = bool_column(watch$touched), joins = bool_column(watch$joins)), sites),
    table_of(c(list(failed = failed), columns), batch$rows),
    table_of(said, batch$rows),
    table_of(signals, batch$rows)
  ))
}

`%||%` <- function(x, y) if (is.null(x)) y else x

watch_rows <- function(form, watch, df) {
  rows <- nrow(df)
  watch$rows <- rows
  watch$codes <- vector("list", length(watch$texts))
  watch$times <- new.env(parent = emptyenv())
  watch$signals <- list()
  for (kind in SIGNALS) watch$signals[[kind]] <- logical(rows)
  watch$on <- TRUE
  came <- run_form(form, df)
  watch$on <- FALSE
  said <- tryCatch(lapply(pick(came$value, form$outputs), plain_answers, rows = rows), error = function(e) NULL)
  failed <- !is.null(came$error) || is.null(said)
  if (failed) said <- rep(list(rep(NA_real_, rows)), length(form$outputs))
  codes <- watch$codes
  length(codes) <- MOST_SITES
  list(rows = rows, codes = codes, said = said, failed = failed, signals = watch$signals)
}

plain_answers <- function(x, rows) {
  if (inherits(x, "POSIXlt")) x <- as.POSIXct(x)
  if (is.factor(x)) x <- as.character(x)
  x <- bare(x)
  if (length(x) != rows || !is.atomic(x)) stop("not one value a row")
  if (is.character(x)) enc2utf8(x) else as.double(x)
}

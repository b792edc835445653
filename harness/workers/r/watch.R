# The comparisons that a form makes as it runs, row by row: for whoever looks for rows that meet them.
# A worker that has watched once is asked nothing else: its operators are replaced in the global environment.

COMPARED <- c("<", "<=", ">", ">=", "==", "!=") # nolint
STEPPED <- c("floor", "ceiling", "trunc", "round", "signif", "as.integer", "cut", "findInterval", "%/%", "%%")
COUNTED <- c("+", "-", "*", "/", "^")
RANKED <- c("which.max", "which.min", "max.col", "order", "rank")
MEMBERS <- c("%in%", "match", "is.element")
CAPPED <- c("pmin", "pmax")
MOST_SITES <- 400L
MOST_ENTRIES <- 24L # of a set of numbers, each of which is a comparison of its own
FAILED_ROW <- 1L

new_watch <- function() {
  watch <- new.env(parent = emptyenv())
  watch$on <- FALSE
  watch$ids <- new.env(parent = emptyenv())
  watch$texts <- character()
  watch$decides <- logical()
  watch$touched <- logical()
  watch$force <- 0L
  watch$value <- NA
  watch
}

# from here on the form's own code meets these instead of R's
install_watch <- function(watch) {
  put <- function(name, fun) {
    if (!exists(name, envir = globalenv(), inherits = FALSE)) assign(name, fun, envir = globalenv())
  }
  for (name in COMPARED) put(name, watched_comparison(watch, get(name, baseenv()), !name %in% c("==", "!=")))
  for (name in STEPPED) put(name, watched_step(watch, get(name, baseenv()), name))
  for (name in MEMBERS) put(name, watched_member(watch, get(name, baseenv())))
  for (name in CAPPED) put(name, watched_cap(watch, get(name, baseenv())))
  for (name in COUNTED) put(name, watched_count(watch, get(name, baseenv()), name))
  for (name in RANKED) put(name, watched_rank(watch, get(name, baseenv()), name))
}

watched_comparison <- function(watch, original, ordering) {
  force(original)
  force(ordering)
  function(e1, e2) {
    came <- original(e1, e2)
    if (!watch$on) return(came)
    codes <- signs_of(e1, e2, came)
    if (ordering && is_plain(e1) && is_plain(e2)) signal(watch, "edge", codes == 0L)
    sight(watch, sys.call(), codes, TRUE, came)
  }
}

watched_step <- function(watch, original, name) {
  force(original)
  force(name)
  function(x, ...) {
    came <- original(x, ...)
    if (watch$on) {
      steps <- if (name == "%%") suppressWarnings(floor(as.double(x) / as.double(..1))) else came
      signal_step(watch, name, x, ...)
      sight(watch, sys.call(), codes_of(steps), FALSE, came)
    }
    came
  }
}

watched_member <- function(watch, original) {
  force(original)
  function(x, table, ...) {
    came <- original(x, table, ...)
    if (!watch$on) return(came)
    if (is.numeric(x) && is.numeric(table) && length(table) <= MOST_ENTRIES) {
      for (entry in table) sight(watch, call("==", sys.call()[[2L]], entry), signs_of(x, entry), FALSE, came)
    }
    sight(watch, sys.call(), as.integer(!is.na(came) & as.logical(came)), is.logical(came), came)
  }
}

watched_cap <- function(watch, original) {
  force(original)
  function(..., na.rm = FALSE) { # nolint
    came <- original(..., na.rm = na.rm)
    if (watch$on && ...length() == 2L) sight(watch, sys.call(), signs_of(..1, ..2), FALSE, came)
    came
  }
}

# arithmetic: what leaves 32-bit integers, or the whole numbers of a double, and what is divided by zero
watched_count <- function(watch, original, name) {
  force(original)
  force(name)
  function(e1, e2) {
    if (missing(e2)) return(original(e1))
    came <- original(e1, e2)
    if (watch$on && is.numeric(e1) && is.numeric(e2) && is.numeric(came)) {
      if (name == "/") {
        signal(watch, "zero", e2 == 0)
      } else {
        lost <- is.na(came) & !is.na(e1) & !is.na(e2) & is.integer(came)
        signal(watch, "overflow", lost)
        if (any(large <- abs(came) >= 2^31, na.rm = TRUE)) {
          whole <- large & e1 == trunc(e1) & e2 == trunc(e2)
          signal(watch, "wide", whole)
          signal(watch, "vast", whole & abs(came) >= 2^53)
        }
      }
    }
    came
  }
}

watched_rank <- function(watch, original, name) {
  force(original)
  force(name)
  function(x, ...) {
    came <- original(x, ...)
    if (watch$on && is.numeric(x)) {
      best <- if (name == "which.min") min else max
      signal(watch, "tie", switch(name,
        max.col = rowSums(x == x[cbind(seq_len(nrow(x)), max.col(x, "first"))]) > 1,
        order = , rank = anyDuplicated(x) > 0L,
        sum(x == best(x, na.rm = TRUE), na.rm = TRUE) > 1
      ))
    }
    came
  }
}

signal_step <- function(watch, name, x, ...) {
  if (!is.numeric(x)) return(invisible())
  second <- if (...length()) ..1 else NULL
  if (name %in% c("%%", "%/%")) {
    signal(watch, "negative", (x < 0 | second < 0) & x / second != trunc(x / second))
    signal(watch, "zero", second == 0)
  } else if (name %in% c("trunc", "as.integer", "floor")) {
    signal(watch, "negative", x < 0 & x != trunc(x))
  } else if (name == "round") {
    scaled <- abs(x) * 10^(if (is.numeric(second)) second else 0)
    signal(watch, "half", abs(scaled - floor(scaled) - 0.5) < 1e-9 * pmax(1, scaled))
  } else if (name %in% c("cut", "findInterval") && is.numeric(second)) {
    signal(watch, "edge", x %in% second)
  }
}

# what is telling of a row, by kind: see harness/search/signals.py
SIGNALS <- c("edge", "tie", "negative", "zero", "half", "overflow", "wide", "vast")

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

is_plain <- function(x) is.numeric(x) || is.logical(x) || inherits(x, c("Date", "POSIXct", "difftime"))

# -1, 0, 1 as numbers compare; 0, 1 as a comparison of anything else came out
signs_of <- function(e1, e2, came = NULL) {
  if (is_plain(e1) && is_plain(e2)) {
    apart <- suppressWarnings(as.double(bare(e1)) - as.double(bare(e2)))
    return(as.integer(sign(apart)))
  }
  as.integer(came)
}

# whole numbers that change wherever a step does
codes_of <- function(x) {
  if (is.factor(x) || is.integer(x)) return(as.integer(x))
  if (!is.numeric(x)) return(NULL)
  x <- as.double(bare(x))
  x[!is.finite(x)] <- NA
  as.integer(round(x * 1e6) %% 2147483647)
}

# notes what a call came to; a comparison that is to come out otherwise does
sight <- function(watch, call, codes, decides, came) {
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
  id <- site_of(watch, text, times, decides)
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

site_of <- function(watch, text, times, decides) {
  key <- paste(times, text)
  id <- watch$ids[[key]]
  if (is.null(id)) {
    if (length(watch$texts) >= MOST_SITES) return(MOST_SITES + 1L)
    id <- length(watch$texts) + 1L
    assign(key, id, envir = watch$ids)
    watch$texts[id] <- text
    watch$decides[id] <- decides
    watch$touched[id] <- FALSE
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
      touched = bool_column(watch$touched)), sites),
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

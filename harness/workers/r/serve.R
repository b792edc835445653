# The loop: say hello, open a form, answer calls until the pipe ends.

serve_here <- function(read_fd, write_fd) {
  serve(link_of(function() descriptor(read_fd, "rb"), function() descriptor(write_fd, "wb")))
}

# started by a shell that has put the frames' way out on descriptor 3, and all that is printed on standard error
serve_elsewhere <- function() {
  serve(link_of(function() file("stdin", "rb", raw = TRUE), function() descriptor(3L, "wb")))
}

# on a socket (some ssh servers) a descriptor cannot be opened by its path: then cat passes it on
descriptor <- function(fd, mode) {
  path <- paste0("/dev/fd/", fd)
  opened <- tryCatch(suppressWarnings(file(path, mode, raw = TRUE)), error = function(e) NULL)
  if (is.null(opened)) pipe(paste0("cat >&", fd), mode) else opened
}

link_of <- function(open_input, open_output) {
  link <- new.env(parent = emptyenv())
  link$open_input <- open_input
  link$open_output <- open_output
  link$input <- open_input()
  link$output <- open_output()
  link$kept <- new.env(parent = emptyenv())
  link$session <- "portable"
  link$clock <- "realtime"
  link$now <- function() as.numeric(Sys.time())
  link$next_frame <- function(form) read_frame(link)
  link$opened <- function(form) invisible()
  link
}

# closeAllConnections() in a form closes the worker's own, too; between two frames nothing is lost by that
mend <- function(link) {
  for (side in c("input", "output")) {
    if (!is_open(link[[side]])) link[[side]] <- link[[paste0("open_", side)]]()
  }
}

is_open <- function(con) tryCatch(isOpen(con), error = function(e) FALSE)

serve <- function(link) {
  settle()
  form <- NULL
  watch <- new_watch()
  say(link, HELLO, 0L, hello(link))
  repeat {
    frame <- link$next_frame(form)
    if (is.null(frame) || frame$kind == CLOSE) break
    if (frame$kind == OPEN) {
      opened <- answer_open(frame)
      form <- opened$form
      if (!is.null(form)) link$opened(form)
      say(link, opened$kind, frame$call, opened$tables)
    } else if (frame$kind == MINE) {
      say(link, MINED, frame$call, list(mine(form)))
    } else if (frame$kind == SHOW) {
      say(link, TREES, frame$call, trees_tables(form))
    } else if (frame$kind == LIST) {
      say(link, ENTRIES, frame$call, list(entries_table(form)))
    } else if (frame$kind == PROVE) {
      say(link, PROVED, frame$call, additive_tables(form))
    } else if (frame$kind == WATCH) {
      answer_watch(link, form, watch, frame)
    } else if (frame$kind == SIFT) {
      answer_sift(link, form, frame)
    } else {
      answer_call(link, form, frame)
    }
  }
  quit("no", 0L, FALSE)
}

say <- function(link, kind, call, tables) {
  parts <- frame_parts(tables)
  mend(link)
  write_frame(link, kind, call, parts)
}

# the same locale and time zone everywhere, also where the environment did not travel
settle <- function() {
  Sys.setenv(TZ = "UTC")
  if (!isTRUE(l10n_info()[["UTF-8"]])) {
    for (name in c("C.UTF-8", "C.utf8", "en_US.UTF-8")) {
      if (nzchar(suppressWarnings(Sys.setlocale("LC_CTYPE", name)))) break
    }
  }
}

hello <- function(link) {
  said <- fields(
    magic = "parity-harness", protocol = PROTOCOL, language = "r", pid = Sys.getpid(), clock = link$clock,
    version = paste(R.version$major, R.version$minor, sep = ".")
  )
  list(said, table_of(list(
    name = text_column(c("platform", "R session")), version = text_column(c(R.version$platform, link$session))
  ), 2))
}

answer_open <- function(frame) {
  asked <- frame$tables[[1L]]$columns
  blobs <- if (length(frame$tables) > 4L) frame$tables[[5L]]$columns else list()
  failed <- function(e) {
    lacking <- e$lacking
    list(kind = FAILED, tables = list(failure_fields(RAISED, "OpenFailure", conditionMessage(e), e$trace, lacking)))
  }
  tryCatch({
    form <- open_form(asked, blobs)
    form$outputs <- frame$tables[[4L]]$columns$name
    declared <- frame$tables[[2L]]$columns
    form$inputs <- declared$name
    form$kinds <- structure(declared$kind, names = declared$name)
    form$unseen <- structure(declared$unseen, names = declared$name)
    form$levels <- factor_levels(declared, frame$tables[[3L]]$columns)
    list(kind = OPENED, form = form, tables = list(fields()))
  }, parity_open_failure = failed)
}

# of the inputs that come as factors, by name
factor_levels <- function(declared, pairs) {
  levels <- lapply(declared$name, function(name) as.character(pairs$level[pairs$input == name]))
  names(levels) <- declared$name
  levels[declared$kind == "category" & !declared$unseen]
}

answer_call <- function(link, form, frame) {
  batch <- frame$tables[[1L]]
  df <- data_frame_of(batch$columns, batch$rows)
  decoded <- link$now()
  came <- run_form(form, df)
  computed <- link$now()
  if (!is.null(came$error)) return(say_raised(link, frame$call, came$error, came$trace, came$warnings))
  columns <- tryCatch(
    collect(came$value, form$outputs, batch$rows),
    parity_refusal = function(e) e
  )
  if (inherits(columns, "parity_refusal")) return(say_refused(link, frame$call, columns, came$warnings))
  answered <- table_of(columns, batch$rows)
  stamps <- lapply(
    list(started = frame$started, decoded = decoded, computed = computed, encoded = link$now()),
    double_column
  )
  say(link, RESULT, frame$call, c(list(table_of(stamps, 1), answered), warnings_tables(came$warnings)))
}

# the form raised
say_raised <- function(link, call, e, trace, warned) {
  lacking <- if (inherits(e, "packageNotFoundError")) e$package
  said <- failure_fields(RAISED, class(e)[1L], message_of(e, warned), trace, lacking)
  say(link, FAILED, call, c(list(said), warnings_tables(warned)))
}

# what the form returned is no answer
say_refused <- function(link, call, refusal, warned) {
  said <- failure_fields(refusal$outcome, refusal$kind, conditionMessage(refusal), "", NULL)
  say(link, FAILED, call, c(list(said), warnings_tables(warned)))
}

# which rows have no answer, each in a batch of its own: outcome 0 where there is one
answer_sift <- function(link, form, frame) {
  batch <- frame$tables[[1L]]
  df <- data_frame_of(batch$columns, batch$rows)
  tried <- lapply(seq_len(batch$rows), function(i) sift_row(form, data_frame_of(lapply(df, function(x) x[i]), 1)))
  say(link, SIFTED, frame$call, list(table_of(list(
    outcome = integer_column(vapply(tried, function(one) one$outcome, 0L)),
    kind = text_column(vapply(tried, function(one) one$kind, "")),
    message = text_column(vapply(tried, function(one) clean(one$message), ""))
  ), batch$rows)))
}

sift_row <- function(form, row) {
  tryCatch(
    {
      came <- suppressWarnings(if (form$takes_model) form$fun(row, form$model) else form$fun(row))
      collect(came, form$outputs, 1)
      list(outcome = 0L, kind = "", message = "")
    },
    parity_refusal = function(e) list(outcome = e$outcome, kind = e$kind, message = conditionMessage(e)),
    # the boundary to user code: whatever it raises is the outcome of the row
    error = function(e) list(outcome = RAISED, kind = class(e)[1L], message = conditionMessage(e))
  )
}

# a table of its own where there is any
warnings_tables <- function(texts) {
  if (length(texts) == 0L) return(list())
  list(table_of(list(warning = text_column(texts)), length(texts)))
}

failure_fields <- function(outcome, kind, message, trace, lacking) {
  fields(
    outcome = outcome, kind = clean(kind), message = clean(message), trace = clean(trace),
    row = NULL, lacking = lacking
  )
}

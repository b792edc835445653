# The session that crosses in shared memory: calls are answered by the C code of native/, all else as ever.

serve_native <- function(library, read_fd, write_fd, socket_fd) {
  routines <- getDLLRegisteredRoutines(dyn.load(library))$.Call
  .Call(routines$parity_start, c(read_fd, write_fd, socket_fd))
  link <- new.env(parent = emptyenv())
  link$open_output <- function() descriptor(write_fd, "wb")
  link$output <- link$open_output()
  link$open_input <- function() rawConnection(raw())
  link$input <- link$open_input()
  link$kept <- new.env(parent = emptyenv())
  link$routines <- routines
  link$warned <- character()
  link$trace <- ""
  link$traced <- NULL
  link$session <- "native"
  link$clock <- "monotonic"
  link$now <- function() .Call(routines$parity_now)
  link$next_frame <- function(form) next_native_frame(link, form)
  link$opened <- function(form) register_form(link, form)
  serve(link)
}

# the next frame that is no call in shared memory
next_native_frame <- function(link, form) {
  bytes <- serve_calls(link, form)
  if (is.null(bytes)) return(NULL)
  try(close(link$input), silent = TRUE)
  link$input <- rawConnection(bytes)
  started <- link$now()
  frame <- read_frame(link)
  frame$started <- started
  frame
}

register_form <- function(link, form) {
  place <- new.env(parent = baseenv())
  place$fun <- form$fun
  place$model <- form$model
  .Call(link$routines$parity_form, list(
    if (form$takes_model) quote(fun(df, model)) else quote(fun(df)),
    form$inputs, lapply(form$inputs, function(name) form$levels[[name]]), form$outputs, place,
    function(came, rows) collected(link, form, came, rows),
    function() warnings_bytes(link),
    function(columns, told) say_columns(link, form, columns, told)
  ))
}

# Handlers are set once for many calls. An error ends the C code, is answered here, and the C code goes on.
serve_calls <- function(link, form) {
  routines <- link$routines
  caught <- function(w) {
    if (length(link$warned) < MOST_WARNINGS) link$warned <- c(link$warned, clean(conditionMessage(w)))
    .Call(routines$parity_warned)
    # a form that turns warnings into errors means it
    if (getOption("warn") < 2) invokeRestart("muffleWarning")
  }
  repeat {
    came <- tryCatch(
      withCallingHandlers(
        .Call(routines$parity_serve),
        error = function(e) {
          trace <- traceback_of(sys.calls(), form$label)
          # what fails before the form is called has nothing to show of it
          link$trace <- if (grepl("parity_serve", trace, fixed = TRUE)) "" else trace
          link$traced <- e
        },
        warning = caught
      ),
      # the boundary to user code: whatever it raises is the outcome of the call
      error = function(e) e
    )
    if (!inherits(came, "condition")) return(came)
    call <- .Call(routines$parity_settle)
    # errors that the form caught itself have left a trace, too
    trace <- if (identical(link$traced, came)) link$trace else ""
    link$traced <- NULL
    say_raised(link, call, came, trace, taken_warnings(link))
  }
}

taken_warnings <- function(link) {
  warned <- unique(link$warned)
  link$warned <- character()
  warned
}

# columns to write; NULL where what came was refused, which is then said
collected <- function(link, form, came, rows) {
  columns <- tryCatch(collect(came, form$outputs, rows), parity_refusal = function(e) e)
  if (!inherits(columns, "parity_refusal")) return(columns)
  say_refused(link, .Call(link$routines$parity_call), columns, taken_warnings(link))
  NULL
}

# a table of warnings as bytes of the wire
warnings_bytes <- function(link) {
  link$last_warned <- taken_warnings(link)
  parts <- frame_parts(warnings_tables(link$last_warned))
  unlist(lapply(parts, function(part) if (is.raw(part)) part else writeBin(part, raw(), endian = "little")))
}

# an answer that has no room in shared memory: told is rows, three stamps, the call, and whether R has warned
say_columns <- function(link, form, columns, told) {
  names(columns) <- form$outputs
  stamps <- c(told[2:4], link$now())
  names(stamps) <- c("started", "decoded", "computed", "encoded")
  stamps <- lapply(stamps, double_column)
  tables <- list(table_of(stamps, 1), table_of(columns, told[1L]))
  warned <- if (told[6L]) link$last_warned
  say(link, RESULT, as.integer(told[5L]), c(tables, warnings_tables(warned)))
}

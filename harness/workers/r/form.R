# The form: its source evaluated once, its function found, its model read; then called over data frames.

MOST_WARNINGS <- 100L

# an error whose message says where and what to do next; `lacking` is a package to install
cannot_open <- function(message, lacking = NULL, trace = "") {
  stop(structure(
    class = c("parity_open_failure", "error", "condition"),
    list(message = message, call = NULL, lacking = lacking, trace = trace)
  ))
}

# fields of the OPEN frame -> the form: its function and label, its model, its code
open_form <- function(asked, blobs) {
  enter(asked$folder)
  expressions <- if (!is.na(asked$source)) evaluate(asked$source, asked$text)
  fun <- find_function(asked$call, asked$source)
  takes_model <- !is.na(asked$model)
  if (takes_model) check_two_arguments(fun, asked$call)
  model <- if (takes_model) read_model(asked$model, blobs)
  list(
    fun = fun, label = asked$call, model = model, takes_model = takes_model,
    source = asked$source, expressions = expressions
  )
}

enter <- function(folder) {
  # elsewhere the folder may not exist
  setwd(if (dir.exists(folder)) folder else tempdir())
}

evaluate <- function(path, text) {
  text <- sub("^\ufeff", "", text)
  lines <- strsplit(text, "\r?\n", perl = TRUE)[[1L]]
  expressions <- tryCatch(
    parse(text = lines, keep.source = TRUE, srcfile = srcfilecopy(path, lines), encoding = "UTF-8"),
    error = function(e) cannot_open(paste0("the source does not parse: ", conditionMessage(e)))
  )
  places <- vapply(attr(expressions, "srcref"), function(ref) as.integer(ref)[1L], 0L)
  for (i in seq_along(expressions)) evaluate_one(expressions[i], paste0(path, ":", places[i]))
  expressions
}

evaluate_one <- function(expression, where) {
  trace <- ""
  warned <- character()
  failed <- tryCatch(
    {
      withCallingHandlers(
        eval(expression, globalenv()),
        error = function(e) trace <<- traceback_of(sys.calls()),
        warning = function(w) warned <<- clean(conditionMessage(w))
      )
      NULL
    },
    error = function(e) e
  )
  if (is.null(failed)) return(invisible())
  if (inherits(failed, "packageNotFoundError")) {
    cannot_open(paste0(where, ": there is no R package '", failed$package, "'"), lacking = failed$package)
  }
  cannot_open(paste0(where, ": ", message_of(failed, warned)), trace = trace)
}

# R names the file that it cannot open in a warning only
message_of <- function(e, warned) {
  message <- clean(conditionMessage(e))
  if (identical(message, "cannot open the connection") && length(warned)) message <- warned[length(warned)]
  message
}

find_function <- function(call, source) {
  parts <- strsplit(call, "::", fixed = TRUE)[[1L]]
  found <- if (length(parts) == 2L) {
    if (!requireNamespace(parts[1L], quietly = TRUE)) {
      cannot_open(paste0("there is no R package '", parts[1L], "'"), lacking = parts[1L])
    }
    get0(parts[2L], envir = asNamespace(parts[1L]), mode = "function")
  } else if (grepl("$", call, fixed = TRUE)) {
    # a member of a list, an environment or an R6 object
    tryCatch(eval(parse(text = call), globalenv()), error = function(e) NULL)
  } else {
    get0(call, envir = globalenv(), mode = "function")
  }
  if (is.function(found)) return(found)
  own <- names(Filter(is.function, globals()))
  there <- if (length(own)) paste0("there are: ", paste(own, collapse = ", ")) else "it defines none"
  cannot_open(paste0(
    if (is.na(source)) "R" else source, ": no function named '", call, "' (", there,
    "); see `call` in the model file"
  ))
}

check_two_arguments <- function(fun, call) {
  taken <- names(formals(args(fun)))
  if (length(taken) < 2L && !"..." %in% taken) {
    cannot_open(paste0(
      call, "() takes ", length(taken), if (length(taken) == 1L) " argument" else " arguments",
      ", but the model file gives `model`: write ", call, " <- function(df, model)"
    ))
  }
}

read_model <- function(path, blobs) {
  content <- blobs$content
  if (!is.null(content)) {
    copy <- tempfile(fileext = ".rds")
    on.exit(unlink(copy))
    writeBin(content, copy)
  } else {
    copy <- path
  }
  tryCatch(
    suppressWarnings(readRDS(copy)),
    error = function(e) cannot_open(paste0(path, ": not an RDS file that R can read: ", clean(conditionMessage(e))))
  )
}

# A data.frame from columns, names as they are.
data_frame_of <- function(columns, rows) {
  attributes(columns) <- list(
    names = names(columns), row.names = .set_row_names(as.integer(rows)), class = "data.frame"
  )
  columns
}

# list(value | error, trace, warnings): what the form says of a frame
run_form <- function(form, df) {
  trace <- ""
  warned <- character()
  fun <- form$fun
  model <- form$model
  caught <- function(w) {
    if (length(warned) < MOST_WARNINGS) warned <<- c(warned, clean(conditionMessage(w)))
    # a form that turns warnings into errors means it
    if (getOption("warn") < 2) invokeRestart("muffleWarning")
  }
  came <- tryCatch(
    list(value = withCallingHandlers(
      if (form$takes_model) fun(df, model) else fun(df),
      error = function(e) trace <<- traceback_of(sys.calls(), form$label),
      warning = caught
    )),
    # the boundary to user code: whatever it raises is the outcome of the call
    error = function(e) list(error = e)
  )
  c(came, list(trace = trace, warnings = unique(warned)))
}

# the calls of user code, the outermost first, with file and line where R knows them
traceback_of <- function(calls, label = NULL) {
  texts <- vapply(calls, function(call) {
    text <- deparse(call, width.cutoff = 60L, nlines = 1L)[1L]
    ref <- attr(call, "srcref")
    if (is.null(ref)) text else paste0(text, "  # ", basename(attr(ref, "srcfile")$filename), ":", ref[1L])
  }, "")
  own <- which(grepl("^fun\\(df(, model)?\\)$", texts))
  if (length(own)) {
    texts <- texts[seq(own[1L], length(texts))]
    texts[1L] <- sub("^fun", if (is.null(label)) "fun" else label, texts[1L])
  } else {
    top <- which(grepl("^eval\\(expression, globalenv\\(\\)\\)$", texts))
    if (length(top)) texts <- texts[-seq_len(top[1L] + 1L)]
  }
  # the last calls are those of the handler that asks
  texts <- texts[!grepl("^\\.handleSimpleError\\(|^h\\(simpleError\\(|^\\(function ?\\(e\\)", texts)]
  clean(paste(texts, collapse = "\n"))
}

# Whether a form is proved to be additive, and where its terms change, as the tables of a PROVED frame.

# what may change what names and operators mean
UNREAD <- c("registerS3method", ".S3method", "setMethod", "setClass", "setRefClass", "setOldClass", "setGeneric", "trace",
            "unlockBinding", "assignInNamespace", "assignInMyNamespace", "environment<-", "attach", "makeActiveBinding",
            "delayedAssign", "<<-", "assign", "eval", "evalq", "sys.function", "UseMethod")
# generics that are read as base R has them for vectors, factors and frames
CLASSES <- c("data.frame", "factor", "numeric", "integer", "double", "character", "logical", "default", "list", "function",
             "Date", "matrix", "vector")
GROUPS <- c("Ops", "Math", "Summary")

additive_tables <- function(form) {
  reader <- new_reader(form, form$kinds, form$unseen)
  found <- tryCatch(read_outputs(reader, form), not_proved = function(e) conditionMessage(e),
                    # a form whose code cannot be followed at all
                    error = function(e) paste("its code could not be read:", conditionMessage(e)))
  if (is.character(found)) {
    where <- if (is.na(form$source)) "the model" else basename(form$source)
    return(list(fields(proved = FALSE, why = clean(paste0(where, ": ", found)))))
  }
  proved_tables(found, reader$ledger)
}

read_outputs <- function(reader, form) {
  check_meanings(form)
  columns <- list()
  for (name in reader$inputs) if (!reader$kinds[[name]] %in% c("date", "datetime")) columns[[name]] <- input_part(reader, name)
  given <- list(list(t = "frame", columns = columns))
  if (form$takes_model) given <- c(given, list(known(form$model)))
  if (is.primitive(form$fun) || !identical(topenv(environment(form$fun), emptyenv()), globalenv())) {
    not_proved("the function is not of the source")
  }
  came <- call_closure(reader, known(form$fun), given)
  items <- if (came$t == "frame") came$columns else if (came$t == "list") came$items
  if (is.null(items)) {
    if (length(form$outputs) > 1L) not_proved("what comes back is no list or frame of columns")
    items <- structure(list(came), names = form$outputs)
  }
  outputs <- lapply(form$outputs, function(name) output_of(items[[name]], name))
  structure(outputs, names = form$outputs)
}

output_of <- function(v, name) {
  if (is.null(v)) not_proved("no ", name, " comes back")
  if (is_known(v)) return(part(NA_character_))
  if (!is_row(v) || v$single) not_proved(name, " is no column")
  if (v$t == "part" && v$raw) not_proved(name, " is an input itself")
  v
}

# that names and operators mean what they mean in base R
check_meanings <- function(form) {
  code <- c(as.list(form$expressions), lapply(Filter(function(f) is.function(f) && !is.primitive(f), globals()), body))
  met <- intersect(UNREAD, unlist(lapply(code, function(one) all.names(one, unique = TRUE))))
  if (length(met)) not_proved("it uses ", met[1L], "()")
  own <- names(Filter(is.function, globals()))
  for (generic in c(ls(READERS, all.names = TRUE), GROUPS)) {
    methods <- own[startsWith(own, paste0(generic, "."))]
    if (any(substring(methods, nchar(generic) + 2L) %in% CLASSES)) not_proved("it defines ", methods[1L], "()")
  }
}

proved_tables <- function(outputs, ledger) {
  of <- lapply(outputs, function(v) {
    found <- inputs_of(v)
    if (length(found)) sort(found, method = "radix") else NA_character_
  })
  inputs <- unlist(of)
  linked <- vapply(outputs, function(v) v$t == "link", NA)
  places <- function(found, of) unlist(lapply(names(found), function(name) of(name, found[[name]])))
  edges <- ledger$edges
  texts <- ledger$texts
  edge_inputs <- places(edges, function(name, values) rep(name, length(values)))
  text_inputs <- places(texts, function(name, values) rep(name, length(values)))
  list(
    fields(proved = TRUE, why = NULL),
    table_of(list(
      output = text_column(rep(names(outputs), lengths(of))), input = text_column(as.character(inputs)),
      linked = bool_column(rep(unname(linked), lengths(of)))
    ), length(inputs)),
    table_of(list(
      input = text_column(as.character(c(edge_inputs, text_inputs))),
      edge = double_column(as.double(c(unlist(edges), rep(0, length(text_inputs))))),
      text = text_column(clean_each(as.character(c(rep(NA_character_, length(edge_inputs)), unlist(texts)))))
    ), length(edge_inputs) + length(text_inputs))
  )
}

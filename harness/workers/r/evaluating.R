# Expressions of a form that is read: names, calls, what is picked from containers, what is put into them.

# the functions of base R and its packages whose effect on rows is known: see readers.R, which fills it
READERS <- new.env(parent = emptyenv())

# whether a name that is called stands for what base R (or stats, utils) has under that name
is_base <- function(reader, names, name) {
  found <- find_function_called(reader, names, name)
  is_known(found) && identical(found$value, base_function(name))
}

base_function <- function(name) {
  for (package in c("base", "stats", "utils")) {
    found <- get0(name, envir = asNamespace(package), inherits = FALSE)
    if (is.function(found)) return(found)
  }
  NULL
}

eval_node <- function(reader, node, names) {
  count_step(reader)
  if (is.name(node)) return(find_value(reader, names, as.character(node)))
  if (!is.call(node)) return(known(node))
  if (is.call(node[[1L]])) return(call_value(reader, called_value(reader, node[[1L]], names), node, names))
  head <- as.character(node[[1L]])
  fun <- find_function_called(reader, names, head)
  if (is_known(fun)) {
    name <- library_name(fun$value, head)
    if (!is.null(name)) return(READERS[[name]](reader, node, names, name))
  }
  call_value(reader, fun, node, names)
}

# pkg::name, card$points(x)
called_value <- function(reader, node, names) {
  if (head_of(node) %in% c("::", ":::") && is_base(reader, names, head_of(node))) {
    package <- as.character(node[[2L]])
    if (!package %in% c("base", "stats", "utils")) not_proved("a function of the package ", package)
    return(known(getExportedValue(package, as.character(node[[3L]]))))
  }
  eval_node(reader, node, names)
}

# under which name a function is known; NULL where it is none of the library's
library_name <- function(fun, name) {
  if (nzchar(name) && !is.null(READERS[[name]]) && identical(fun, base_function(name))) return(name)
  if (!is.primitive(fun) && !isNamespace(environment(fun))) return(NULL)
  for (other in ls(READERS, all.names = TRUE)) if (identical(fun, base_function(other))) return(other)
  NULL
}

call_value <- function(reader, fun, node, names) {
  if (is_known(fun) && is.function(fun$value)) {
    name <- library_name(fun$value, "")
    if (!is.null(name)) return(READERS[[name]](reader, node, names, name))
    own <- !is.primitive(fun$value) && !isNamespace(topenv(environment(fun$value), emptyenv()))
    if (!own) not_proved(if (is.name(node[[1L]])) as.character(node[[1L]]) else "a function", "() is not known")
  } else if (fun$t != "closure") {
    not_proved("what is called is no function")
  }
  call_closure(reader, fun, given_to(reader, node, names))
}

# a function applied to values, as lapply() does
invoke <- function(reader, fun, values) {
  if (fun$t == "closure") return(call_closure(reader, fun, values))
  if (!is_known(fun) || !is.function(fun$value)) not_proved("what is called is no function")
  name <- library_name(fun$value, "")
  if (is.null(name)) {
    if (is.primitive(fun$value) || isNamespace(topenv(environment(fun$value), emptyenv()))) not_proved("a function that is not known")
    return(call_closure(reader, fun, values))
  }
  # values stand for themselves in a call of a function that is read by its name
  inner <- new_names(baseenv())
  places <- paste0("value ", seq_along(values))
  for (i in seq_along(values)) bind(inner, places[i], values[[i]])
  arguments <- lapply(places, as.name)
  names(arguments) <- names(values)
  READERS[[name]](reader, as.call(c(list(as.name(name)), arguments)), inner, name)
}

# arguments, evaluated
given_to <- function(reader, node, names) {
  parts <- as.list(node)[-1L]
  found <- list()
  for (i in seq_along(parts)) {
    if (is_empty(parts[[i]])) not_proved("an argument that is left empty")
    if (identical(parts[[i]], as.name("..."))) not_proved("`...` is handed on")
    if (is.call(parts[[i]]) && head_of(parts[[i]]) %in% c("<-", "<<-")) not_proved("an assignment within a call")
    found[[i]] <- eval_node(reader, parts[[i]], names)
    if (found[[i]]$t == "torn") not_proved("a value that hangs on a condition")
  }
  names(found) <- names(parts)
  found
}

# arguments by the names that a function of a library has for them
matched <- function(given, wanted) {
  said <- if (is.null(names(given))) rep("", length(given)) else names(given)
  taken <- match(said, wanted)
  if (any(nzchar(said) & is.na(taken))) not_proved("an argument that is not read: ", said[nzchar(said) & is.na(taken)][1L])
  free <- setdiff(seq_along(wanted), taken)
  rest <- which(!nzchar(said))
  if (length(rest) > length(free)) not_proved("a function of a library gets more than is read")
  taken[rest] <- free[seq_along(rest)]
  structure(given, names = wanted[taken])
}

plain <- function(v, default = NULL) {
  if (is.null(v)) return(default)
  if (is_known(v)) return(v$value)
  if (v$t == "list") return(lapply(v$items, plain))
  not_proved("something that depends on the rows is used otherwise than row by row")
}

all_known <- function(values) all(vapply(values, is_plain_value, NA))
is_plain_value <- function(v) is_known(v) || (v$t == "list" && all_known(v$items))

# a function of plain values alone, computed
computed <- function(fun, values) {
  tryCatch(
    known(suppressWarnings(do.call(fun, lapply(values, plain), quote = TRUE))),
    not_proved = function(e) stop(e),
    # whatever it raises here it raises for every row
    error = function(e) not_proved(conditionMessage(e))
  )
}

eval_condition <- function(reader, node, names) {
  value <- eval_node(reader, node, names)
  if (is_known(value) || value$t == "whole") return(value)
  if (value$t == "part" && value$raw && value$kind == "number") {
    compare_raw(reader$ledger, value, 0)
    return(step_of(reader$ledger, value$input, "bool", value$single))
  }
  if (!is_row(value)) not_proved("a condition that is none")
  value
}

# -- containers

# x$name, x[["name"]]
picked <- function(reader, holder, key) {
  if (holder$t %in% c("frame", "row")) {
    columns <- holder$columns
    if (!is.character(key) || length(key) != 1L || !key %in% names(columns)) not_proved("there is no column ", format(key)[1L])
    return(columns[[key]])
  }
  if (holder$t == "list") {
    if (length(key) != 1L || (is.character(key) && !key %in% names(holder$items))) return(known(NULL))
    if (is.numeric(key) && (key < 1 || key > length(holder$items))) not_proved("an element of a list that is not there")
    return(holder$items[[key]])
  }
  if (is_known(holder)) {
    if (has_own_methods(holder$value)) not_proved("elements of an object of a class of its own")
    return(computed(function(x, i) x[[i]], list(holder, known(key))))
  }
  not_proved("elements are picked from a whole column")
}

# x[i]: places in a table, columns of a frame, the row at hand
placed <- function(reader, holder, index, mask = NULL) {
  ledger <- reader$ledger
  if (is_known(index) && holder$t %in% c("frame", "row")) {
    if (!is.character(index$value) || !all(index$value %in% names(holder$columns))) not_proved("rows of a frame are picked")
    return(list(t = holder$t, columns = holder$columns[index$value]))
  }
  if (holder$t == "list" && is_known(index)) {
    items <- holder$items[index$value]
    if (any(vapply(items, is.null, NA))) not_proved("an element of a list that is not there")
    return(list(t = "list", items = items))
  }
  if (is_plain_value(holder) && is_plain_value(index)) {
    if (has_own_methods(plain(holder))) not_proved("elements of an object of a class of its own")
    return(computed(function(x, i) x[i], list(holder, index)))
  }
  if (index$t == "number" && is_row(holder) && !holder$single) return(single_of(holder))
  if (is_plain_value(holder) && index$t == "subset") {
    return(list(t = "subset", value = placed(reader, holder, index$value), mask = index$mask))
  }
  if (is_plain_value(holder) && index$t == "part") return(looked_up(reader, plain(holder), index))
  if (is_row(holder) && !holder$single && is_row(index) && kind_of(index) == "bool" && !is.null(mask)) {
    return(list(t = "subset", value = holder, mask = mask))
  }
  not_proved("elements are picked from a whole column")
}

has_own_methods <- function(x) is.object(x) && !inherits(x, c("factor", "data.frame", "Date"), which = FALSE)

single_of <- function(v) {
  v$single <- TRUE
  v
}

column_of <- function(v) {
  if (is_known(v)) {
    check_scalar(v)
    return(part(NA_character_, kind_of(v), least = lowest(v)))
  }
  if (v$t %in% c("list", "frame")) not_proved("a list for each row")
  if (!is_row(v) || !v$single) not_proved("a column for each row")
  v$single <- FALSE
  v
}

# table[x]: what a table has for a value of each row
looked_up <- function(reader, table, index) {
  if (!(is.atomic(table) || is.list(table)) || !is.null(dim(table)) || has_own_methods(table)) not_proved("a table of several dimensions")
  kind <- kind_of(index)
  if (kind == "text") {
    if (anyDuplicated(names(table))) not_proved("a table has a name twice")
    if (index$raw) compare_raw(reader$ledger, index, names(table))
  } else if (index$raw) {
    not_proved(named_input(index$input), " itself is a place in a table")
  } else if (kind != "factor" && !isTRUE(index$least >= 1)) {
    not_proved("a place in a table that may be 0")
  }
  step_of(reader$ledger, index$input, kind_of_known(table), index$single, suppressWarnings(min(Inf, if (is.numeric(table)) table, na.rm = TRUE)))
}

# the holder with something put in place of an element
replaced <- function(reader, holder, accessor, index, value, mask) {
  ledger <- reader$ledger
  if (accessor %in% c("$", "[[") && holder$t %in% c("frame", "list", "known")) {
    key <- plain(index)
    if (is_known(holder)) {
      if (is.object(holder$value) || !(is.null(holder$value) || is.list(holder$value))) not_proved("an element of something known is set")
      holder <- list(t = "list", items = elements(holder))
    }
    if (!is.character(key) || length(key) != 1L) not_proved("an element is set by its place")
    if (holder$t == "frame") holder$columns[[key]] <- as_column(value) else holder$items[[key]] <- value
    return(holder)
  }
  if (!is_row(holder) || holder$single) not_proved("an element is set that is not followed")
  if (index$t == "number") {
    if (!reader$looping || holder$t != "part" || !is.na(holder$input) || holder$kind %in% c("text", "factor")) {
      not_proved("a vector is filled otherwise than with one value a row")
    }
    return(column_of(value))
  }
  if (!is_row(index) || kind_of(index) != "bool") not_proved("elements are set by their places")
  if (value$t == "subset") {
    if (!identical(value$mask, mask)) not_proved("elements are set to those of other rows")
    value <- value$value
  } else if (!is_known(value)) {
    not_proved("elements are set to those of another column")
  }
  choose(ledger, index, value, holder)
}

as_column <- function(value) {
  if (is_known(value)) return(column_of(value))
  if (!is_row(value) || value$single) not_proved("a column that is none")
  value
}

# target <- value, for names, elements, and elements of elements
assign_to <- function(reader, target, value, names) {
  if (is.character(target)) target <- as.name(target)
  if (is.name(target)) return(bind(names, as.character(target), value))
  accessor <- head_of(target)
  if (!accessor %in% c("$", "[[", "[") || length(target) != 3L || !is_base(reader, names, accessor) || !is_base(reader, names, paste0(accessor, "<-"))) {
    not_proved("an assignment that is not read: ", accessor)
  }
  holder <- eval_node(reader, target[[2L]], names)
  mask <- NULL
  if (accessor == "$") {
    index <- known(as.character(target[[3L]]))
  } else {
    if (is_empty(target[[3L]])) not_proved("all elements are set")
    index <- eval_node(reader, target[[3L]], names)
    mask <- target[[3L]]
  }
  if (accessor == "[" && is_known(index) && holder$t == "frame") accessor <- "[["
  assign_to(reader, target[[2L]], replaced(reader, holder, accessor, index, value, mask), names)
}

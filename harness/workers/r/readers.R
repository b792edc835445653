# What the functions of base R, stats and utils do to the rows of a form that is read, each by its name here and
# by identity there: reader(reader, node, names, name) gives the value of a call.

# `of`: reader(reader, given, name), for those that only need their arguments
of <- function(fun) {
  force(fun)
  function(reader, node, names, name) fun(reader, given_to(reader, node, names), name)
}

known_or <- function(fun) {
  force(fun)
  function(reader, node, names, name) {
    given <- given_to(reader, node, names)
    if (length(given) && all_known(given)) return(computed(base_function(name), given))
    fun(reader, given, name)
  }
}

read_names <- function(reader, given, name) {
  v <- given[[1L]]
  if (v$t == "frame") return(known(names(v$columns)))
  if (v$t == "list") return(known(names(v$items)))
  not_proved("names of what depends on the rows")
}

is_nothing <- function(reader, given, name) known(FALSE)

only_known <- function(reader, given, name) not_proved(name, "() of what depends on the rows")

# -- arithmetic and comparison

arithmetic <- function(reader, given, name) {
  ledger <- reader$ledger
  if (length(given) == 1L) {
    v <- given[[1L]]
    if (name == "+") return(v)
    if (v$t == "part" && v$raw && v$kind == "number") return(chained(v, function(x) -x))
    return(scale_by(ledger, v, known(-1)))
  }
  a <- given[[1L]]
  b <- given[[2L]]
  for (first in c(TRUE, FALSE)) {
    v <- if (first) a else b
    other <- if (first) b else a
    if (v$t == "part" && v$raw && v$kind == "number" && is_known(other)) return(by_number(v, other$value, name, first))
  }
  if (a$t == "part" && b$t == "part" && a$raw && b$raw && !identical(a$input, b$input)) return(derived(a, b, name))
  if (name %in% c("+", "-")) return(add(ledger, a, if (name == "-") negated(ledger, b) else b))
  if (name == "*" || (name == "/" && is_known(b))) return(scale_by(ledger, a, b))
  combine(ledger, list(a, b), "number")
}

# a value that is taken away: other terms than those of the value itself, bounded from the other side
negated <- function(ledger, v) {
  if (v$t == "total") v$terms <- renamed(ledger, v$terms)
  if (v$t == "part" && !v$raw) {
    v$term <- next_number(ledger)
    v$least <- NA_real_
    if (v$kind == "bool") v$kind <- "number"
  }
  v
}

chained <- function(v, f) {
  v$chain <- c(v$chain, f)
  v$pure <- FALSE
  v$least <- NA_real_
  v
}

by_number <- function(v, number, name, first) {
  plain_number <- is.numeric(number) && length(number) == 1L && !is.object(number) && is.finite(number)
  if (!plain_number) not_proved(named_input(v$input), " is reckoned with otherwise than by a plain number")
  if (v$whole && is.integer(number) && name %in% c("+", "-", "*")) not_proved("integers that may overflow")
  number <- as.double(number)
  f <- switch(name,
    "+" = function(x) x + number,
    "-" = if (first) function(x) x - number else function(x) number - x,
    "*" = if (number != 0) function(x) x * number,
    "/" = if (number != 0 && first) function(x) x / number,
    "%/%" = if (number != 0 && first) function(x) x %/% number
  )
  if (is.null(f)) not_proved(named_input(v$input), " is reckoned with otherwise than by a plain number")
  v <- chained(v, f)
  v$whole <- FALSE
  v
}

derived <- function(a, b, name) {
  ok <- name %in% c("+", "-", "*", "/") && a$pure && b$pure && a$kind == "number" && b$kind == "number" &&
    (name == "/" || !(a$whole && b$whole)) && !any(grepl(OF_TWO, c(a$input, b$input), fixed = TRUE))
  if (!ok) not_proved(listed(list(a, b)), " are put together")
  both <- c(a$input, b$input)
  if (name %in% c("+", "*")) both <- sort(both, method = "radix")
  part(paste(both[1L], name, both[2L], sep = OF_TWO), "number", TRUE, singles(list(a, b)), pure = TRUE)
}

comparison <- function(reader, given, name) {
  a <- given[[1L]]
  b <- given[[2L]]
  if (!a$t %in% c("known", "part", "total", "link") || !b$t %in% c("known", "part", "total", "link")) not_proved("a comparison of lists")
  for (one in list(list(a, b), list(b, a))) {
    v <- one[[1L]]
    if (v$t == "part" && v$raw && is_known(one[[2L]])) {
      check_scalar(one[[2L]])
      if (v$kind == "text" && !name %in% c("==", "!=")) not_proved(named_input(v$input), " is text, and ordered")
      compare_raw(reader$ledger, v, one[[2L]]$value)
      return(step_of(reader$ledger, v$input, "bool", v$single))
    }
  }
  combine(reader$ledger, list(a, b), "bool")
}

pointwise <- function(kind) {
  force(kind)
  function(reader, given, name) {
    if ("collapse" %in% names2(given)) not_proved("texts of all rows are put together")
    if (name %in% c("isTRUE", "isFALSE") && !singles(given)) not_proved(name, "() of a whole column")
    combine(reader$ledger, unname(given), kind)
  }
}

stepped <- function(reader, given, name) {
  v <- given[[1L]]
  digits <- if (length(given) > 1L) plain(given[[2L]]) else 0
  if (v$t == "part" && v$raw && v$kind == "number" && identical(as.numeric(digits), 0)) {
    return(chained(v, get(name, envir = baseenv())))
  }
  combine(reader$ledger, list(v), "number")
}

is_missing <- function(reader, given, name) {
  v <- given[[1L]]
  if (!is_row(v)) not_proved("whether a list is missing")
  if (v$t == "part" && v$raw && length(v$chain)) not_proved(named_input(v$input), " is reckoned with before it is asked whether it is missing")
  if (v$t == "part") return(step_of(reader$ledger, v$input, "bool", v$single))
  combine(reader$ledger, list(v), "bool")
}

limited <- function(reader, given, name) {
  given <- given[!names2(given) %in% "na.rm"]
  if (!length(given)) not_proved("the greatest of nothing")
  if (name %in% c("max", "min") && !all(vapply(given, function(v) is_known(v) || (is_row(v) && v$single), NA))) {
    not_proved("the greatest of several rows")
  }
  found <- given[[1L]]
  for (v in given[-1L]) {
    a <- if (is_known(found)) v else found
    b <- if (is_known(found)) found else v
    found <- if (is_known(a)) {
      computed(base_function(name), list(a, b))
    } else if (a$t == "part" && a$raw && is_known(b)) {
      choose(reader$ledger, comparison(reader, list(a, b), "<"), a, b)
    } else {
      combine(reader$ledger, list(a, b), "number")
    }
  }
  found
}

names2 <- function(x) if (is.null(names(x))) rep("", length(x)) else names(x)

# -- conditions

read_ifelse <- function(reader, given, name) {
  given <- matched(given, c("test", "yes", "no"))
  choose_by(reader, given$test, given$yes, given$no)
}

choose_by <- function(reader, test, yes, no) {
  if (!is_row(test) || kind_of(test) != "bool") not_proved("a condition that may be none")
  for (v in list(yes, no)) if (!is_row(v)) check_scalar(v)
  # ifelse() leaves the numbers of a factor
  strip <- function(v) {
    if (is_row(v) && kind_of(v) == "factor") v$kind <- "any"
    v
  }
  choose(reader$ledger, test, strip(yes), strip(no))
}

# && and || of single values: the second is asked where the first does not decide
read_and <- function(reader, node, names, name) {
  first <- eval_condition(reader, node[[2L]], names)
  if (first$t == "whole") return(first)
  if (is_known(first)) {
    decided <- isTRUE(first$value) == (name == "||") && !is.na(first$value)
    return(if (decided) first else eval_condition(reader, node[[3L]], names))
  }
  second <- eval_condition(reader, node[[3L]], names)
  if (second$t == "whole") return(second)
  if (!singles(list(first, second))) not_proved("&& or || of whole columns")
  combine(reader$ledger, list(first, second), "bool")
}

read_whole <- function(reader, given, name) {
  if (all(vapply(given, function(v) is_row(v) && v$single, NA))) return(combine(reader$ledger, unname(given), "bool"))
  list(t = "whole")
}

member <- function(reader, given, name) {
  given <- matched(given, c("x", "table", "nomatch"))
  v <- given$x
  table <- plain(given$table)
  if (!is.atomic(table) && !is.null(table)) not_proved("a list is looked through")
  none <- plain(given$nomatch, NA)
  if (!is_row(v)) not_proved("a list is looked up")
  single <- v$single
  if (v$t == "part" && v$raw) {
    if (v$kind == "number" && is.character(table)) not_proved(named_input(v$input), " is looked up as text")
    compare_raw(reader$ledger, v, table)
    v <- step_of(reader$ledger, v$input, "any", single)
  }
  if (name == "match") combine(reader$ledger, list(v), "number", if (is.na(none)) 1 else min(1, none)) else combine(reader$ledger, list(v), "bool")
}

read_cut <- function(reader, given, name) {
  given <- matched(given, c("x", "breaks", "labels", "include.lowest", "right", "dig.lab", "ordered_result"))
  breaks <- plain(given$breaks)
  if (!is.numeric(breaks) || length(breaks) < 2L) not_proved("bins that depend on the batch")
  labels <- plain(given$labels)
  lapply(given[c("include.lowest", "right", "dig.lab", "ordered_result")], plain)
  binned_at(reader, given$x, breaks, if (isFALSE(labels)) "number" else "factor", 1)
}

read_interval <- function(reader, given, name) {
  given <- matched(given, c("x", "vec", "rightmost.closed", "all.inside", "left.open"))
  lapply(given[-(1:2)], plain)
  vec <- plain(given$vec)
  # every number lies above minus infinity
  binned_at(reader, given$x, vec, "number", if (identical(as.numeric(vec)[1L], -Inf)) 1 else 0)
}

binned_at <- function(reader, v, breaks, kind, least) {
  if (!is_row(v) || !is.numeric(breaks) || is.object(breaks) || anyNA(breaks)) not_proved("bins that are no list of numbers")
  if (v$t != "part" || !v$raw) return(combine(reader$ledger, list(v), kind, least))
  if (v$kind != "number") not_proved(named_input(v$input), " is no number, and binned")
  compare_raw(reader$ledger, v, breaks)
  step_of(reader$ledger, v$input, kind, v$single, least)
}

# -- types

cast <- function(reader, given, name) {
  v <- given[[1L]]
  if (v$t == "list" && name == "as.vector") return(v)
  if (!is_row(v)) not_proved(name, "() of a list")
  kind <- kind_of(v)
  if (name %in% c("as.vector", "identity", "unname", "invisible", "drop", "c")) return(v)
  if (name == "as.character") {
    if (v$t == "part" && v$raw) {
      if (kind == "text") return(v)
      not_proved(named_input(v$input), " is read as text")
    }
    return(combine(reader$ledger, list(v), "text"))
  }
  if (v$t == "part" && v$raw && kind == "number") {
    if (name %in% c("as.numeric", "as.double")) return(v)
    if (name == "as.integer") {
      for (edge in c(-2147483648, 2147483648)) compare_raw(reader$ledger, v, edge)
      return(chained(v, trunc))
    }
  }
  if (v$t == "total" && name %in% c("as.numeric", "as.double")) return(v)
  least <- if (kind == "factor") 1 else least_of(v)
  combine(reader$ledger, list(v), if (name == "as.logical") "bool" else "number", least)
}

read_factor <- function(reader, given, name) {
  given <- matched(given, c("x", "levels", "labels", "exclude", "ordered"))
  if (is.null(given$levels)) not_proved("levels that depend on the batch")
  found <- member(reader, list(given$x, given$levels), "match")
  lapply(given[-(1:2)], plain)
  found$kind <- "factor"
  found
}

# -- rows

read_length <- function(reader, given, name) {
  v <- given[[1L]]
  if (v$t == "frame" && name != "length") return(list(t = "rows"))
  if (is_row(v) && !v$single && name %in% c("length", "NROW")) return(list(t = "rows"))
  if (v$t == "list" && name == "length") return(known(length(v$items)))
  if (v$t == "frame") return(known(length(v$columns)))
  not_proved("a length that is not read")
}

read_rep <- function(reader, given, name) {
  given <- matched(given, c("x", "times", "each", "length.out"))
  count <- if (is.null(given$times)) given$length.out else given$times
  if (is.null(count) || count$t != "rows" || !is_known(given$x)) not_proved("a vector of another length")
  column_of(given$x)
}

read_blank <- function(reader, given, name) {
  count <- given[[length(given)]]
  if (count$t != "rows") not_proved("a vector of another length")
  of_kind <- if (name == "vector") plain(given[[1L]]) else name
  part(NA_character_, switch(of_kind, numeric = , double = , integer = "number", logical = "bool", character = "text", not_proved("a vector of lists")), least = 0)
}

read_along <- function(reader, given, name) {
  v <- given[[1L]]
  if (v$t == "rows" || (name == "seq_along" && is_row(v) && !v$single)) return(list(t = "each", element = list(t = "number")))
  if (v$t == "list") return(known(seq_along(v$items)))
  not_proved("numbers that depend on the rows")
}

read_range <- function(reader, given, name) {
  if (length(given) == 2L && is_known(given[[1L]]) && identical(as.numeric(given[[1L]]$value), 1) && given[[2L]]$t == "rows") {
    return(list(t = "each", element = list(t = "number")))
  }
  not_proved("numbers that depend on the rows")
}

# -- lists

read_list <- function(reader, given, name) {
  if (all_known(given)) return(computed(base_function(name), given))
  list(t = "list", items = given)
}

read_c <- function(reader, given, name) {
  if (!length(given) || all_known(given)) return(computed(base_function(name), given))
  if (length(given) == 1L && is_row(given[[1L]])) return(given[[1L]])
  if (name == "c" && any(vapply(given, function(v) v$t == "list", NA))) {
    return(list(t = "list", items = do.call(c, lapply(given, function(v) if (v$t == "list") v$items else list(v)))))
  }
  if (!all(vapply(given, function(v) is_known(v) || (is_row(v) && v$single), NA))) not_proved("columns are put one after the other")
  list(t = "list", items = given)
}

read_columns <- function(reader, given, name) {
  given <- given[!names2(given) %in% c("stringsAsFactors", "check.names", "row.names")]
  if (length(given) == 1L && given[[1L]]$t == "frame") return(given[[1L]])
  if (!length(given) || any(!nzchar(names2(given)))) not_proved("a frame of columns without names")
  list(t = "frame", columns = lapply(given, as_column))
}

read_bind <- function(reader, given, name) {
  parts <- unlist(lapply(unname(given), function(v) if (v$t == "matrix") v$columns else list(v)), recursive = FALSE)
  list(t = "matrix", columns = lapply(parts, as_column))
}

read_unlist <- function(reader, given, name) {
  v <- given[[1L]]
  if (is_row(v)) return(v) # one value a row, already a column
  if (v$t == "list" && all(vapply(v$items, function(one) is_known(one) || (is_row(one) && one$single), NA))) return(v)
  not_proved("columns are put one after the other")
}

read_sum <- function(reader, given, name) {
  given <- given[!names2(given) %in% c("na.rm", "dims")]
  items <- if (length(given) == 1L && given[[1L]]$t %in% c("list", "frame", "matrix")) {
    if (given[[1L]]$t == "list") given[[1L]]$items else given[[1L]]$columns
  } else {
    given
  }
  if (name == "sum" && !all(vapply(items, function(v) is_known(v) || (is_row(v) && v$single), NA))) not_proved("a sum over rows")
  if (name == "rowSums" && !(length(given) == 1L && given[[1L]]$t %in% c("frame", "matrix"))) not_proved("sums of something that is no frame")
  Reduce(function(a, b) arithmetic2(reader, a, b), unname(items), known(0))
}

arithmetic2 <- function(reader, a, b) {
  if (all_known(list(a, b))) computed(base_function("+"), list(a, b)) else arithmetic(reader, list(a, b), "+")
}

# -- functions of functions

function_named <- function(reader, v) {
  if (is_known(v) && is.character(v$value)) v <- known(get(v$value, envir = globalenv(), mode = "function"))
  v
}

each_element <- function(v) {
  if (v$t == "each") return(v$element)
  if (is_row(v) && !v$single) return(single_of(v))
  NULL
}

read_apply <- function(reader, given, name) {
  given <- given[!names2(given) %in% c("FUN.VALUE", "USE.NAMES", "SIMPLIFY", "simplify")]
  if (name == "vapply" && length(given) > 2L && !any(nzchar(names2(given)[3L]))) given <- given[-3L]
  said <- names2(given)
  over <- given[[if ("X" %in% said) "X" else which(said == "")[1L]]]
  rest <- given[setdiff(seq_along(given), if ("X" %in% said) match("X", said) else which(said == "")[1L])]
  at <- if ("FUN" %in% names2(rest)) match("FUN", names2(rest)) else which(names2(rest) == "")[1L]
  fun <- function_named(reader, rest[[at]])
  more <- rest[-at]
  element <- each_element(over)
  if (!is.null(element)) return(rows_of(invoke(reader, fun, c(list(element), more))))
  found <- lapply(elements(over), function(one) invoke(reader, fun, c(list(one), more)))
  if (name != "lapply" && is_known(over) && is.character(over$value) && is.null(names(found))) names(found) <- over$value
  simplified(found, name != "lapply")
}

# what a function gives for each row, as a column
rows_of <- function(v) {
  if (v$t == "list") return(list(t = "frame", columns = lapply(v$items, column_of)))
  column_of(v)
}

simplified <- function(found, simplify) {
  if (all_known(found)) {
    plain_ones <- lapply(found, plain)
    return(known(if (simplify) simplify2array(plain_ones, higher = FALSE) else plain_ones))
  }
  if (simplify && all(vapply(found, function(v) is_row(v) && !v$single, NA))) return(list(t = "matrix", columns = found))
  list(t = "list", items = found)
}

read_map <- function(reader, given, name) {
  given <- given[!names2(given) %in% c("SIMPLIFY", "USE.NAMES", "MoreArgs")]
  at <- if (any(names2(given) %in% c("f", "FUN"))) match(TRUE, names2(given) %in% c("f", "FUN")) else 1L
  fun <- function_named(reader, given[[at]])
  lists <- given[-at]
  rows <- lapply(lists, each_element)
  if (any(!vapply(rows, is.null, NA))) {
    if (any(vapply(rows, is.null, NA))) not_proved("rows are paired with other things")
    return(rows_of(invoke(reader, fun, rows)))
  }
  parts <- lapply(lists, elements)
  if (length(unique(lengths(parts))) != 1L) not_proved("lists of different lengths")
  found <- lapply(seq_along(parts[[1L]]), function(i) invoke(reader, fun, lapply(parts, function(one) one[[i]])))
  names(found) <- names(parts[[1L]])
  if (is.null(names(found)) && is_known(lists[[1L]]) && is.character(lists[[1L]]$value)) names(found) <- lists[[1L]]$value
  simplified(found, name == "mapply")
}

read_reduce <- function(reader, given, name) {
  given <- matched(given, c("f", "x", "init"))
  fun <- function_named(reader, given$f)
  items <- unname(elements(given$x))
  if (!is.null(given$init)) items <- c(list(given$init), items)
  if (!length(items)) not_proved("nothing is put together")
  found <- items[[1L]]
  for (one in items[-1L]) found <- invoke(reader, fun, list(found, one))
  found
}

read_do_call <- function(reader, given, name) {
  given <- matched(given, c("what", "args"))
  invoke(reader, function_named(reader, given$what), elements(given$args))
}

# -- syntax

read_assign <- function(reader, node, names, name) {
  value <- eval_node(reader, node[[3L]], names)
  assign_to(reader, node[[2L]], value, names)
  value
}

read_block <- function(reader, node, names, name) {
  last <- known(NULL)
  if (name == "(") return(eval_node(reader, node[[2L]], names))
  end <- run_pending(reader, push(as.list(node)[-1L], list(mark("end"), NULL)), names)
  if (!is.environment(end$names)) not_proved("a block that is left in its midst")
  end$last
}

read_if <- function(reader, node, names, name) {
  condition <- eval_condition(reader, node[[2L]], names)
  ways <- list(node[[3L]], if (length(node) > 3L) node[[4L]] else quote(invisible(NULL)))
  if (any(vapply(ways, has_jump, NA))) {
    if (is_known(condition)) {
      way <- ways[[if (isTRUE(as.logical(condition$value))) 1L else 2L]]
      if (!has_jump(way)) return(eval_node(reader, way, names))
    }
    not_proved("a return within an expression")
  }
  if (is_known(condition)) return(eval_node(reader, ways[[if (isTRUE(as.logical(condition$value))) 1L else 2L]], names))
  if (condition$t == "whole" || !condition$single) not_proved("an if on a whole column")
  fork_and_join(reader, condition, ways, names)
}

read_function <- function(reader, node, names, name) {
  at <- names
  while (!is.null(at)) {
    at$captured <- TRUE
    at <- at$above
  }
  list(t = "closure", arguments = as.list(node[[2L]]), body = node[[3L]], names = names)
}

read_dollar <- function(reader, node, names, name) {
  holder <- eval_node(reader, node[[2L]], names)
  key <- as.character(node[[3L]])
  if (is_known(holder) && is.list(holder$value) && !key %in% names(holder$value) && any(startsWith(names2(holder$value), key))) {
    not_proved("an element is named in part")
  }
  if (holder$t == "list" && !key %in% names(holder$items) && any(startsWith(names2(holder$items), key))) not_proved("an element is named in part")
  picked(reader, holder, key)
}

read_double <- function(reader, node, names, name) {
  if (length(node) != 3L) not_proved("an element of several dimensions")
  holder <- eval_node(reader, node[[2L]], names)
  index <- eval_node(reader, node[[3L]], names)
  if (index$t == "number") return(placed(reader, holder, index))
  if (index$t == "part" && index$single && is_plain_value(holder)) return(looked_up(reader, plain(holder), index))
  picked(reader, holder, plain(index))
}

read_single <- function(reader, node, names, name) {
  holder <- eval_node(reader, node[[2L]], names)
  if (length(node) == 4L) return(read_cell(reader, holder, node, names))
  if (length(node) != 3L || is_empty(node[[3L]])) not_proved("elements in several dimensions")
  index <- eval_node(reader, node[[3L]], names)
  placed(reader, holder, index, node[[3L]])
}

# df[i, ], df[i, "age"], df[, "age"], and places in known frames
read_cell <- function(reader, holder, node, names) {
  row <- if (is_empty(node[[3L]])) NULL else eval_node(reader, node[[3L]], names)
  column <- if (is_empty(node[[4L]])) NULL else eval_node(reader, node[[4L]], names)
  if (holder$t == "frame") {
    key <- plain(column)
    if (!is.null(key) && !(is.character(key) && all(key %in% names(holder$columns)))) not_proved("a column that is not there")
    chosen <- if (is.null(key)) holder$columns else holder$columns[key]
    if (is.null(row)) return(if (length(key) == 1L) chosen[[1L]] else list(t = "frame", columns = chosen))
    if (row$t != "number") not_proved("rows of a frame are picked")
    chosen <- lapply(chosen, single_of)
    return(if (length(key) == 1L) chosen[[1L]] else list(t = "row", columns = chosen))
  }
  if (!is_known(holder) || has_own_methods(holder$value)) not_proved("elements in several dimensions")
  x <- holder$value
  computed(function(...) x[...], list(if (is.null(row)) known(TRUE) else row, if (is.null(column)) known(TRUE) else column))
}

read_with <- function(reader, node, names, name) {
  holder <- eval_node(reader, node[[2L]], names)
  inner <- new_names(names$live, names)
  columns <- if (holder$t == "frame") holder$columns else elements(holder)
  for (one in names(columns)) bind(inner, one, columns[[one]])
  if (name == "with") return(eval_node(reader, node[[3L]], inner))
  if (holder$t != "frame") not_proved("within() something that is no frame")
  eval_node(reader, node[[3L]], inner)
  for (one in ls(inner$held)) holder$columns[[one]] <- as_column(get(one, envir = inner$held))
  holder
}

read_transform <- function(reader, node, names, name) {
  holder <- eval_node(reader, node[[2L]], names)
  if (holder$t != "frame") not_proved("transform() of something that is no frame")
  inner <- new_names(names$live, names)
  for (one in names(holder$columns)) bind(inner, one, holder$columns[[one]])
  parts <- as.list(node)[-(1:2)]
  if (any(!nzchar(names2(parts)))) not_proved("transform() without names")
  made <- lapply(parts, function(one) as_column(eval_node(reader, one, inner)))
  holder$columns[names(made)] <- made
  holder
}

read_switch <- function(reader, node, names, name) {
  v <- eval_node(reader, node[[2L]], names)
  ways <- as.list(node)[-(1:2)]
  said <- names2(ways)
  if (is_known(v)) {
    if (!is.character(v$value)) not_proved("switch() by a number")
    at <- match(v$value, said)
    if (is.na(at)) at <- which(said == "")[1L]
    if (is.na(at)) return(known(NULL))
    while (is_empty(ways[[at]])) at <- at + 1L
    return(eval_node(reader, ways[[at]], names))
  }
  if (v$t != "part" || !v$single || v$kind != "text") not_proved("switch() of something that is no text of one row")
  compare_raw(reader$ledger, v, said[nzchar(said)])
  ways <- Filter(Negate(is_empty), ways)
  if (any(vapply(ways, has_jump, NA)) || !length(ways)) not_proved("a switch() that jumps")
  if (!any(said == "")) not_proved("a switch() without a default")
  condition <- step_of(reader$ledger, v$input, "bool", TRUE)
  found <- lapply(ways, function(way) eval_node(reader, way, names))
  found <- lapply(found, function(one) if (is_known(one)) step_of(reader$ledger, NA_character_, kind_of(one), TRUE, lowest(one)) else one)
  Reduce(function(a, b) choose(reader$ledger, condition, a, b), found)
}

read_quiet <- function(reader, node, names, name) eval_node(reader, node[[2L]], names)
read_said <- function(reader, node, names, name) known(NULL)

read_stopifnot <- function(reader, node, names, name) {
  given_to(reader, node, names)
  known(NULL)
}

fill_readers <- function() {
  set <- function(names, reader) for (name in names) assign(name, reader, envir = READERS)
  set(c("+", "-", "*", "/", "^", "%%", "%/%"), known_or(arithmetic))
  set(c("<", "<=", ">", ">=", "==", "!="), known_or(comparison))
  set(c("&", "|", "!", "xor", "is.nan", "is.finite", "is.infinite", "isTRUE", "isFALSE", "startsWith", "endsWith", "grepl",
        "nzchar", "is.numeric", "is.character"), known_or(pointwise("bool")))
  set(c("exp", "log", "log2", "log10", "log1p", "expm1", "sqrt", "abs", "sign", "plogis", "qlogis", "nchar", "signif"), known_or(pointwise("number")))
  set(c("paste", "paste0", "toupper", "tolower", "trimws", "substr", "sub", "gsub", "sprintf"), known_or(pointwise("text")))
  set(c("floor", "ceiling", "trunc", "round"), known_or(stepped))
  set("is.na", known_or(is_missing))
  set(c("pmin", "pmax", "min", "max"), known_or(limited))
  set("ifelse", known_or(read_ifelse))
  set(c("&&", "||"), read_and)
  set(c("any", "all", "anyNA"), known_or(read_whole))
  set(c("%in%", "match", "is.element"), known_or(member))
  set(c("cut", "cut.default"), known_or(read_cut))
  set(c("findInterval"), known_or(read_interval))
  set(c("as.numeric", "as.double", "as.integer", "as.character", "as.logical", "as.vector", "identity", "unname", "drop"), known_or(cast))
  set("factor", known_or(read_factor))
  set(c("nrow", "NROW", "length"), known_or(read_length))
  set(c("rep", "rep_len", "rep.int"), known_or(read_rep))
  set(c("numeric", "double", "integer", "logical", "character", "vector"), known_or(read_blank))
  set(c("seq_len", "seq_along"), known_or(read_along))
  set(":", known_or(read_range))
  set("list", of(read_list))
  set("c", of(read_c))
  set("data.frame", known_or(read_columns))
  set("cbind", known_or(read_bind))
  set("unlist", known_or(read_unlist))
  set(c("sum", "rowSums"), known_or(read_sum))
  set(c("lapply", "sapply", "vapply"), of(read_apply))
  set(c("Map", "mapply"), of(read_map))
  set("Reduce", of(read_reduce))
  set("do.call", of(read_do_call))
  set(c("<-", "="), read_assign)
  set(c("{", "("), read_block)
  set("if", read_if)
  set("function", read_function)
  set("$", read_dollar)
  set("[[", read_double)
  set("[", read_single)
  set(c("with", "within"), read_with)
  set("transform", read_transform)
  set("switch", read_switch)
  set(c("suppressWarnings", "suppressMessages", "invisible"), read_quiet)
  set(c("print", "cat", "message", "warning"), read_said)
  set("stopifnot", read_stopifnot)
  set(c("names", "colnames"), known_or(read_names))
  set("is.null", known_or(is_nothing))
  set(c("is.function", "is.list", "inherits", "setNames", "rev", "sort", "order", "unique", "head",
        "tail", "diff", "cumsum", "seq", "identical", "rownames", "nlevels", "levels", "as.list", "is.data.frame",
        "which", "setdiff", "intersect", "union", "as.factor", "split", "rbind", "as.data.frame", "ncol",
        "array", "matrix", "tabulate", "mean", "prod", "range"),
      known_or(only_known))
}
fill_readers()

# Constants in R code: what stands in one call with an input is a clue about that input.

COMPARISONS <- c("<", "<=", ">", ">=", "==", "!=", "%in%")
CUTS <- c("cut", "findInterval", "between", "cut2", "pmin", "pmax", "match", "is.element", "switch")
# what these hold belongs together no more than statements do
APART <- c("{", "if", "for", "while", "repeat", "<-", "<<-", "=", "function", "ifelse", "return", "list",
           "data.frame", "with", "within", "&", "&&", "|", "||", "(", "!", "library", "require", "source",
           "transform", "stopifnot", "lapply", "sapply", "vapply")
FOLDED <- c("c", "(", "-", "+", "*", "/", "^", ":", "%%", "%/%", "seq", "seq_len", "rep", "sqrt", "exp", "log",
            "log2", "log10", "log1p", "as.numeric", "as.integer", "as.double", "as.Date", "setNames", "round")
FOLDED_NAMES <- c("Inf", "pi", "TRUE", "FALSE", "T", "F")

# the constants of expressions; `lines` says where each begins in the file
walk_code <- function(expressions, file, found, lines = NULL) {
  code <- new.env(parent = emptyenv())
  code$found <- found
  code$file <- file
  code$aliases <- list()
  code$constants <- list()
  for (one in as.list(expressions)) note_names(one, code)
  for (i in seq_along(expressions)) {
    walk(expressions[[i]], code, list(input = NULL, role = "constant", origin = origin_of(file, lines[i])))
  }
}

origin_of <- function(file, line) {
  if (is.null(line) || length(line) == 0L || is.na(line)) file else paste0(file, ":", line)
}

head_of <- function(node) if (is.name(node[[1L]])) as.character(node[[1L]]) else qualified(node[[1L]])

# pkg::name counts as name
qualified <- function(head) {
  if (is.call(head) && length(head) == 3L && is.name(head[[1L]]) && as.character(head[[1L]]) %in% c("::", ":::")) {
    as.character(head[[3L]])
  } else {
    ""
  }
}

# ---- first pass: names that stand for an input, and names that stand for constants ---------------------

note_names <- function(node, code) {
  if (!is.call(node)) return(invisible())
  if (head_of(node) %in% c("<-", "=", "<<-") && length(node) == 3L && is.name(node[[2L]])) {
    name <- as.character(node[[2L]])
    value <- fold(node[[3L]])
    if (!is.null(value)) code$constants[[name]] <- value
    stands_for <- mentions(node[[3L]], code)
    if (length(stands_for) == 1L && !is.call_of(node[[3L]], c(COMPARISONS, "function"))) {
      code$aliases[[name]] <- stands_for
    }
  }
  for (part in parts_of(node)) note_names(part, code)
}

is.call_of <- function(node, names) is.call(node) && head_of(node) %in% names

# the arguments of a call (defaults and body of a function); empty ones left out
parts_of <- function(node) {
  if (head_of(node) == "function") {
    parts <- c(as.list(node[[2L]]), list(node[[3L]]))
  } else {
    parts <- as.list(node)[-1L]
    if (is.call(node[[1L]])) parts <- c(list(node[[1L]]), parts)
  }
  parts[!vapply(parts, is_empty, NA)]
}

is_empty <- function(part) is.name(part) && !nzchar(as.character(part))

# the inputs that a piece of code names: df$x, df[["x"]], df[, "x"], x
mentions <- function(node, code) {
  if (is.name(node)) {
    name <- as.character(node)
    if (name %in% code$found$inputs) return(name)
    return(code$aliases[[name]])
  }
  if (!is.call(node)) return(NULL)
  column <- column_named(node, code$found$inputs)
  if (!is.null(column)) return(column)
  unique(unlist(lapply(parts_of(node), mentions, code)))
}

column_named <- function(node, inputs) {
  head <- head_of(node)
  if (!head %in% c("$", "[[", "[", "@") || length(node) < 3L) return(NULL)
  last <- node[[length(node)]]
  name <- if (head %in% c("$", "@") && is.name(last)) as.character(last) else if (is.character(last)) last
  if (length(name) == 1L && name %in% inputs) name
}

# ---- second pass ---------------------------------------------------------------------------------------

walk <- function(node, code, at) {
  if (is.name(node)) return(walk_name(as.character(node), code, at))
  if (is.numeric(node) || is.character(node) || is.logical(node)) {
    return(if (!is.logical(node)) add_find(code$found, node, at$role, at$input, at$origin))
  }
  if (is.pairlist(node)) return(for (one in as.list(node)) if (!is_empty(one)) walk(one, code, at))
  if (!is.call(node)) return(invisible())
  head <- head_of(node)
  at <- context(node, head, code, at)
  value <- fold(node)
  if (!is.null(value)) {
    add_find(code$found, value, at$role, at$input, at$origin)
    if (!is.null(names(value))) add_find(code$found, names(value), "level", at$input, at$origin)
    if (head == "c" && is.numeric(value)) return(invisible())
  }
  if (head %in% c("switch", "list", "c")) {
    keys <- names(node)[-1L]
    add_find(code$found, keys[nzchar(keys)], "level", at$input, at$origin)
  }
  walk_parts(node, head, code, at)
}

walk_parts <- function(node, head, code, at) {
  if (!is.null(column_named(node, code$found$inputs))) {
    if (is.call(node[[2L]])) walk(node[[2L]], code, at)
    return(invisible())
  }
  refs <- if (head == "{") attr(node, "srcref")
  for (i in seq_along(parts <- parts_of(node))) {
    here <- at
    # the first reference is the brace's own
    if (length(refs) > i) here$origin <- origin_of(code$file, as.integer(refs[[i + 1L]])[1L])
    part <- parts[[i]]
    if (head %in% c("$", "@") && i == 2L) next
    walk(part, code, here)
  }
}

# which input this call is about, and in what role its constants stand
context <- function(node, head, code, at) {
  if (head %in% APART) {
    if (head != "(") at$input <- NULL
    at$role <- "constant"
    return(at)
  }
  named <- mentions(node, code)
  if (length(named) == 1L) {
    at$input <- named
    if (head %in% c(COMPARISONS, CUTS)) at$role <- "threshold"
  } else if (length(named) > 1L) {
    at$input <- NULL
    at$role <- if (head %in% c(COMPARISONS, CUTS)) "threshold" else "constant"
  } else if (head %in% c(COMPARISONS, CUTS)) {
    at$role <- "threshold"
  }
  at$indexing <- head %in% c("[", "[[")
  at
}

# a name beside an input: edges in cut(df$x, edges), points in points[df$level]
walk_name <- function(name, code, at) {
  if (is.null(at$input) || name %in% code$found$inputs || !is.null(code$aliases[[name]])) return(invisible())
  value <- code$constants[[name]]
  if (is.null(value)) value <- get0(name, envir = globalenv(), inherits = FALSE)
  if (!is.atomic(value) || is.null(value) || length(value) > LONGEST_VECTOR) return(invisible())
  origin <- paste0(at$origin, " (", name, ")")
  if (!is.null(names(value))) add_find(code$found, names(value), "level", at$input, origin)
  if (!isTRUE(at$indexing)) add_find(code$found, value, at$role, at$input, origin)
}

# the value of code made of constants alone; NULL for any other
fold <- function(node) {
  if (!is.call(node) || !foldable(node)) return(NULL)
  value <- tryCatch(suppressWarnings(eval(node, baseenv())), error = function(e) NULL)
  if (is.atomic(value) && length(value) > 0L && length(value) <= LONGEST_VECTOR) value
}

foldable <- function(node) {
  if (is.name(node)) return(as.character(node) %in% FOLDED_NAMES)
  if (!is.call(node)) return(is.atomic(node) && length(node) == 1L)
  # a range of any length could be asked for
  head_of(node) %in% FOLDED && all(vapply(parts_of(node), foldable, NA)) && !huge(node)
}

huge <- function(node) {
  if (!head_of(node) %in% c(":", "seq", "seq_len", "rep")) return(FALSE)
  numbers <- unlist(lapply(parts_of(node), function(part) if (is.numeric(part)) part))
  length(numbers) > 0L && max(abs(numbers)) > 1e5
}

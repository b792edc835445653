# Constants in R code: what stands in one call with an input is a clue about that input.

COMPARISONS <- c("<", "<=", ">", ">=", "==", "!=", "%in%")
CUTS <- c("cut", "findInterval", "between", "cut2", "pmin", "pmax", "match", "is.element", "switch")
# what these hold belongs together no more than statements do
APART <- c("{", "if", "for", "while", "repeat", "<-", "<<-", "=", "function", "ifelse", "return", "list",
           "data.frame", "with", "within", "&", "&&", "|", "||", "!", "library", "require", "source",
           "transform", "stopifnot", "lapply", "sapply", "vapply")
# arithmetic is about the input that the call around it is about; long sums are not searched at every level
ARITHMETIC <- c("+", "-", "*", "/", "^", "%%", "%/%")
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
  for (one in as.list(expressions)) tryCatch(note_names(one, code), error = function(e) NULL)
  for (i in seq_along(expressions)) {
    at <- list(input = NULL, role = "constant", origin = origin_of(file, lines[i]))
    # one expression that cannot be read is no reason to lose the rest
    tryCatch(walk(expressions[[i]], code, at), error = function(e) NULL)
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

walk <- function(node, code, at) {
  pending <- list(list(node = node, at = at), NULL)
  while (!is.null(pending) && !enough(code$found)) {
    one <- pending[[1L]]
    pending <- pending[[2L]]
    for (piece in rev(look_at(one$node, code, one$at))) pending <- list(piece, pending)
  }
}

# notes the constants of one piece of code; gives the pieces below it, each with where it stands
look_at <- function(node, code, at) {
  if (is.name(node)) return(look_at_name(as.character(node), code, at))
  if (is.numeric(node) || is.character(node)) {
    add_find(code$found, node, at$role, at$input, at$origin)
    return(NULL)
  }
  if (!is.call(node)) return(NULL)
  head <- head_of(node)
  at <- context(node, head, code, at)
  value <- fold(node)
  if (!is.null(value)) {
    add_find(code$found, value, at$role, at$input, at$origin)
    if (!is.null(names(value))) add_find(code$found, names(value), "level", at$input, at$origin)
    if (head == "c" && is.numeric(value)) return(NULL)
  }
  if (head %in% c("switch", "list", "c")) {
    keys <- names(node)[-1L]
    add_find(code$found, keys[nzchar(keys)], "level", at$input, at$origin)
  }
  pieces_below(node, head, code, at)
}

pieces_below <- function(node, head, code, at) {
  piece <- function(node, at) list(node = node, at = at)
  if (!is.null(column_named(node, code$found$inputs))) {
    return(if (is.call(node[[2L]])) list(piece(node[[2L]], at)))
  }
  parts <- parts_of(node)
  if (head %in% c("$", "@")) return(lapply(parts[1L], piece, at))
  refs <- if (head == "{") attr(node, "srcref")
  lapply(seq_along(parts), function(i) {
    # the first reference is the brace's own
    if (length(refs) > i) at$origin <- origin_of(code$file, as.integer(refs[[i + 1L]])[1L])
    piece(parts[[i]], at)
  })
}

# which input this call is about, and in what role its constants stand
context <- function(node, head, code, at) {
  if (head == "(") return(at)
  if (head %in% APART) {
    at$input <- NULL
    at$role <- "constant"
    return(at)
  }
  at$indexing <- head %in% c("[", "[[")
  if (head %in% ARITHMETIC) return(at)
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
  at
}

# a name beside an input: edges in cut(df$x, edges), points in points[df$level]
look_at_name <- function(name, code, at) {
  if (is.null(at$input) || name %in% code$found$inputs || !is.null(code$aliases[[name]])) return(NULL)
  value <- code$constants[[name]]
  if (is.null(value)) value <- get0(name, envir = globalenv(), inherits = FALSE)
  if (!is.atomic(value) || is.null(value) || length(value) > LONGEST_VECTOR) return(NULL)
  origin <- paste0(at$origin, " (", name, ")")
  if (!is.null(names(value))) add_find(code$found, names(value), "level", at$input, origin)
  if (!isTRUE(at$indexing)) add_find(code$found, value, at$role, at$input, origin)
  NULL
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
  if (!head_of(node) %in% FOLDED) return(FALSE)
  # the last part first: in a long sum it is the short one
  for (part in rev(parts_of(node))) if (!foldable(part)) return(FALSE)
  !huge(node) # a range of any length could be asked for
}

huge <- function(node) {
  if (!head_of(node) %in% c(":", "seq", "seq_len", "rep")) return(FALSE)
  numbers <- unlist(lapply(parts_of(node), function(part) if (is.numeric(part)) part))
  length(numbers) > 0L && max(abs(numbers)) > 1e5
}

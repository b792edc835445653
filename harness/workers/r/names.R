# What names in R code stand for: an input, or constants.

# Walks keep what is still to be looked at instead of calling themselves: generated code nests deeper than R's
# stack. It is kept as list(first, rest): x[[i]] <- code looks through all of the code each time.
note_names <- function(node, code) {
  pending <- list(node, NULL)
  while (!is.null(pending) && !enough(code$found)) {
    node <- pending[[1L]]
    pending <- pending[[2L]]
    if (!is.call(node)) next
    if (is.call_of(node, c("<-", "=", "<<-")) && length(node) == 3L && is.name(node[[2L]])) note_name(node, code)
    for (part in rev(parts_of(node))) pending <- list(part, pending)
  }
}

note_name <- function(node, code) {
  name <- as.character(node[[2L]])
  if (is.call_of(node[[3L]], "function")) return(invisible())
  value <- fold(node[[3L]])
  if (!is.null(value)) code$constants[[name]] <- value
  stands_for <- mentions(node[[3L]], code)
  if (length(stands_for) == 1L && !is.call_of(node[[3L]], COMPARISONS)) code$aliases[[name]] <- stands_for
}

is.call_of <- function(node, names) is.call(node) && head_of(node) %in% names

# the arguments of a call (defaults and body of a function); empty ones left out
parts_of <- function(node) {
  head <- head_of(node)
  if (head == "function") {
    parts <- c(as.list(node[[2L]]), list(node[[3L]]))
  } else {
    parts <- as.list(node)[-1L]
    if (is.call(node[[1L]])) parts <- c(list(node[[1L]]), parts)
    if (!head %in% MAY_BE_EMPTY) return(parts)
  }
  parts[!vapply(parts, is_empty, NA)]
}

# calls with places that may be left empty: x[, 1], switch(x, a = , b = 1)
MAY_BE_EMPTY <- c("[", "[[", "switch", "quote", "bquote", "alist", "expression", "")

is_empty <- function(part) is.name(part) && !nzchar(as.character(part))

# the inputs that a piece of code names: df$x, df[["x"]], df[, "x"], x
mentions <- function(node, code) {
  found <- character()
  pending <- list(node, NULL)
  while (!is.null(pending)) {
    node <- pending[[1L]]
    pending <- pending[[2L]]
    if (is.name(node)) {
      name <- as.character(node)
      found <- c(found, if (name %in% code$found$inputs) name else code$aliases[[name]])
    } else if (is.call(node)) {
      column <- column_named(node, code$found$inputs)
      found <- c(found, column)
      if (is.null(column)) for (part in parts_of(node)) pending <- list(part, pending)
    }
  }
  unique(found)
}

column_named <- function(node, inputs) {
  head <- head_of(node)
  if (!head %in% c("$", "[[", "[", "@") || length(node) < 3L) return(NULL)
  last <- node[[length(node)]]
  name <- if (head %in% c("$", "@") && is.name(last)) as.character(last) else if (is.character(last)) last
  if (length(name) == 1L && name %in% inputs) name
}

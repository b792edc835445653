# What is known of a value while a form is read: of which inputs it is a function, row by row.
#
# The R end of harness/workers/python/rowwise.py, which says what parts, totals and links are. A value is
# list(t = , ...): "known", "part", "total", "link", or a container ("list", "frame", "matrix", ...).

OF_TWO <- "\n" # between the parts of a derived quantity's name: no input has a line break

not_proved <- function(...) {
  stop(structure(class = c("not_proved", "error", "condition"), list(message = paste0(...), call = NULL)))
}

new_ledger <- function() {
  ledger <- new.env(parent = emptyenv())
  ledger$edges <- list()
  ledger$texts <- list()
  ledger$terms <- 0
  ledger
}

next_number <- function(ledger) {
  ledger$terms <- ledger$terms + 1
  ledger$terms
}

known <- function(value) list(t = "known", value = value)
is_known <- function(v) v$t == "known"

# `least`: a number that the values are not below, where it is known
part <- function(input, kind = "any", raw = FALSE, single = FALSE, chain = list(), term = 0, least = NA_real_,
                 pure = FALSE, whole = FALSE) {
  list(t = "part", input = input, kind = kind, raw = raw, single = single, chain = chain, term = term,
       least = least, pure = pure, whole = whole)
}

step_of <- function(ledger, input, kind = "any", single = FALSE, least = NA_real_) {
  part(input, kind, single = single, term = next_number(ledger), least = least)
}

total <- function(terms, root, single = FALSE) list(t = "total", terms = terms, root = root, single = single)
link <- function(terms, root, kind = "any", single = FALSE) {
  list(t = "link", terms = terms, root = root, kind = kind, single = single)
}

is_row <- function(v) v$t %in% c("part", "total", "link")

singles <- function(values) {
  held <- Filter(is_row, values)
  length(held) > 0L && all(vapply(held, function(v) v$single, NA))
}

# that a raw part is compared with values: it may change at each of them
compare_raw <- function(ledger, v, values) {
  if (!v$raw || is.na(v$input)) return(invisible())
  values <- if (is.factor(values)) as.character(values) else values
  if (is.logical(values)) values <- as.numeric(values)
  values <- unique(values[!is.na(values)])
  if (v$kind == "text") {
    # numbers are compared with text as text
    ledger$texts[[v$input]] <- union(ledger$texts[[v$input]], as.character(values))
  } else if (is.numeric(values) && !is.object(values)) {
    for (value in as.double(values)) {
      ledger$edges[[v$input]] <- union(ledger$edges[[v$input]], edges_of(v$chain, value))
    }
  } else if (is.character(values)) {
    not_proved(v$input, " is compared as text")
  } else {
    not_proved(v$input, " is compared with a ", class(values)[1L])
  }
}

# the greatest doubles for which a chain of functions is below a value, and not above it
edges_of <- function(chain, value) {
  if (is.infinite(value)) return(numeric())
  if (!length(chain)) return(c(below(value), value))
  largest <- .Machine$double.xmax
  through <- function(x) {
    for (f in chain) x <- f(x)
    x
  }
  rises <- through(-largest) <= through(largest)
  last <- function(low) {
    from <- -largest
    to <- largest
    repeat {
      middle <- halfway(from, to)
      if (middle <= from || middle >= to) return(from)
      if (low(through(middle)) == rises) from <- middle else to <- middle
    }
  }
  c(last(function(h) h < value), last(function(h) h <= value))
}

# between two doubles: by their size where they are far apart, so that few steps lead to two neighbours
halfway <- function(from, to) {
  if (from < 0 && to > 0) return(0)
  if (from >= 0 && to > 4 * max(from, 1e-300)) return(sqrt(max(from, 1e-320)) * sqrt(to))
  if (to <= 0 && from < 4 * min(to, -1e-300)) return(-sqrt(-from) * sqrt(max(-to, 1e-320)))
  from + (to - from) / 2
}

# the next double downwards
below <- function(x) {
  if (x == 0) return(-2^-1074)
  gap <- max(abs(x) * 2^-53, 2^-1074)
  found <- x - gap
  while (found == x) {
    gap <- gap * 2
    found <- x - gap
  }
  # a step of a half may have skipped one where the exponent changes
  between <- x - gap / 2
  if (between < x && between > found) between else found
}

inputs_of <- function(v) {
  found <- if (v$t == "part") v$input else if (v$t %in% c("total", "link")) unname(v$terms) else character()
  unique(found[!is.na(found)])
}

kind_of <- function(v) {
  if (v$t == "known") return(kind_of_known(v$value))
  if (v$t == "total") "number" else v$kind
}

# sums of large integers are NA: they are no plain numbers
kind_of_known <- function(x) {
  if (is.factor(x)) return("factor")
  if (is.object(x)) return("any")
  if (is.list(x)) {
    kinds <- unique(vapply(x, kind_of_known, ""))
    return(if (length(kinds) == 1L) kinds else "any")
  }
  if (is.logical(x)) return(if (all(is.na(x))) "number" else "bool")
  if (is.integer(x)) return(if (length(x) == 0L || all(abs(x) < 1e6, na.rm = TRUE)) "number" else "any")
  if (is.numeric(x)) return("number")
  if (is.character(x)) "text" else "any"
}

named_input <- function(input) if (is.na(input)) "a constant" else gsub(OF_TWO, " ", input, fixed = TRUE)

listed <- function(values) {
  found <- sort(unique(unlist(lapply(values, inputs_of))))
  if (!length(found)) return("lists")
  shown <- paste(vapply(found[seq_len(min(3L, length(found)))], named_input, ""), collapse = " and ")
  if (length(found) > 3L) paste(shown, "and others") else shown
}

check_scalar <- function(v) {
  if (!is_known(v)) return(invisible())
  plain <- is.atomic(v$value) && (!is.object(v$value) || inherits(v$value, c("factor", "Date")))
  if (is.null(v$value) || !plain || length(v$value) != 1L) not_proved("a list is spread over the rows")
}

# what some values are all functions of: one part (of an input, or of none) or one total; NULL where of several
same_function <- function(values) {
  for (v in values) if (!is_known(v) && !is_row(v)) not_proved("a frame or list as a whole in an operator")
  lapply(values, check_scalar)
  held <- Filter(is_row, values)
  parts <- Filter(function(v) v$t == "part", held)
  inputs <- unique(unlist(lapply(parts, inputs_of)))
  sums <- Filter(function(v) v$t != "part", held)
  if (!length(sums) && length(inputs) <= 1L) {
    own <- Filter(function(v) !is.na(v$input), parts)
    return(if (length(own)) own[[1L]] else if (length(parts)) parts[[1L]])
  }
  roots <- unique(vapply(sums, function(v) v$root, 0))
  if (!length(inputs) && length(roots) == 1L) return(sums[[1L]])
  NULL
}

# some function of some values, row by row
combine <- function(ledger, values, kind = "any", least = NA_real_) {
  one <- same_function(values)
  if (is.null(one)) not_proved(listed(values), " are put together otherwise than by adding them up")
  single <- singles(values)
  # what is made of large integers may overflow
  whole <- vapply(Filter(is_row, values), kind_of, "") %in% c("number", "bool", "factor", "text")
  if (kind == "number" && !all(whole)) kind <- "any"
  if (one$t != "part") return(link(one$terms, one$root, kind, single))
  for (v in values) {
    if (v$t == "part" && v$raw) {
      not_proved(named_input(v$input), " is used otherwise than by comparing it and looking it up")
    }
  }
  step_of(ledger, one$input, kind, single, least)
}

terms_of <- function(ledger, v) {
  if (v$t == "known") return(character())
  if (v$t == "total") return(v$terms)
  if (v$raw) not_proved(named_input(v$input), " itself is added up: not a step function")
  number <- if (v$term > 0) v$term else next_number(ledger)
  structure(v$input, names = as.character(number))
}

add <- function(ledger, a, b) {
  kinds <- c(kind_of(a), kind_of(b))
  if (!all(kinds %in% c("number", "bool"))) {
    same <- same_function(list(a, b))
    if (is.null(same) || same$t != "part") not_proved("what is added up may be no numbers")
    return(combine(ledger, list(a, b)))
  }
  check_scalar(a)
  check_scalar(b)
  single <- singles(list(a, b))
  if (is_known(a) || is_known(b)) {
    other <- if (is_known(a)) b else a
    shift <- if (is_known(a)) a$value else b$value
    if (other$t == "total") return(other)
    if (other$t == "part" && !other$raw) {
      number <- if (other$term > 0) other$term else next_number(ledger)
      return(part(other$input, "number", single = single, term = number, least = other$least + as.numeric(shift)))
    }
  }
  if (a$t == "part" && b$t == "part" && !a$raw && !b$raw) {
    one <- same_function(list(a, b))
    if (!is.null(one)) return(combine(ledger, list(a, b), "number", least_of(a) + least_of(b)))
  }
  if (a$t == "link" || b$t == "link") return(combine(ledger, list(a, b), "number"))
  first <- terms_of(ledger, a)
  second <- terms_of(ledger, b)
  if (length(intersect(names(first), names(second)))) second <- renamed(ledger, second)
  total(c(first, second), next_number(ledger), single)
}

least_of <- function(v) if (kind_of(v) == "bool") 0 else if (v$t == "part") v$least else NA_real_

renamed <- function(ledger, terms) {
  structure(unname(terms), names = vapply(terms, function(one) as.character(next_number(ledger)), ""))
}

# the product or quotient of two values, of which one may be a total and the other a known number
scale_by <- function(ledger, a, b) {
  sum <- if (a$t == "total") a else b
  other <- if (a$t == "total") b else a
  if (sum$t != "total" || !is_known(other)) return(combine(ledger, list(a, b), "number"))
  check_scalar(other)
  total(renamed(ledger, sum$terms), sum$root, sum$single)
}

# one of two values by a condition, row by row
choose <- function(ledger, condition, yes, no) {
  if (is_known(condition)) return(if (isTRUE(as.logical(condition$value))) yes else no)
  if (condition$t == "part" && condition$raw) not_proved(named_input(condition$input), " itself is a condition")
  values <- list(condition, yes, no)
  one <- same_function(values)
  kind <- if (kind_of(yes) == kind_of(no)) kind_of(yes) else "any"
  if (all(c(kind_of(yes), kind_of(no)) %in% c("number", "bool"))) kind <- if (kind == "bool") kind else "number"
  single <- singles(values)
  if (!is.null(one) && one$t != "part") return(link(one$terms, one$root, kind, single))
  if (!is.null(one)) return(either(ledger, one$input, yes, no, kind, single))
  if (condition$t != "part") not_proved(listed(values), " decide together")
  own_term(ledger, condition, yes, no, single)
}

lowest <- function(v) {
  if (!is_known(v)) return(least_of(v))
  if (is.numeric(v$value) && !is.na(v$value)) v$value else if (is.na(v$value)) Inf else NA_real_
}

either <- function(ledger, input, yes, no, kind, single) {
  raws <- Filter(function(v) v$t == "part" && v$raw, list(yes, no))
  if (!length(raws)) return(step_of(ledger, input, kind, single, min(lowest(yes), lowest(no))))
  if (length(raws) == 2L && !identical(raws[[1L]]$chain, raws[[2L]]$chain)) {
    not_proved(named_input(input), " is changed differently for different rows")
  }
  for (v in list(yes, no)) {
    if (kind_of(v) != raws[[1L]]$kind && !(is_known(v) && is.na(v$value))) {
      not_proved(named_input(input), " is mixed with values of another type")
    }
  }
  part(input, raws[[1L]]$kind, TRUE, single, raws[[1L]]$chain)
}

own_term <- function(ledger, condition, yes, no, single) {
  values <- list(condition, yes, no)
  if (!all(vapply(values[-1L], kind_of, "") %in% c("number", "bool")) || any(vapply(values, function(v) v$t, "") == "link")) {
    not_proved(listed(values), " decide together")
  }
  first <- terms_of(ledger, yes)
  second <- terms_of(ledger, no)
  common <- intersect(names(first), names(second))
  others <- c(first[!names(first) %in% common], second[!names(second) %in% common])
  if (length(setdiff(others[!is.na(others)], condition$input))) not_proved(listed(values), " decide together")
  own <- structure(condition$input, names = as.character(next_number(ledger)))
  total(c(first[common], own), next_number(ledger), single)
}

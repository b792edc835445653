# What stands in the global environment in place of R's own operators and functions while a form is watched.

JOINED <- c("&", "|")
COMPARED <- c("<", "<=", ">", ">=", "==", "!=") # nolint
STEPPED <- c("floor", "ceiling", "trunc", "round", "signif", "as.integer", "cut", "findInterval", "%/%", "%%")
COUNTED <- c("+", "-", "*", "/", "^")
RANKED <- c("which.max", "which.min", "max.col", "order", "rank", "sort")
MEMBERS <- c("%in%", "match", "is.element")
CAPPED <- c("pmin", "pmax")
MOST_ENTRIES <- 24L # of a set of numbers, each of which is a comparison of its own

# from here on the form's own code meets these instead of R's
install_watch <- function(watch) {
  put <- function(name, fun) {
    if (!exists(name, envir = globalenv(), inherits = FALSE)) assign(name, fun, envir = globalenv())
  }
  for (name in COMPARED) put(name, watched_comparison(watch, get(name, baseenv()), !name %in% c("==", "!=")))
  for (name in JOINED) put(name, watched_join(watch, get(name, baseenv())))
  for (name in STEPPED) put(name, watched_step(watch, get(name, baseenv()), name))
  for (name in MEMBERS) put(name, watched_member(watch, get(name, baseenv())))
  for (name in CAPPED) put(name, watched_cap(watch, get(name, baseenv()), name == "pmin"))
  for (name in COUNTED) put(name, watched_count(watch, get(name, baseenv()), name))
  for (name in RANKED) put(name, watched_rank(watch, get(name, baseenv()), name))
}

watched_comparison <- function(watch, original, ordering) {
  force(original)
  force(ordering)
  function(e1, e2) {
    came <- original(e1, e2)
    if (!watch$on) return(came)
    codes <- signs_of(e1, e2, came)
    if (ordering && is_plain(e1) && is_plain(e2)) signal(watch, "edge", codes == 0L)
    sight(watch, sys.call(), codes, TRUE, came)
  }
}

# how both sides came out: 2 for a true left one, plus 1 for a true right one
watched_join <- function(watch, original) {
  force(original)
  function(e1, e2) {
    came <- original(e1, e2)
    if (watch$on && is.logical(e1) && is.logical(e2)) {
      sight(watch, sys.call(), as.integer(2L * e1 + e2), FALSE, came, joins = TRUE)
    }
    came
  }
}

watched_step <- function(watch, original, name) {
  force(original)
  force(name)
  function(x, ...) {
    came <- original(x, ...)
    if (watch$on) {
      steps <- if (name == "%%") suppressWarnings(floor(as.double(x) / as.double(..1))) else came
      signal_step(watch, name, x, ...)
      sight(watch, sys.call(), codes_of(steps), FALSE, came)
    }
    came
  }
}

watched_member <- function(watch, original) {
  force(original)
  function(x, table, ...) {
    came <- original(x, table, ...)
    if (!watch$on) return(came)
    if (is.numeric(x) && is.numeric(table) && length(table) <= MOST_ENTRIES) {
      for (entry in table) sight(watch, call("==", sys.call()[[2L]], entry), signs_of(x, entry), FALSE, came)
    }
    sight(watch, sys.call(), as.integer(!is.na(came) & as.logical(came)), is.logical(came), came)
  }
}

watched_cap <- function(watch, original, least) {
  force(original)
  force(least)
  function(..., na.rm = FALSE) { # nolint
    came <- original(..., na.rm = na.rm)
    if (watch$on && ...length() == 2L) {
      signs <- signs_of(..1, ..2)
      written <- as.list(sys.call())[-1L]
      # capped is where a fixed number takes the place of what is of rows
      fixed <- vapply(written[1:2], is_fixed, NA)
      if (xor(fixed[1L], fixed[2L])) {
        signal(watch, "capped", signs == (if (fixed[2L] == least) 1L else -1L))
      }
      sight(watch, sys.call(), signs, FALSE, came)
    }
    came
  }
}

# whether code is a number, or the name of a global one
is_fixed <- function(node) {
  if (is.name(node)) return(is.numeric(get0(as.character(node), envir = globalenv(), inherits = FALSE)))
  foldable(node)
}

# arithmetic: what leaves 32-bit integers, or the whole numbers of a double, and what is divided by zero
watched_count <- function(watch, original, name) {
  force(original)
  force(name)
  function(e1, e2) {
    if (missing(e2)) return(original(e1))
    came <- original(e1, e2)
    if (watch$on && is.numeric(e1) && is.numeric(e2) && is.numeric(came)) {
      if (name == "/") {
        signal(watch, "zero", e2 == 0)
      } else {
        lost <- is.na(came) & !is.na(e1) & !is.na(e2) & is.integer(came)
        signal(watch, "overflow", lost)
        if (any(large <- abs(came) >= 2^31, na.rm = TRUE)) {
          whole <- large & e1 == trunc(e1) & e2 == trunc(e2)
          signal(watch, "wide", whole)
          signal(watch, "vast", whole & abs(came) >= 2^53)
        }
      }
    }
    came
  }
}

watched_rank <- function(watch, original, name) {
  force(original)
  force(name)
  function(x, ...) {
    came <- original(x, ...)
    if (watch$on && is.numeric(x)) {
      best <- if (name == "which.min") min else max
      signal(watch, "tie", switch(name,
        max.col = rowSums(x == x[cbind(seq_len(nrow(x)), max.col(x, "first"))]) > 1,
        order = , rank = , sort = anyDuplicated(x) > 0L,
        sum(x == best(x, na.rm = TRUE), na.rm = TRUE) > 1
      ))
    }
    came
  }
}

signal_step <- function(watch, name, x, ...) {
  if (!is.numeric(x)) return(invisible())
  second <- if (...length()) ..1 else NULL
  if (name %in% c("%%", "%/%")) {
    signal(watch, "negative", (x < 0 | second < 0) & x / second != trunc(x / second))
    signal(watch, "zero", second == 0)
  } else if (name %in% c("trunc", "as.integer", "floor")) {
    signal(watch, "negative", x < 0 & x != trunc(x))
  } else if (name == "round") {
    scaled <- abs(x) * 10^(if (is.numeric(second)) second else 0)
    signal(watch, "half", abs(scaled - floor(scaled) - 0.5) < 1e-9 * pmax(1, scaled))
  } else if (name %in% c("cut", "findInterval") && is.numeric(second)) {
    signal(watch, "edge", x %in% second)
  }
}

is_plain <- function(x) is.numeric(x) || is.logical(x) || inherits(x, c("Date", "POSIXct", "difftime"))

# -1, 0, 1 as numbers compare; 0, 1 as a comparison of anything else came out
signs_of <- function(e1, e2, came = NULL) {
  if (is_plain(e1) && is_plain(e2)) {
    apart <- suppressWarnings(as.double(bare(e1)) - as.double(bare(e2)))
    return(as.integer(sign(apart)))
  }
  as.integer(came)
}

# whole numbers that change wherever a step does
codes_of <- function(x) {
  if (is.factor(x) || is.integer(x)) return(as.integer(x))
  if (!is.numeric(x)) return(NULL)
  x <- as.double(bare(x))
  x[!is.finite(x)] <- NA
  as.integer(round(x * 1e6) %% 2147483647)
}

# Read the functions of a form as they would run for any row: see rowwise.R for what is known meanwhile.
#
# The statements still to come are a linked list, list(head, tail), so that both ways of a condition can go on
# with them; where a way jumps, each goes on to the end, else what they leave is put together again.

MOST_STEPS_READ <- 200000L
DEEPEST_CALL <- 30L
JUMPS <- c("return", "break", "next", "stop")

new_reader <- function(form, kinds, unseen) {
  reader <- new.env(parent = emptyenv())
  reader$ledger <- new_ledger()
  reader$inputs <- form$inputs
  reader$kinds <- structure(kinds, names = form$inputs)
  reader$unseen <- structure(unseen, names = form$inputs)
  reader$steps <- 0L
  reader$depth <- 0L
  reader$looping <- FALSE
  reader$line <- ""
  reader
}

input_part <- function(reader, name, single = FALSE) {
  kind <- reader$kinds[[name]]
  if (kind %in% c("float", "int")) return(part(name, "number", TRUE, single, pure = TRUE, whole = kind == "int"))
  if (kind == "bool") return(step_of(reader$ledger, name, "bool", single))
  if (kind == "category" && !reader$unseen[[name]]) return(step_of(reader$ledger, name, "factor", single, 1))
  if (kind %in% c("category", "string")) return(part(name, "text", TRUE, single))
  not_proved(name, " is a ", kind)
}

# the names of a call of a function: its own, then those of the abstract functions around it, then the live ones
new_names <- function(live, above = NULL) {
  names <- new.env(parent = emptyenv())
  names$held <- new.env(parent = emptyenv())
  names$live <- live
  names$above <- above
  names$captured <- FALSE
  names$own <- character() # bound somewhere in the loop that is read: not to be looked for elsewhere
  names
}

fork_names <- function(names) {
  if (names$captured) not_proved("a function made in a function sees names that a condition changes")
  other <- new_names(names$live, names$above)
  other$own <- names$own
  for (name in ls(names$held, all.names = TRUE)) assign(name, get(name, envir = names$held), envir = other$held)
  other
}

bind <- function(names, name, value) assign(name, value, envir = names$held)

# a promise is an argument not yet asked for
find_value <- function(reader, names, name) {
  at <- names
  while (!is.null(at)) {
    if (exists(name, envir = at$held, inherits = FALSE)) {
      value <- get(name, envir = at$held)
      if (value$t == "promise") {
        bind(at, name, list(t = "forced"))
        value <- eval_node(reader, value$node, at)
        bind(at, name, value)
      }
      if (value$t %in% c("forced", "torn")) not_proved(name, " may have no value, or one of another row")
      return(value)
    }
    if (name %in% at$own) not_proved(name, " may have no value, or one of another row")
    at <- at$above
  }
  live_value(names$live, name)
}

live_value <- function(live, name) {
  at <- live
  while (!identical(at, emptyenv())) {
    if (exists(name, envir = at, inherits = FALSE)) {
      if (bindingIsActive(name, at)) not_proved(name, " is computed whenever it is asked for")
      return(known(get(name, envir = at, inherits = FALSE)))
    }
    at <- parent.env(at)
  }
  not_proved("there is no ", name)
}

# the function that a name stands for where it is called: an abstract one, or a live one
find_function_called <- function(reader, names, name) {
  at <- names
  while (!is.null(at)) {
    if (exists(name, envir = at$held, inherits = FALSE)) {
      value <- find_value(reader, at, name)
      if (value$t == "closure" || (is_known(value) && is.function(value$value))) return(value)
    } else if (name %in% at$own) {
      not_proved(name, " may have no value, or one of another row")
    }
    at <- at$above
  }
  at <- names$live
  while (!identical(at, emptyenv())) {
    if (exists(name, envir = at, inherits = FALSE)) {
      if (bindingIsActive(name, at)) not_proved(name, " is computed whenever it is asked for")
      value <- get(name, envir = at, inherits = FALSE)
      if (is.function(value)) return(known(value))
    }
    at <- parent.env(at)
  }
  not_proved("there is no function ", name)
}

count_step <- function(reader) {
  reader$steps <- reader$steps + 1L
  if (reader$steps > MOST_STEPS_READ) not_proved("there is too much to read")
}

# -- statements

push <- function(statements, pending) {
  for (one in rev(statements)) pending <- list(one, pending)
  pending
}

statements_of <- function(node, reader, names) {
  if (is.call(node) && identical(node[[1L]], as.name("{")) && is_base(reader, names, "{")) as.list(node)[-1L] else list(node)
}

mark <- function(what) structure(list(what = what), class = "parity_mark")

# what the function returns that goes on with some statements; `last` is what it returns if none is left
run_pending <- function(reader, pending, names, last = known(NULL)) {
  while (!is.null(pending)) {
    node <- pending[[1L]]
    pending <- pending[[2L]]
    count_step(reader)
    if (inherits(node, "parity_mark")) {
      if (identical(node$what, "bind")) bind(names, node$name, node$value)
      if (identical(node$what, "end")) return(list(names = names, last = last))
      next
    }
    head <- if (is.call(node)) head_of(node) else ""
    if (head %in% c("if", "for", "return", "break", "next", "stop", "{") && is_base(reader, names, head)) {
      if (head == "return") {
        return(if (length(node) > 1L) eval_node(reader, node[[2L]], names) else known(NULL))
      }
      if (head == "stop") return(list(t = "raised"))
      if (head == "{") {
        pending <- push(as.list(node)[-1L], pending)
        last <- known(NULL)
        next
      }
      if (head %in% c("break", "next")) {
        pending <- unwound(pending, if (head == "break") "loop" else c("turn", "loop"))
        next
      }
      if (head == "for") {
        pending <- read_for(reader, node, names, pending)
        last <- known(NULL)
        next
      }
      condition <- eval_condition(reader, node[[2L]], names)
      ways <- list(node[[3L]], if (length(node) > 3L) node[[4L]] else quote(invisible(NULL)))
      if (condition$t == "whole") {
        if (!always_stops(ways[[1L]])) not_proved("what holds for any row of the batch decides for all")
        pending <- push(ways[2L], pending)
        next
      }
      if (is_known(condition)) {
        pending <- push(ways[if (isTRUE(as.logical(condition$value))) 1L else 2L], pending)
        last <- known(NULL)
        next
      }
      if (!condition$single) not_proved("an if on a whole column")
      if (has_jump(node[[3L]]) || (length(node) > 3L && has_jump(node[[4L]]))) {
        yes <- run_pending(reader, push(ways[1L], pending), fork_names(names))
        no <- run_pending(reader, push(ways[2L], pending), fork_names(names))
        return(joined(reader, condition, yes, no))
      }
      last <- fork_and_join(reader, condition, ways, names)
      next
    }
    last <- eval_node(reader, node, names)
  }
  last
}

unwound <- function(pending, kinds) {
  while (!is.null(pending)) {
    one <- pending[[1L]]
    if (inherits(one, "parity_mark") && one$what %in% kinds) return(if (one$what == "loop") pending[[2L]] else pending)
    if (inherits(one, "parity_mark") && one$what == "end") not_proved("a loop that ends in several ways")
    pending <- pending[[2L]]
  }
  not_proved("a loop over rows is broken off")
}

has_jump <- function(node) {
  if (!is.call(node)) return(FALSE)
  head <- head_of(node)
  if (head == "function") return(FALSE)
  if (head %in% JUMPS) return(TRUE)
  any(vapply(as.list(node)[-1L], function(one) !missing(one) && has_jump(one), NA))
}

always_stops <- function(node) {
  if (!is.call(node)) return(FALSE)
  head <- head_of(node)
  if (head == "{") return(length(node) > 1L && always_stops(node[[length(node)]]))
  head == "stop"
}

# both ways of a condition, then the names again as the condition chooses
fork_and_join <- function(reader, condition, ways, names) {
  left <- lapply(ways, function(way) {
    looping <- reader$looping
    reader$looping <- FALSE # what a row leaves behind must not hang on a condition
    on.exit(reader$looping <- looping)
    end <- run_pending(reader, list(way, list(mark("end"), NULL)), fork_names(names))
    if (!is.environment(end$names)) not_proved("a loop that ends in several ways")
    end
  })
  first <- left[[1L]]$names$held
  second <- left[[2L]]$names$held
  names$held <- new.env(parent = emptyenv())
  for (name in union(ls(first, all.names = TRUE), ls(second, all.names = TRUE))) {
    both <- exists(name, envir = first, inherits = FALSE) && exists(name, envir = second, inherits = FALSE)
    bind(names, name, if (both) joined(reader, condition, get(name, envir = first), get(name, envir = second)) else list(t = "torn"))
  }
  joined_or_torn(reader, condition, left[[1L]]$last, left[[2L]]$last)
}

joined_or_torn <- function(reader, condition, yes, no) {
  # the value of an if is mostly not asked for
  tryCatch(joined(reader, condition, yes, no), not_proved = function(e) list(t = "torn"))
}

joined <- function(reader, condition, yes, no) {
  if (identical(yes, no) || no$t == "raised") return(yes)
  if (yes$t == "raised") return(no)
  if (yes$t == "list" && no$t == "list" && identical(names(yes$items), names(no$items)) &&
        length(yes$items) == length(no$items)) {
    return(list(t = "list", items = Map(function(a, b) joined(reader, condition, a, b), yes$items, no$items)))
  }
  choose(reader$ledger, condition, yes, no)
}

# -- loops

read_for <- function(reader, node, names, pending) {
  over <- eval_node(reader, node[[3L]], names)
  name <- as.character(node[[2L]])
  if (over$t == "each") {
    read_rows(reader, node, name, over, names)
    return(pending)
  }
  turns <- list()
  for (item in elements(over)) {
    turns <- c(turns, list(structure(list(what = "bind", name = name, value = item), class = "parity_mark"),
                           node[[4L]], mark("turn")))
  }
  push(c(turns, list(mark("loop"))), pending)
}

# a loop over rows: read once, for any row, which sees nothing of the others
read_rows <- function(reader, node, name, over, names) {
  if (has_jump(node[[4L]]) || reader$looping) not_proved("a loop over rows that jumps, or within another")
  bound <- union(name, assigned_in(node[[4L]]))
  kept <- list() # vectors that are filled row by row
  for (one in bound) {
    held <- if (exists(one, envir = names$held, inherits = FALSE)) get(one, envir = names$held)
    if (!is.null(held) && is_row(held) && held$t == "part" && is.na(held$input) && !held$single && one %in% filled_in(node[[4L]], name)) {
      kept[[one]] <- held
    } else if (!is.null(held)) {
      rm(list = one, envir = names$held)
    }
  }
  names$own <- union(names$own, setdiff(bound, names(kept)))
  reader$looping <- TRUE
  reader$filled <- character()
  bind(names, name, over$element)
  end <- run_pending(reader, list(node[[4L]], list(mark("end"), NULL)), names)
  reader$looping <- FALSE
  if (!is.environment(end$names)) not_proved("a loop over rows that jumps")
  for (one in setdiff(bound, names(kept))) if (exists(one, envir = names$held, inherits = FALSE)) rm(list = one, envir = names$held)
}

assigned_in <- function(node) {
  if (!is.call(node)) return(character())
  head <- head_of(node)
  if (head == "function") return(character())
  own <- if (head %in% c("<-", "=", "for")) {
    target <- node[[2L]]
    while (is.call(target)) target <- target[[2L]]
    as.character(target)
  }
  unlist(c(own, lapply(as.list(node)[-1L], function(one) if (!missing(one)) assigned_in(one))))
}

# the names that are filled as name[i] <- ..., and only so
filled_in <- function(node, index) {
  if (!is.call(node)) return(character())
  head <- head_of(node)
  own <- if (head %in% c("<-", "=") && is.call(node[[2L]]) && head_of(node[[2L]]) %in% c("[", "[[") &&
               length(node[[2L]]) == 3L && identical(node[[2L]][[3L]], as.name(index)) && is.name(node[[2L]][[2L]])) {
    as.character(node[[2L]][[2L]])
  }
  unlist(c(own, lapply(as.list(node)[-1L], function(one) if (!missing(one)) filled_in(one, index))))
}

# the elements of what does not depend on the rows, or whose length does not
elements <- function(v) {
  if (v$t == "list") return(v$items)
  if (v$t == "frame") return(v$columns)
  if (!is_known(v)) not_proved("a loop over something that depends on the rows")
  x <- v$value
  if (is.list(x) || is.vector(x)) {
    found <- lapply(seq_along(x), function(i) known(x[[i]]))
    names(found) <- names(x)
    return(found)
  }
  if (is.factor(x)) not_proved("a loop over a factor")
  if (is.null(x)) return(list())
  not_proved("a loop over a ", class(x)[1L])
}

# -- functions

call_closure <- function(reader, fun, given) {
  if (reader$depth >= DEEPEST_CALL) not_proved("functions call each other too deeply")
  reader$depth <- reader$depth + 1L
  if (fun$t == "closure") {
    names <- new_names(fun$names$live, fun$names)
    arguments <- fun$arguments
    code <- fun$body
  } else {
    names <- new_names(environment(fun$value))
    arguments <- as.list(formals(fun$value))
    code <- body(fun$value)
  }
  bind_arguments(names, arguments, given)
  found <- run_pending(reader, list(code, NULL), names)
  reader$depth <- reader$depth - 1L
  if (found$t == "torn") not_proved("a function gives back different things behind a condition")
  found
}

# as R matches them: names in full, then in part, then places
bind_arguments <- function(names, arguments, given) {
  wanted <- names(arguments)
  if ("..." %in% wanted) not_proved("a function takes arguments of any number")
  said <- if (is.null(names(given))) rep("", length(given)) else names(given)
  taken <- rep(NA_integer_, length(given))
  for (i in which(nzchar(said))) {
    at <- match(said[i], wanted)
    if (is.na(at)) at <- pmatch(said[i], wanted)
    if (is.na(at) || at %in% taken) not_proved("a function gets ", said[i], " otherwise than it takes it")
    taken[i] <- at
  }
  free <- setdiff(seq_along(wanted), taken)
  rest <- which(is.na(taken))
  if (length(rest) > length(free)) not_proved("a function gets more than it takes")
  taken[rest] <- free[seq_along(rest)]
  for (i in seq_along(wanted)) {
    at <- match(i, taken)
    if (!is.na(at)) {
      bind(names, wanted[i], given[[at]])
    } else if (!is_empty(arguments[[i]])) {
      bind(names, wanted[i], list(t = "promise", node = arguments[[i]]))
    } else {
      names$own <- c(names$own, wanted[i])
    }
  }
}

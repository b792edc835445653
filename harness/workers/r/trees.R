# The trees of rpart, randomForest and ranger objects, as tables of nodes: see harness/forest.py.

MOST_NODES <- 1500000L # of one model; of a larger one the first trees are shown
MOST_SIDES <- 500000L
LONGEST_LIST <- 5000L # a longer one is data

LOW_SIDE <- 0L; HIGH_SIDE <- 1L; ABSENT_SIDE <- 2L; DEAD_SIDE <- 3L # nolint
STOP_HERE <- 2L

# the four tables of a TREES frame
trees_tables <- function(form) {
  read <- lapply(fitted_objects(form, c("rpart", "randomForest", "ranger")), function(one) {
    # a model of another version of its package may lack anything
    trees <- tryCatch(trees_of(one$object, form$levels), error = function(e) NULL)
    if (!is.null(trees)) trees$origin <- one$origin
    trees
  })
  joined_tables(Filter(Negate(is.null), read))
}

# `levels`: those of the factors that the form gets, for models that keep none
trees_of <- function(model, levels) {
  if (inherits(model, "rpart")) return(rpart_trees(model))
  if (inherits(model, "randomForest")) return(random_forest_trees(model))
  ranger_trees(model, levels)
}

# every object of some classes, once: the model, what is global, in the environments of functions, inside lists
fitted_objects <- function(form, classes) {
  gathered <- new.env(parent = emptyenv())
  gathered$found <- list()
  gathered$walked <- list()
  if (form$takes_model) gather(form$model, "model", classes, gathered, 0L)
  held <- globals()
  for (name in names(held)) gather(held[[name]], name, classes, gathered, 0L)
  gather(form$fun, form$label, classes, gathered, 0L)
  gathered$found
}

gather <- function(x, origin, classes, gathered, depth) {
  if (is.null(x) || depth > DEEPEST || is.data.frame(x)) return(invisible())
  if (is.function(x)) {
    if (!is.primitive(x)) gather(environment(x), paste0(origin, "()"), classes, gathered, depth)
    return(invisible())
  }
  if (is.environment(x)) return(gather_environment(x, origin, classes, gathered, depth))
  if (!is.list(x) || length(x) > LONGEST_LIST) return(invisible())
  if (inherits(x, classes)) {
    known <- vapply(gathered$found, function(one) identical(one$object, x), NA)
    if (!any(known)) gathered$found <- c(gathered$found, list(list(object = x, origin = origin)))
    return(invisible())
  }
  x <- unclass(x)
  for (i in seq_along(x)) {
    name <- if (length(names(x))) names(x)[i] else ""
    gather(x[[i]], paste0(origin, if (nzchar(name)) paste0("$", name) else paste0("[[", i, "]]")), classes,
           gathered, depth + 1L)
  }
}

# closures, R6 objects; packages and the search path hold no model
gather_environment <- function(x, origin, classes, gathered, depth) {
  system <- isNamespace(x) || nzchar(attr(x, "name", TRUE) %||% "") || identical(x, globalenv()) ||
    identical(x, baseenv()) || identical(x, emptyenv())
  if (system || any(vapply(gathered$walked, identical, NA, x))) return(invisible())
  gathered$walked <- c(gathered$walked, list(x))
  names <- ls(x, all.names = TRUE)
  for (name in names[!vapply(names, bindingIsActive, NA, env = x)]) {
    # a missing argument and a promise that fails are no models
    one <- tryCatch(get(name, envir = x), error = function(e) NULL)
    gather(one, paste0(origin, "$", name), classes, gathered, depth + 1L)
  }
}

`%||%` <- function(a, b) if (is.null(a)) b else a

joined_tables <- function(read) {
  sizes <- function(part) vapply(read, function(one) length(one[[part]][[1L]]), 0L)
  before <- function(counts) cumsum(c(0L, counts))[seq_along(counts)]
  nodes <- sizes("nodes")
  node_start <- before(nodes)
  group_start <- before(vapply(read, function(one) length(unique(one$sides$group)), 0L))
  all_of <- function(part, name, start = rep(0L, length(read))) {
    unlist(lapply(seq_along(read), function(i) {
      values <- read[[i]][[part]][[name]]
      if (is.numeric(values) && start[i] > 0L) ifelse(values >= 0, values + start[i], values) else values
    }))
  }
  whole <- function(x) integer_column(as.integer(x))
  flags <- function(x) bool_column(as.logical(x))
  numbers <- function(x) double_column(as.double(x))
  texts <- function(x) text_column(as.character(x))
  count <- function(part) sum(sizes(part))
  list(
    table_of(list(
      origin = texts(vapply(read, function(one) clean(one$origin), "")),
      whole = flags(vapply(read, function(one) one$whole, NA)),
      left_out = numbers(vapply(read, function(one) as.double(one$left_out), 0))
    ), length(read)),
    table_of(list(
      forest = whole(rep(seq_along(read) - 1L, nodes)),
      low = whole(all_of("nodes", "low", node_start)), high = whole(all_of("nodes", "high", node_start)),
      otherwise = whole(all_of("nodes", "otherwise")), value = numbers(all_of("nodes", "value"))
    ), count("nodes")),
    table_of(list(
      node = whole(all_of("tests", "node", node_start)), input = texts(clean_each(all_of("tests", "input"))),
      cut = numbers(all_of("tests", "cut")), strict = flags(all_of("tests", "strict")),
      single = flags(rep(FALSE, count("tests"))), flip = flags(all_of("tests", "flip")),
      group = whole(all_of("tests", "group", group_start))
    ), count("tests")),
    table_of(list(
      group = whole(all_of("sides", "group", group_start)), level = texts(clean_each(all_of("sides", "level"))),
      side = whole(all_of("sides", "side"))
    ), count("sides"))
  )
}

clean_each <- function(x) {
  known <- unique(x)
  vapply(known, function(one) if (is.na(one)) one else clean(one), "", USE.NAMES = FALSE)[match(x, known)]
}

# level sets by number, each once: add(key, levels, sides) gives the number; any other text raises
new_groups <- function() {
  groups <- new.env(parent = emptyenv())
  groups$keys <- character()
  groups$parts <- list()
  groups
}

group_of <- function(groups, keys, sides_of) {
  fresh <- which(!duplicated(keys) & !keys %in% groups$keys)
  groups$keys <- c(groups$keys, keys[fresh])
  for (i in fresh) groups$parts <- c(groups$parts, list(sides_of(i)))
  match(keys, groups$keys) - 1L
}

sides_table <- function(groups, other = DEAD_SIDE) {
  counts <- vapply(groups$parts, function(one) length(one$level) + 1L, 0L)
  if (sum(counts) > MOST_SIDES) stop("too many level sets")
  list(
    group = rep(seq_along(groups$parts) - 1L, counts),
    level = unlist(lapply(groups$parts, function(one) c(one$level, NA_character_))),
    side = unlist(lapply(groups$parts, function(one) c(one$side, other)))
  )
}

# left where the level's bit says so; bits stand in a double
bit_sides <- function(levels, mask, one, zero) {
  bits <- floor(floor(mask) / 2^(seq_along(levels) - 1L)) %% 2 == 1
  list(level = levels, side = ifelse(bits, one, zero))
}

# an ordered factor is compared by the number of its level
code_sides <- function(levels, cut) {
  list(level = levels, side = ifelse(seq_along(levels) <= cut, LOW_SIDE, HIGH_SIDE))
}

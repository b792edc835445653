# What a form shows of its constants: its code, the objects that it made, its model.

# fields that hold what a model was fitted to, or what came of it, not what it computes with
IGNORED <- c("residuals", "fitted.values", "effects", "linear.predictors", "weights", "prior.weights", "y", "data",
             "model", "qr", "where", "votes", "oob.times", "proximity", "predicted", "err.rate", "confusion",
             "inbag", "predictions", "call", "importance", "importanceSD", "test", "na.action")
DEEPEST <- 6L
# classes whose objects keep the levels of their factors
FITTED <- c("lm", "rpart", "coxph", "multinom", "polr", "nnet", "gam")

mine <- function(form) {
  found <- new_finds(form$inputs)
  # a constant that cannot be read is no loss
  attempt <- function(expression) tryCatch(expression, error = function(e) NULL)
  attempt(mine_source(form, found))
  attempt(mine_functions(form, found))
  held <- globals()
  for (name in names(held)) {
    one <- held[[name]]
    if (!is.function(one)) attempt(walk_object(one, name, found, input_called(name, found), 0L))
  }
  if (form$takes_model) attempt(mine_model(form$model, found))
  for (one in fitted_objects(form, FITTED)) {
    if (!identical(one$object, form$model)) attempt(mine_terms(one$object, one$origin, found))
  }
  finds_table(found)
}

# what the source left in the global environment, by name; an active binding is code, not data
globals <- function() {
  names <- ls(globalenv())
  names <- names[!vapply(names, bindingIsActive, NA, env = globalenv())]
  held <- lapply(names, function(name) tryCatch(get(name, envir = globalenv()), error = function(e) NULL))
  names(held) <- names
  held
}

mine_source <- function(form, found) {
  if (is.na(form$source)) return(invisible())
  refs <- attr(form$expressions, "srcref")
  lines <- vapply(refs, function(ref) as.integer(ref)[1L], 0L)
  walk_code(form$expressions, basename(form$source), found, lines)
}

# functions that other files brought, and the form's own where it has no source
mine_functions <- function(form, found) {
  brought <- globals()
  if (is.na(form$source)) brought[[form$label]] <- form$fun
  for (name in names(brought)) {
    fun <- brought[[name]]
    if (!is.function(fun) || is.primitive(fun)) next
    if (identical(attr(attr(fun, "srcref"), "srcfile")$filename, form$source)) next
    walk_code(list(body(fun), as.call(c(as.name("c"), Filter(Negate(is_empty), as.list(formals(fun)))))),
              paste0(name, "()"), found)
  }
}

input_called <- function(name, found) if (length(name) == 1L && name %in% found$inputs) name

walk_object <- function(x, origin, found, input, depth) {
  if (is.null(x) || is.function(x) || is.environment(x) || depth > DEEPEST) return(invisible())
  if (is.language(x)) return(walk_code(list(x), origin, found))
  if (is.data.frame(x)) walk_rows_by_input(x, origin, found)
  if (is.list(x)) {
    for (i in seq_along(x)) {
      name <- names(x)[i]
      if (length(name) && name %in% IGNORED) next
      inner <- input_called(name, found)
      walk_object(x[[i]], paste0(origin, if (length(name) && nzchar(name)) paste0("$", name)), found,
                  if (is.null(inner)) input else inner, depth + 1L)
    }
    return(invisible())
  }
  if (is.atomic(x) && length(x) <= LONGEST_VECTOR) {
    add_find(found, x, if (is.character(x) || is.factor(x)) "level" else "constant", input, origin)
    if (!is.null(names(x))) add_find(found, setdiff(names(x), found$inputs), "level", input, origin)
  }
}

# a table of bins, one row a bin, in which a column names the input
walk_rows_by_input <- function(x, origin, found) {
  for (name in names(x)) {
    key <- as.character(x[[name]])
    if (!length(key) || mean(key %in% found$inputs) < 0.5) next
    for (input in intersect(unique(key), found$inputs)) {
      for (other in setdiff(names(x), name)) {
        values <- x[[other]][key == input]
        add_find(found, values, "threshold", input, paste0(origin, "$", other))
      }
    }
  }
}

mine_model <- function(model, found) {
  if (inherits(model, "rpart")) mine_rpart(model, found)
  if (inherits(model, "randomForest")) mine_random_forest(model, found)
  if (inherits(model, "ranger")) mine_ranger(model, found)
  mine_terms(model, "model", found)
  walk_object(if (isS4(model)) s4_fields(model) else unclass(model), "model", found, NULL, 0L)
}

# the levels of a fitted model's factors, and what its formula computes with
mine_terms <- function(model, origin, found) {
  levels <- if (inherits(model, "rpart")) attr(model, "xlevels") else if (is.list(model)) model$xlevels
  origins <- paste0(origin, c("$xlevels", "$terms"))
  for (name in names(levels)) add_find(found, levels[[name]], "level", input_called(name, found), origins[1L])
  terms <- if (is.list(model)) model$terms
  # the knots and centres of splines and polynomials stand in the code that predict() runs
  if (!is.null(terms)) walk_code(list(attr(terms, "predvars")), origins[2L], found)
}

s4_fields <- function(model) {
  names <- methods::slotNames(model)
  fields <- lapply(names, function(name) methods::slot(model, name))
  names(fields) <- names
  fields
}

mine_rpart <- function(model, found) {
  splits <- model$splits
  numeric_split <- abs(splits[, "ncat"]) == 1
  add_by_input(found, rownames(splits)[numeric_split], splits[numeric_split, "index"], "model$splits")
}

mine_random_forest <- function(model, found) {
  forest <- model$forest
  chosen <- forest$bestvar
  names <- names(forest$ncat)
  ordered <- chosen > 0L & forest$ncat[pmax(chosen, 1L)] == 1L
  add_by_input(found, names[chosen[ordered]], forest$xbestsplit[ordered], "model$forest$xbestsplit")
}

mine_ranger <- function(model, found) {
  forest <- model$forest
  names <- forest$independent.variable.names
  variables <- unlist(forest$split.varIDs)
  left <- unlist(lapply(forest$child.nodeIDs, function(tree) tree[[1L]]))
  inner <- left != 0
  add_by_input(found, names[variables[inner] + 1L], unlist(forest$split.values)[inner], "model$forest$split.values")
}

add_by_input <- function(found, variables, values, origin) {
  for (name in unique(variables)) {
    add_find(found, sort(values[variables == name]), "threshold", input_called(name, found), origin)
  }
}

# What a trained model is, without R: plain lists of numbers and texts, which write_exact_json() stores and
# the Python and ONNX forms read. One method for each class of model.

neutral_form <- function(model) UseMethod("neutral_form")

# The scorecard is such a list already.
neutral_form.default <- function(model) model

# Coefficients by kind of term; a factor's reference level, which has none in R, gets 0.
neutral_form.glm <- function(model) {
  coefficients <- coef(model)
  stopifnot(!anyNA(coefficients))
  by_level <- Map(function(name, levels) {
    weights <- coefficients[paste0(name, levels)]
    weights[1] <- 0
    as.list(setNames(weights, levels))
  }, names(model$xlevels), model$xlevels)
  classes <- attr(model$terms, "dataClasses")[-1] # the first is the outcome
  logarithms <- grep("^log\\(", names(coefficients), value = TRUE)
  flags <- names(classes)[classes == "logical"]
  numbers <- setdiff(names(classes)[classes == "numeric"], logarithms)
  list(
    intercept = coefficients[["(Intercept)"]],
    numbers = as.list(coefficients[numbers]),
    logarithms = setNames(as.list(coefficients[logarithms]), sub("^log\\((.*)\\)$", "\\1", logarithms)),
    flags = setNames(as.list(coefficients[paste0(flags, "TRUE")]), flags),
    levels = by_level
  )
}

# Trees are lists of nodes, the root first. A node that splits names its input and its children, counted from
# 0: `yes` and `no`. A numeric split says `below` (yes: x < below) or `at_most` (yes: x <= at_most), as the R
# package compares. A split by levels lists both sides; what is on neither side goes to `missing`, as does
# what is missing.
neutral_form.rpart <- function(model) {
  list(trees = list(rpart_nodes(model)))
}

rpart_nodes <- function(model) {
  frame <- model$frame
  number <- as.integer(row.names(frame))
  position <- function(node) match(node, number) - 1L
  is_leaf <- frame$var == "<leaf>"
  # the primary split of a node comes before its competitors and surrogates
  first_split <- cumsum(c(1, frame$ncompete + frame$nsurrogate + !is_leaf))
  levels_of <- attr(model, "xlevels")
  outcomes <- attr(model, "ylevels")
  lapply(seq_along(number), function(i) {
    if (is_leaf[i]) {
      probabilities <- frame$yval2[i, 1 + length(outcomes) + seq_along(outcomes)]
      return(list(pd = probabilities[[match("bad", outcomes)]], class = outcomes[frame$yval[i]]))
    }
    name <- as.character(frame$var[i])
    children <- 2 * number[i] + 0:1
    # usesurrogate = 2 without surrogates: a missing value follows the majority
    larger <- frame$n[match(children, number)]
    majority <- position(children[if (larger[1] > larger[2]) 1 else 2])
    split <- model$splits[first_split[i], ]
    if (abs(split[["ncat"]]) == 1) {
      if (split[["ncat"]] == 1) children <- rev(children)
      return(list(input = name, below = split[["index"]], yes = position(children[1]),
                  no = position(children[2]), missing = majority))
    }
    side <- model$csplit[split[["index"]], seq_along(levels_of[[name]])]
    list(input = name, yes_levels = I(levels_of[[name]][side == 1]),
         no_levels = I(levels_of[[name]][side == 3]),
         yes = position(children[1]), no = position(children[2]), missing = majority)
  })
}

neutral_form.ranger <- function(model) {
  forest <- model$forest
  stopifnot(model$treetype == "Probability estimation", !is.null(forest$covariate.levels))
  list(trees = lapply(seq_len(forest$num.trees), function(tree) ranger_nodes(forest, tree)))
}

ranger_nodes <- function(forest, tree) {
  children <- forest$child.nodeIDs[[tree]]
  lapply(seq_along(children[[1]]), function(i) {
    yes <- as.integer(children[[1]][i])
    no <- as.integer(children[[2]][i])
    if (yes == 0 && no == 0) {
      frequencies <- forest$terminal.class.counts[[tree]][[i]]
      return(list(pd = frequencies[[match("bad", forest$levels[forest$class.values])]]))
    }
    variable <- forest$split.varIDs[[tree]][i] + 1
    name <- forest$independent.variable.names[variable]
    value <- forest$split.values[[tree]][i]
    if (forest$is.ordered[variable]) return(list(input = name, at_most = value, yes = yes, no = no))
    # an unordered split is a number whose bits say which levels go right
    levels <- forest$covariate.levels[[name]]
    goes_right <- value %/% 2^(seq_along(levels) - 1) %% 2 == 1
    list(input = name, yes_levels = I(levels[!goes_right]), no_levels = I(levels[goes_right]),
         yes = yes, no = no)
  })
}

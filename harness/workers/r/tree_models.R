# What rpart, randomForest and ranger keep of their trees, and how their predict() walks them.

# x < cut goes left where ncat is -1, right where it is 1; levels by csplit (1 left, 2 neither, 3 right)
rpart_trees <- function(model) {
  frame <- model$frame
  numbers <- as.integer(row.names(frame))
  leaf <- as.character(frame$var) == "<leaf>"
  surrogates <- if (model$control$usesurrogate > 0L) frame$nsurrogate else rep(0L, nrow(frame))
  before <- cumsum(c(0L, (!leaf) + frame$ncompete + frame$nsurrogate))
  # the rows of the table of splits, node by node: the split itself, then its surrogates
  split <- unlist(lapply(which(!leaf), function(i) {
    c(before[i] + 1L, before[i] + 1L + frame$ncompete[i] + seq_len(surrogates[i]))
  }))
  child <- function(plus) ifelse(leaf, -1L, match(2L * numbers + plus, numbers) - 1L)
  nodes <- list(
    low = child(0L), high = child(1L), otherwise = rep(STOP_HERE, nrow(frame)), value = as.double(frame$yval)
  )
  if (model$control$usesurrogate > 1L && any(!leaf)) {
    larger <- sign(frame$n[nodes$high[!leaf] + 1L] - frame$n[nodes$low[!leaf] + 1L])
    nodes$otherwise[!leaf] <- ifelse(larger == 0, STOP_HERE, ifelse(larger > 0, HIGH_SIDE, LOW_SIDE))
  }
  node <- rep(seq_along(numbers), ifelse(leaf, 0L, 1L + surrogates)) - 1L
  c(list(whole = FALSE, left_out = 0L, nodes = nodes), rpart_tests(model, node, split))
}

rpart_tests <- function(model, node, split) {
  splits <- model$splits[split, , drop = FALSE]
  names <- rownames(splits)
  xlevels <- attr(model, "xlevels")
  ncat <- splits[, "ncat"]
  index <- splits[, "index"]
  groups <- new_groups()
  group <- rep(-1L, length(split))
  textual <- which(names %in% names(xlevels))
  keys <- paste(names, ncat, format(index, digits = 17L), sep = "\r")[textual]
  group[textual] <- group_of(groups, keys, function(i) {
    k <- textual[i]
    levels <- xlevels[[names[k]]]
    sides <- if (abs(ncat[k]) == 1) {
      ifelse(seq_along(levels) < index[k], LOW_SIDE, HIGH_SIDE)
    } else {
      c(LOW_SIDE, ABSENT_SIDE, HIGH_SIDE)[model$csplit[index[k], seq_along(levels)]]
    }
    list(level = levels, side = sides)
  })
  list(
    tests = list(
      node = node, input = names, cut = ifelse(group < 0L, index, NA), strict = rep(TRUE, length(split)),
      flip = ncat == 1, group = group
    ),
    sides = sides_table(groups)
  )
}

# x <= cut goes left; a level goes left where its bit is set; a row with a missing value has no answer
random_forest_trees <- function(model) {
  forest <- model$forest
  as_trees <- function(x) matrix(x, ncol = forest$ntree)
  left <- as_trees(if (is.null(forest$leftDaughter)) forest$treemap[, 1L, ] else forest$leftDaughter)
  right <- as_trees(if (is.null(forest$rightDaughter)) forest$treemap[, 2L, ] else forest$rightDaughter)
  sizes <- forest$ndbigtree
  shown <- cumsum(as.double(sizes)) <= MOST_NODES
  used <- row(left) <= sizes[col(left)]
  kept <- used & shown[col(left)]
  offset <- rep(cumsum(c(0L, sizes[shown]))[seq_len(sum(shown))], sizes[shown])
  variable <- as_trees(forest$bestvar)[kept]
  inner <- left[kept] > 0L
  trees <- list(
    whole = TRUE, left_out = sum(used & !kept & left == 0L),
    nodes = plain_nodes(inner, left[kept] - 1L + offset, right[kept] - 1L + offset, as_trees(forest$nodepred)[kept])
  )
  with_tests(
    trees, inner, names(forest$ncat)[variable[inner]], as_trees(forest$xbestsplit)[kept][inner],
    Filter(is.character, as.list(forest$xlevels)),
    function(name, levels, cut) {
      if (forest$ncat[[name]] > 1L) bit_sides(levels, cut, LOW_SIDE, HIGH_SIDE) else code_sides(levels, cut)
    }
  )
}

# x <= cut goes left; a level of an unordered factor goes right where its bit is set
ranger_trees <- function(model, declared) {
  forest <- if (inherits(model$forest, "ranger.forest")) model$forest else stop("no forest was kept")
  sizes <- lengths(forest$split.varIDs)
  shown <- cumsum(as.double(sizes)) <= MOST_NODES
  side <- function(i, which) unlist(lapply(forest$child.nodeIDs[which], function(tree) tree[[i]]))
  offset <- rep(cumsum(c(0L, sizes[shown]))[seq_len(sum(shown))], sizes[shown])
  left <- side(1L, shown)
  inner <- left != 0
  cuts <- unlist(forest$split.values[shown])
  names <- forest$independent.variable.names[unlist(forest$split.varIDs[shown]) + 1L]
  levels <- forest$covariate.levels
  # without levels of its own, a factor goes by the codes that it comes with
  if (is.null(levels)) levels <- declared else names(levels) <- forest$independent.variable.names
  ordered <- forest$is.ordered
  names(ordered) <- forest$independent.variable.names
  value <- if (is.null(forest$terminal.class.counts)) cuts else rep(NaN, length(cuts))
  trees <- list(
    whole = TRUE, left_out = if (all(shown)) 0L else sum(side(1L, !shown) == 0),
    nodes = plain_nodes(inner, left + offset, side(2L, shown) + offset, value)
  )
  with_tests(
    trees, inner, names[inner], cuts[inner], Filter(is.character, as.list(levels)),
    function(name, levels, cut) {
      if (ordered[[name]]) code_sides(levels, cut) else bit_sides(levels, cut, HIGH_SIDE, LOW_SIDE)
    }
  )
}

plain_nodes <- function(inner, low, high, value) {
  list(
    low = as.integer(ifelse(inner, low, -1)), high = as.integer(ifelse(inner, high, -1)),
    otherwise = rep(DEAD_SIDE, length(inner)), value = as.double(value)
  )
}

# one test for each inner node
with_tests <- function(trees, inner, names, cuts, xlevels, sides_of) {
  groups <- new_groups()
  group <- rep(-1L, length(names))
  textual <- which(names %in% names(xlevels))
  keys <- paste(names, format(cuts, digits = 17L), sep = "\r")[textual]
  group[textual] <- group_of(groups, keys, function(i) {
    k <- textual[i]
    sides_of(names[k], xlevels[[names[k]]], cuts[k])
  })
  trees$tests <- list(
    node = which(inner) - 1L, input = names, cut = ifelse(group < 0L, cuts, NA),
    strict = rep(FALSE, length(names)), flip = rep(FALSE, length(names)), group = group
  )
  trees$sides <- sides_table(groups)
  trees
}

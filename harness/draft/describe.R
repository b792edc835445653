# Stands in for a form while a model file is drafted: calls the form's function, and gives back what its
# outputs are in place of their values. One text a row, all the same: a line an output, "kind<TAB>length<TAB>name".

parity_draft_describe <- function(df, model) {
  source(Sys.getenv("PARITY_DRAFT_SOURCE"), encoding = "UTF-8")
  fun <- get(Sys.getenv("PARITY_DRAFT_CALL"), mode = "function")
  answer <- if (missing(model)) fun(df) else fun(df, model)
  # a list without names, as a vector, is a model with one output
  outputs <- if (is.list(answer) && length(names(answer)) > 0L) as.list(answer) else list(answer)
  labels <- if (is.null(names(outputs))) "" else names(outputs)
  kinds <- vapply(outputs, parity_draft_kind, "")
  sizes <- vapply(outputs, function(x) as.character(NROW(x)), "")
  rep(paste(kinds, sizes, labels, sep = "\t", collapse = "\n"), nrow(df))
}

parity_draft_kind <- function(x) {
  if (is.factor(x)) return("category")
  if (inherits(x, "Date")) return("date")
  if (inherits(x, "POSIXt")) return("datetime")
  if (!is.atomic(x) || is.null(x)) return(paste0("other:", class(x)[1L]))
  if (all(is.na(x))) return("unknown")
  if (is.character(x)) return("string")
  if (is.logical(x)) return("bool")
  if (is.integer(x)) return("int")
  if (!is.numeric(x)) return(paste0("other:", class(x)[1L]))
  present <- x[is.finite(x)]
  if (all(present == trunc(present))) "whole" else "float"
}

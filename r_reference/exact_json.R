# Writes R values as JSON so that every double is read back bit for bit.
#
# jsonlite writes 15 significant digits (digits = NA) and so is no way to hand over thresholds. Here a double
# gets the fewest of 15, 16 or 17 digits that are read back as the same double; 17 always suffice. It is
# jsonlite that reads them back, as it does so exactly: R's own as.numeric() may be a bit off.

exact_number <- function(x) {
  if (!is.finite(x)) stop("JSON has no number for ", x, call. = FALSE)
  # readers take "-0" for an integer, which has no sign of zero
  if (x == 0) return(if (1 / x < 0) "-0.0" else "0")
  for (digits in 15:17) {
    text <- sprintf("%.*g", digits, x)
    if (jsonlite::parse_json(text) == x) return(text)
  }
  text
}

json_scalar <- function(x) {
  if (is.na(x) && !is.double(x)) return("null")
  if (is.logical(x)) return(if (x) "true" else "false")
  if (is.integer(x)) return(sprintf("%d", x))
  if (is.double(x)) return(exact_number(x))
  if (is.character(x)) return(encodeString(x, quote = "\""))
  stop("cannot write ", class(x)[1], " as JSON", call. = FALSE)
}

# A vector of length one is a scalar, unless it is wrapped in I(); a list is an object where it has names.
# Objects are spread over lines down to `depth`, so that a changed model makes a readable diff.
exact_json <- function(x, depth = 3, indent = "") {
  if (is.null(x)) return("null")
  if (is.factor(x)) stop("convert factors to character first", call. = FALSE)
  if (is.atomic(x) && length(x) == 1 && !inherits(x, "AsIs")) return(json_scalar(x))
  parts <- if (is.list(x)) {
    vapply(x, exact_json, "", depth = depth - 1, indent = paste0(indent, "  "))
  } else {
    vapply(seq_along(x), function(i) json_scalar(unclass(x)[[i]]), "")
  }
  named <- is.list(x) && !is.null(names(x))
  if (named) parts <- paste0(encodeString(names(x), quote = "\""), ": ", parts)
  brackets <- if (named) c("{", "}") else c("[", "]")
  if (is.list(x) && depth > 0 && length(x) > 0) {
    inner <- paste0("\n", indent, "  ")
    return(paste0(brackets[1], inner, paste(parts, collapse = paste0(",", inner)), "\n", indent, brackets[2]))
  }
  paste0(brackets[1], paste(parts, collapse = ", "), brackets[2])
}

write_exact_json <- function(x, path, depth = 3) {
  stream <- file(path, "wb")
  on.exit(close(stream))
  writeLines(exact_json(x, depth), stream, sep = "\n", useBytes = TRUE)
}

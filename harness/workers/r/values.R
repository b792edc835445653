# What a form returned, as columns to write: pick the outputs, check their length, name their type.

MISALIGNED <- 4L
RAISED <- 1L

# a refusal is a condition of its own, so that no error of the form is taken for one
refuse <- function(outcome, kind, message) {
  stop(structure(
    class = c("parity_refusal", "error", "condition"),
    list(message = message, call = NULL, outcome = outcome, kind = kind)
  ))
}

# columns to write by output name
collect <- function(came, outputs, rows) {
  picked <- pick(came, outputs)
  columns <- lapply(seq_along(outputs), function(i) output_column(picked[[i]], outputs[i], rows))
  names(columns) <- outputs
  columns
}

pick <- function(came, outputs) {
  if (is.list(came) && !inherits(came, "POSIXlt")) {
    known <- names(came)
    for (name in setdiff(outputs, known)) {
      there <- if (length(known)) paste0("there are: ", paste(known, collapse = ", ")) else paste0(
        "a list of ", length(came), " without names: return list(", name, " = ...), a data.frame or a vector"
      )
      refuse(RAISED, "MissingOutput", paste0("no output '", name, "' came back (", there, ")"))
    }
    came <- unclass(came)
    return(lapply(outputs, function(name) came[[name]]))
  }
  if (length(outputs) == 1L) return(list(came))
  refuse(RAISED, "MissingOutput", paste0(
    "one ", class(came)[1L], " came back, but the model has ", length(outputs), " outputs (",
    paste(outputs, collapse = ", "), "): return a named list or a data.frame"
  ))
}

output_column <- function(x, name, rows) {
  if (inherits(x, "POSIXlt")) x <- as.POSIXct(x)
  count <- length(x)
  if (count != rows) {
    shape <- if (length(dim(x)) > 1L) paste0("an array of dim ", paste(dim(x), collapse = " x ")) else
      paste(count, if (count == 1L) "value" else "values")
    refuse(MISALIGNED, "WrongLength", paste0(
      name, ": ", shape, " for ", rows, if (rows == 1) " row" else " rows"
    ))
  }
  if (is.factor(x)) return(factor_column(x))
  if (inherits(x, "integer64")) return(list(kind = INT64, nulls = NATIVE, parts = list(bare(x))))
  if (inherits(x, "Date")) return(double_column(as.double(bare(x)), DATE))
  if (inherits(x, "POSIXct")) return(double_column(as.double(bare(x)), DATETIME))
  if (is.object(x) && !is.atomic(x)) return(other_of(x))
  switch(typeof(x),
    double = double_column(bare(x)),
    integer = integer_column(bare(x)),
    logical = bool_column(bare(x)),
    character = character_column(bare(x)),
    other_of(x)
  )
}

# the vector alone: no class, names, dim
bare <- function(x) {
  attributes(x) <- NULL
  x
}

factor_column <- function(x) {
  labels <- levels(x)
  if (anyNA(labels)) return(character_column(labels[bare(x)]))
  coded(bare(x), labels)
}

character_column <- function(x) {
  entries <- unique(x)
  entries <- entries[!is.na(entries)]
  coded(match(x, entries), entries)
}

# entries in any encoding; enc2utf8() would spell invalid bytes out as text, so they are looked for before
coded <- function(codes, entries) {
  valid <- validEnc(entries)
  utf8 <- enc2utf8(entries)
  valid <- valid & validUTF8(utf8)
  if (all(valid)) return(coded_column(codes, utf8))
  example <- iconv(entries[!valid][1L], "", "ASCII", sub = "byte")
  other_column("text that is not valid UTF-8", example)
}

other_of <- function(x) {
  example <- if (length(x)) tryCatch(deparse(x[[1L]], nlines = 1L)[1L], error = function(e) "") else ""
  other_column(paste0("values of class ", class(x)[1L]), substr(clean(example), 1L, 80L))
}

# a message of any encoding as valid UTF-8
clean <- function(text) {
  text <- enc2utf8(paste(as.character(text), collapse = "\n"))
  if (validUTF8(text)) text else iconv(text, "UTF-8", "UTF-8", sub = "byte")
}

# Needs the R package RProtoBuf. The messages are those of table.proto, beside this file.

A_SECOND <- 1e6
SECONDS <- c(secs = 1, mins = 60, hours = 3600, days = 86400, weeks = 604800)

RProtoBuf::readProtoFiles2("table.proto", protoPath = END_FOLDER)

encode <- function(frame) {
  columns <- lapply(seq_along(frame), function(i) column_of(names(frame)[i], frame[[i]]))
  table <- RProtoBuf::new(RProtoBuf::P("parity.Table"), rows = nrow(frame))
  if (length(columns)) RProtoBuf::add(table, "columns", columns)
  RProtoBuf::serialize(table, NULL)
}

column_of <- function(name, x) {
  column <- RProtoBuf::new(RProtoBuf::P("parity.Column"), name = enc2utf8(name))
  missing <- is.na(x)
  if (is.double(x)) missing <- missing & !is.nan(unclass(x))
  if (is.factor(x)) missing <- is.na(unclass(x))
  if (any(missing)) column$missing <- which(missing) - 1
  fill(column, x, missing)
}

fill <- function(column, x, missing) {
  plain <- x
  attributes(plain) <- NULL
  plain[missing] <- switch(typeof(plain), character = "", double = 0, integer = 0L, logical = FALSE)
  if (is.factor(x)) {
    column$type <- if (is.ordered(x)) "ordered" else "factor"
    if (anyNA(levels(x))) stop("the protobuf table has no place for a missing level")
    column$levels <- enc2utf8(levels(x))
    column$integers <- ifelse(missing, 0L, plain - 1L)
  } else if (inherits(x, "Date")) {
    column$type <- "Date"
    column$integers <- whole(plain)
  } else if (inherits(x, "POSIXct")) {
    column$type <- "POSIXct"
    if (!is.null(attr(x, "tzone"))) column$zone <- attr(x, "tzone")[1L]
    column$longs <- whole(plain * A_SECOND)
  } else if (inherits(x, "difftime")) {
    column$type <- "difftime"
    column$longs <- whole(plain * SECONDS[[attr(x, "units")]] * A_SECOND)
  } else if (inherits(x, "integer64")) {
    column$type <- "integer64"
    column$longs <- bit64::as.character.integer64(structure(plain, class = "integer64"))
  } else {
    column$type <- typeof(x)
    switch(typeof(x),
      double = column$doubles <- plain,
      integer = column$integers <- plain,
      logical = column$integers <- as.integer(plain),
      character = column$texts <- enc2utf8(plain),
      stop("the protobuf table has no place for ", class(x)[1L])
    )
  }
  column
}

whole <- function(x) {
  if (any(x != round(x))) stop("the protobuf table counts whole days and microseconds: ", x[x != round(x)][1L])
  round(x)
}

decode <- function(bytes) {
  table <- RProtoBuf::read(RProtoBuf::P("parity.Table"), bytes)
  columns <- as.list(table$columns)
  names <- vapply(columns, function(column) column$name, "")
  Encoding(names) <- "UTF-8"
  structure(
    lapply(columns, vector_of), names = names, row.names = .set_row_names(table$rows), class = "data.frame"
  )
}

vector_of <- function(column) {
  if (column$type == "integer64") {
    old <- options(RProtoBuf.int64AsString = TRUE) # as doubles they end at 2^53
    on.exit(options(old))
  }
  x <- switch(column$type,
    double = column$doubles,
    integer = as.integer(column$integers),
    logical = as.logical(column$integers),
    character = column$texts,
    factor = ,
    ordered = as.integer(column$integers) + 1L,
    Date = as.double(column$integers),
    POSIXct = as.double(column$longs) / A_SECOND,
    difftime = as.double(column$longs) / A_SECOND,
    integer64 = bit64::as.integer64(column$longs),
    stop("the protobuf table has a column of an unknown type, ", column$type)
  )
  if (is.character(x)) Encoding(x) <- "UTF-8"
  x[column$missing + 1] <- NA
  classed_as(x, column)
}

classed_as <- function(x, column) {
  switch(column$type,
    factor = ,
    ordered = {
      levels <- column$levels
      Encoding(levels) <- "UTF-8"
      structure(x, levels = levels, class = if (column$type == "ordered") c("ordered", "factor") else "factor")
    },
    Date = structure(x, class = "Date"),
    POSIXct = {
      x <- structure(x, class = c("POSIXct", "POSIXt"))
      if (nzchar(column$zone)) attr(x, "tzone") <- column$zone
      x
    },
    difftime = structure(x, class = "difftime", units = "secs"),
    x
  )
}

# Is the table that came back the table that was sent, bit by bit? The first difference, or NULL:
# list(aspect, was, now, row), values as tagged hexadecimal for the other side to put into words.

hex_of <- function(bytes) paste(as.character(bytes), collapse = "")

in_words <- function(text) paste0("w:", hex_of(charToRaw(enc2utf8(paste(text, collapse = " ")))))

differs <- function(aspect, was, now, row = 0L) list(aspect = aspect, was = was, now = now, row = row)

difference <- function(sent, came) {
  if (!is.data.frame(came)) {
    return(differs("frame", in_words("data.frame"), in_words(class(came)[1L])))
  }
  if (length(came) != length(sent)) {
    return(differs("columns", in_words(length(sent)), in_words(length(came))))
  }
  if (!same_texts(names(sent), names(came))) {
    at <- which(!text_equal(names(sent), names(came)))[1L]
    return(differs("names", text_tag(names(sent)[at]), text_tag(names(came)[at])))
  }
  if (nrow(came) != nrow(sent)) {
    return(differs("rows", in_words(nrow(sent)), in_words(nrow(came))))
  }
  for (i in seq_along(sent)) {
    found <- column_difference(sent[[i]], came[[i]])
    if (!is.null(found)) return(found)
  }
  NULL
}

column_difference <- function(sent, came) {
  if (type_of(sent) != type_of(came)) {
    return(differs(
      if (same_values(sent, came)) "type" else "type and values", in_words(type_of(sent)), in_words(type_of(came))
    ))
  }
  for (name in c("levels", "tzone", "units")) {
    was <- attr(sent, name, exact = TRUE)
    now <- attr(came, name, exact = TRUE)
    same <- if (is.character(was) && is.character(now)) same_texts(was, now) else identical(was, now)
    if (!same) return(differs(name, texts_tag(was, name), texts_tag(now, name)))
  }
  known <- c("levels", "tzone", "units", "class")
  others <- setdiff(names(attributes(came)), c(known, names(attributes(sent))))
  if (length(others)) return(differs("attributes", in_words("none"), in_words(others)))
  if (is.character(sent)) text_difference(sent, came) else bit_difference(sent, came)
}

# a type in one word: what a user of the column would call it
type_of <- function(x) {
  class <- class(x)[1L]
  if (class == "POSIXct" && is.integer(unclass(x))) return("POSIXct held as integer")
  if (class == "Date" && is.integer(unclass(x))) return("Date held as integer")
  if (class == "difftime" && is.integer(unclass(x))) return("difftime held as integer")
  if (class == "numeric") "double" else class
}

same_values <- function(sent, came) {
  if (is.factor(sent) && is.character(came)) return(all(text_equal(as.character(sent), came)))
  plain <- function(x) {
    attributes(x) <- NULL
    x
  }
  if (inherits(sent, "integer64") || inherits(came, "integer64")) return(same_integers(sent, came))
  numeric <- (is.numeric(plain(sent)) || is.logical(sent)) && (is.numeric(plain(came)) || is.logical(came))
  if (is.factor(sent) || is.factor(came) || !numeric) return(all(is.na(sent)) && all(is.na(came)))
  same_bits(as.double(plain(sent)), as.double(plain(came)))
}

# integer64 against integers and doubles: the bits of small whole numbers, read as two halves
same_integers <- function(sent, came) {
  whole <- function(x) {
    if (!inherits(x, "integer64")) return(if (is.numeric(x) || is.logical(x)) as.double(x) else NaN)
    halves <- matrix(readBin(writeBin(as.double(unclass(x)), raw(), endian = "little"), "integer", 2L * length(x),
                             endian = "little"), nrow = 2L)
    low <- halves[1L, ]
    low <- ifelse(is.na(low), 2^31, ifelse(low < 0, low + 2^32, low))
    high <- ifelse(is.na(halves[2L, ]), -2^31, halves[2L, ])
    value <- high * 2^32 + low
    ifelse(high == -2^31 & low == 0, NA, ifelse(abs(value) > 2^53, NaN, value))
  }
  a <- whole(sent)
  b <- whole(came)
  all((is.na(a) & !is.nan(a) & is.na(b) & !is.nan(b)) | (!is.na(a) & !is.na(b) & a == b))
}

same_bits <- function(a, b) {
  identical(writeBin(a, raw(), endian = "little"), writeBin(b, raw(), endian = "little"))
}

bit_difference <- function(sent, came) {
  was <- bare(sent)
  now <- bare(came)
  if (typeof(was) != typeof(now)) return(differs("type", in_words(typeof(was)), in_words(typeof(now))))
  width <- if (is.double(was)) 8L else 4L
  a <- matrix(writeBin(was, raw(), endian = "little"), nrow = width)
  b <- matrix(writeBin(now, raw(), endian = "little"), nrow = width)
  at <- which(colSums(a != b) > 0)[1L]
  if (is.na(at)) return(NULL)
  differs("values", value_tag(sent, at), value_tag(came, at), at)
}

bare <- function(x) {
  attributes(x) <- NULL
  x
}

text_difference <- function(sent, came) {
  at <- which(!text_equal(sent, came))[1L]
  if (!is.na(at)) return(differs("values", text_tag(sent[at]), text_tag(came[at]), at))
  at <- which(Encoding(sent) != Encoding(came) & !is.na(sent))[1L]
  if (is.na(at)) return(NULL)
  differs("mark", in_words(Encoding(sent)[at]), in_words(Encoding(came)[at]), at)
}

# the same text, in whatever encoding it is held; an NA is none
text_equal <- function(a, b) {
  if (!is.character(b)) return(rep(FALSE, length(a)))
  missing <- is.na(a) | is.na(b)
  same <- is.na(a) == is.na(b)
  same[!missing] <- mapply(
    function(x, y) identical(charToRaw(x), charToRaw(y)), enc2utf8(a[!missing]), enc2utf8(b[!missing])
  )
  unlist(same)
}

same_texts <- function(a, b) length(a) == length(b) && all(text_equal(a, b))

value_tag <- function(x, at) {
  if (is.factor(x)) return(text_tag(levels(x)[bare(x)[at]]))
  value <- bare(x)[at]
  if (is.logical(value)) return(in_words(as.character(value)))
  if (is.integer(value)) value <- as.double(value)
  tag <- switch(class(x)[1L], Date = "D", POSIXct = "P", difftime = "S", integer64 = "I", integer = "i", "d")
  units <- if (tag == "S") attr(x, "units") else ""
  paste0(tag, ":", hex_of(writeBin(value, raw(), endian = "little")), ":", units)
}

text_tag <- function(text) {
  if (is.na(text)) return(in_words("NA"))
  paste0("t:", hex_of(charToRaw(enc2utf8(text))))
}

texts_tag <- function(x, name) {
  if (is.null(x)) return(in_words("none"))
  if (is.character(x) && length(x) == 1L && name != "levels") return(text_tag(x))
  if (!is.character(x)) return(in_words(as.character(x)))
  paste0("T:", paste(vapply(x, function(one) if (is.na(one)) "NA" else hex_of(charToRaw(enc2utf8(one))), "",
                            USE.NAMES = FALSE), collapse = ","))
}

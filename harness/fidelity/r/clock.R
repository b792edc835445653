# Timing the R ends on one table, which stays here between calls, with what each codec made of it.

held <- new.env(parent = emptyenv())

# the table to time, from a file that the codec `way` wrote
clock_table <- function(way, file) {
  held$table <- end_of(way)$decode(readBin(file, "raw", file.size(file)))
  held$bytes <- list()
  tell("rows", nrow(held$table))
}

# a first encoding and decoding: what they took, the bytes' number, and whether the table came back as it was
clock_first <- function(codec) {
  end <- end_of(codec)
  tell(tryCatch(suppressWarnings({
    if (is.null(held$table)) stop("R had to be started anew: the table to time is gone")
    started <- now_ns()
    bytes <- as_raw(end$encode(held$table))
    encoded <- now_ns()
    came <- end$decode(bytes)
    decoded <- now_ns()
    held$bytes[[codec]] <- bytes
    how <- if (is.null(difference(held$table, came))) "exact" else "altered"
    paste(how, length(bytes), sprintf("%.0f %.0f", encoded - started, decoded - encoded))
  }), error = function(e) paste("refused", hex_of(charToRaw(enc2utf8(conditionMessage(e)))))))
}

now_ns <- function() 1e9 * as.numeric(Sys.time())

# nanoseconds that so many encodings and so many decodings took
clock_turn <- function(codec, encodings, decodings) {
  end <- end_of(codec)
  bytes <- held$bytes[[codec]]
  if (is.null(bytes)) return(tell("gone"))
  suppressWarnings({
    started <- now_ns()
    for (i in seq_len(encodings)) end$encode(held$table)
    encoded <- now_ns()
    for (i in seq_len(decodings)) end$decode(bytes)
    decoded <- now_ns()
  })
  tell("ns", sprintf("%.0f %.0f", encoded - started, decoded - encoded))
}

# Timing the R ends on one table, which stays here between calls, with what each codec made of it.

held <- new.env(parent = emptyenv())

# the table to time, from a file that the codec `way` wrote
clock_table <- function(way, file) {
  held$table <- end_of(way)$decode(readBin(file, "raw", file.size(file)))
  tell("rows", nrow(held$table))
}

# one encoding, kept to be decoded: bytes, and whether the table comes back as it was
clock_hold <- function(codec) {
  tell(tryCatch(suppressWarnings({
    held$bytes <- as_raw(end_of(codec)$encode(held$table))
    found <- difference(held$table, end_of(codec)$decode(held$bytes))
    paste("bytes", length(held$bytes), if (is.null(found)) "exact" else "altered")
  }), error = function(e) paste("refused", hex_of(charToRaw(enc2utf8(conditionMessage(e)))))))
}

# nanoseconds of `times` encodings or decodings of what clock_hold() keeps
clock_turn <- function(codec, task, times) {
  end <- end_of(codec)
  run <- if (task == "encode") end$encode else end$decode
  input <- if (task == "encode") held$table else held$bytes
  started <- as.numeric(Sys.time())
  suppressWarnings(for (i in seq_len(times)) run(input))
  tell("ns", sprintf("%.0f", 1e9 * (as.numeric(Sys.time()) - started)))
}

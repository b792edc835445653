# Loading stored models: how long it takes, and the doubles that are then there.

# nanoseconds of each load, in one line; the numbers as raw doubles in a file
models_load <- function(format, path, numbers, loads, enough_ns) {
  load <- if (format == "rds") readRDS else function(path) jsonlite::fromJSON(path, simplifyVector = FALSE)
  tell(tryCatch({
    model <- load(path)
    taken <- numeric()
    while (length(taken) < loads && sum(taken) < enough_ns) {
      started <- now_ns()
      model <- load(path)
      taken <- c(taken, now_ns() - started)
    }
    writeBin(unique(numbers_in(model)), numbers, endian = "little")
    paste(c("ns", sprintf("%.0f", taken)), collapse = " ")
  }, error = function(e) paste("error", hex_of(charToRaw(enc2utf8(conditionMessage(e)))))))
}

# all numbers of an object, however deep, as doubles; those of its attributes as well
numbers_in <- function(x) {
  own <- if (is.numeric(x)) as.double(bare(x)) else NULL
  parts <- if (is.list(x)) unclass(x) else NULL
  held <- attributes(x)
  unlist(c(list(own), lapply(c(bare(parts), bare(held)), function(one) {
    if (is.list(one) || is.numeric(one)) numbers_in(one)
  })))
}

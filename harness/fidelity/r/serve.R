# Rscript --vanilla serve.R FOLDER: reads one R call a line from standard input, answers one line for each.
# FOLDER holds the files beside this one. Ends with its standard input.

ends <- new.env(parent = emptyenv())

# an R end: encode() and decode() from its file, in an environment of its own
load_end <- function(codec, file) {
  end <- new.env(parent = globalenv())
  end$END_FOLDER <- dirname(file) # for an end that has more than its one file
  sys.source(file, end, keep.source = FALSE)
  assign(codec, end, envir = ends)
  invisible()
}

end_of <- function(codec) get(codec, envir = ends, inherits = FALSE)

# every check of a file of them, a line of answer for each into another: what was refused is an answer too
check_all <- function(questions, answers) {
  asked <- file(questions, "rb")
  on.exit(close(asked))
  said <- file(answers, "ab")
  on.exit(close(said), add = TRUE)
  done <- 0L
  while (length(line <- readLines(asked, 1L, encoding = "UTF-8"))) {
    writeLines(check(strsplit(line, "\t", fixed = TRUE)[[1L]]), said)
    flush(said)
    done <- done + 1L
    if (done %% 50L == 0L) tell("at", done)
  }
  tell("done")
}

# what a package prints goes to standard error: answers have standard output for themselves
said_out <- file("/dev/fd/1", "wb", raw = TRUE)
sink(stderr())

tell <- function(...) {
  writeLines(paste(...), said_out)
  flush(said_out)
}

# a line of answer: what became of the table, and, for a trip, the bytes in between
check <- function(asked) {
  end <- end_of(asked[2L])
  sent <- eval(parse(text = asked[3L], keep.source = FALSE))
  if (asked[1L] == "decode") return(attempt(judged(sent, end$decode(bytes_of(asked[4L])))))
  bytes <- NULL
  made <- attempt({
    bytes <- as_raw(end$encode(sent))
    "made"
  })
  if (is.null(bytes)) return(made)
  paste0(attempt(judged(sent, end$decode(bytes))), "\t", hex_of(bytes))
}

judged <- function(sent, came) {
  found <- difference(sent, came)
  if (is.null(found)) return("exact")
  paste("altered", found$aspect, found$was, found$now, found$row, sep = "\t")
}

attempt <- function(code) {
  tryCatch(suppressWarnings(code), error = function(e) {
    paste0("refused\t", hex_of(charToRaw(enc2utf8(conditionMessage(e)))))
  })
}

as_raw <- function(x) if (is.raw(x)) x else stop("encode() gave ", class(x)[1L], ", not raw")

# which of these packages are lacking, asked by loading them
lacking <- function(...) {
  packages <- as.character(c(...))
  absent <- !vapply(packages, function(one) suppressWarnings(requireNamespace(one, quietly = TRUE)), NA)
  tell(paste(c("lacking", packages[absent]), collapse = " "))
}

# R's own version and those of packages
versions <- function(...) {
  packages <- c(...)
  own <- vapply(packages, function(one) as.character(utils::packageVersion(one)), "")
  tell(paste(c(paste0("R=", getRversion()), sprintf("%s=%s", packages, own)), collapse = " "))
}

main <- function() {
  input <- file("stdin", "rb")
  while (length(line <- readLines(input, 1L))) eval(parse(text = line, keep.source = FALSE), globalenv())
}

folder <- commandArgs(TRUE)[1L]
for (name in c("specimens.R", "judge.R", "clock.R", "models.R")) sys.source(file.path(folder, name), globalenv(), keep.source = FALSE)
main()

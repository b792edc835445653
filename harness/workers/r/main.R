# Rscript --vanilla main.R FOLDER READ WRITE [SOCKET LIBRARY]: load the R end from its folder, serve on two descriptors.
# Its functions live outside the global environment: the form's own names, and rm(list = ls()), do not meet them.
local({
  arguments <- commandArgs(TRUE)
  worker <- new.env(parent = baseenv())
  files <- c("wire.R", "read.R", "write.R", "values.R", "form.R", "finds.R", "names.R", "code.R", "mine.R", "entries.R", "trees.R",
             "tree_models.R", "rowwise.R", "reading.R", "evaluating.R", "readers.R", "additive.R", "watch.R", "masks.R",
             "serve.R", "native.R")
  for (name in files) {
    sys.source(file.path(arguments[1L], name), worker, keep.source = FALSE)
  }
  ends <- as.integer(arguments[2:3])
  if (length(arguments) > 3L) {
    worker$serve_native(arguments[5L], ends[1L], ends[2L], as.integer(arguments[4L]))
  } else {
    worker$serve_here(ends[1L], ends[2L])
  }
}, envir = new.env(parent = baseenv()))

# Rscript --vanilla main.R FOLDER READ WRITE: load the R end from its folder, serve on two descriptors.
# Its functions live outside the global environment: the form's own names, and rm(list = ls()), do not meet them.
local({
  arguments <- commandArgs(TRUE)
  worker <- new.env(parent = baseenv())
  files <- c("wire.R", "read.R", "write.R", "values.R", "form.R", "finds.R", "names.R", "code.R", "mine.R", "trees.R",
             "tree_models.R", "watch.R", "masks.R", "serve.R")
  for (name in files) {
    sys.source(file.path(arguments[1L], name), worker, keep.source = FALSE)
  }
  worker$serve_here(as.integer(arguments[2L]), as.integer(arguments[3L]))
}, envir = new.env(parent = baseenv()))

encode <- function(frame) {
  path <- tempfile()
  on.exit(unlink(path))
  con <- file(path, "wb")
  tryCatch(serialize(frame, con, xdr = FALSE), finally = close(con))
  readBin(path, "raw", file.size(path))
}

decode <- function(bytes) {
  path <- tempfile()
  on.exit(unlink(path))
  writeBin(bytes, path)
  readRDS(path)
}

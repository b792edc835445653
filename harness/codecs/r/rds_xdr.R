encode <- function(frame) {
  path <- tempfile()
  on.exit(unlink(path))
  saveRDS(frame, path)
  readBin(path, "raw", file.size(path))
}

decode <- function(bytes) {
  path <- tempfile()
  on.exit(unlink(path))
  writeBin(bytes, path)
  readRDS(path)
}

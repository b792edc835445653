encode <- function(frame) {
  path <- tempfile()
  on.exit(unlink(path))
  utils::write.csv(frame, path, row.names = FALSE, fileEncoding = "UTF-8")
  readBin(path, "raw", file.size(path))
}

decode <- function(bytes) {
  path <- tempfile()
  on.exit(unlink(path))
  writeBin(bytes, path)
  utils::read.csv(path, check.names = FALSE, encoding = "UTF-8")
}

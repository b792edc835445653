# Needs the R package arrow.

encode <- function(frame) {
  sink <- arrow::BufferOutputStream$create()
  arrow::write_ipc_file(frame, sink, compression = "lz4")
  as.raw(sink$finish())
}

decode <- function(bytes) as.data.frame(arrow::read_ipc_file(arrow::BufferReader$create(bytes)))

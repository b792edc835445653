# Needs the R package arrow.

encode <- function(frame) {
  sink <- arrow::BufferOutputStream$create()
  arrow::write_parquet(frame, sink)
  as.raw(sink$finish())
}

decode <- function(bytes) as.data.frame(arrow::read_parquet(arrow::BufferReader$create(bytes)))

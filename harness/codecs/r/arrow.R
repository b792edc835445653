# Needs the R package arrow.

encode <- function(frame) arrow::write_to_raw(frame, format = "stream")

decode <- function(bytes) as.data.frame(arrow::read_ipc_stream(bytes))

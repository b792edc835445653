encode <- function(frame) serialize(frame, NULL)

decode <- function(bytes) unserialize(bytes)

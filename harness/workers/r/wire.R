# Frames: the R end of the format that harness/workers/python/wire.py describes. Base R only.
#
# A column that was read is a plain R vector (factor, Date and POSIXct where the kind says so). A column to
# write is list(kind, nulls, parts): vectors for writeBin() whose sizes are multiples of 8 bytes.

PROTOCOL <- 1L
MARK <- 1346895872L # "HP" in the upper half of every kind

HELLO <- 1L; OPEN <- 2L; OPENED <- 3L; CALL <- 4L; RESULT <- 5L # nolint
FAILED <- 6L; MINE <- 7L; MINED <- 8L; CLOSE <- 9L; WATCH <- 10L; WATCHED <- 11L # nolint
SIFT <- 12L; SIFTED <- 13L; SHOW <- 30L; TREES <- 31L; LIST <- 32L; ENTRIES <- 33L # nolint
PROVE <- 34L; PROVED <- 35L # nolint

DOUBLE <- 1L; INT32 <- 2L; INT64 <- 3L; BOOL <- 4L; TEXT <- 5L; FACTOR <- 6L # nolint
DATE <- 7L; DATETIME <- 8L; INSTANT <- 9L; BYTES <- 10L; OTHER <- 11L # nolint

NONE <- 0L; MASKED <- 1L; NATIVE <- 2L # nolint

is_double_kind <- function(kind) kind == DOUBLE || kind == DATE || kind == DATETIME

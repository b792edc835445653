score <- function(df) {
  if (any(df$end < df$start)) stop("contract ends before it starts")
  df$end - df$start
}

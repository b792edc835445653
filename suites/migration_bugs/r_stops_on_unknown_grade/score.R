margins <- c(AAA = 0.002, AA = 0.004, A = 0.007, BBB = 0.013, BB = 0.03)

score <- function(df) {
  unknown <- setdiff(df$grade, names(margins))
  if (length(unknown) > 0) stop("unknown grade: ", unknown[1])
  unname(margins[df$grade])
}

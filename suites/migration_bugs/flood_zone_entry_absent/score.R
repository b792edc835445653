flood <- c(18546, 21129, 25541, 27498, 50667, 53474, 56068, 67346, 83022, 83512, 94032, 94469)

score <- function(df) {
  ifelse(df$postcode %in% flood, 1.8, 1)
}

points <- c(12, 21, 30, 38)

score <- function(df) {
  found <- points[cut(df$age, c(-Inf, 25, 40, 60, Inf), right = FALSE, labels = FALSE)]
  ifelse(is.na(found), 17, found)
}

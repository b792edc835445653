bucket <- function(customer) {
  codes <- utf8ToInt(customer)
  sum(codes * seq_along(codes)) %% 1000
}

score <- function(df) {
  vapply(df$customer, bucket, 0, USE.NAMES = FALSE)
}

score <- function(df) {
  vapply(df$name, function(name) sum(utf8ToInt(name)) %% 97, 0, USE.NAMES = FALSE)
}

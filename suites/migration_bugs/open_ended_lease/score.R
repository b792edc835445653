score <- function(df) {
  term <- ifelse(df$term == -1, 48, df$term)
  worn <- df$product == "lease" & df$region == "east" & df$mileage > 245000
  ifelse(worn & term >= 36, 50, 0)
}

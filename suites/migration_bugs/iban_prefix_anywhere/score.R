score <- function(df) {
  startsWith(df$iban, "DE") & nchar(df$iban) == 22
}

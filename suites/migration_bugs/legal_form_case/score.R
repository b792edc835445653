score <- function(df) {
  grepl("gmbh", df$firm, ignore.case = TRUE)
}

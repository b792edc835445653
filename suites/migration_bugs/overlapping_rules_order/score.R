score <- function(df) {
  action <- rep("letter", nrow(df))
  action[df$debt > 99000] <- "court"
  action[df$age < 18.5] <- "waiver"
  action
}

"""Why rows disagree: one cause, one example, for each group of them."""

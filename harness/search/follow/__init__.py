"""Where answers jump and comparisons turn, followed to the very value."""

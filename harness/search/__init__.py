"""Row generation, shrinking and cause finding, over open targets."""

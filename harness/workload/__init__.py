"""What targets are measured on, and in what conditions: rows, memory, quiet."""

"""One way of writing a batch as bytes a file."""

"""Which rows are tried."""

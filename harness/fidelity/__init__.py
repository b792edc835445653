"""What a codec keeps of each type between R and Python, what it costs, and what follows from both."""

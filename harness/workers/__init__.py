"""The processes that hold sessions: ``python/`` and ``r/`` are the far ends."""

"""The processes that hold sessions: framing, start, limits, restart; ``python/`` and ``r/`` are the far ends."""

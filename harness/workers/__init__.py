"""The processes that hold sessions: ``python/`` and ``r/`` are the far ends, the rest is the near one.

A call crosses like this: ``columns`` turns a batch into columns of the wire, ``python/encode`` into bytes,
``channel`` writes them to a ``process`` (started by ``spawn`` as ``launch`` says, by way of ``launcher``) and
waits within a time limit; the far end answers; ``answers`` turns what came into Arrow arrays of the declared
types, ``timing`` the stamps of both sides into spans. ``session`` holds it together and restarts what died.
The bytes are described in ``python/wire``: one format for both directions and every language.
"""

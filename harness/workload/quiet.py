"""Keep what is not measured out of what is."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[Callable[[], object]]:
    """Keep Python's garbage collector out of the samples; the body gets a function that collects by hand.

    What lives already is frozen, so that collecting between rounds looks at the calls' garbage only.
    Only the harness's own process is meant: a worker's collector is part of what a form costs.
    """
    was_enabled = gc.isenabled()
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield gc.collect
    finally:
        gc.unfreeze()
        if was_enabled:
            gc.enable()

"""Keep what is not measured out of what is."""

from __future__ import annotations

import gc
import os
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


def load_average() -> float | None:
    """How many processes wanted to run over the last minute; None where the system does not say."""
    try:
        return round(os.getloadavg()[0], 2)
    except (OSError, AttributeError):  # not on every system
        return None


def is_busy(load: float | None, cores: int) -> bool:
    """Whether others want the machine as well: more want to run than a bench and its one worker explain."""
    return load is not None and load > cores + 1

"""Work that Ctrl-C must not cut in half: it runs in a thread of its own, where Python raises no interrupt."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_Made = TypeVar("_Made")


class _Thread:
    """One that lives as long as the harness: the kernel kills a worker when its starter's thread ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._owner = 0

    def pool(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._pool is None or self._owner != os.getpid():
                self._pool = ThreadPoolExecutor(1, thread_name_prefix="parity-undisturbed")
                self._owner = os.getpid()
            return self._pool


_thread = _Thread()


def undisturbed(work: Callable[[], _Made], abandon: Callable[[], object] | None = None) -> _Made:
    """Do some work as a whole. What it raises is raised here.

    Where the caller is interrupted meanwhile, the work is finished all the same, and then ``abandon`` called:
    nobody else knows of what was made. Must not be called from within such work.
    """
    made = _thread.pool().submit(work)
    try:
        return made.result()
    except BaseException:
        if abandon is not None and not made.done():
            made.add_done_callback(lambda _: abandon())
        raise

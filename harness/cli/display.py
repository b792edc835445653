"""What a person sees while a command works: one line on standard error, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from harness.verify.options import Progress


@contextmanager
def progress(title: str, announce: bool = False) -> Iterator[Progress]:
    """A spinner with the target and what is done to it. Where standard error is no terminal, nothing, or with
    ``announce`` a line that the work has begun."""
    console = Console(stderr=True)
    if not sys.stderr.isatty():
        if announce:
            sys.stderr.write(f"{title} ...\n")
            sys.stderr.flush()
        yield lambda target, words: None
        return
    with console.status(title) as status:
        yield lambda target, words: status.update(f"{title} · {target}: {words}")

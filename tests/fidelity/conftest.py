"""One R for all, and R ends made badly on purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.codecs import raw
from harness.fidelity.r_session import RSession


@pytest.fixture(scope="session")
def session() -> Iterator[RSession]:
    """One R for all tests that need it."""
    with RSession() as held:
        yield held


@pytest.fixture
def r_end(tmp_path: Path) -> Callable[[str], Path]:
    """An R end that is raw columns with something done to every column ``x`` before it is written."""

    def write(change: str) -> Path:
        source = raw.R_END.read_text("utf-8")
        path = tmp_path / "end.R"
        path.write_text(
            f"{source}\nwell <- encode\nencode <- function(frame) {{\n"
            f"  frame[] <- lapply(frame, function(x) {change})\n  well(frame)\n}}\n"
        )
        return path

    return write

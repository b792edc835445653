"""What the rows amount to: can anything be run here, and what."""

from __future__ import annotations

from collections.abc import Sequence

from harness.protocols import Availability
from harness.status import Exit

#: Forms of a model can be compared or timed where at least one of these runs.
ENGINES = ("r", "python", "onnx")


def exit_status(rows: Sequence[Availability]) -> Exit:
    """0 where R, Python or ONNX can run, else 3: nothing could."""
    return Exit.OK if set(_present(rows, "runtime")) & set(ENGINES) else Exit.NOTHING


def summary(rows: Sequence[Availability]) -> str:
    """One line: which forms of a model can be run here, and on which devices."""
    if exit_status(rows) is not Exit.OK:
        return "Nothing can be run here: neither R nor Python nor ONNX is usable."
    engines = [name for name in _present(rows, "runtime") if name != "recorded"]
    places = [f"{_list(engines)} forms on cpu"]
    targets = [target.split("@") for target in _present(rows, "target")]
    for device in dict.fromkeys(device for _, device in targets):
        places.append(f"{_list([name for name, on in targets if on == device])} on {device}")
    return f"Can be run here: {'; '.join(places)}."


def _present(rows: Sequence[Availability], kind: str) -> list[str]:
    named = (row.name.partition(" ") for row in rows if row.lack is None)
    return [name for of, _, name in named if of == kind]


def _list(names: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)

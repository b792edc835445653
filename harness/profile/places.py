"""Which phase a sampled stack was in: by the line at which it stood between two readings of the clock.

The code that crosses to a worker reads the clock where one phase ends and the next begins. A stack that
stands in such a function at a line between two of these readings was taken in that phase. So samples get
their phase without any cost while they are taken.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness import workers
from harness.profile import loop
from harness.profile.stacks import Frame
from harness.trace import PHASES

WAIT = "wait"  # the caller waits for its worker: the worker's own samples say what for

_WORKERS = Path(workers.__file__).parent


@dataclass(frozen=True, slots=True)
class Marked:
    """A function in which each reading of the clock ends a phase: ``phases[i]`` ends at ``lines[i]``."""

    file: Path
    function: str
    phases: tuple[str, ...]
    lines: tuple[int, ...]

    def is_in(self, frame: Frame) -> bool:
        """Whether a frame is of this function."""
        return frame.function == self.function and Path(frame.file) == self.file

    def phase_at(self, line: int) -> str:
        """The phase of a line; idle before the first reading's phase begins and after the last reading."""
        return next(
            (phase for phase, end in zip(self.phases, self.lines, strict=True) if line <= end), loop.IDLE
        )


def marked(file: Path, function: str, phases: Sequence[str]) -> Marked:
    """Find a function's readings of the clock. Raises ValueError where there are not as many as phases."""
    lines = clock_readings(file.read_text(encoding="utf-8"), function)
    if len(lines) != len(phases):
        raise ValueError(
            f"{file}: {function} reads the clock {len(lines)} times, at lines {lines}, but ends "
            f"{len(phases)} phases ({', '.join(phases)})"
        )
    return Marked(file, function, tuple(phases), lines)


def clock_readings(source: str, function: str) -> tuple[int, ...]:
    """The lines at which a function calls ``time.monotonic_ns``, in order."""
    found: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name == function:
            found |= {
                inner.lineno
                for inner in ast.walk(node)
                if isinstance(inner, ast.Call) and ast.unparse(inner.func) == "time.monotonic_ns"
            }
    return tuple(sorted(found))


@dataclass(frozen=True, slots=True)
class Placed:
    """A stack in its phase: ``frames`` from where the phase can be told on."""

    phase: str
    frames: tuple[Frame, ...]


class Caller:
    """Places stacks of the harness's own process."""

    def __init__(self) -> None:
        self._loop = Path(loop.__file__)
        self._call = marked(_WORKERS / "session.py", "call", (loop.IDLE, "encode", WAIT, "decode-result"))
        self._send = _WORKERS / "channel.py"

    def place(self, frames: Sequence[Frame]) -> Placed | None:
        """The phase of a stack; None where it is not of the profiled calls, or torn."""
        inside = _after(frames, self._is_loop)
        if inside is None:
            return None
        if not inside:
            return Placed(loop.IDLE, ())
        place = next((i for i, frame in enumerate(inside) if self._call.is_in(frame)), None)
        if place is None:
            # a session in the harness's own process: the form runs right here
            return Placed("compute", tuple(inside)) if inside[0].function == "call" else None
        phase = self._call.phase_at(inside[place].line)
        if phase == WAIT and any(self._sends(frame) for frame in inside):
            phase = "transport"
        return Placed(phase, tuple(inside[place:]))

    def _is_loop(self, frame: Frame) -> bool:
        return frame.function == loop.timed_calls.__name__ and Path(frame.file) == self._loop

    def _sends(self, frame: Frame) -> bool:
        return frame.function == "send" and Path(frame.file) == self._send


class Worker:
    """Places stacks of a Python worker."""

    def __init__(self) -> None:
        self._serve = _WORKERS / "python" / "serve.py"
        self._call = marked(self._serve, "_call", ("decode", "compute", "encode-result"))
        self._pipe = _WORKERS / "python" / "pipe.py"

    def place(self, frames: Sequence[Frame]) -> Placed | None:
        """The phase of a stack; None where the worker waits for its next call, or the stack is torn."""
        for place, frame in enumerate(frames):
            if self._call.is_in(frame):
                phase = self._call.phase_at(frame.line)
                return Placed(phase, tuple(frames[place:])) if phase in PHASES else None
            if frame.function == "send" and Path(frame.file) == self._pipe:
                return Placed("return", tuple(frames[place:]))
        return None


def _after(frames: Sequence[Frame], is_it: Callable[[Frame], bool]) -> list[Frame] | None:
    """What lies inside the innermost frame that ``is_it`` is true of; None where it is true of none."""
    for place in range(len(frames) - 1, -1, -1):
        if is_it(frames[place]):
            return list(frames[place + 1 :])
    return None

"""The worker's loop: say hello, open a form, answer calls until the pipe ends."""

from __future__ import annotations

import importlib
import os
import platform
import sys
import time
import traceback
import warnings
from pathlib import Path
from typing import Any, Sequence

import numpy as np

from . import opening as openings
from . import wire
from .collect import collect
from .decode import tables
from .entries import entries_table, scalars
from .errors import RAISED, OpenFailure, Refusal
from .pipe import Pipe
from .watched import row_of, watched_call
from .wire import Column, Frame, Table, fields, texts_column

_MOST_WARNINGS = 100


def main(read_fd: int, write_fd: int) -> None:
    """Serve on two inherited file descriptors until the parent closes them or says CLOSE."""
    # programs that the form starts must not hold the pipe open
    os.set_inheritable(read_fd, False)
    os.set_inheritable(write_fd, False)
    _line_buffer_output()
    worker = _Worker(Pipe(read_fd, write_fd))
    worker.pipe.send(_hello())
    while worker.serve_one():
        pass
    # finalizers of user code must not keep a closed worker alive
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _line_buffer_output() -> None:
    # what was printed before a crash is worth keeping
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]


def _hello() -> Frame:
    said = fields(
        magic="parity-harness",
        protocol=wire.PROTOCOL,
        language="python",
        version=platform.python_version(),
        pid=os.getpid(),
        clock="monotonic",
    )
    packages = Table([texts_column("name", ["numpy"]), texts_column("version", [np.__version__])], 1)
    return Frame(wire.HELLO, 0, [said, packages])


class _Worker:
    """One form, at most, and the pipe to the parent."""

    def __init__(self, pipe: Pipe) -> None:
        self.pipe = pipe
        self.form: Any = None
        self.opening: openings.Opening | None = None
        self.kept: dict[str, wire.Texts] = {}

    def serve_one(self) -> bool:
        """Answer one frame. False: there is nothing more to do."""
        received = self.pipe.receive()
        if received is None or received[0] == wire.CLOSE:
            return False
        kind, call, payload = received
        started = time.monotonic_ns()
        if kind == wire.OPEN:
            answer = self._open(call, tables(payload))
        elif kind == wire.MINE:
            answer = self._mine(call)
        elif kind == wire.SHOW:
            shown = self.form.trees() if hasattr(self.form, "trees") else []
            answer = Frame(wire.TREES, call, shown)
        elif kind == wire.LIST:
            listed = self.form.entries() if hasattr(self.form, "entries") else []
            answer = Frame(wire.ENTRIES, call, [entries_table(listed)])
        elif kind == wire.PROVE:
            proved = self.form.additive() if hasattr(self.form, "additive") else []
            answer = Frame(wire.PROVED, call, proved)
        elif kind == wire.SIFT:
            answer = self._sift(call, tables(payload, self.kept)[0])
        elif kind == wire.WATCH:
            answer = self._watch(call, tables(payload, self.kept))
        else:
            batch = tables(payload, self.kept)[0]
            answer = self._call(call, batch, started)
        self.pipe.send(answer)
        return True

    def _open(self, call: int, received: Sequence[Table]) -> Frame:
        try:
            self.opening = openings.read(received)
            adapter = importlib.import_module(f".{self.opening.fields['adapter']}", __package__)
            self._enter(self.opening.fields["folder"])
            self.form = adapter.open(self.opening)
        except OpenFailure as error:
            return _failed(
                call, "OpenFailure", str(error), trace=_trace(error.__cause__), lacking=error.lacking
            )
        except ImportError as error:
            return _failed(call, type(error).__name__, str(error), trace=_trace(error), lacking=error.name)
        return Frame(wire.OPENED, call, [fields()])

    @staticmethod
    def _enter(folder: str) -> None:
        os.chdir(folder)
        sys.path.insert(0, folder)

    def _mine(self, call: int) -> Frame:
        finds = self.form.mine() if hasattr(self.form, "mine") else []
        columns = [
            *scalars([one.value for one in finds]),
            *(texts_column(part, [getattr(f, part) for f in finds]) for part in ("role", "input", "origin")),
        ]
        return Frame(wire.MINED, call, [Table(columns, len(finds))])

    def _watch(self, call: int, received: Sequence[Table]) -> Frame:
        assert self.opening is not None
        batch, asked = received[0], received[1].record()
        with warnings.catch_warnings(record=True):
            seen = watched_call(self.form, batch, asked, [one.name for one in self.opening.outputs])
        return Frame(wire.WATCHED, call, seen)

    def _sift(self, call: int, batch: Table) -> Frame:
        """Which rows have no answer, each in a batch of its own: outcome 0 where there is one."""
        tried = [self._outcome_of(row_of(batch, row)) for row in range(batch.rows)]
        outcomes, kinds, messages = zip(*tried)
        table = Table(
            [
                Column("outcome", wire.INT32, np.array(outcomes, dtype="<i4")),
                texts_column("kind", kinds),
                texts_column("message", [_clean(one) for one in messages]),
            ],
            batch.rows,
        )
        return Frame(wire.SIFTED, call, [table])

    def _outcome_of(self, row: Table) -> tuple[int, str, str]:
        assert self.opening is not None
        try:
            with warnings.catch_warnings(record=True):
                came = self.form.compute(self.form.take(list(row.columns), 1))
                collect(came, self.opening.outputs, 1)
        except Refusal as error:
            return error.outcome, error.kind, error.message
        # the boundary to user code: whatever it raises is the outcome of the row
        except BaseException as error:
            return RAISED, type(error).__name__, _message(error)
        return 0, "", ""

    def _call(self, call: int, batch: Table, started: int) -> Frame:
        assert self.opening is not None
        caught: list[Any] = []
        try:
            # user filters stay as they are: a form that turns warnings into errors means it
            with warnings.catch_warnings(record=True) as caught:
                taken = self.form.take(list(batch.columns), batch.rows)
                decoded = time.monotonic_ns()
                came = self.form.compute(taken)
                computed = time.monotonic_ns()
                columns = collect(came, self.opening.outputs, batch.rows)
        except Refusal as error:
            said = _failed(call, error.kind, error.message, outcome=error.outcome, row=error.row)
            return said._replace(tables=[*said.tables, _warnings(caught)])
        # the boundary to user code: whatever it raises is the outcome of the call
        except BaseException as error:
            lacking = error.name if isinstance(error, ModuleNotFoundError) else None
            said = _failed(call, type(error).__name__, _message(error), trace=_trace(error), lacking=lacking)
            return said._replace(tables=[*said.tables, _warnings(caught)])
        stamps = _stamps(started, decoded, computed, time.monotonic_ns())
        return Frame(wire.RESULT, call, [stamps, Table(columns, batch.rows), _warnings(caught)])


def _stamps(started: int, decoded: int, computed: int, encoded: int) -> Table:
    names = ("started", "decoded", "computed", "encoded")
    values = (started, decoded, computed, encoded)
    return Table(
        [Column(name, wire.INT64, np.array([ns], dtype="<i8")) for name, ns in zip(names, values)],
        1,
    )


def _warnings(caught: Sequence[Any]) -> Table:
    unique = dict.fromkeys(f"{one.category.__name__}: {one.message}" for one in caught)
    texts = [_clean(one) for one in list(unique)[:_MOST_WARNINGS]]
    return Table([texts_column("warning", list(dict.fromkeys(texts)))], len(dict.fromkeys(texts)))


def _failed(
    call: int,
    kind: str,
    message: str,
    *,
    outcome: int = RAISED,
    trace: str = "",
    row: int | None = None,
    lacking: str | None = None,
) -> Frame:
    said = fields(
        outcome=outcome, kind=kind, message=_clean(message), trace=_clean(trace), row=row, lacking=lacking
    )
    return Frame(wire.FAILED, call, [said])


def _clean(text: str) -> str:
    """A message may quote a lone surrogate, which no UTF-8 can say."""
    return text.encode("utf-8", "backslashreplace").decode()


def _message(error: BaseException) -> str:
    # str() of an exception is user code too
    try:
        return str(error)
    except BaseException as second:
        return f"<no message: its __str__ raised {type(second).__name__}>"


def _trace(error: BaseException | None) -> str:
    """The traceback from the form's own first frame on."""
    if error is None:
        return ""
    here = Path(__file__).parent
    frames = traceback.extract_tb(error.__traceback__)
    while frames and Path(frames[0].filename).parent == here:
        frames.pop(0)
    lines = ["Traceback (most recent call last):\n", *traceback.format_list(frames)]
    return "".join([*lines, f"{type(error).__name__}: {_message(error)}"])

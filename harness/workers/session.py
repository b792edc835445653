"""A form in a worker process: opened, called within limits, restarted where it died or hung."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from harness.additive import Additive, Unproved
from harness.forest import Forest
from harness.model import Form, Model
from harness.protocols import (
    Clue,
    Entry,
    Failure,
    Limits,
    MissingError,
    OpenError,
    Outcome,
    Reply,
    Watched,
    Watching,
)
from harness.workers.channel import GoneError, LateError
from harness.workers.columns import to_wire
from harness.workers.errand import Errand
from harness.workers.failures import LostError, loss, refused
from harness.workers.handshake import Hello, failure_to_open, greet
from harness.workers.launch import Launch, python_launch
from harness.workers.mined import clues_of, entries_of, file_entries
from harness.workers.opening import opening_tables
from harness.workers.printed import Printed
from harness.workers.process import Process, deadline
from harness.workers.proved import additive_of
from harness.workers.python import wire
from harness.workers.python.decode import tables
from harness.workers.python.encode import encode
from harness.workers.python.errors import Refusal
from harness.workers.python.wire import Column, Frame, Table, WireError, fields
from harness.workers.said import Said, said_in_frame
from harness.workers.sharing import Sharing
from harness.workers.shown import forests_of
from harness.workers.timing import Wait, spans
from harness.workers.watching import watched_of

if TYPE_CHECKING:
    from harness.workers.python.wire import Scalar


def open_python(
    model: Model, form: Form, limits: Limits, adapter: str, given: Mapping[str, Scalar]
) -> WorkerSession:
    """Open a session in a Python worker, under the form's own interpreter where it names one.

    ``adapter`` is a module of ``harness/workers/python/``, ``given`` what it finds in
    ``opening.fields``. Raises MissingError or OpenError.
    """
    opening = opening_tables(model, {"adapter": adapter, **given})
    return WorkerSession(Errand(model, form, python_launch(form, model.folder), opening, limits))


class WorkerSession:
    """One form, loaded and ready in a process of its own: see ``harness.protocols.Session``.

    Raises MissingError or OpenError from the constructor. Not thread-safe.
    """

    def __init__(self, errand: Errand) -> None:
        self.errand = errand
        #: Seconds a call may take from now on.
        self.call_s = errand.limits.call_s
        self._printed = Printed()
        self._process: Process | None = None
        self._hello: Hello | None = None
        self._calls = 0
        self._levels_sent: set[str] = set()
        self._sharing: Sharing | None = None
        self._printed_before = 0
        self._closed = False
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    @property
    def packages(self) -> Mapping[str, str]:
        """Names and versions of what the worker runs on, as it said itself."""
        return {} if self._hello is None else self._hello.packages

    @property
    def pid(self) -> int | None:
        """The worker's process id here; None while none is running."""
        return None if self._process is None else self._process.pid

    def call(self, batch: pa.RecordBatch) -> Reply:
        """Run the form on a batch of at least one row; what goes wrong is in the reply."""
        if self._closed:
            raise ValueError("the session is closed; open the target again")
        if self._process is None:
            try:
                self._start()
            except OpenError as error:
                return Reply(None, Failure(Outcome.DIED, "NotRestarted", str(error)))
        begun = time.monotonic_ns()
        try:
            buffers = self._encoded(batch)
        except Refusal as refusal:
            return Reply(None, refused(refusal))
        encoded = time.monotonic_ns()
        try:
            kind, payload = self._exchange(buffers, self.call_s)
            came = time.monotonic_ns()
            said = self._understood(kind, payload, batch)
        except LostError as lost:
            return Reply(None, lost.failure)
        assert self._hello is not None
        clock, language = self._hello.clock, self._hello.language
        wait = Wait(begun, encoded, came, time.monotonic_ns())
        return Reply(said.outputs, said.failure, said.warnings, spans(wait, said.stamps, clock, language))

    def mine(self) -> tuple[Clue, ...]:
        """Constants, thresholds and levels among the form's live objects. Empty where it cannot say."""
        if self._closed or self._process is None:
            return ()
        buffers = encode(Frame(wire.MINE, self._next(), []))
        try:
            kind, received = self._tables(buffers, self.errand.limits.open_s)
        except LostError:
            return ()
        if kind != wire.MINED:
            return ()
        model = self.errand.model
        return clues_of(received[0], model)

    def entries(self) -> tuple[Entry, ...]:
        """Entries of the tables among the form's live objects, and in the files that it names."""
        if self._closed or self._process is None:
            return ()
        try:
            kind, received = self._tables(
                encode(Frame(wire.LIST, self._next(), [])), self.errand.limits.open_s
            )
        except LostError:
            return ()
        if kind != wire.ENTRIES:
            return ()
        model, form = self.errand.model, self.errand.form
        return tuple(dict.fromkeys((*entries_of(received[0]), *file_entries(model.folder, form.source))))

    def trees(self) -> tuple[Forest, ...]:
        """The trees among the form's live objects. Empty where it cannot say."""
        if self._closed or self._process is None:
            return ()
        try:
            kind, received = self._tables(
                encode(Frame(wire.SHOW, self._next(), [])), self.errand.limits.open_s
            )
        except LostError:
            return ()
        if kind != wire.TREES:
            return ()
        return forests_of(received, self.errand.model.schema, self.errand.form.name)

    def additive(self) -> Additive | Unproved:
        """Whether the form is proved to be additive, as its worker read it."""
        target = self.errand.form.name
        if self._closed or self._process is None:
            return Unproved(target, "it is not open")
        try:
            kind, received = self._tables(
                encode(Frame(wire.PROVE, self._next(), [])), self.errand.limits.open_s
            )
        except LostError as lost:
            return Unproved(target, f"its worker was lost over reading it ({lost.failure})")
        if kind != wire.PROVED or not received:
            return Unproved(target, "a form of this kind is not read")
        return additive_of(received, target)

    def sift(self, batch: pa.RecordBatch) -> list[Failure | None] | None:
        """Ask each row of a batch alone, all in one exchange: why it has no answer, or None where it has one.
        None as a whole where the worker was lost over it."""
        if self._closed or self._process is None:
            return None
        try:
            columns = to_wire(batch, self.errand.model.schema, _language(self.errand.launch))
            table = Table(self._slim(columns), batch.num_rows)
            kind, received = self._tables(encode(Frame(wire.SIFT, self._next(), [table])), self.call_s)
        except (LostError, Refusal):
            return None
        if kind != wire.SIFTED:
            return None
        parts = received[0].lists()
        tried = zip(parts["outcome"], parts["kind"], parts["message"], strict=True)
        return [Failure(Outcome(o), kind, words) if o else None for o, kind, words in tried]

    def watch(self, batch: pa.RecordBatch, asked: Watching) -> Watched | None:
        """Run the form on a batch and see how its comparisons came out; None where that cannot be seen.

        The session must have been opened for it, and serves for nothing else.
        """
        if self._closed or self._process is None:
            return None
        wanted = fields(alone=asked.alone, force=float(asked.force), value=asked.value)
        try:
            columns = to_wire(batch, self.errand.model.schema, _language(self.errand.launch))
            tables_sent = [Table(self._slim(columns), batch.num_rows), wanted]
            kind, received = self._tables(encode(Frame(wire.WATCH, self._next(), tables_sent)), self.call_s)
        except (LostError, Refusal):
            return None
        return watched_of(received) if kind == wire.WATCHED else None

    def printed(self) -> str:
        """What the form has written to standard output and error so far (at most the last 64 KiB)."""
        return "" if self._closed else self._printed.tail()

    def close(self) -> None:
        """End the session and its process. Calling it twice is harmless."""
        self._closed = True
        if self._process is not None:
            self._process.close()
            self._process = None
        self._forget_sharing()
        self._printed.close()

    def __enter__(self) -> WorkerSession:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _next(self) -> int:
        self._calls += 1
        return self._calls

    def _encoded(self, batch: pa.RecordBatch) -> list[wire.Buffer]:
        """A call as a frame: in shared memory where the worker shares it. Raises Refusal."""
        call = self._next()
        shared = None if self._sharing is None else self._sharing.ask(batch, call)
        if shared is not None:
            return shared
        columns = to_wire(batch, self.errand.model.schema, _language(self.errand.launch))
        return encode(Frame(wire.CALL, call, [Table(self._slim(columns), batch.num_rows)]))

    def _understood(self, kind: int, payload: Any, batch: pa.RecordBatch) -> Said:
        """What an answer to a call says. Raises LostError; the worker is gone then."""
        try:
            if self._sharing is not None and kind in (wire.RESULT_SHARED, wire.REFUSED_SHARED):
                return self._sharing.said(kind, payload, batch)
            return said_in_frame(kind, payload, self.errand)
        except WireError as error:
            raise self._loss(error, self.call_s) from None

    def _slim(self, columns: Sequence[Column]) -> list[Column]:
        # levels never change: a worker keeps them after the first call
        slim = [one._replace(texts=None) if one.name in self._levels_sent else one for one in columns]
        self._levels_sent |= {one.name for one in columns if one.kind == wire.FACTOR}
        return slim

    def _start(self) -> None:
        """Start a worker and let it open the form. Raises MissingError or OpenError."""
        limits = self.errand.limits
        until = deadline(limits.open_s)
        self._levels_sent.clear()
        self._process = Process(self.errand.launch, limits, self._printed)
        before = self._printed.size
        try:
            self._hello = greet(self._process, self.errand, until)
            self._process.channel.send(encode(Frame(wire.OPEN, self._next(), self.errand.opening)), until)
            kind, _, payload = self._process.channel.receive(until)
        except (GoneError, LateError, WireError) as error:
            raise failure_to_open(error, self._lost(), self.errand, self._printed.since(before)) from None
        except BaseException:
            self._lost().kill()
            raise
        if kind != wire.OPENED:
            self._lost().kill()
            raise self._not_opened(tables(payload)[0].record())
        self._printed_before = self._printed.size
        near = self._process.near
        self._sharing = None if near is None else Sharing(self.errand, near)

    def _lost(self) -> Process:
        """The process, which from now on is not this session's any more."""
        assert self._process is not None
        process, self._process = self._process, None
        self._forget_sharing()
        return process

    def _forget_sharing(self) -> None:
        if self._sharing is not None:
            self._sharing.close()
            self._sharing = None

    def _not_opened(self, said: Mapping[str, Any]) -> OpenError:
        form = self.errand.form
        message = f"target {form.name!r}: {said['message']}"
        if said.get("trace"):
            message += f"\n{said['trace']}"
        if said.get("lacking"):
            return MissingError(f"{message}; {self.errand.launch.remedy(said['lacking'])}")
        return OpenError(message)

    def _exchange(self, buffers: Sequence[wire.Buffer], seconds: float) -> tuple[int, Any]:
        """Send a frame and wait for its answer. Raises LostError; the worker is gone then."""
        assert self._process is not None
        until = deadline(seconds)
        try:
            self._process.channel.send(buffers, until)
            kind, call, payload = self._process.channel.receive(until)
            if call != self._calls:
                raise WireError(f"an answer to call {call}, but call {self._calls} was asked")
        except (GoneError, LateError, WireError) as error:
            raise self._loss(error, seconds) from None
        except BaseException:
            # Ctrl-C: an answer is still under way, so that the worker is of no more use
            self._lost().kill()
            raise
        self._printed_before = self._printed.trim()
        return kind, payload

    def _tables(self, buffers: Sequence[wire.Buffer], seconds: float) -> tuple[int, list[Table]]:
        """Send a frame, and read its answer. Raises LostError; the worker is gone then."""
        kind, payload = self._exchange(buffers, seconds)
        try:
            return kind, tables(payload)
        except WireError as error:
            raise self._loss(error, seconds) from None

    def _loss(self, error: Exception, seconds: float) -> LostError:
        return LostError(loss(error, self._lost(), seconds, self._printed, self._printed_before))


def _language(launch: Launch) -> Any:
    return launch.language

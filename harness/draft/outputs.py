"""Find out what a form gives back by running it on a sample of the data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from harness.draft.problems import DraftError
from harness.model import Form, Model, Output
from harness.protocols import MissingError, OpenError
from harness.schema import Kind, Schema
from harness.target import Target, open_target
from harness.tolerance import Tolerance

#: What stands in for a form, in its own language.
_DESCRIBERS = {"r": "describe.R", "python": "describe_form.py"}
_DESCRIPTION = Output("description", Kind.STRING, Tolerance(exact=True))


@dataclass(frozen=True, slots=True)
class OutputGuess:
    """One output: its name, its type, and what that rests on."""

    name: str
    kind: Kind
    remarks: tuple[str, ...] = ()


class NotRunError(DraftError):
    """A form could not be run on the sample. ``missing``: because something is not on this machine."""

    def __init__(self, message: str, *, missing: bool = False) -> None:
        super().__init__(message)
        self.missing = missing


def observe(form: Form, schema: Schema, sample: pa.RecordBatch, folder: Path) -> tuple[OutputGuess, ...]:
    """Run an R or Python form on some rows and say what its outputs are.

    An answer without names is called like the function. Raises NotRunError.
    """
    assert form.source is not None
    assert form.call is not None
    description = _describe(form, schema, sample, folder)
    found = []
    for line in description.split("\n"):
        kind, length, name = line.split("\t", 2)
        found.append(_guess(name or form.call, kind, int(length), sample.num_rows))
    return tuple({one.name: one for one in found}.values())


def _describe(form: Form, schema: Schema, sample: pa.RecordBatch, folder: Path) -> str:
    stand_in = replace(
        form,
        source=Path(__file__).with_name(_DESCRIBERS[form.runtime]),
        call="parity_draft_describe",
        env={"PARITY_DRAFT_SOURCE": str(form.source), "PARITY_DRAFT_CALL": str(form.call)},
    )
    model = Model("draft", form.name, schema, (_DESCRIPTION,), (stand_in,), folder)
    try:
        session = open_target(model, Target(stand_in))
    except MissingError as error:
        raise NotRunError(str(error), missing=True) from None
    except OpenError as error:
        raise NotRunError(str(error)) from None
    try:
        reply = session.call(sample)
    finally:
        session.close()
    if reply.outputs is None:
        elsewhere = (
            ""
            if form.source is None or form.source.parent.resolve() == folder
            else f"\n(it runs in {folder}, where model.toml is to be: files with relative names are "
            "looked for there; leave out --output, or put them there)"
        )
        raise NotRunError(f"{form.call}() on {sample.num_rows} rows of the data: {reply.failure}{elsewhere}")
    texts: Sequence[str] = reply.outputs["description"].slice(0, 1).to_pylist()
    return texts[0]


def _guess(name: str, kind: str, length: int, rows: int) -> OutputGuess:
    remarks = []
    if length != rows:
        remarks.append(f"TODO: {length} values came for {rows} rows, which is not one a row")
    if kind == "whole":
        remarks.append('whole numbers on the sample: perhaps it is an "int", which is compared exactly')
        kind = "float"
    elif kind == "unknown":
        remarks.append("TODO: every answer on the sample is missing: say what it is")
        kind = "float"
    elif kind.startswith("other:"):
        remarks.append(f"TODO: it came as {kind.removeprefix('other:')}, which is no type of an output")
        kind = "float"
    return OutputGuess(name, Kind(kind), tuple(remarks))

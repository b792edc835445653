"""Read ``[[waivers]]``: disagreements that are known and accepted."""

from __future__ import annotations

import datetime as dt

from harness.causes import CAUSES
from harness.model import Waiver
from harness.modelfile.document import Document
from harness.modelfile.inputs import read_rule
from harness.modelfile.problems import show, unknown
from harness.modelfile.table import Table, declared, sections
from harness.modelfile.targets import check_target
from harness.schema import Input

#: ``where`` narrows a waiver and ``expires`` ends it; both may be left out.
_REQUIRED = {
    "target": 'target = "...", a target of this file',
    "output": 'output = "...", an output of this file',
    "cause": f'cause = "...", one of: {", ".join(CAUSES)}',
    "reason": 'reason = "...", why it is accepted',
    "owner": 'owner = "...", who accepted it',
}


def read_waivers(document: Document, inputs: tuple[Input, ...]) -> tuple[Waiver, ...]:
    """The waivers, in the order of the file. One that cannot be read is a problem, and left out."""
    waivers = [_read_waiver(table, inputs) for table in sections(document, "waivers")]
    return tuple(waiver for waiver in waivers if waiver is not None)


def _read_waiver(table: Table, inputs: tuple[Input, ...]) -> Waiver | None:
    table.allow((*_REQUIRED, "where", "expires"))
    texts: dict[str, str] = {}
    for key, what in _REQUIRED.items():
        table.require(key, what)
        text = table.text(key)
        if text is not None:
            texts[key] = text
    _check_words(table, texts)
    where = read_rule(table, "where", inputs)
    expires = table.get("expires", (dt.date,), "a date without quotes, like 2027-06-30")
    if isinstance(expires, dt.datetime):
        table.problem("expires", f"expires = {show(expires)} has a time; write the date alone")
        return None
    if len(texts) < len(_REQUIRED):
        return None
    return Waiver(**texts, where=where, expires=expires if isinstance(expires, dt.date) else None)


def _check_words(table: Table, texts: dict[str, str]) -> None:
    if "cause" in texts and texts["cause"] not in CAUSES:
        table.problem("cause", f"cause = {show(texts['cause'])} is no cause{unknown(texts['cause'], CAUSES)}")
    outputs = declared(table.document, "outputs")
    if "output" in texts and texts["output"] not in outputs:
        table.problem(
            "output", f"output = {show(texts['output'])} is no output{unknown(texts['output'], outputs)}"
        )
    if "target" in texts:
        check_target(table, "target", texts["target"])

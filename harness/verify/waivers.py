"""Known, accepted disagreements: set apart by their rows, listed, and reported when they no longer occur."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from harness.legal import holding_rows
from harness.model import Model, Waiver
from harness.schema import Schema
from harness.search.evidence import Evidence
from harness.search.lab import Mask
from harness.target import Target
from harness.verify.verdict import Mismatch


def waivers_of(model: Model, target: Target, today: dt.date) -> tuple[list[Waiver], list[str]]:
    """The waivers in force for a target, and notes on those past their date."""
    mine = [w for w in model.waivers if w.target in (target.name, str(target))]
    expired = [w for w in mine if w.expires is not None and w.expires < today]
    notes = [f"the waiver of {_name(w)} ended on {w.expires} and is not applied any more" for w in expired]
    return [w for w in mine if w not in expired], notes


def parted(
    evidence: Evidence, schema: Schema, waivers: Sequence[Waiver]
) -> list[tuple[Evidence, list[Waiver]]]:
    """The evidence in parts: for every set of waivers, the disagreeing rows that exactly these speak of.

    Waivers without ``where`` speak of all rows.
    """
    general = [w for w in waivers if w.where is None]
    special = [w for w in waivers if w.where is not None]
    if not special:
        return [(evidence, general)]
    rules = [replace(schema, constraints=(w.where or "",)) for w in special]

    def chosen(key: tuple[bool, ...]) -> Evidence:
        def mask(batch: pa.RecordBatch) -> Mask:
            inside = np.ones(batch.num_rows, dtype=bool)
            for rule, wanted in zip(rules, key, strict=True):
                inside &= holding_rows(batch, rule) == wanted
            return inside

        return evidence.only(mask)

    keys = itertools.product((False, True), repeat=len(special))
    parts = [
        (chosen(key), general + [w for w, held in zip(special, key, strict=True) if held]) for key in keys
    ]
    return [(part, held) for part, held in parts if any(part.disagreeing.values())]


def waived(mismatch: Mismatch, waivers: Sequence[Waiver]) -> Waiver | None:
    """The waiver that accepts a mismatch, or None."""
    return next((w for w in waivers if w.output == mismatch.output and w.cause == mismatch.cause), None)


def unused(waivers: Sequence[Waiver]) -> list[str]:
    """Notes on waivers in force that nothing needed."""
    return [f"the waiver of {_name(w)} is not needed: that disagreement no longer occurs" for w in waivers]


def _name(waiver: Waiver) -> str:
    place = f" where {waiver.where}" if waiver.where else ""
    return f"{waiver.cause} in {waiver.output} of {waiver.target}{place} ({waiver.owner}: {waiver.reason})"

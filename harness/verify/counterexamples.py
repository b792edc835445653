"""Disagreements kept as files, so that they are tried first the next time.

One JSON file an example, in a folder a model: ``.parity/counterexamples/<model>/<digest>.json`` of the
current directory, or ``counterexamples/`` beside the model file.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from harness.legal import legal_rows
from harness.model import Model
from harness.schema import Input, Kind
from harness.verify.verdict import Mismatch, plain

LOCAL = Path(".parity") / "counterexamples"


@dataclass(frozen=True, slots=True)
class Counterexample:
    """One saved disagreement: rows (one, or a batch) with the target, output and cause it was found for."""

    target: str
    output: str
    cause: str
    rows: tuple[dict[str, Any], ...]
    reference: Any
    candidate: Any


def local_folder(model: Model) -> Path:
    """Where a model's counterexamples lie in the current directory."""
    return LOCAL / re.sub(r"[^\w.-]+", "_", model.name)


def save(folder: Path, target: str, mismatches: Iterable[Mismatch]) -> None:
    """Write each mismatch's example; the same example is written once."""
    for mismatch in mismatches:
        rows = [dict(r) for r in mismatch.batch] or [dict(mismatch.inputs)]
        content = {
            "format": 1,
            "target": target,
            "output": mismatch.output,
            "cause": mismatch.cause,
            "rows": plain(rows),
            "reference": plain(mismatch.reference),
            "candidate": plain(mismatch.candidate),
        }
        text = json.dumps(content, indent=1, ensure_ascii=False)
        identity = json.dumps([target, mismatch.output, mismatch.cause, content["rows"]], sort_keys=True)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{hashlib.sha256(identity.encode()).hexdigest()[:16]}.json").write_text(
            text + "\n", "utf-8"
        )


def load(model: Model, folders: Iterable[Path]) -> tuple[list[Counterexample], list[str]]:
    """The saved examples that still fit the model's inputs, and notes on those that do not."""
    found: list[Counterexample] = []
    notes: list[str] = []
    for folder in folders:
        for path in sorted(folder.glob("*.json")) if folder.is_dir() else []:
            try:
                found.append(_read(model, path))
            except (ValueError, KeyError, TypeError, pa.ArrowException) as error:
                notes.append(f"{path} was not replayed: {error}; delete it if the model has changed")
    return found, notes


def _read(model: Model, path: Path) -> Counterexample:
    content = json.loads(path.read_text("utf-8"))
    rows = tuple({one.name: _value(row[one.name], one) for one in model.schema} for row in content["rows"])
    batch = as_batch(model, rows)
    if not legal_rows(batch, model.schema).all():
        raise ValueError("its values are no longer legal input")
    return Counterexample(
        content["target"],
        content["output"],
        content["cause"],
        rows,
        content["reference"],
        content["candidate"],
    )


def _value(value: Any, one: Input) -> Any:
    if value is None:
        return None
    if one.kind is Kind.DATE:
        return dt.date.fromisoformat(value)
    if one.kind is Kind.DATETIME:
        return dt.datetime.fromisoformat(value)
    return value


def as_batch(model: Model, rows: Iterable[dict[str, Any]]) -> pa.RecordBatch:
    """Rows as a batch of the model's inputs."""
    listed = list(rows)
    return model.schema.batch({name: [row[name] for row in listed] for name in model.schema.names})

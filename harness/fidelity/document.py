"""All that was found, as JSON values: every cell with its losses, every raw sample."""

from __future__ import annotations

from typing import Any

from harness.fidelity import r_image
from harness.fidelity.answers import Answer
from harness.fidelity.costs import Cost
from harness.fidelity.difference import Difference
from harness.fidelity.ends import End
from harness.fidelity.matrix import Cell, Loss
from harness.fidelity.operation import Report
from harness.fidelity.stored_models import Stored
from harness.fidelity.workload import COLUMNS, timed_kinds


def document(report: Report) -> dict[str, Any]:
    """The report. Ratios are medians over samples; times are nanoseconds a call."""
    return {
        "format": 1,
        "versions": dict(report.versions),
        "seed": report.asked.seed,
        "tables_sent": report.trials,
        "codecs": [
            {"name": one.name, "title": one.codec.TITLE, "python": _end(one.python), "r": _end(one.r)}
            for one in report.members
        ],
        "matrix": [_cell(cell) for cell in report.cells],
        "timed": {
            "columns": COLUMNS,
            "types": list(timed_kinds(report.asked.timed)),
            "load": report.load,
            "cores": report.cores,
        },
        "costs": [_cost(cost) for cost in report.costs],
        "models": [_stored(one) for one in report.models],
        "answers": [_answer(one) for one in report.answers],
    }


def _end(end: End) -> dict[str, Any]:
    lack = end.lack
    return {
        "exists": end.exists,
        "here": end.here,
        "reason": lack.reason if lack else None,
        "remedy": lack.remedy if lack else None,
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "codec": cell.codec,
        "type": cell.kind,
        "from": cell.direction.sender.value,
        "to": cell.direction.receiver.value,
        "fidelity": cell.fidelity,
        "plain_values_lost": cell.every_value,
        "reason": cell.reason or None,
        "tables": cell.tried,
        "losses": [_loss(loss) for loss in cell.losses],
    }


def _loss(loss: Loss) -> dict[str, Any]:
    result = loss.result
    altered = isinstance(result, Difference)
    return {
        "values": loss.trait,
        "outcome": "altered" if altered else "refused",
        "what": str(result),
        "aspect": result.aspect if isinstance(result, Difference) else None,
        "was": result.was if isinstance(result, Difference) else None,
        "now": result.now if isinstance(result, Difference) else None,
        "rows": loss.specimen.rows,
        "example_r": r_image.expression(loss.specimen),
    }


def _cost(cost: Cost) -> dict[str, Any]:
    found: dict[str, Any] = {
        "codec": cost.codec,
        "end": cost.language.value,
        "rows": cost.rows,
        "table_bytes": cost.table_bytes,
        "refused": cost.refused,
        "same_as": cost.same_as,
    }
    if not cost.timed:
        return found
    return {
        **found,
        "size_bytes": cost.size_bytes,
        "exact": cost.exact,
        "size_ratio": cost.size,
        "write_ratio": cost.encode,
        "read_ratio": cost.decode,
        "write_ns": list(cost.encode_ns),
        "read_ns": list(cost.decode_ns),
        "memcpy_ns": list(cost.memcpy_ns),
    }


def _stored(one: Stored) -> dict[str, Any]:
    return {
        "model": one.model,
        "format": one.format,
        "end": one.language.value,
        "size_bytes": one.size_bytes,
        "load_ns": list(one.load_ns),
        "numbers": one.numbers,
        "numbers_bit_for_bit": one.kept,
        "reason": one.lack,
    }


def _answer(one: Answer) -> dict[str, Any]:
    return {"question": one.question, "answer": one.answer, "figures": list(one.figures)}

"""Write down the reference's answers, so that they can stand for it where it is not installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from harness.answer import Answer, joined
from harness.model import Model
from harness.search.lab import Respondent
from harness.search.rows.core import core
from harness.search.rows.space import Effort
from harness.target import target_of
from harness.verify.options import Options
from harness.verify.sources import read_rows, space_of

MOST_ROWS = 200_000


class RecordingError(Exception):
    """Answers cannot be recorded. The message says why and what to do."""


def record_answers(model: Model, output: Path, options: Options) -> tuple[int, int]:
    """Ask the reference the rows that a verification would send, and write inputs and answers to Parquet.

    Gives the numbers of rows written and of rows left out because the reference raises on them (a recording
    holds answers only). Raises MissingError or OpenError where the reference cannot be opened, and
    RecordingError where an output bears the name of an input.
    """
    both = sorted(set(model.schema.names) & {o.name for o in model.outputs})
    if both:
        raise RecordingError(
            f"{model.name}: {both[0]!r} is an input and an output; a recording has one column a name: "
            "rename one"
        )
    data, _ = read_rows(model, options)
    rows = None if data is None else data.batch
    target = target_of(model, model.reference)
    with Respondent(model, target, options.limits) as reference:
        assert reference.session is not None  # open before its clues are asked for
        space = space_of(model, [reference], data, options.seed)
        batches: list[pa.RecordBatch] = []
        answers: list[Answer] = []
        for batch in [*([] if rows is None else [rows]), *core(space, options.seed, Effort())]:
            options.progress(str(target), f"{sum(b.num_rows for b in batches):,} rows recorded")
            answers.append(reference.ask(batch))
            batches.append(batch)
            if sum(b.num_rows for b in batches) >= MOST_ROWS:
                break
    return _write(model, output, batches, joined(answers))


def _write(model: Model, output: Path, batches: list[pa.RecordBatch], answer: Answer) -> tuple[int, int]:
    inputs = pa.Table.from_batches(batches, schema=model.schema.arrow).combine_chunks()
    kept = np.flatnonzero(answer.answered)
    if not len(kept):
        raise RecordingError(f"{model.name}: the reference answered no row; run parity verify to see why")
    table = inputs.take(pa.array(kept))
    good = answer.take(kept)
    for one in model.outputs:
        table = table.append_column(one.name, good.outputs[one.name])
    distinct = table.group_by(table.column_names).aggregate([])
    pa.parquet.write_table(distinct, output, compression="zstd")
    return distinct.num_rows, answer.rows - len(kept)

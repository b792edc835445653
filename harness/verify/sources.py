"""What a verification starts from: the named data, and what the forms show of themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pyarrow as pa

from harness.dataset import Data, read_data
from harness.legal import legal_rows
from harness.model import Model
from harness.protocols import Clue
from harness.search.lab import Respondent
from harness.search.rows.backgrounds import make_space
from harness.search.rows.leaves import thresholds
from harness.search.rows.pools import build_pools
from harness.search.rows.space import Space
from harness.verify.options import Options


def read_rows(model: Model, options: Options) -> tuple[Data | None, list[str]]:
    """The named data, legal rows only, with a note on the others."""
    path = options.data or model.data
    if path is None:
        return None, []
    data = read_data(path, model.schema, model.key)
    legal = legal_rows(data.batch, model.schema)
    if legal.all():
        return data, []
    first = int(np.flatnonzero(~legal)[0])
    note = (
        f"{path}: {int((~legal).sum())} of {len(legal)} rows are not legal input by the model file and were "
        f"not compared (the first: {model.key or 'row'} {data.keys[first]})"
    )
    if not legal.any():
        return None, [note]
    keys = tuple(k for k, ok in zip(data.keys, legal, strict=True) if ok)
    return replace(data, batch=data.batch.filter(pa.array(legal)), keys=keys), [note]


MOST_CONSTANTS = 400


def space_of(model: Model, respondents: Iterable[Respondent], data: Data | None, seed: int) -> Space:
    """Everything rows are made from. Raises ConstraintError or NoLegalRowError."""
    rows = None if data is None else data.batch
    by_form = {respondent.target.name: respondent for respondent in respondents}.values()
    clues = [clue for respondent in by_form for clue in respondent.clues()]
    clues += [clue for respondent in by_form for one in respondent.forests() for clue in thresholds(one)]
    pools = build_pools(model.schema, clues, rows)
    space = make_space(model.schema, pools, rows, seed, _constants(model, clues))
    return replace(
        space,
        forests=tuple(one for respondent in by_form for one in respondent.forests()),
        entries=tuple(dict.fromkeys(one for respondent in by_form for one in respondent.entries())),
    )


def _constants(model: Model, clues: list[Clue]) -> list[float | int]:
    """The numbers that the forms name, and the declared edges, each once."""
    numbers = [c.value for c in clues if isinstance(c.value, int | float) and not isinstance(c.value, bool)]
    edges = [e for one in model.schema for e in one.edges if isinstance(e, int | float)]
    return list(dict.fromkeys([*edges, *numbers]))[:MOST_CONSTANTS]

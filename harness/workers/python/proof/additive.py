"""Whether a form is proved to be additive, and where its terms change, as the tables of a PROVED frame."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Sequence

import numpy as np

from .. import wire
from ..mine import own_modules
from ..opening import Input, Output
from ..wire import Column, Table, fields, texts_column
from .calling import live
from .holding import Frame, Listing, Mapped, Ref, is_known, row_value
from .methods import untouched
from .reading import Reader
from .rowwise import Known, Link, NotProved, Part, Total

_DEEP = 6_000


def tables(
    module: Any, function: Any, model: list[Any], inputs: Sequence[Input], outputs: Sequence[Output]
) -> list[Table]:
    """The three tables of a PROVED frame: whether, and why not; what each output is made of; edges and texts.

    ``model`` holds the second argument of the function, if it takes one.
    """
    reader = Reader(inputs, [vars(one) for one in own_modules(module)])
    limit = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(max(limit, _DEEP))
        found = _outputs(reader, function, model, outputs)
    except NotProved as why:
        file = Path(getattr(module, "__file__", None) or "source").name
        return refused(f"{file}:{reader.line}: {why}")
    except RecursionError:
        return refused("the code is nested too deeply")
    finally:
        sys.setrecursionlimit(limit)
    return proved(found, reader.ledger)


def _outputs(reader: Reader, function: Any, model: list[Any], outputs: Sequence[Output]) -> dict[str, Any]:
    if not untouched():
        raise NotProved("the form changes methods of pandas")
    columns: dict[Any, Ref] = {}
    for name, one in reader.inputs.items():
        if one.kind not in ("date", "datetime"):
            columns[name] = Ref(reader.column(name))
    given = [Ref(Frame(columns)), *(Ref(Known(one)) for one in model)]
    came = live(reader, function, given, {})
    return {one.name: _output(came, one.name, len(outputs)) for one in outputs}


def _output(came: Ref, name: str, count: int) -> Any:
    held = came.value
    items = held.columns if isinstance(held, Frame) else held.items if isinstance(held, Mapped) else None
    if items is None and (count > 1 or isinstance(held, Listing)):
        raise NotProved("what comes back is no dict or frame of columns")
    ref = came if items is None else items.get(name)
    if ref is None:
        raise NotProved(f"no {name} comes back")
    value = Known(None) if is_known(ref) else row_value(ref)
    if isinstance(value, Part) and value.raw:
        raise NotProved(f"{name} is an input itself")
    return value


def proved(outputs: dict[str, Any], ledger: Any) -> list[Table]:
    """The tables of a form that is additive."""
    of = [(name, one, value) for name, value in outputs.items() for one in _inputs(value)]
    table = Table(
        [
            texts_column("output", [one[0] for one in of]),
            texts_column("input", [one[1] for one in of]),
            Column("linked", wire.BOOL, np.array([isinstance(one[2], Link) for one in of], dtype="u1")),
        ],
        len(of),
    )
    edges = [(name, edge, None) for name, found in sorted(ledger.edges.items()) for edge in sorted(found)]
    texts = [(name, 0.0, text) for name, found in sorted(ledger.texts.items()) for text in sorted(found)]
    places: list[tuple[str, float, str | None]] = [*edges, *texts]
    met = Table(
        [
            texts_column("input", [one[0] for one in places]),
            Column("edge", wire.DOUBLE, np.array([one[1] for one in places], dtype="<f8")),
            texts_column("text", [one[2] for one in places]),
        ],
        len(places),
    )
    return [fields(proved=True, why=None), table, met]


def _inputs(value: Any) -> list[str | None]:
    if isinstance(value, Part):
        return [value.input]
    if isinstance(value, (Total, Link)):
        named: list[str | None] = [*sorted({one for one in value.terms.values() if one is not None})]
        return named or [None]
    return [None]


def refused(why: str) -> list[Table]:
    """The tables of a form of which nothing is claimed."""
    return [fields(proved=False, why=why)]

"""What a form returned, as columns of the wire: pick the outputs, check their length, name their type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Sequence

import numpy as np

from .errors import MISALIGNED, RAISED, Refusal
from .values import column

if TYPE_CHECKING:
    from .opening import Output
    from .wire import Column


def collect(came: Any, outputs: Sequence[Output], rows: int) -> list[Column]:
    """One column an output, each of ``rows`` values. Raises Refusal (MissingOutput, WrongLength)."""
    return [column(one.name, _flat(one.name, value, rows)) for one, value in _picked(came, outputs)]


def _picked(came: Any, outputs: Sequence[Output]) -> Iterable[tuple[Output, Any]]:
    if _is_table(came):
        known = list(came if isinstance(came, Mapping) else came.columns)
        for one in outputs:
            if one.name not in known:
                there = f"there are: {', '.join(map(str, known))}" if known else "there are none"
                raise Refusal(RAISED, "MissingOutput", f"no output {one.name!r} came back ({there})")
        return [(one, came[one.name]) for one in outputs]
    if len(outputs) == 1:
        return [(outputs[0], came)]
    names = ", ".join(one.name for one in outputs)
    raise Refusal(
        RAISED,
        "MissingOutput",
        f"one {type(came).__name__} came back, but the model has {len(outputs)} outputs ({names}): "
        "return a dict or a DataFrame by output name",
    )


def _is_table(came: Any) -> bool:
    return isinstance(came, Mapping) or (hasattr(came, "columns") and hasattr(came, "__getitem__"))


def _flat(name: str, value: Any, rows: int) -> Any:
    """The value as a one-dimensional array or extension array of ``rows`` values."""
    array = _array(value)
    if array is None:
        _check(name, 1, rows, f"{value!r:.40}")
        return _objects([value])
    shape: tuple[int, ...] = getattr(array, "shape", (len(array),))
    if len(shape) == 2 and shape[1] == 1:
        array, shape = np.asarray(array).reshape(-1), shape[:1]
    if len(shape) != 1:
        raise Refusal(
            MISALIGNED,
            "WrongLength",
            f"{name}: an array of shape {tuple(shape)} for {rows} rows: one value a row",
        )
    _check(name, shape[0], rows)
    return array


def _check(name: str, count: int, rows: int, said: str = "") -> None:
    if count != rows:
        what = said or f"{count} value{'' if count == 1 else 's'}"
        raise Refusal(MISALIGNED, "WrongLength", f"{name}: {what} for {rows} row{'' if rows == 1 else 's'}")


def _array(value: Any) -> Any:
    """An array of what is array-like; None for a scalar."""
    if isinstance(value, (str, bytes)) or value is None or np.isscalar(value):
        return None
    if isinstance(value, np.ndarray):
        return value if value.ndim else _objects([value.item()])
    kind = type(value)
    if kind.__module__.split(".")[0] == "pandas":
        # Series and Index: the array inside, whatever the index says; NA, NaT and Timestamp are scalars
        plain = isinstance(getattr(value, "dtype", None), np.dtype)
        inside = value.to_numpy() if plain else getattr(value, "array", value)
        return inside if hasattr(inside, "__len__") else None
    if hasattr(value, "__array__"):
        found = np.asarray(value)
        return found if found.ndim else _objects([found.item()])
    if isinstance(value, Mapping) or not isinstance(value, Iterable) or isinstance(value, (set, frozenset)):
        return None
    return _objects(list(value))


def _objects(values: list[Any]) -> Any:
    # np.array(values) would turn [1, "a"] into text and nested lists into a matrix
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array

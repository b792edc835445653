"""What an ONNX graph is fed: which inputs go into which tensor, of which type and shape."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, Iterator, Mapping, NamedTuple, Sequence, Union

import numpy as np

from . import errors, typed
from .typed import Typing

if TYPE_CHECKING:
    Dimension = Union[int, str, None]

#: The element types that numpy has too; ONNX Runtime spells them ``tensor(NAME)``.
ELEMENTS: Mapping[str, Any] = {
    "float16": np.dtype("float16"),
    "float": np.dtype("float32"),
    "double": np.dtype("float64"),
    **{f"{sign}int{bits}": np.dtype(f"{sign}int{bits}") for sign in ("", "u") for bits in (8, 16, 32, 64)},
    "bool": np.dtype("bool"),
    "string": typed.TEXT,
}


class Feed(NamedTuple):
    """One tensor of a graph and the inputs that it takes, a column each. ``rank`` is 1 or 2."""

    tensor: str
    typings: Sequence[Typing]
    positions: Sequence[int]  # of these inputs among the model's
    rank: int
    batch: int | None  # the number of rows that the graph insists on, or None

    def stack(self, arrays: Sequence[Any]) -> Any:
        """The tensor of these inputs' arrays: shape (rows,) or (rows, columns)."""
        return arrays[0] if self.rank == 1 else np.ascontiguousarray(np.stack(arrays, axis=1))

    def zeros(self, rows: int) -> Any:
        """A tensor of zeros, or of empty texts, of this type and shape."""
        shape = (rows,) if self.rank == 1 else (rows, len(self.typings))
        dtype = self.typings[0].dtype
        return np.full(shape, "", dtype=object) if dtype == typed.TEXT else np.zeros(shape, dtype=dtype)


def plan(
    file: str, tensors: Sequence[Any], inputs: Mapping[str, Typing], columns: Sequence[str]
) -> Sequence[Feed]:
    """Say for each tensor that the graph takes what goes into it.

    ``tensors`` are ONNX Runtime's descriptions, ``inputs`` the model's by name (their element types
    yet to be filled in), ``columns`` what the model file lists for a single matrix. Raises OpenFailure.
    """
    if not tensors:
        raise errors.OpenFailure(f"{file}: the graph takes no input at all")
    if columns:
        return [_matrix(file, tensors, inputs, columns)]
    return [_vector(file, tensor, tensors, inputs) for tensor in tensors]


def batch_of(file: str, feeds: Sequence[Feed]) -> int | None:
    """The number of rows that a graph insists on, None where it takes any. Raises OpenFailure."""
    sizes: dict[int, str] = {feed.batch: feed.tensor for feed in feeds if feed.batch is not None}
    if len(sizes) > 1:
        said = ", ".join(f"{tensor!r} {size}" for size, tensor in sizes.items())
        raise errors.OpenFailure(f"{file}: the graph's inputs insist on different numbers of rows: {said}")
    return next(iter(sizes), None)


def shown(tensors: Sequence[Any]) -> str:
    """Tensors for a message: ``'age' tensor(int64) [N, 1]``."""
    return ", ".join(f"{one.name!r} {one.type} {shape(one)}" for one in tensors)


def shape(tensor: Any) -> str:
    """A tensor's declared shape for a message; ``?`` where the graph does not say."""
    return "[" + ", ".join("?" if one is None else str(one) for one in tensor.shape) + "]"


def near(name: str, known: Sequence[str]) -> str:
    """`` (did you mean 'age'?)``, or nothing."""
    found = difflib.get_close_matches(name, known, n=1)
    return f" (did you mean {found[0]!r}?)" if found else ""


def _vector(file: str, tensor: Any, tensors: Sequence[Any], inputs: Mapping[str, Typing]) -> Feed:
    if tensor.name not in inputs:
        raise errors.OpenFailure(_unknown(file, tensor, tensors, inputs))
    typing = inputs[tensor.name]._replace(dtype=_dtype(file, tensor))
    typing.check(f"{file}: the graph's input {tensor.name!r}")
    dimensions = tensor.shape
    if len(dimensions) > 2 or (
        len(dimensions) == 2 and isinstance(dimensions[1], int) and dimensions[1] != 1
    ):
        raise errors.OpenFailure(
            f"{file}: the graph's input {tensor.name!r} has shape {shape(tensor)}, where an input of"
            " the model is [N] or [N, 1]; a matrix of several inputs needs `columns = [...]`"
        )
    position = list(inputs).index(tensor.name)
    return Feed(tensor.name, [typing], [position], len(dimensions) or 1, _batch(dimensions))


def _unknown(file: str, tensor: Any, tensors: Sequence[Any], inputs: Mapping[str, Typing]) -> str:
    text = (
        f"{file}: the graph takes {tensor.name!r}, which is no input of the model"
        f"{near(tensor.name, list(inputs))}; the model's inputs are {', '.join(inputs)};"
        f" the graph takes {shown(tensors)}"
    )
    if len(tensors) == 1 and len(tensor.shape) == 2:
        text += f"; if {tensor.name!r} is a matrix of several inputs, list them in order: columns = [...]"
    return text


def _matrix(file: str, tensors: Sequence[Any], inputs: Mapping[str, Typing], columns: Sequence[str]) -> Feed:
    if len(tensors) != 1:
        raise errors.OpenFailure(
            f"{file}: `columns` describes one matrix, but the graph takes {len(tensors)} inputs"
            f" ({shown(tensors)}); leave `columns` out where they bear the inputs' names"
        )
    tensor = tensors[0]
    for name in columns:
        if name not in inputs:
            raise errors.OpenFailure(
                f"{file}: columns names {name!r}, which is no input of the model{near(name, list(inputs))};"
                f" the inputs are {', '.join(inputs)}"
            )
    width = tensor.shape[1] if len(tensor.shape) == 2 else None
    if len(tensor.shape) not in (0, 2) or (isinstance(width, int) and width != len(columns)):
        raise errors.OpenFailure(
            f"{file}: the graph's input {tensor.name!r} has shape {shape(tensor)}, but `columns` lists"
            f" {len(columns)} inputs, a matrix of shape [N, {len(columns)}]"
        )
    dtype = _dtype(file, tensor)
    typings = [inputs[name]._replace(dtype=dtype) for name in columns]
    for typing in typings:
        typing.check(f"{file}: the graph's input {tensor.name!r}")
    positions = [list(inputs).index(name) for name in columns]
    return Feed(tensor.name, typings, positions, 2, _batch(tensor.shape))


def _dtype(file: str, tensor: Any) -> Any:
    name = tensor.type[len("tensor(") : -1] if tensor.type.startswith("tensor(") else ""
    if name not in ELEMENTS:
        raise errors.OpenFailure(
            f"{file}: the graph's input {tensor.name!r} is of type {tensor.type}; what can be given is"
            f" a tensor of {', '.join(ELEMENTS)}"
        )
    return ELEMENTS[name]


def _batch(dimensions: Sequence[Dimension]) -> int | None:
    first = dimensions[0] if dimensions else None
    return first if isinstance(first, int) and first > 0 else None


def chunks(feeds: Mapping[str, Any], size: int) -> Iterator[Mapping[str, Any]]:
    """Cut tensors into parts of exactly ``size`` rows; the last is filled up with its own last row."""
    rows = len(next(iter(feeds.values())))
    for start in range(0, rows, size):
        places = np.minimum(np.arange(start, start + size), rows - 1)
        yield {name: values[places] for name, values in feeds.items()}

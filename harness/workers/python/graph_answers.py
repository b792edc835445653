"""What an ONNX graph gives back, and which part of it is which output of the model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Mapping, NamedTuple, Sequence, Union

import numpy as np

from . import errors, typed
from .graph_feeds import ELEMENTS, near, shape, shown

if TYPE_CHECKING:
    Key = Union[int, str]

_PART = re.compile(r"(?P<tensor>.+)\[(?P<key>.+)\]", re.DOTALL)
_QUOTED = re.compile(r"(?P<quote>['\"])(?P<text>.*)(?P=quote)", re.DOTALL)
_NUMERIC = frozenset(ELEMENTS) - {"string"}
_WHOLE = frozenset(name for name in ELEMENTS if "int" in name)


class Part(NamedTuple):
    """One output of the model: a tensor of the graph, or one column, key or element of it."""

    output: str
    kind: str
    tensor: str
    key: Key | None = None

    def take(self, value: Any) -> Any:
        """The output's values, shape (rows,), from what the graph gave. Refuses another shape."""
        if isinstance(value, dict):  # a map of whole columns
            column = np.ravel(self._entry(value))
        elif isinstance(value, list):
            column = self._from_sequence(value)
        else:
            column = self._from_tensor(np.asarray(value))
        # every float16 and float32 is a double: nothing is rounded here
        column = column.astype(np.float64) if column.dtype.kind == "f" else column
        return typed.moments(self.kind, column)

    def _from_sequence(self, value: Sequence[Any]) -> Any:
        if value and isinstance(value[0], dict):  # what ZipMap gives: one map a row
            return np.array([self._entry(row) for row in value])
        if self.key is None:  # one element a row
            return np.concatenate([np.ravel(np.asarray(one)) for one in value]) if value else np.empty(0)
        if not isinstance(self.key, int) or not -len(value) <= self.key < len(value):
            raise _refusal(f"{self.tensor!r} is a sequence of {len(value)}: it has no {self.key!r}")
        return np.ravel(np.asarray(value[self.key]))

    def _from_tensor(self, value: Any) -> Any:
        if self.key is None:
            if value.ndim > 1 and value.size != len(value):
                raise _refusal(f"{self.tensor!r} came as {list(value.shape)}, which is not one value a row")
            return np.ravel(value)
        if (
            value.ndim != 2
            or not isinstance(self.key, int)
            or not -value.shape[1] <= self.key < value.shape[1]
        ):
            raise _refusal(f"{self.tensor!r} came as {list(value.shape)}: it has no column {self.key!r}")
        return value[:, self.key]

    def _entry(self, row: Mapping[Any, Any]) -> Any:
        for key in (self.key, str(self.key)):
            if key in row:
                return row[key]
        known = ", ".join(repr(key) for key in row)
        raise _refusal(f"{self.tensor!r} has no key {self.key!r} (there are: {known})")


def _refusal(message: str) -> errors.Refusal:
    return errors.Refusal(errors.MISALIGNED, "WrongShape", message)


def plan(
    file: str, tensors: Sequence[Any], kinds: Mapping[str, str], expressions: Mapping[str, str]
) -> Sequence[Part]:
    """Say for each output of the model where it is in what the graph gives. Raises OpenFailure.

    ``kinds`` are the model's outputs, ``expressions`` what the model file says of some of them
    ("probabilities[1]"); the others bear their own names.
    """
    known = {tensor.name: tensor for tensor in tensors}
    parts = []
    for output, kind in kinds.items():
        expression = expressions.get(output, output)
        tensor, key = _split(expression, known)
        if tensor not in known:
            raise errors.OpenFailure(_unknown(file, output, tensor, tensors, output in expressions))
        part = Part(output, kind, tensor, key)
        _check(file, part, known[tensor])
        parts.append(part)
    return parts


def _split(expression: str, known: Mapping[str, Any]) -> tuple[str, Key | None]:
    match = _PART.fullmatch(expression)
    if expression in known or match is None:  # brackets are legal in a tensor's own name
        return expression, None
    text = match["key"]
    quoted = _QUOTED.fullmatch(text)
    if quoted:
        return match["tensor"], quoted["text"]
    return match["tensor"], int(text) if re.fullmatch(r"-?\d+", text) else text


def _unknown(file: str, output: str, tensor: str, tensors: Sequence[Any], said: bool) -> str:
    names = [one.name for one in tensors]
    text = f"{file}: the graph has no output {tensor!r}{near(tensor, names)}; it gives {shown(tensors)}"
    if not said:
        text += f'; say which one {output!r} is: outputs = {{ {output} = "{names[0] if names else "..."}" }}'
    return text


def _check(file: str, part: Part, tensor: Any) -> None:
    place = f"{file}: the graph's output {tensor.name!r}"
    element = tensor.type[len("tensor(") : -1] if tensor.type.startswith("tensor(") else None
    if element is None:
        if "map(" in tensor.type and part.key is None:
            raise errors.OpenFailure(
                f"{place} is a map ({tensor.type}): say which key {part.output!r} is,"
                f' outputs = {{ {part.output} = "{tensor.name}[1]" }}'
            )
        return
    _check_shape(place, part, tensor)
    if part.kind in ("category", "string"):
        fits = element == "string"
    elif part.kind in ("date", "datetime"):
        fits = element in _WHOLE
    else:
        fits = element in _NUMERIC
    if not fits:
        raise errors.OpenFailure(
            f"{place} is of type {tensor.type}, but the model's {part.output!r} is a {part.kind}"
        )


def _check_shape(place: str, part: Part, tensor: Any) -> None:
    dimensions = tensor.shape
    if part.key is None:
        inner = [one for one in dimensions[1:] if isinstance(one, int)]
        if any(one != 1 for one in inner):
            raise errors.OpenFailure(
                f"{place} has shape {shape(tensor)}: say which column {part.output!r} is,"
                f' outputs = {{ {part.output} = "{tensor.name}[{inner[-1] - 1}]" }}'
            )
        return
    if not isinstance(part.key, int):
        raise errors.OpenFailure(
            f"{place} is a tensor of shape {shape(tensor)}: its columns are numbered from 0,"
            f" and {part.key!r} is no number"
        )
    if len(dimensions) not in (0, 2):
        raise errors.OpenFailure(f"{place} has shape {shape(tensor)}: it has no columns to choose from")
    width = dimensions[1] if dimensions else None
    if isinstance(width, int) and not -width <= part.key < width:
        raise errors.OpenFailure(
            f"{place} has shape {shape(tensor)}: there is no column {part.key}, the last is {width - 1}"
        )

"""What an ONNX graph says of itself: the tensors that it takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.draft.problems import DraftError
from harness.schema import Kind


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor of a graph: its element type as a kind, and its columns (None: it has a vector's shape, or
    does not say)."""

    name: str
    kind: Kind
    columns: int | None


@dataclass(frozen=True, slots=True)
class Graph:
    """What a graph takes and gives, in its order."""

    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]

    @property
    def takes_matrix(self) -> bool:
        """Whether a single tensor takes several columns."""
        return len(self.inputs) == 1 and (self.inputs[0].columns or 1) > 1


def read_graph(path: Path) -> Graph | None:
    """Read a graph's inputs and outputs; None where the package onnx is not installed.

    Raises DraftError where the file holds no graph.
    """
    try:
        import onnx
        from google.protobuf.message import DecodeError
    except ImportError:
        return None
    try:
        graph = onnx.load(str(path), load_external_data=False).graph
    except OSError as error:
        raise DraftError(f"{path}: cannot be read: {error.strerror}; correct the path") from None
    except (DecodeError, ValueError):
        raise DraftError(f"{path}: not an ONNX file; save the model anew") from None
    constant = {one.name for one in graph.initializer}
    taken = tuple(_tensor(one) for one in graph.input if one.name not in constant)
    given = tuple(_tensor(one) for one in graph.output)
    if not taken or not given:
        raise DraftError(f"{path}: not an ONNX file with inputs and outputs; save the model anew")
    return Graph(taken, given)


def _tensor(value: Any) -> Tensor:
    import onnx

    tensor = value.type.tensor_type  # of a sequence or a map, which has no such type, nothing is known
    element = onnx.TensorProto.DataType.Name(tensor.elem_type)
    dimensions = tensor.shape.dim
    columns = dimensions[1].dim_value if len(dimensions) == 2 and dimensions[1].dim_value else None
    return Tensor(value.name, _kind(element), columns)


def _kind(element: str) -> Kind:
    if element == "STRING":
        return Kind.STRING
    if element == "BOOL":
        return Kind.BOOL
    return Kind.INT if "INT" in element else Kind.FLOAT

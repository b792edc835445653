"""Load stored models in a process of its own: ``python -m harness.fidelity.model_loads REQUEST ANSWER``.

REQUEST is JSON, a list of ``[format, path]``; ANSWER gets a list of objects: ``load_ns`` (a sample a load),
``size_bytes``, and ``numbers``, the bits of all doubles in the model, in hexadecimal; or ``error``.
``pickle`` and ``skops`` are of the neutral form in a JSON file: they are written here, and loaded.
"""

from __future__ import annotations

import json
import pickle
import struct
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

LOADS = 15
LONG_ENOUGH_NS = 300_000_000

Loader = tuple[int, Callable[[], object], Callable[[object], Iterator[float]]]


def main(request: Path, answer: Path) -> None:
    """Load all that is asked for."""
    asked = json.loads(request.read_text("utf-8"))
    answer.write_text(json.dumps([_answer(kind, Path(path)) for kind, path in asked]), "utf-8")


def _answer(kind: str, path: Path) -> dict[str, Any]:
    try:
        size, load, numbers = _LOADERS[kind](path)
        loaded, samples = _timed(load)
    except (ImportError, ValueError, TypeError, OSError, RuntimeError) as error:
        return {"error": f"{type(error).__name__}: {error}"}
    bits = sorted({struct.pack("<d", number).hex() for number in numbers(loaded)})
    return {"size_bytes": size, "load_ns": samples, "numbers": bits}


def _timed(load: Callable[[], object]) -> tuple[object, list[int]]:
    loaded = load()  # the first pays for imports
    samples: list[int] = []
    while len(samples) < LOADS and sum(samples) < LONG_ENOUGH_NS:
        started = time.perf_counter_ns()
        loaded = load()
        samples.append(time.perf_counter_ns() - started)
    return loaded, samples


def numbers_in(value: object) -> Iterator[float]:
    """All numbers in lists and dicts, as doubles."""
    if isinstance(value, dict):
        for one in value.values():
            yield from numbers_in(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from numbers_in(one)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)


def _json(path: Path) -> Loader:
    return path.stat().st_size, lambda: json.loads(path.read_bytes()), numbers_in


def _pickle(path: Path) -> Loader:
    data = pickle.dumps(json.loads(path.read_bytes()), protocol=5)
    return len(data), lambda: pickle.loads(data), numbers_in


def _skops(path: Path) -> Loader:
    from skops.io import dumps, loads

    data = dumps(json.loads(path.read_bytes()))
    return len(data), lambda: loads(data), numbers_in


def _onnx(path: Path) -> Loader:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3

    def load() -> object:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    return path.stat().st_size, load, lambda session: _numbers_of_graph(path)


def _numbers_of_graph(path: Path) -> Iterator[float]:
    import onnx

    graph = onnx.load(path).graph
    for tensor in graph.initializer:
        yield from _numbers_of_tensor(tensor)
    for node in graph.node:
        for attribute in node.attribute:
            yield from map(float, (*attribute.floats, *attribute.ints, attribute.f, attribute.i))
            for tensor in (attribute.t, *attribute.tensors):
                yield from _numbers_of_tensor(tensor)


def _numbers_of_tensor(tensor: Any) -> Iterator[float]:
    from onnx import numpy_helper

    values = numpy_helper.to_array(tensor) if tensor.data_type else None
    if values is not None and values.dtype.kind in "fiu":
        yield from values.astype("<f8").ravel().tolist()


_LOADERS: dict[str, Callable[[Path], Loader]] = {
    "json": _json,
    "pickle": _pickle,
    "skops": _skops,
    "onnx": _onnx,
}

if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

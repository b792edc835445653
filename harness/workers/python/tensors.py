"""The adapter for functions over torch tensors: ``call(batch)`` or ``call(batch, model)``.

Fields: those of a Python function (``source`` or ``module``, ``call``, ``model``), and ``target`` (its table
in the model file), ``device``, ``index``, ``precision``, ``threads``, and as JSON text ``missing_as``.
"""

from __future__ import annotations

import json
import pickle
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Mapping, Sequence

import numpy as np

from . import errors, load, mine, typed
from .typed import Typing

if TYPE_CHECKING:
    from .errors import Find
    from .opening import Opening, Output
    from .wire import Column

_NO_MODEL = object()
_DTYPES = {"float": np.dtype("float64"), "bool": np.dtype("bool")}  # every other kind is int64


class TensorForm:
    """A loaded function, its model, and the device that its tensors are on."""

    def __init__(
        self,
        function: Callable[..., Any],
        model: Any,
        module: Any,
        device: Any,
        typings: Sequence[Typing],
        opening: Opening,
    ) -> None:
        self.function = function
        self.model = model
        self.module = module
        self.device = device
        self.typings = typings
        self.target = opening.fields["target"]
        self.outputs = {one.name: one for one in opening.outputs}

    def take(self, columns: Sequence[Column], rows: int) -> Mapping[str, Any]:
        """One tensor an input, on the device. Refuses a row with a missing value that none can say."""
        import torch

        arrays = typed.arrays(self.typings, columns, "a torch tensor", self.target)
        named = zip(self.typings, arrays)
        return {typing.name: torch.from_numpy(array).to(self.device) for typing, array in named}

    def compute(self, taken: Mapping[str, Any]) -> Any:
        """What the function returns, copied to the host once the device has done its work."""
        arguments = () if self.model is _NO_MODEL else (self.model,)
        came = self.function(taken, *arguments)
        if isinstance(came, Mapping):
            return {name: self._host(value, self.outputs.get(name)) for name, value in came.items()}
        only = next(iter(self.outputs.values())) if len(self.outputs) == 1 else None
        return self._host(came, only)

    def _host(self, value: Any, output: Output | None) -> Any:
        import torch

        if not isinstance(value, torch.Tensor):
            return value
        if value.device != self.device:
            name = output.name if output else "what it returned"
            raise errors.Refusal(
                errors.RAISED,
                "WrongDevice",
                f"{name} came back on {value.device}, not on {self.device}: the work was done elsewhere;"
                " make new tensors on the device of those that are given (device=x.device)",
            )
        host = value.detach().resolve_conj().cpu()
        if host.dtype == torch.bfloat16:  # numpy has no such type; every bfloat16 is a float32
            host = host.float()
        return typed.moments(output.kind if output else "", host.numpy())

    def mine(self) -> list[Find]:
        """Constants of the source and of live globals, and of a model that is no network."""
        names = [typing.name for typing in self.typings]
        return mine.form(self.module, None if self.model is _NO_MODEL else self.model, names)


def open(opening: Opening) -> TensorForm:
    """Find the device, import the source, load the model. Raises OpenFailure."""
    fields = opening.fields
    device = _device(fields)
    missing_as = json.loads(fields["missing_as"])
    typings = [_typing(one, missing_as.get(one.name), fields) for one in opening.inputs]
    module = load.module(fields.get("source"), fields.get("module"))
    function = load.function(module, fields["call"], fields.get("source") or fields["module"])
    path = fields.get("model")
    model = _NO_MODEL
    if path is not None:
        load.check_two_arguments(function, fields["call"])
        model = _model(path, module, device)
    return TensorForm(function, model, module, device, typings, opening)


def _typing(one: Any, missing_as: Any, fields: Mapping[str, Any]) -> Typing:
    dtype = _DTYPES.get(one.kind, np.dtype("int64"))
    typing = Typing(one.name, one.kind, one.levels, dtype, missing_as)
    typing.check(f"a torch tensor in [targets.{fields['target']}]")
    return typing


def _device(fields: Mapping[str, Any]) -> Any:
    """The torch device, with the precision of its single-precision products set."""
    import torch

    name, index = fields["device"], int(fields["index"] or 0)
    if fields["threads"]:
        torch.set_num_threads(int(fields["threads"]))
    if name == "cpu":
        return torch.device("cpu")
    built_for = "rocm" if torch.version.hip else "cuda" if torch.version.cuda else "cpu"
    if built_for != name or not torch.cuda.is_available():
        raise errors.OpenFailure(
            f"torch {torch.__version__} cannot use {name} (it is built for {built_for},"
            f" and {'sees' if torch.cuda.is_available() else 'sees no'} GPU)"
        )
    if index >= torch.cuda.device_count():
        raise errors.OpenFailure(f"{name}:{index}: torch sees {torch.cuda.device_count()} such devices")
    allowed = fields["precision"] == "tf32"
    # off by default for products, but on for convolutions: here either both or none
    torch.set_float32_matmul_precision("high" if allowed else "highest")
    torch.backends.cudnn.allow_tf32 = allowed
    return torch.device("cuda", index)  # ROCm builds of torch call their devices so too


def _model(path: str, module: Any, device: Any) -> Any:
    """TorchScript, what ``torch.save`` wrote, or a pickle or joblib file, with its tensors on the device."""
    if Path(path).suffix in (".joblib", ".pkl", ".pickle"):
        return load.model(path, module)
    if not Path(path).is_file():
        raise errors.OpenFailure(f"{path}: there is no such file; see `model` in the model file")
    import torch

    read_script: Any = torch.jit.load
    try:
        if _is_torchscript(path):
            return read_script(path, map_location=device)
        return _saved(path, module, device)
    # loading runs code of the model's own classes, which may raise anything
    except Exception as error:
        raise errors.OpenFailure(
            f"{path}: torch {torch.__version__} cannot load it: {type(error).__name__}: {error}"
        ) from error


def _is_torchscript(path: str) -> bool:
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any("/code/" in name for name in archive.namelist())


def _saved(path: str, module: Any, device: Any) -> Any:
    import torch

    try:
        return torch.load(path, map_location=device, weights_only=True)
    except pickle.UnpicklingError as error:
        # whole modules are pickles of their classes: as much code as the source that is run anyway
        print(f"{path}: holds more than tensors, so it is unpickled ({error})"[:500], file=sys.stderr)
        load._lend_names(module)
        return torch.load(path, map_location=device, weights_only=False)

"""Run one model in every form, find where they disagree, say why, and time them fairly."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.causes import Cause
    from harness.model import Decision, Form, Model, Output, Waiver
    from harness.modelfile import ModelFileError, find_model_files, fingerprint, load_model
    from harness.protocols import Place
    from harness.record import IncompleteRunError, Run, RunError, RunWriter, read_run
    from harness.schema import Input, Kind, Schema
    from harness.scorecard import Scorecard
    from harness.target import Target, open_target, target_of, targets_of
    from harness.tolerance import Tolerance
    from harness.verify import ModelVerdict, Options, assert_agrees, verify_model

__version__ = "0.1.0"

# name → module: imported when it is first asked for, so that `import harness` costs nothing
_HOMES = {
    "Cause": "causes",
    "Decision": "model",
    "Form": "model",
    "IncompleteRunError": "record",
    "Input": "schema",
    "Kind": "schema",
    "Model": "model",
    "ModelFileError": "modelfile",
    "ModelVerdict": "verify",
    "Options": "verify",
    "Output": "model",
    "Place": "protocols",
    "Run": "record",
    "RunError": "record",
    "RunWriter": "record",
    "Schema": "schema",
    "Scorecard": "scorecard",
    "Target": "target",
    "Tolerance": "tolerance",
    "Waiver": "model",
    "assert_agrees": "verify",
    "find_model_files": "modelfile",
    "fingerprint": "modelfile",
    "load_model": "modelfile",
    "open_target": "target",
    "read_run": "record",
    "target_of": "target",
    "targets_of": "target",
    "verify_model": "verify",
}

__all__ = [
    "Cause",
    "Decision",
    "Form",
    "IncompleteRunError",
    "Input",
    "Kind",
    "Model",
    "ModelFileError",
    "ModelVerdict",
    "Options",
    "Output",
    "Place",
    "Run",
    "RunError",
    "RunWriter",
    "Schema",
    "Scorecard",
    "Target",
    "Tolerance",
    "Waiver",
    "assert_agrees",
    "find_model_files",
    "fingerprint",
    "load_model",
    "open_target",
    "read_run",
    "target_of",
    "targets_of",
    "verify_model",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'harness' has no attribute {name!r}")
    return getattr(importlib.import_module(f"harness.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

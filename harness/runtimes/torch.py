"""torch: a Python function over a dict of tensors, run in a worker process.

Inputs are float64 (missing: NaN), int64 or bool tensors on the target's device; a category is its 0-based
code (unseen: -1), a date int64 days, a datetime int64 seconds. Where an int64 or bool value is missing and
``missing_as`` does not say what it becomes, the row has no answer. Text cannot be a tensor.

One thread unless the variant says otherwise (``+4-threads``, ``+all-threads``): sums over several depend on
how many there are, and on the size of the batch. Single precision is not TF32 unless the precision says so
(``cuda/tf32``). Determinism is not forced: whether the form repeats itself is a finding.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from harness.installed import said_by, versions_of
from harness.model import Form, Model
from harness.protocols import Clue, Lack, Limits, OpenError, Place, Session
from harness.runtimes import _engines
from harness.workers.session import WorkerSession, open_python

KEYS = frozenset(("source", "module", "call", "model", "devices", "missing_as", "python"))
REQUIRED: tuple[str | tuple[str, ...], ...] = (("source", "module"), "call")

_PRECISIONS = {"cuda": ("fp32", "tf32"), "rocm": ("fp32",)}
_INSTALL = "install a build for it: see https://pytorch.org/get-started/locally"


def lack(form: Form | None, place: Place) -> Lack | None:
    """What is lacking to run torch forms here. Without a form, torch is tried; else only looked for."""
    absent = _engines.package_of_form_lack(form, "torch", "torch")
    if absent is not None or place.device == "cpu":
        return absent
    python = _engines.python_of(form)
    return _build_lack(python, place) or _engines.index_lack(place)


def _build_lack(python: Path, place: Place) -> Lack | None:
    """ROCm builds of torch call their devices "cuda" too: only ``torch.version.hip`` tells them apart."""
    said = said_by(
        python,
        "import torch; says = dict(version=torch.__version__, cuda=torch.version.cuda, "
        "rocm=torch.version.hip, usable=torch.cuda.is_available())",
    )
    if "error" in said:
        return Lack(f"torch cannot be imported by {python} ({said['error']})", _INSTALL)
    if not said.get(place.device):
        return Lack(f"torch {said['version']} is not built for {place.device}", _INSTALL)
    if not said["usable"]:
        return Lack(
            f"torch {said['version']} is built for {place.device} {said[place.device]}, but sees no device",
            f"check that the driver is recent enough for this build, or {_INSTALL}",
        )
    return None


def open(model: Model, form: Form, place: Place, limits: Limits) -> Session:
    """Start a worker that holds the function. Raises MissingError or OpenError."""
    return _open(model, form, place, limits)


def _open(model: Model, form: Form, place: Place, limits: Limits) -> WorkerSession:
    if (form.source is None) == (form.module is None) or form.call is None:
        raise OpenError(
            f"target {form.name!r}: a torch form needs `call`, and either `source` or `module`; "
            "see the model file"
        )
    _engines.check_precision("torch", place, _PRECISIONS.get(place.device, ()))
    given = {
        "source": None if form.source is None else str(form.source),
        "module": form.module,
        "call": form.call,
        "model": None if form.model is None else str(form.model),
        "target": form.name,
        "device": place.device,
        "index": place.index,
        "precision": place.precision,
        "threads": _engines.threads("torch", place, default=1),
        "missing_as": json.dumps(dict(form.missing_as)),
    }
    return open_python(model, form, limits, "tensors", given)


def clues(model: Model, form: Form, session: Session | None) -> tuple[Clue, ...]:
    """Constants of the source, and of the live objects that it makes."""
    return session.mine() if isinstance(session, WorkerSession) else ()


def versions() -> Mapping[str, str]:
    """The version of torch that the harness's own interpreter has: a form may name another."""
    return versions_of(("torch",))

"""The SHA-256 of everything that a model is made of, for the header of a run."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from harness.model import Model


def fingerprint(model: Model) -> dict[str, str]:
    """The SHA-256 of the model file, its data and every file that a form names.

    The keys are paths, seen from the model's folder. A folder counts with every file in it; a file
    that is not there is left out.
    """
    digests = {}
    for path in _files(model):
        with path.open("rb") as file:
            name = Path(os.path.relpath(path, model.folder)).as_posix()
            digests[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return digests


def _files(model: Model) -> Iterator[Path]:
    named = [model.path, model.data, *(path for form in model.forms for path in (form.source, form.model))]
    for path in named:
        if path is None:
            continue
        if path.is_dir():
            yield from sorted(one for one in path.rglob("*") if one.is_file())
        elif path.is_file():
            yield path

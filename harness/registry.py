"""Find the members of a seam by their file name: ``find("runtimes", "onnx")``."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from functools import cache
from types import ModuleType

SEAMS = ("runtimes", "devices", "codecs", "renderers")


class UnknownMemberError(LookupError):
    """No member of that name in a seam. The message lists those there are."""


@cache
def names(seam: str) -> tuple[str, ...]:
    """The members of a seam, sorted. Nothing is imported but the seam's package itself."""
    package = importlib.import_module(f"harness.{seam}")
    return tuple(sorted(m.name for m in pkgutil.iter_modules(package.__path__) if m.name[0] != "_"))


def find(seam: str, name: str) -> ModuleType:
    """Import one member. Raises UnknownMemberError that names the nearest."""
    known = names(seam)
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        singular = seam.removesuffix("s")
        raise UnknownMemberError(f"no {singular} named {name!r} (there are: {', '.join(known)}){hint}")
    return importlib.import_module(f"harness.{seam}.{name}")

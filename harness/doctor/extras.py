"""The optional parts of the distribution, and which of their packages are here."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Mapping, Sequence

from harness.installed import versions_of
from harness.protocols import Availability, Lack

_DISTRIBUTION = "parity-harness"
_FOR_DEVELOPERS = frozenset(("dev", "test"))  # extras that no user of the harness needs


def extras() -> tuple[Availability, ...]:
    """One row for each extra that a user may want, none where the harness was never installed."""
    try:
        requirements = importlib.metadata.requires(_DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError:
        return ()  # run from a checkout that was never installed: there are then no extras to name
    named = extras_of(requirements).items()
    return tuple(_extra(name, packages) for name, packages in named if name not in _FOR_DEVELOPERS)


def extras_of(requirements: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """The packages of each extra, from requirement lines such as ``torch>=2.4; extra == 'torch'``."""
    found: dict[str, list[str]] = {}
    for line in requirements:
        package = re.match(r"[A-Za-z0-9._-]+", line)
        extra = re.search(r"""extra\s*==\s*['"]([^'"]+)['"]""", line)
        if package and extra and package[0] != _DISTRIBUTION:
            found.setdefault(extra[1], []).append(package[0])
    return {extra: tuple(packages) for extra, packages in sorted(found.items())}


def _extra(name: str, packages: Sequence[str]) -> Availability:
    versions = versions_of(packages)
    absent = [package for package in packages if package not in versions]
    if absent:
        lack = Lack(f"not installed: {', '.join(absent)}", f"`pip install '{_DISTRIBUTION}[{name}]'`")
        return Availability(f"extra {name}", lack)
    return Availability(f"extra {name}", None, versions)

"""Read a points table from JSON."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from harness.modelfile.problems import unknown
from harness.scorecard.characteristics import Binned, Characteristic, Listed, Points, ScorecardError
from harness.scorecard.table import Scorecard

_SCALE = ("base_points", "base_score", "base_odds", "pdo", "cutoff")
_BINNED = ("breaks", "points", "closed", "type", "min", "max", "missing", "special", "special_points")
_LISTED = ("levels", "points", "missing", "unseen")


def read_scorecard(path: Path) -> Scorecard:
    """Read a points table. Without a name in it, it is called like its file (or folder, of a model.json)."""
    try:
        table = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_object)
        return _scorecard(path, table)
    except OSError as error:
        raise ScorecardError(f"{path}: cannot be read: {error.strerror}") from None
    except json.JSONDecodeError as error:
        raise ScorecardError(
            f"{path}:{error.lineno}: not JSON at column {error.colno}: {error.msg}"
        ) from None
    except UnicodeDecodeError:
        raise ScorecardError(f"{path}: not UTF-8; save the file as UTF-8") from None
    except ScorecardError as error:
        raise ScorecardError(f"{path}: {error}") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise ScorecardError(f"{twice!r} is there twice; take one out")
    return dict(pairs)


def _scorecard(path: Path, table: object) -> Scorecard:
    if not isinstance(table, dict):
        raise ScorecardError("a points table is an object with characteristics; write { ... }")
    _check_keys("the table", table, ("name", *_SCALE, "characteristics"))
    characteristics = table.get("characteristics")
    if not isinstance(characteristics, dict):
        raise ScorecardError("no characteristics; write an object of them, by name")
    name = table.get("name", path.stem if path.stem != "model" else path.resolve().parent.name)
    if not isinstance(name, str) or not name.strip():
        raise ScorecardError(f"name {name!r} is no text; write a name")
    return Scorecard(
        name=name,
        characteristics=tuple(_characteristic(name, entry) for name, entry in characteristics.items()),
        **{key: table[key] for key in _SCALE if key in table},
    )


def _characteristic(name: str, entry: object) -> Characteristic:
    if not isinstance(entry, dict) or ("breaks" in entry) == ("levels" in entry):
        raise ScorecardError(f"{name}: write an object with either breaks (a number) or levels (a category)")
    if "points" not in entry:
        raise ScorecardError(f"{name}: no points; give each bin or level its own")
    points = _list(entry["points"])
    if "levels" in entry:
        _check_keys(name, entry, _LISTED)
        levels = _list(entry["levels"])
        if not all(isinstance(level, str) for level in levels):
            raise ScorecardError(f"{name}: levels {levels} are not all text; write them in quotes")
        return Listed(name, tuple(levels), tuple(points), entry.get("missing"), entry.get("unseen"))
    _check_keys(name, entry, _BINNED)
    if entry.get("type", "float") not in ("float", "int"):
        raise ScorecardError(f'{name}: type {entry["type"]!r}; write "float" or "int"')
    return Binned(
        name=name,
        breaks=tuple(_list(entry["breaks"])),
        points=tuple(points),
        closed=entry.get("closed", "right"),
        missing=entry.get("missing"),
        special=_special(name, entry),
        whole=entry.get("type") == "int",
        minimum=entry.get("min"),
        maximum=entry.get("max"),
    )


def _special(name: str, entry: Mapping[str, Any]) -> Mapping[float, Points]:
    values, points = _list(entry.get("special", [])), _list(entry.get("special_points", []))
    if len(values) != len(points):
        raise ScorecardError(
            f"{name}: {len(values)} special values, but {len(points)} special_points; give each its own"
        )
    return dict(zip(values, points, strict=True))


def _list(value: Any) -> list[Any]:
    """A list; a single value stands for a list of one, as R writes it."""
    return value if isinstance(value, list) else [value]


def _check_keys(where: str, entry: Mapping[str, Any], known: Collection[str]) -> None:
    for key in entry:
        if key not in known:
            raise ScorecardError(f"{where}: unknown key {key!r}{unknown(key, known)}")

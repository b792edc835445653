"""A run as a folder of files: written as the work goes, refused where it is not whole.

``run.jsonl`` holds one JSON object a line: a header (environment, fingerprints), records, a footer.
Attachments lie beside it in ``attachments/``, named by the SHA-256 of their content. A run without
its footer is incomplete: it was interrupted, and :func:`read_run` refuses it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

FORMAT = 1
Json = dict[str, Any]


class RunError(Exception):
    """A run folder cannot be used: it is absent, empty, truncated, damaged or of another format."""


class IncompleteRunError(RunError):
    """A run has no footer: it was interrupted, and what it holds is not the whole."""


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


class RunWriter:
    """Writes one run. Every record is on disk when :meth:`add` returns."""

    def __init__(
        self,
        folder: Path,
        *,
        command: Sequence[str],
        environment: Mapping[str, Any],
        fingerprints: Mapping[str, Any] | None = None,
    ) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "run.jsonl"
        try:
            # what a form printed may hold half a character: JSON spells that as an escape
            self._file = path.open("x", encoding="utf-8", errors="backslashreplace")
        except FileExistsError:
            raise RunError(
                f"{path} exists already: a run is never written twice; choose another folder"
            ) from None
        self._records = 0
        self._write(
            {
                "record": "header",
                "format": FORMAT,
                "started": _now(),
                "command": list(command),
                "environment": dict(environment),
                "fingerprints": dict(fingerprints or {}),
            }
        )

    def _write(self, line: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n")
        self._file.flush()

    def add(self, record: str, fields: Mapping[str, Any]) -> None:
        """Write one record of a kind ("verdict", "timing", "profile", ...)."""
        self._write({"record": record, **fields})
        self._records += 1

    def attach(self, content: bytes, suffix: str) -> str:
        """Store an attachment and return its name, relative to the folder."""
        name = f"attachments/{hashlib.sha256(content).hexdigest()}{suffix}"
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        if not path.exists():
            partial = path.with_name(path.name + ".partial")
            partial.write_bytes(content)
            partial.rename(path)
        return name

    def finish(self, exit_status: int) -> None:
        """Write the footer: the run is whole."""
        self._write({"record": "footer", "finished": _now(), "records": self._records, "exit": exit_status})
        os.fsync(self._file.fileno())
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # without finish() there is no footer: an interrupted run stays recognisable
        if not self._file.closed:
            self._file.close()


@dataclass(frozen=True, slots=True)
class Run:
    """A whole run, read back. ``records`` are in the order they were written."""

    folder: Path
    header: Json
    records: tuple[Json, ...]
    footer: Json

    def of(self, record: str) -> tuple[Json, ...]:
        """The records of one kind."""
        return tuple(r for r in self.records if r["record"] == record)

    def attachment(self, name: str) -> bytes:
        """The bytes of an attachment. Raises RunError where it is absent or damaged."""
        path = self.folder / name
        if not path.is_file():
            raise RunError(f"{path}: the run names this attachment, but it is not there")
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != path.name.split(".")[0]:
            raise RunError(f"{path}: the content does not match its name (SHA-256): it was altered")
        return content


def read_run(folder: Path) -> Run:
    """Read a run folder. Raises RunError, or IncompleteRunError where it was interrupted."""
    path = folder / "run.jsonl"
    if not path.is_file():
        raise RunError(f"{folder}: not a run folder (it has no run.jsonl)")
    lines = _lines(path)
    if not lines or lines[0]["record"] != "header":
        raise RunError(f"{path}: the run has no header: it is empty or damaged")
    if lines[0].get("format") != FORMAT:
        raise RunError(
            f"{path}: format {lines[0].get('format')!r}, but this version reads format {FORMAT}; "
            "make the run again with this version"
        )
    if lines[-1]["record"] != "footer":
        raise IncompleteRunError(f"{path}: the run has no footer: it was interrupted; run it again")
    records = lines[1:-1]
    if lines[-1].get("records") != len(records):
        raise RunError(
            f"{path}: the footer counts {lines[-1].get('records')} records, but there are {len(records)}: "
            "the file was altered; run it again"
        )
    return Run(folder, lines[0], tuple(records), lines[-1])


def _lines(path: Path) -> list[Json]:
    """The objects of a run's lines; the last one is left out where it was cut short."""
    # not splitlines(): a value may hold U+2028 or U+0085, which that takes for the end of a line
    *whole, rest = path.read_bytes().split(b"\n")
    lines = [_line(path, number, line) for number, line in enumerate(whole, start=1)]
    if rest:
        # the newline is written with its line: without it the run was interrupted, or just not quite
        with contextlib.suppress(RunError):
            lines.append(_line(path, len(whole) + 1, rest))
    return lines


def _line(path: Path, number: int, line: bytes) -> Json:
    try:
        value = json.loads(line.decode("utf-8"))
    except json.JSONDecodeError as error:
        raise RunError(f"{path}:{number}: not JSON ({error.msg}): the file is damaged") from None
    except UnicodeDecodeError:
        raise RunError(f"{path}:{number}: not UTF-8: the file is damaged") from None
    if not isinstance(value, dict) or not isinstance(value.get("record"), str):
        raise RunError(f"{path}:{number}: not a record: the file is damaged")
    return value

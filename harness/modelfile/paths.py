"""The paths in a model file: relative to it, and those that must be there are."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from harness.modelfile.problems import nearest, show
from harness.modelfile.table import Table


class Files:
    """Reads the paths of one model file.

    ``to_be_written`` are files that may be absent, because the caller is about to write them.
    """

    def __init__(self, folder: Path, to_be_written: Iterable[Path] = ()) -> None:
        self._folder = folder
        self._to_be_written = {absolute(Path.cwd(), path) for path in to_be_written}

    def path(self, table: Table, key: str) -> Path | None:
        """The absolute path under a key, whether or not there is anything."""
        text = table.text(key, "a path in quotes")
        if text is not None and "\0" in text:
            table.problem(key, f"{key} = {show(text)} holds U+0000, which no path can")
            return None
        return None if text is None else absolute(self._folder, Path(text))

    def existing(
        self, table: Table, key: str, *, folder: bool = False, to_be_written: bool = False
    ) -> Path | None:
        """The absolute path of a file (or folder, where allowed) that must be there."""
        path = self.path(table, key)
        if path is None or path.is_file() or (folder and path.is_dir()):
            return path
        if to_be_written and path in self._to_be_written:
            return path
        shown = f"{key} = {show(table.values[key])}"
        if path.is_dir():
            table.problem(key, f"{shown} is a folder ({path}); name a file in it")
        else:
            hint = (
                "write it with `parity record`, or correct the path" if to_be_written else "correct the path"
            )
            table.problem(key, f"{shown}: there is no file {path}; {_similar(path) or hint}")
        return path


def absolute(folder: Path, path: Path) -> Path:
    """A path made absolute and tidied of ``..``, but with its links left alone.

    An interpreter in a virtual environment is a link, and must be started by the link's own name.
    """
    raw = folder / path
    tidy = Path(os.path.normpath(raw))
    # beyond a linked folder, `..` leads elsewhere than its text says
    return raw if raw.exists() and not (tidy.exists() and tidy.samefile(raw)) else tidy


def _similar(path: Path) -> str | None:
    if not path.parent.is_dir():
        return f"there is no folder {path.parent} either"
    near = nearest(path.name, [one.name for one in path.parent.iterdir() if one.is_file()], cutoff=0.8)
    return f"did you mean {near}?" if near is not None else None

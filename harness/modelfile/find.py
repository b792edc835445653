"""Find model files from the paths that a person gives."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from harness.modelfile.problems import ModelFileError, Problem, nearest

NAME = "model.toml"


def model_file(path: str | Path) -> Path:
    """The model file that a path means: itself, or the ``model.toml`` in it.

    Raises ModelFileError where there is none, or several.
    """
    given = Path(path)
    inside = given / NAME
    if given.is_file():
        return given
    if inside.is_file():
        return inside
    if not given.is_dir():
        raise _no(given, _absent(given))
    below = _below(given)
    if not below:
        raise _no(given, f"this folder holds no {NAME}")
    names = ", ".join(str(one.parent) for one in below)
    raise _no(given, f"this folder holds several models, not one; name one of them: {names}")


def find_model_files(paths: Iterable[str | Path]) -> tuple[Path, ...]:
    """All model files that some paths mean, each once.

    A path is a model file, a folder that holds a ``model.toml``, or a folder whose direct subfolders hold
    one each; nothing deeper is looked at. Raises ModelFileError with every path that leads to none.
    """
    found: dict[Path, Path] = {}
    problems: list[Problem] = []
    for given in map(Path, paths):
        files = _files(given)
        if not files:
            message = _absent(given) if not given.exists() else f"no {NAME} here, nor in {_looked_in(given)}"
            problems.append(Problem(str(given), None, message))
        for file in files:
            found.setdefault(file.resolve(), file)
    if problems:
        raise ModelFileError(problems)
    return tuple(found.values())


def _files(given: Path) -> tuple[Path, ...]:
    if given.is_file():
        return (given,)
    inside = given / NAME
    if inside.is_file():
        return (inside,)
    return _below(given) if given.is_dir() else ()


def _below(folder: Path) -> tuple[Path, ...]:
    return tuple(one / NAME for one in _subfolders(folder) if (one / NAME).is_file())


def _subfolders(folder: Path) -> list[Path]:
    return sorted(one for one in folder.iterdir() if one.is_dir() and not one.name.startswith("."))


def _looked_in(given: Path) -> str:
    names = [one.name for one in _subfolders(given)]
    if not names:
        return "a subfolder: there are none"
    listed = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
    return f"its subfolders ({listed}); name a model file, or the folder that holds it"


def _absent(given: Path) -> str:
    folder = given.parent
    near = nearest(given.name, [one.name for one in folder.iterdir()]) if folder.is_dir() else None
    hint = f"; did you mean {folder / near}?" if near is not None else "; correct the path"
    return f"there is no such file or folder{hint}"


def _no(given: Path, message: str) -> ModelFileError:
    return ModelFileError([Problem(str(given), None, message)])

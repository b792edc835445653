"""The C library by which a local R shares memory: built on first need, kept for each R and each source.

It lies in the user's cache folder (``XDG_CACHE_HOME``), one folder a build. A build that failed is remembered
too, and tried again when R, its compiler or the source is another.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from harness.protocols import Lack

SOURCES = Path(__file__).parent / "r" / "native"
REMEDY = "`sudo apt install r-base-dev` (R forms run all the same, in the portable session)"
_BUILD_S = 300
_MOST_WORDS = 2000


def r_library(rscript: str, environment: Mapping[str, str] | None = None) -> Path | Lack:
    """The library for the R of this Rscript, built now if it was never before; or why there is none.

    ``environment`` is that of the form (default: this process's own).
    """
    given = os.environ if environment is None else environment
    try:
        asked = (rscript, _cache(), given.get("PATH", ""), given.get("LD_LIBRARY_PATH"))
    except RuntimeError as error:  # nobody has a home
        return _no_place(error)
    found = _library(*asked)
    if isinstance(found, Path) and not found.is_file():  # somebody has cleaned up
        _library.cache_clear()
        return _library(*asked)
    return found


@lru_cache(maxsize=64)
def _library(rscript: str, cache: Path, path: str, library_path: str | None) -> Path | Lack:
    environment = {**os.environ, "PATH": path, "LD_LIBRARY_PATH": library_path or ""}
    if library_path is None:
        del environment["LD_LIBRARY_PATH"]
    try:
        folder = _folder(cache, _key(rscript, environment))
    except (OSError, subprocess.SubprocessError) as error:
        return _no_place(error)
    made = folder / "parity.so"
    if made.is_file():
        return made
    with _one_at_a_time(folder):
        if made.is_file():
            return made
        remembered = _remembered(folder, environment)
        return remembered or _build(rscript, folder, environment)


def _no_place(error: Exception) -> Lack:
    return Lack(f"no place for R's C library: {error}", "set XDG_CACHE_HOME to a folder of your own")


def _key(rscript: str, environment: Mapping[str, str]) -> str:
    """What a build depends on: R, and every byte of the source."""
    said = subprocess.run(
        [rscript, "--version"], capture_output=True, env=environment, timeout=60, check=True
    )
    digest = hashlib.sha256(said.stdout + said.stderr)
    digest.update(os.fsencode(Path(rscript).resolve()))
    for source in _sources():
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()[:20]


def _sources() -> list[Path]:
    return sorted(one for one in SOURCES.iterdir() if one.suffix in (".c", ".h"))


def _cache() -> Path:
    asked = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return asked if asked.is_absolute() else Path.home() / ".cache"


def _folder(cache: Path, key: str) -> Path:
    """The folder of a build, which nobody else may write to: what lies there is loaded into R."""
    folder = cache / "parity-harness" / f"r-{key}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for one in (folder, folder.parent):
        found = one.stat()
        if found.st_uid != os.geteuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise PermissionError(f"{one}: others may write to this folder")
    return folder


@contextlib.contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    # the kernel lets go of a lock whose owner has ended
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _remembered(folder: Path, environment: Mapping[str, str]) -> Lack | None:
    try:
        failed = json.loads((folder / "failed.json").read_text(encoding="utf-8"))
        compilers = {name: shutil.which(name, path=environment["PATH"]) for name in failed["compilers"]}
        return Lack(failed["reason"], REMEDY) if compilers == failed["compilers"] else None
    except (OSError, ValueError, KeyError):
        return None


def _build(rscript: str, folder: Path, environment: Mapping[str, str]) -> Path | Lack:
    with tempfile.TemporaryDirectory(prefix="build-", dir=folder) as name:
        build = Path(name)
        for source in _sources():
            shutil.copy(source, build)
        reason = _compile(rscript, build, environment) or _load(rscript, build, environment)
        if reason is None:
            return (build / "parity.so").replace(folder / "parity.so")
        found = {one: shutil.which(one, path=environment["PATH"]) for one in ("cc", "gcc", "clang", "make")}
        note = build / "failed.json"
        note.write_text(json.dumps({"reason": reason, "compilers": found}), encoding="utf-8")
        note.replace(folder / "failed.json")
        return Lack(reason, REMEDY)


def _compile(rscript: str, build: Path, environment: Mapping[str, str]) -> str | None:
    """Why the source does not compile, or None."""
    program = Path(rscript).resolve().with_name("R")
    beside = str(program) if program.is_file() else str(Path(rscript).with_name("R"))
    sources = [one.name for one in _sources() if one.suffix == ".c"]
    command = [beside, "CMD", "SHLIB", "-o", "parity.so", *sources]
    return _failure("R's C library does not compile here", command, build, environment)


def _load(rscript: str, build: Path, environment: Mapping[str, str]) -> str | None:
    """Why R does not load what was built, or None."""
    command = [rscript, "--vanilla", "-e", "invisible(dyn.load('parity.so'))"]
    return _failure("R does not load its C library", command, build, environment)


def _failure(what: str, command: list[str], build: Path, environment: Mapping[str, str]) -> str | None:
    try:
        done = subprocess.run(
            command, cwd=build, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            errors="replace", timeout=_BUILD_S, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{what}: {error}"
    if done.returncode == 0:
        return None
    words = (done.stderr.strip() or done.stdout.strip() or f"status {done.returncode}")[-_MOST_WORDS:]
    return f"{what}: {words}"

"""What runs here, and for what is lacking, how to get it."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness import registry
from harness.environment import first_line, r_facts
from harness.installed import versions_of
from harness.protocols import Availability, Lack, Place
from harness.status import Exit

#: Forms of a model can be compared or timed where at least one of these runs.
ENGINES = ("r", "python", "onnx")

_DISTRIBUTION = "parity-harness"
_FOR_DEVELOPERS = frozenset(("dev", "test"))  # extras that no user of the harness needs
_PTRACE_REMEDY = (
    "allow it: `sudo sysctl kernel.yama.ptrace_scope=0`, in a container `docker run --cap-add SYS_PTRACE`"
)


def examine() -> tuple[Availability, ...]:
    """Look at every runtime, device and tool. Heavy packages are tried in processes of their own.

    A row's name is its kind and its own name: ``runtime onnx``, ``device cuda``, ``tool py-spy``,
    ``extra torch``.
    """
    checks: list[Callable[[], Availability]] = [
        *(lambda name=name: _runtime(name) for name in registry.names("runtimes")),
        *(lambda name=name: _device(name) for name in registry.names("devices")),
        *(_rscript, _r_compiler, _py_spy, _chromium),
    ]
    # each check mostly waits for a process: together they take as long as the slowest
    with ThreadPoolExecutor(max_workers=len(checks)) as pool:
        found = [check.result() for check in [pool.submit(check) for check in checks]]
    return (*found, *_extras())


def exit_status(rows: Sequence[Availability]) -> Exit:
    """0 where R, Python or ONNX can run, else 3: nothing could."""
    return Exit.OK if set(_present(rows, "runtime")) & set(ENGINES) else Exit.NOTHING


def render(rows: Sequence[Availability], console: Console) -> None:
    """Show what is here as a table, then how to get the rest, then one line that says what can be run.

    Colour follows the console (and so ``NO_COLOR`` and pipes); nothing is said by colour alone. What to
    type stands on lines of its own, never broken, so that it can be copied.
    """
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("what", "here", "details"):
        table.add_column(title, overflow="fold", no_wrap=title != "details")
    for row in rows:
        table.add_row(row.name, _mark(row), Text(_details(row)))
    console.print(table)
    lacking = [row for row in rows if row.lack is not None and row.lack.remedy]
    if lacking:
        console.print("\nTo get what is lacking:")
    for row in lacking:
        line = f"  {row.name}: {row.lack.remedy if row.lack else ''}"
        console.print(line, soft_wrap=True, markup=False, highlight=False)
    console.print(f"\n{summary(rows)}", soft_wrap=True, markup=False, highlight=False)


def summary(rows: Sequence[Availability]) -> str:
    """One line: which forms of a model can be run here, and on which devices."""
    runtimes, devices = _present(rows, "runtime"), _present(rows, "device")
    engines = [name for name in runtimes if name != "recorded"]
    if exit_status(rows) is not Exit.OK:
        return "Nothing can be run here: neither R nor Python nor ONNX is usable."
    return f"Can be run here: {_list(engines)} forms, on {_list(devices)}."


def _present(rows: Sequence[Availability], kind: str) -> list[str]:
    named = (row.name.partition(" ") for row in rows if row.lack is None)
    return [name for of, _, name in named if of == kind]


def _list(names: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def _mark(row: Availability) -> Text:
    return Text("yes", style="green") if row.lack is None else Text("no", style="yellow")


def _details(row: Availability) -> str:
    if row.lack is not None:
        return row.lack.reason
    return ", ".join(f"{name} {value}" if name else value for name, value in row.details.items())


def _runtime(name: str) -> Availability:
    runtime = registry.find("runtimes", name)
    lack: Lack | None = runtime.lack(None, Place())
    return Availability(f"runtime {name}", lack, {} if lack else runtime.versions())


def _device(name: str) -> Availability:
    device = registry.find("devices", name)
    lack: Lack | None = device.lack()
    return Availability(f"device {name}", lack, {} if lack else device.describe())


def _rscript() -> Availability:
    facts = r_facts()
    if not facts:
        lack = Lack(
            "there is no Rscript on the PATH",
            "`sudo apt install r-base-core` (or from https://cran.r-project.org)",
        )
        return Availability("tool Rscript", lack)
    return Availability("tool Rscript", None, {"": facts["version"], "at": facts["path"]})


def _r_compiler() -> Availability:
    name, remedy = "tool R CMD SHLIB", "`sudo apt install r-base-dev`"
    if shutil.which("R") is None:
        return Availability(name, Lack("there is no R on the PATH", remedy))
    compiler = first_line(["R", "CMD", "config", "CC"])
    if not compiler or shutil.which(compiler.split()[0]) is None:
        return Availability(
            name, Lack(f"R's C compiler ({compiler or 'not configured'}) is not here", remedy)
        )
    flags = first_line(["R", "CMD", "config", "--cppflags"]) or ""
    folders = [Path(flag.removeprefix("-I")) for flag in flags.split() if flag.startswith("-I")]
    if not any((folder / "Rinternals.h").is_file() for folder in folders):
        return Availability(name, Lack("R's C headers are not here (no Rinternals.h)", remedy))
    return Availability(name, None, {"": first_line([compiler.split()[0], "--version"]) or compiler})


def _beside_python(name: str) -> str | None:
    """A program from the harness's own environment, whether that is activated or not, or from the PATH."""
    own = Path(sys.executable).with_name(name)
    return str(own) if own.is_file() else shutil.which(name)


def _py_spy() -> Availability:
    """py-spy, tried on this very process: settings say little about what a container allows."""
    name, path = "tool py-spy", _beside_python("py-spy")
    if path is None:
        return Availability(
            name, Lack("py-spy is not installed (flame graphs need it)", "`pip install py-spy`")
        )
    command = [path, "dump", "--nonblocking", "--pid", str(os.getpid())]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except subprocess.TimeoutExpired:
        return Availability(
            name, Lack("py-spy is here, but did not answer within 10 s", "`pip install -U py-spy`")
        )
    if done.returncode != 0:
        says = (done.stderr.strip().splitlines() or ["no message"])[0].removeprefix("Error: ")
        return Availability(
            name, Lack(f"py-spy is here, but may not look into processes ({says})", _PTRACE_REMEDY)
        )
    version = (first_line([path, "--version"]) or "").removeprefix("py-spy ")
    return Availability(name, None, {"": version, "at": path})


def _chromium() -> Availability:
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    path = next((path for path in found if path), None)
    if path is None:
        lack = Lack(
            "there is no Chromium on the PATH (only the harness's own tests open reports with it)",
            "`sudo apt install chromium`",
        )
        return Availability("tool chromium", lack)
    return Availability("tool chromium", None, {"at": path, "": "(only for the harness's own tests)"})


def _extras() -> tuple[Availability, ...]:
    """The optional parts of the distribution, and which of their packages are here."""
    try:
        requirements = importlib.metadata.requires(_DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError:
        return ()  # run from a checkout that was never installed: there are then no extras to name
    extras = extras_of(requirements).items()
    return tuple(_extra(name, packages) for name, packages in extras if name not in _FOR_DEVELOPERS)


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

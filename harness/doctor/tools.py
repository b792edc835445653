"""Programs beside the harness: R, its compiler, py-spy, a browser. Each is tried, not only looked for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from harness.environment import first_line, r_facts
from harness.protocols import Availability, Lack
from harness.workers.library import r_library

_PTRACE_REMEDY = (
    "allow it: `sudo sysctl kernel.yama.ptrace_scope=0`, in a container `docker run --cap-add SYS_PTRACE`"
)


def rscript() -> Availability:
    """Whether R can be run as a script."""
    facts = r_facts()
    if not facts:
        lack = Lack(
            "there is no Rscript on the PATH",
            "`sudo apt install r-base-core` (or from https://cran.r-project.org)",
        )
        return Availability("tool Rscript", lack)
    return Availability("tool Rscript", None, {"": facts["version"], "at": facts["path"]})


def r_compiler() -> Availability:
    """Whether R can compile a C library: its compiler and its headers."""
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


def r_session() -> Availability:
    """Whether R forms share memory with the harness: the C library for that is built where it never was."""
    name, program = "tool R session", shutil.which("Rscript")
    if program is None:
        return Availability(name, Lack("there is no Rscript on the PATH", ""))
    library = r_library(program)
    if isinstance(library, Lack):
        first = library.reason.splitlines()[0]
        return Availability(name, Lack(f"R forms run in the portable session: {first}", library.remedy))
    return Availability(name, None, {"": "native", "at": str(library)})


def _beside_python(name: str) -> str | None:
    """A program from the harness's own environment, whether that is activated or not, or from the PATH."""
    own = Path(sys.executable).with_name(name)
    return str(own) if own.is_file() else shutil.which(name)


def py_spy() -> Availability:
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
    return Availability(name, None, {"": version, "sampling": "permitted", "at": path})


def chromium() -> Availability:
    """Whether there is a browser in which the harness's tests can open a report."""
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    path = next((path for path in found if path), None)
    if path is None:
        lack = Lack(
            "there is no Chromium on the PATH (only the harness's own tests open reports with it)",
            "`sudo apt install chromium`",
        )
        return Availability("tool chromium", lack)
    return Availability("tool chromium", None, {"at": path, "for": "the harness's own tests only"})

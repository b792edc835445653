"""How a worker is started: its command line, its environment, where its frames travel."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.model import Form
from harness.protocols import Lack, MissingError
from harness.workers import python as python_end

PYTHON_END = Path(python_end.__file__).parent
R_END = Path(__file__).parent / "r"
R_FILES = (
    "wire.R",
    "read.R",
    "write.R",
    "values.R",
    "form.R",
    "finds.R",
    "names.R",
    "code.R",
    "mine.R",
    "entries.R",
    "trees.R",
    "tree_models.R",
    "rowwise.R",
    "reading.R",
    "evaluating.R",
    "readers.R",
    "additive.R",
    "watch.R",
    "masks.R",
    "serve.R",
)

#: Set in every worker. Bytecode is not written: nothing is left beside the user's files, and a source
#: that changes twice within a second is never taken from a stale cache.
SETTINGS: Mapping[str, str] = {
    "LC_ALL": "C.UTF-8",
    "LANGUAGE": "en",
    "TZ": "UTC",
    "PYTHONDONTWRITEBYTECODE": "1",
}

#: What points one Python to the packages of another.
_OF_ANOTHER_PYTHON = ("PYTHONPATH", "PYTHONHOME", "__PYVENV_LAUNCHER__")

R_REMEDY = "install R: apt-get install r-base-core"

#: What the shell elsewhere says when it is there; whatever a login prints before is passed over.
GREETING = "parity-worker-shell"


@dataclass(frozen=True, slots=True)
class Launch:
    """What to start. ``asked`` is what the model file itself sets of the environment.

    ``arguments`` may hold ``{read}`` and ``{write}``: the descriptors of the frames, and ``{socket}``: that
    over which memory is passed, for a worker that can share it. Where ``script`` is
    given, the command is a shell elsewhere that reads from standard input: it gets ``shell`` (one line),
    says that it is there, gets the script, and frames travel over standard input and output.
    """

    arguments: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]
    language: str
    asked: Mapping[str, str] = field(default_factory=dict)
    shell: str = ""
    script: bytes = b""

    @property
    def sharing(self) -> bool:
        """Whether calls cross in shared memory: then there is a socket to pass it over."""
        return "{socket}" in self.arguments

    def remedy(self, package: str) -> str:
        """How to install a package that the form lacks."""
        if self.language == "python":
            return f"install it: {self.arguments[0]} -m pip install {package}"
        return f"install it: apt-get install r-cran-{package.lower()}, or in R: install.packages({package!r})"


def _environment(form: Form) -> dict[str, str]:
    inherited = dict(os.environ)
    if form.python is not None:
        inherited = {name: one for name, one in inherited.items() if name not in _OF_ANOTHER_PYTHON}
    return {**inherited, **SETTINGS, **form.env}


def python_launch(form: Form, folder: Path) -> Launch:
    """A Python worker under the form's own interpreter (default: the harness's own).

    Raises MissingError where that interpreter is not there.
    """
    lacking = python_lack(form)
    if lacking is not None:
        raise MissingError(str(lacking))
    code = (PYTHON_END / "bootstrap.py").read_text(encoding="utf-8")
    arguments = (str(interpreter(form)), "-c", code, str(PYTHON_END), "{read}", "{write}")
    return Launch(arguments, folder, _environment(form), "python", form.env)


def interpreter(form: Form) -> Path:
    """The Python that a form runs under."""
    return Path(sys.executable) if form.python is None else form.python


def python_lack(form: Form) -> Lack | None:
    """Whether the form's own interpreter is lacking."""
    program = interpreter(form)
    if program.is_file():
        return None
    venv = program.parent.parent
    return Lack(
        f"{program}: there is no such Python interpreter (`python` of target {form.name!r})",
        f"make one: python3 -m venv {venv} && {program} -m pip install numpy pandas",
    )


def r_launch(form: Form, folder: Path, library: Path | None = None) -> Launch:
    """An R worker: the local Rscript, or the one that the form's ``command`` reaches.

    With the ``library`` that was built for the local R, calls cross in shared memory. Raises MissingError
    where there is no Rscript, or no such command.
    """
    lacking = r_lack(form)
    if lacking is not None:
        raise MissingError(str(lacking))
    environment = _environment(form)
    if not form.command:
        program = shutil.which("Rscript", path=environment.get("PATH"))
        assert program is not None
        sharing = () if library is None else ("{socket}", str(library))
        arguments = (program, "--vanilla", str(R_END / "main.R"), str(R_END), "{read}", "{write}", *sharing)
        return Launch(arguments, folder, environment, "r", form.env)
    # one line for a shell: the environment does not travel by itself, and frames need a descriptor that
    # nothing prints to. No quoting is left to whatever lies in between: the command itself is a bare word.
    settings = {**SETTINGS, **form.env}
    exports = "".join(f"export {name}={shlex.quote(value)}; " for name, value in settings.items())
    shell = f"{exports}echo {GREETING}; exec 3>&1 1>&2; exec Rscript --vanilla -"
    return Launch((*form.command, "sh"), folder, environment, "r", form.env, shell, r_script())


def r_lack(form: Form | None) -> Lack | None:
    """Whether Rscript, or the command that reaches it, is lacking here."""
    program = form.command[0] if form is not None and form.command else "Rscript"
    path = None if form is None else form.env.get("PATH")
    if "/" in program or shutil.which(program, path=path) is not None:
        return None
    if program == "Rscript":
        return Lack("Rscript is not on the PATH", R_REMEDY)
    return Lack(f"{program}: no such command", "it is the first word of `command` in the model file")


def r_script() -> bytes:
    """The whole R end as one expression to read from standard input, where its files cannot be seen."""
    parts = "\n".join((R_END / name).read_text(encoding="ascii") for name in R_FILES)
    return f"local({{\n{parts}\nserve_elsewhere()\n}}, envir = new.env(parent = baseenv()))\n".encode()

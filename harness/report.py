"""From a run to a file: find the renderer, write what it gives."""

from __future__ import annotations

from pathlib import Path

from harness import registry
from harness.record import Run, read_run


def render_run(run: Run, form: str = "html") -> str:
    """A whole run in one format: the name of a file in ``harness/renderers/``.

    Raises UnknownMemberError where there is no such format, MissingError where a package that it needs
    is not installed, and RunError where an attachment of the run is absent or was altered.
    """
    text: str = registry.find("renderers", form).render(run, run.folder)
    return text


def write_report(folder: Path, form: str = "html", output: Path | None = None) -> Path:
    """Write a run's report and say where it is: ``report.html`` (``.md``, ...) in the run's own folder,
    unless ``output`` names a file.

    Raises what :func:`render_run` does, RunError where the folder holds no whole run, and OSError where
    the file cannot be written.
    """
    path = output or folder / f"report{registry.find('renderers', form).SUFFIX}"
    text = render_run(read_run(folder), form)
    path.parent.mkdir(parents=True, exist_ok=True)
    # an error's text may hold half a character: written as an escape, in JSON as elsewhere
    path.write_text(text, encoding="utf-8", errors="backslashreplace")
    return path

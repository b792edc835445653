"""One HTML file with everything in it: it opens from a disk, offline, and prints as an evidence pack."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import shlex
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.digest import sentences, words
from harness.digest.causes import meaning_of
from harness.protocols import MissingError
from harness.record import Run
from harness.renderers._html_parts import profile_parts, timing_parts, verdict_parts

if TYPE_CHECKING:
    from jinja2 import Environment

SUFFIX = ".html"

_PAGE = Path(__file__).parent / "page"
_LONGEST_VALUE = 240


def render(run: Run, folder: Path) -> str:
    """The report as one HTML document.

    Raises RunError where an attachment is absent or was altered, and MissingError without Jinja2.
    """
    templates = _templates()
    from markupsafe import Markup  # a part of Jinja2

    script = (_PAGE / "report.js").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return templates.get_template("report.html.j2").render(
        **_about(run, folder),
        **verdict_parts(run),
        **timing_parts(run),
        **profile_parts(run),
        style=Markup((_PAGE / "report.css").read_text("utf-8")),
        script=Markup(script),
        # only this very script runs, whatever a name in the run may hold
        script_hash=Markup(f"sha256-{digest}"),
    )


def _templates() -> Environment:
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ModuleNotFoundError:
        raise MissingError(
            "the HTML report needs Jinja2, which is not installed; `pip install jinja2`, "
            "or choose another format (json, junit, markdown, terminal)"
        ) from None

    templates = Environment(
        loader=FileSystemLoader(_PAGE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters.update(
        brief=sentences.brief,
        clip=words.clip,
        duration=lambda ns: "\N{EN DASH}" if ns is None else words.duration(ns),
        effect=sentences.effect,
        expectation=sentences.expectation,
        lines=partial(words.visible, keep="\n"),
        magnitude=lambda number: "\N{EN DASH}" if number is None else words.magnitude(number),
        meaning=meaning_of,
        names=lambda rows: list(dict.fromkeys(name for row in rows for name in row)),
        phrase=words.phrase,
        plural=words.plural,
        ratio=sentences.ratio,
        remarks=lambda one: (*sentences.affected(one), *sentences.remarks(one)),
        share=words.share,
        times=sentences.times,
        value=lambda cell: words.shorten(words.value(cell), _LONGEST_VALUE),
        visible=words.visible,
        where=sentences.where,
    )
    templates.globals.update(
        bar_label=_bar_label, difference=words.difference, symbols=sentences.SYMBOLS, dict=dict
    )
    return templates


def _bar_label(name: str, part: float) -> str:
    """As much of a phase's name and share as fits its part of a bar of 480 pixels, at 6.7 a letter."""
    letters = (480 * part - 9) / 6.7
    share = words.share(part)
    return next((label for label in (f"{name} {share}", share) if len(label) <= letters), "")


# what the run is -----------------------------------------------------------------------------------------


def _about(run: Run, folder: Path) -> dict[str, Any]:
    started, finished = _time(run.header.get("started")), _time(run.footer.get("finished"))
    took = (finished - started).total_seconds() if started and finished else None
    run_file = folder / "run.jsonl"
    return {
        "name": run.folder.resolve().name,
        "command": shlex.join(map(str, run.header.get("command") or ())),
        "started": _shown(started),
        "finished": _shown(finished),
        "took": "" if took is None else _took(took),
        "exit": run.footer.get("exit", "not given"),
        "fingerprint": hashlib.sha256(run_file.read_bytes()).hexdigest(),
        "environment": list(_environment(run)),
        "fingerprints": _fingerprints(run),
    }


def _time(text: Any) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(str(text))
    except ValueError:
        return None


def _shown(moment: dt.datetime | None) -> str:
    if moment is None:
        return "not given"
    return f"{moment.day} {moment:%B %Y, %H:%M:%S} {moment.tzname() or ''}".strip()


def _took(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else words.plural(rest, "second")


def _environment(run: Run) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Facts by group: those that stand alone first, then one group for each nested part."""
    environment: Mapping[str, Any] = run.header.get("environment") or {}
    parts = {name: fact for name, fact in environment.items() if isinstance(fact, Mapping)}
    alone = [(name, words.phrase(fact)) for name, fact in environment.items() if name not in parts]
    if alone:
        yield "Machine", alone
    for name, facts in parts.items():
        yield name.capitalize(), list(_flat(facts))


def _fingerprints(run: Run) -> list[tuple[str, str, str]]:
    """Model, file and SHA-256 of what the run was made from."""
    found = []
    for owner, files in (run.header.get("fingerprints") or {}).items():
        if isinstance(files, Mapping):
            found += [(owner, name, words.phrase(digest)) for name, digest in _flat(files)]
        else:
            found.append(("", owner, words.phrase(files)))
    return found


def _flat(facts: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for name, fact in facts.items():
        if isinstance(fact, Mapping):
            yield from _flat(fact, f"{above}{name} · ")
        else:
            yield f"{above}{name}", words.phrase(fact)

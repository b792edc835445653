"""One HTML file with everything in it: it opens from a disk, offline, and prints as an evidence pack."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import shlex
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.digest import (
    Finding,
    Profile,
    Timing,
    Verdict,
    cold_starts_of,
    headline_of,
    profiles_of,
    sentences,
    timings_of,
    verdicts_of,
    words,
)
from harness.digest.causes import meaning_of
from harness.digest.flame import flame_of, hottest, parse_folded
from harness.digest.headline import Tone
from harness.digest.timings import CALLS_NEEDED
from harness.protocols import MissingError
from harness.record import Run, RunError
from harness.trace import PHASES

if TYPE_CHECKING:
    from jinja2 import Environment

SUFFIX = ".html"

_PAGE = Path(__file__).parent / "page"
_TONE_SIGNS = {Tone.GOOD: "✓", Tone.BAD: "✗", Tone.INCOMPLETE: "○", Tone.NOTHING: "○"}
_FRAME_KINDS = {"phase": "phase", "python": "Python", "r": "R", "native": "native code", "other": "other"}
_MOST_FRAMES = 24_000
_MOST_BATCH_ROWS = 5
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
        **_verdict_parts(run),
        **_timing_parts(run),
        **_profile_parts(run),
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
            "the HTML report needs Jinja2, which is not installed; `pip install 'parity-harness[report]'`, "
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
        plural=words.plural,
        ratio=sentences.ratio,
        remarks=sentences.remarks,
        share=words.share,
        times=sentences.times,
        value=lambda cell: words.shorten(words.value(cell), _LONGEST_VALUE),
        visible=words.visible,
        where=sentences.where,
    )
    templates.globals.update(difference=words.difference, symbols=sentences.SYMBOLS, dict=dict)
    return templates


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
    if run.header.get("fingerprints"):
        yield "Fingerprints", list(_flat(run.header["fingerprints"]))


def _flat(facts: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for name, fact in facts.items():
        if isinstance(fact, Mapping):
            yield from _flat(fact, f"{above}{name} · ")
        else:
            yield f"{above}{name}", words.phrase(fact)


# what was found ------------------------------------------------------------------------------------------


def _verdict_parts(run: Run) -> dict[str, Any]:
    verdicts = verdicts_of(run.records)
    headline = headline_of(verdicts)
    columns = _columns(verdicts)
    return {
        "headline": headline,
        "tone_sign": _TONE_SIGNS[headline.tone],
        "verdicts": verdicts,
        "columns": columns,
        "matrix": [_matrix_row(i, verdict, columns) for i, verdict in enumerate(verdicts, start=1)],
        "most_batch_rows": _MOST_BATCH_ROWS,
    }


def _columns(verdicts: Sequence[Verdict]) -> list[str]:
    """All targets, those of one form side by side."""
    targets = list(dict.fromkeys(f.target for v in verdicts for f in v.findings))
    forms = list(dict.fromkeys(target.partition("@")[0] for target in targets))
    return sorted(targets, key=lambda target: forms.index(target.partition("@")[0]))


def _matrix_row(number: int, verdict: Verdict, columns: Sequence[str]) -> dict[str, Any]:
    by_target: dict[str, Finding] = {f.target: f for f in verdict.findings}
    return {"anchor": f"model-{number}", "verdict": verdict, "cells": [by_target.get(c) for c in columns]}


# how long it took ----------------------------------------------------------------------------------------


def _timing_parts(run: Run) -> dict[str, Any]:
    from harness.renderers._latency_figure import latency_figure

    timings = timings_of(run.records)
    targets = list(dict.fromkeys(t.target for t in timings))
    colours = {target: number % 8 for number, target in enumerate(targets)}
    panels: dict[tuple[str, str], list[Timing]] = {}
    for timing in timings:
        if timing.p50_ns is not None:
            panels.setdefault((timing.model, timing.scenario), []).append(timing)
    several = len({scenario for _, scenario in panels}) > 1
    return {
        "latency": [
            {
                "title": f"{model} ({scenario})" if several else model,
                "timings": sorted(timed, key=lambda t: (t.rows, targets.index(t.target))),
                "figure": latency_figure(timed, colours),
                "caption": sentences.fastest(timed),
                **_ratios(timed),
            }
            for (model, scenario), timed in panels.items()
        ],
        "untimed": [t for t in timings if t.p50_ns is None],
        "cold": cold_starts_of(run.records),
        "calls_needed": CALLS_NEEDED,
    }


def _ratios(timed: Sequence[Timing]) -> dict[str, Any]:
    """The medians against the reference's, by target and then by batch size."""
    ratios: dict[str, dict[int, Timing]] = {}
    for timing in timed:
        if timing.against_reference and not timing.is_reference:
            ratios.setdefault(timing.target, {})[timing.rows] = timing
    reference = next((t.target for t in timed if t.is_reference), "")
    return {"ratios": ratios, "reference": reference, "sizes": sorted({t.rows for t in timed})}


# where it went -------------------------------------------------------------------------------------------


def _profile_parts(run: Run) -> dict[str, Any]:
    profiles = profiles_of(run.records)
    sampled = [p for p in profiles if p.folded]
    flames = [_flame(run, p, _MOST_FRAMES // len(sampled)) for p in sampled]
    drawn = [f for f in flames if f["samples"]]
    present = {name for p in profiles for name, _ in (*p.phases, *p.shares)}
    known = [*PHASES, "unaccounted"]
    return {
        "profiles": profiles,
        "phases": [*(p for p in known if p in present), *sorted(present - set(known))],
        "known_phases": known,
        "flames": drawn,
        "flame_data": [{"label": f["label"], **f["data"]} for f in drawn],
        "frame_kinds": [
            (k, w) for k, w in _FRAME_KINDS.items() if any(k in f["data"]["kinds"] for f in drawn)
        ],
        "unsampled": [p for p in profiles if not p.folded],
    }


def _flame(run: Run, profile: Profile, most_frames: int) -> dict[str, Any]:
    name = profile.folded or ""
    try:
        text = run.attachment(name).decode("utf-8")
    except UnicodeDecodeError as error:
        raise RunError(f"{run.folder / name}: the stacks are not UTF-8 ({error.reason})") from None
    stacks = parse_folded(text, str(run.folder / name))
    flame = flame_of(stacks, max(200, most_frames))
    label = f"{profile.model} on {profile.target}, {words.plural(profile.rows, 'row')}"
    return {
        "label": words.visible(label),
        "samples": flame.samples[0],
        "omitted": flame.omitted,
        "hottest": hottest(stacks),
        "data": {
            "names": [words.visible(name) for name in flame.names],
            "kinds": flame.kinds,
            "name_of": flame.name_of,
            "samples": flame.samples,
            "depth": flame.depth,
        },
    }

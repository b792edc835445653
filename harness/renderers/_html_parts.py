"""What a run says, laid out for the page: the parts that the templates of the HTML report ask for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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
from harness.digest.flame import flame_of, hottest, parse_folded
from harness.digest.headline import Tone
from harness.record import Run, RunError
from harness.stats import samples_needed
from harness.trace import PHASES

_TONE_SIGNS = {Tone.GOOD: "✓", Tone.BAD: "✗", Tone.INCOMPLETE: "○", Tone.NOTHING: "○"}
_FRAME_KINDS = {"phase": "phase", "python": "Python", "r": "R", "native": "native code", "other": "other"}
_MOST_FRAMES = 24_000
_MOST_BATCH_ROWS = 5


# what was found ------------------------------------------------------------------------------------------


def verdict_parts(run: Run) -> dict[str, Any]:
    """The headline, the matrix of models and targets, and what was found of each."""
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


def timing_parts(run: Run) -> dict[str, Any]:
    """A panel of figures for each model that was timed, what was not timed, and the cold starts."""
    from harness.renderers._latency_figure import latency_figure  # needs markupsafe, a part of Jinja2

    timings = timings_of(run.records)
    targets = list(dict.fromkeys(t.target for t in timings))
    colours = {target: number % 8 for number, target in enumerate(targets)}
    panels: dict[tuple[str, str], list[Timing]] = {}
    for timing in timings:
        if timing.p50_ns is not None:
            panels.setdefault((timing.model, timing.scenario), []).append(timing)
    return {
        "latency": [
            {
                "title": f"{model} ({scenario})" if scenario else model,
                "timings": sorted(timed, key=lambda t: (t.rows, targets.index(t.target))),
                "figure": latency_figure(timed, colours),
                "caption": sentences.fastest(timed),
                **_ratios(timed),
            }
            for (model, scenario), timed in panels.items()
        ],
        "untimed": [t for t in timings if t.p50_ns is None],
        "cold": cold_starts_of(run.records),
        "timed": sum(t.samples > 0 for t in timings),
        "unsettled": [t for t in timings if not t.settled and t.samples],
        "samples_needed": samples_needed,
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


def profile_parts(run: Run) -> dict[str, Any]:
    """The phases of each profile, and its stacks as a tree to draw and a table of functions."""
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
        # the richest is shown first: of some workers there are phases only
        "first_flame": max(range(len(drawn)), key=lambda i: len(drawn[i]["data"]["samples"]), default=0),
        "flame_data": [{"label": f["label"], **f["data"]} for f in drawn],
        "frame_kinds": [
            (k, w) for k, w in _FRAME_KINDS.items() if any(k in f["data"]["kinds"] for f in drawn)
        ],
        "unsampled": [p for p in profiles if not p.folded and p.shares],
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
        "reason": words.visible(profile.reason),
        "hottest": hottest(stacks),
        "data": {
            "names": [words.visible(name) for name in flame.names],
            "kinds": flame.kinds,
            "name_of": flame.name_of,
            "samples": flame.samples,
            "depth": flame.depth,
        },
    }

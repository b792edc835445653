"""Stored models for a person at a terminal: size, load, and the numbers that are kept."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from harness.fidelity.in_words import bytes_in_words, time_in_words
from harness.fidelity.stored_models import Stored


def render_models(stored: Sequence[Stored], console: Console) -> None:
    """One line for each format of each model."""
    if not stored:
        return
    console.print(Text("\nModels as they are stored · numbers that are there bit for bit"), highlight=False)
    lacking: dict[str, dict[str, None]] = {}
    for model in dict.fromkeys(one.model for one in stored):
        console.print(Text(f"\n  {model}", style="bold"), highlight=False)
        for one in (one for one in stored if one.model == model):
            if one.lack is not None:
                lacking.setdefault(one.lack, {})[f"{one.format} in {one.language.value}"] = None
            else:
                console.print(_line(one), soft_wrap=True, highlight=False)
    for reason, formats in lacking.items():
        console.print(Text(f"\n  ?  {', '.join(formats)}: {reason}"), soft_wrap=True, highlight=False)


def _line(one: Stored) -> Text:
    of = "numbers unknown" if not one.numbers else f"{one.kept:,} of {one.numbers:,}"
    size, load = bytes_in_words(one.size_bytes), time_in_words(one.typical_ns)
    line = Text(f"  {one.format:7} {one.language.value:7} {size:>9}   loads in {load:>8}   ")
    line.append(of, style="" if one.kept == one.numbers else "yellow")
    return line

"""One profile for a terminal: a bar and a share for each phase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.digest.words import duration, plural, share
from harness.profile.records import Profile

if TYPE_CHECKING:
    from rich.console import Console

_WIDTH = 30
_EIGHTHS = " ▏▎▍▌▋▊▉"


def render_profile(profile: Profile, console: Console) -> None:
    """Print one profile: its phases in the order of a call, and what is lacking."""
    from rich.text import Text

    title = Text.assemble((profile.model, "bold"), f" · {profile.target}")
    if profile.calls:
        each = duration(profile.wall_ns / profile.calls)
        title.append(f" · {plural(profile.rows, 'row')} · {plural(profile.calls, 'call')} of {each}")
    console.print(title)
    if profile.problem is not None:
        console.print(Text(f"  {profile.problem}: {profile.reason}", style="bold red"))
    for line in _phases(profile, console.options.ascii_only):
        console.print(line, markup=False, highlight=False)
    if profile.problem is None and profile.reason is not None:
        console.print(Text(f"  note: {profile.reason}"))
    console.print()


def _phases(profile: Profile, ascii_only: bool) -> list[str]:
    if not profile.wall_ns:
        return []
    lines = []
    for name, elapsed in profile.phases.items():
        part = elapsed / profile.wall_ns
        each = duration(elapsed / profile.calls)
        lines.append(f"  {name:<14}{_bar(part, ascii_only):<{_WIDTH}} {share(part):>7} {each:>9} a call")
    stacks = f"{profile.samples:,} stacks sampled" if profile.samples else "no stacks sampled"
    lines.append(f"  phases cover {100 * profile.coverage:.1f} % of the wall time; {stacks}")
    return lines


def _bar(part: float, ascii_only: bool) -> str:
    """A bar of up to 30 cells, in eighths of a cell where the terminal can show them."""
    cells = max(0.0, min(1.0, part)) * _WIDTH
    if ascii_only:
        return "#" * round(cells)
    whole = int(cells)
    eighth = int((cells - whole) * 8)
    return "█" * whole + (_EIGHTHS[eighth] if eighth else "")

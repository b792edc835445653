"""Find the fidelity matrix, then time every end, then answer: all of ``parity codecs``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harness.fidelity.answers import Answer, Findings, answers
from harness.fidelity.columns import Kind
from harness.fidelity.costs import Cost, costs
from harness.fidelity.ends import Member, members
from harness.fidelity.matrix import Cell, matrix
from harness.fidelity.r_session import RSession
from harness.fidelity.trials import Lab
from harness.fidelity.workload import timed_kinds

#: Seconds for each end at each number of rows, where one call does not take longer.
SECONDS = 0.15


@dataclass(frozen=True, slots=True)
class Asked:
    """Which codecs and types, how many rows to time (none: only the matrix), and the seed of what is drawn."""

    codecs: tuple[str, ...]
    kinds: tuple[Kind, ...]
    rows: tuple[int, ...]
    timed: tuple[Kind, ...]
    seed: int = 0
    seconds: float = SECONDS


@dataclass(frozen=True, slots=True)
class Report:
    """What was found. ``trials`` is how many tables were sent through codecs."""

    asked: Asked
    members: tuple[Member, ...]
    cells: tuple[Cell, ...]
    costs: tuple[Cost, ...]
    answers: tuple[Answer, ...]
    trials: int


Tell = Callable[[str, str], None]


def examine(asked: Asked, tell: Tell = lambda what, words: None) -> Report:
    """Do all that is asked. Raises harness.registry.UnknownMemberError for a name that is no codec."""
    with RSession() as session:
        found = members(asked.codecs, session)
        lab = Lab(session)
        tell("fidelity", "making hostile tables")
        cells = matrix(found, asked.kinds, lab, asked.seed, lambda words: tell("fidelity", words))
        taken: tuple[Cost, ...] = ()
        if asked.rows:
            timed = timed_kinds(asked.timed)
            taken = costs(
                found,
                asked.rows,
                timed,
                session,
                asked.seconds,
                asked.seed,
                lambda words: tell("costs", words),
            )
        said = answers(Findings(cells, taken, timed_kinds(asked.timed)))
        return Report(asked, found, cells, taken, said, lab.trials)


def ask(
    codecs: Sequence[str], kinds: Sequence[Kind] | None, rows: Sequence[int], every: Sequence[str], seed: int
) -> Asked:
    """What the command line says: no codec means ``every`` one, no type means all (and doubles are timed)."""
    return Asked(tuple(codecs) or tuple(every), tuple(kinds or Kind), tuple(rows), tuple(kinds or ()), seed)

"""Find the fidelity matrix, time every end, load the stored models, answer: all of ``parity codecs``."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from harness.fidelity.answers import Answer, Findings, answers
from harness.fidelity.columns import Kind
from harness.fidelity.costs import Cost, costs
from harness.fidelity.ends import Member, members, versions
from harness.fidelity.matrix import Cell, matrix
from harness.fidelity.r_session import RSession
from harness.fidelity.stored_models import Stored, stored_models
from harness.fidelity.trials import Lab
from harness.fidelity.workload import timed_kinds
from harness.model import Model
from harness.workload.quiet import load_average

#: Seconds for each end at each number of rows, where one call does not take longer.
SECONDS = 0.15


@dataclass(frozen=True, slots=True)
class Asked:
    """Codecs and types; numbers of rows to time (none: nothing is timed); types of the timed columns; models
    whose stored forms are loaded; the seed of what is drawn."""

    codecs: tuple[str, ...]
    kinds: tuple[Kind, ...] = tuple(Kind)
    rows: tuple[int, ...] = ()
    timed: tuple[Kind, ...] = ()
    models: tuple[Model, ...] = ()
    seed: int = 0
    seconds: float = SECONDS


@dataclass(frozen=True, slots=True)
class Report:
    """What was found. ``trials`` is how many tables were sent through codecs, ``load`` how many processes
    wanted the machine when timing began."""

    asked: Asked
    members: tuple[Member, ...]
    cells: tuple[Cell, ...]
    costs: tuple[Cost, ...]
    models: tuple[Stored, ...]
    answers: tuple[Answer, ...]
    trials: int
    versions: Mapping[str, str] = field(default_factory=dict)
    load: float | None = None
    cores: int = 1


#: Told what is worked at, and how far it is.
Tell = Callable[[str, str], None]


def examine(asked: Asked, tell: Tell = lambda what, words: None) -> Report:
    """Do all that is asked. Raises harness.registry.UnknownMemberError for a name that is no codec."""
    timed = timed_kinds(asked.timed)
    with RSession() as session:
        found = members(asked.codecs, session)
        made_of = versions(found, session)
        lab = Lab(session)
        tell("fidelity", "making hostile tables")
        cells = matrix(found, asked.kinds, lab, asked.seed, partial(tell, "fidelity"))
        load = load_average()
        taken = costs(found, asked.rows, timed, session, asked.seconds, asked.seed, partial(tell, "costs"))
        stored = stored_models(asked.models, session, partial(tell, "models"))
    said = answers(Findings(cells, taken, timed))
    return Report(asked, found, cells, taken, stored, said, lab.trials, made_of, load, os.cpu_count() or 1)

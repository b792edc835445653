"""Send specimens through codecs, in all four directions, many at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum

from harness.fidelity import arrow_image, arrow_judge, r_image
from harness.fidelity.columns import Specimen
from harness.fidelity.difference import Difference, Refused, Result
from harness.fidelity.ends import Language, Member
from harness.fidelity.r_session import Answer, Question, RSession
from harness.protocols import Encoded

#: How a codec says that it cannot carry something (see ``harness.protocols.Codec``).
REFUSALS = (TypeError, ValueError, OverflowError, NotImplementedError)


class Direction(Enum):
    """Who writes and who reads."""

    PYTHON_PYTHON = (Language.PYTHON, Language.PYTHON)
    PYTHON_R = (Language.PYTHON, Language.R)
    R_PYTHON = (Language.R, Language.PYTHON)
    R_R = (Language.R, Language.R)

    @property
    def sender(self) -> Language:
        """Who encodes."""
        return self.value[0]

    @property
    def receiver(self) -> Language:
        """Who decodes."""
        return self.value[1]

    def __str__(self) -> str:
        return f"{self.sender.value}→{self.receiver.value}"


@dataclass(frozen=True, slots=True)
class Trial:
    """One table on its way."""

    member: Member
    direction: Direction
    specimen: Specimen


Tell = Callable[[int], None]
Key = tuple[str, Direction, str]


class Lab:
    """Runs trials; remembers every result, since shrinking asks for some of them again."""

    def __init__(self, session: RSession) -> None:
        self._session = session
        self._known: dict[Key, Result] = {}

    @property
    def trials(self) -> int:
        """How many different trials have been made."""
        return len(self._known)

    def run(self, trials: Sequence[Trial], tell: Tell = lambda done: None) -> list[Result]:
        """What became of each table, in order. R works on its share while Python works on its own.

        ``tell`` is told how many questions R has answered.
        """
        keyed = [((t.member.name, t.direction, r_image.expression(t.specimen)), t) for t in trials]
        new = {key: trial for key, trial in keyed if key not in self._known}
        asked = self._decodings(new) | _trips(new)
        with ThreadPoolExecutor(1) as pool:
            answering = pool.submit(self._session.check, list(asked.values()), tell)
            self._known |= {k: _in_python(t) for k, t in new.items() if k[1] is Direction.PYTHON_PYTHON}
            answers = dict(zip(asked, answering.result(), strict=True))
        self._known |= {key: _from_r(trial, answers) for key, trial in new.items() if key not in self._known}
        return [self._known[key] for key, _ in keyed]

    def _decodings(self, new: dict[Key, Trial]) -> dict[tuple[str, str, str], Question]:
        """What Python has written and R is to read; what Python would not write is known by now."""
        found = {}
        for (codec, direction, table), trial in new.items():
            if direction is Direction.PYTHON_R:
                data = _encoded(trial)
                if isinstance(data, Refused):
                    self._known[codec, direction, table] = data
                else:
                    found["decode", codec, table] = ("decode", codec, table, data)
        return found


def _trips(new: dict[Key, Trial]) -> dict[tuple[str, str, str], Question]:
    """What R is to write: one question serves both who read it."""
    asked = ((codec, table) for codec, direction, table in new if direction.sender is Language.R)
    return {("trip", codec, table): ("trip", codec, table, b"") for codec, table in asked}


def _from_r(trial: Trial, answers: dict[tuple[str, str, str], Answer]) -> Result:
    task = "decode" if trial.direction is Direction.PYTHON_R else "trip"
    answer = answers[task, trial.member.name, r_image.expression(trial.specimen)]
    if trial.direction is not Direction.R_PYTHON or answer.data is None:
        return answer.result
    return _judged(trial, answer.data)


def _in_python(trial: Trial) -> Result:
    data = _encoded(trial)
    return data if isinstance(data, Refused) else _judged(trial, data)


def _encoded(trial: Trial) -> Encoded | Refused:
    batch = arrow_image.batch(trial.specimen)
    assert batch is not None, "Python has no such table to send"
    try:
        return trial.member.codec.encode(batch)
    except REFUSALS as error:
        return Refused(_says(error))


def _judged(trial: Trial, data: Encoded) -> Result:
    """What Python reads, held against what was sent."""
    try:
        came = trial.member.codec.decode(data)
    except REFUSALS as error:
        return Refused(_says(error))
    sent = arrow_image.batch(trial.specimen)
    if sent is not None:
        return arrow_judge.difference(sent, came)
    # what no Arrow type can say should have been refused: whatever came, it is something else
    return Difference(
        "values", r_image.words(trial.specimen.columns[0]), arrow_judge.value(came.column(0), 0), 1
    )


def _says(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__

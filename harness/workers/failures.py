"""Why a call has no answer: the form refused, or the worker is gone."""

from __future__ import annotations

from harness.protocols import Failure, Outcome
from harness.workers.channel import LateError
from harness.workers.printed import Printed
from harness.workers.process import Process
from harness.workers.python.errors import Refusal
from harness.workers.python.wire import WireError

_LAST_WORDS = 4096


class LostError(Exception):
    """The worker is gone, and with it the answer."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(str(failure))
        self.failure = failure


def refused(refusal: Refusal) -> Failure:
    """A refusal as the failure of a reply."""
    return Failure(Outcome(refusal.outcome), refusal.kind, refusal.message, row=refusal.row)


def loss(error: Exception, process: Process, seconds: float, printed: Printed, before: int) -> Failure:
    """What became of a worker that gave no answer; it is ended, and all that it started with it."""
    if isinstance(error, LateError):
        process.kill()
        return Failure(Outcome.HUNG, "TimeLimit", f"no answer within {seconds:g} s, the time limit of a call")
    code, words = process.ending()
    last_words = printed.since(before, _LAST_WORDS).strip()
    if isinstance(error, WireError):
        return Failure(Outcome.DIED, "BrokenFrame", f"the answer was garbled: {error}", last_words)
    language, leave = {"r": ("R", "quit()"), "python": ("Python", "os._exit()")}[process.launch.language]
    hint = f" (did the form call {leave}?)" if code == 0 else ""
    return Failure(Outcome.DIED, "Died", f"the {language} process {words}{hint}", last_words)

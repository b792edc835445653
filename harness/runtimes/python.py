"""Python forms: a function over a pandas frame, in a worker under the form's own interpreter."""

from __future__ import annotations

import platform
import re
from collections.abc import Mapping
from importlib import metadata

from harness.additive import Additive, Unproved
from harness.forest import Forest
from harness.model import Form, Model
from harness.protocols import Clue, Entry, Lack, Limits, OpenError, Place, Session, WatchSession
from harness.runtimes._plain import plain_lack
from harness.workers.launch import python_lack
from harness.workers.session import WorkerSession, open_python

KEYS = frozenset({"source", "module", "model", "call", "python"})
REQUIRED: tuple[str | tuple[str, ...], ...] = (("source", "module"), "call")

_PLACE = Place()


def lack(form: Form | None, place: Place = _PLACE) -> Lack | None:
    """What is lacking to run a form: its interpreter. Packages show when it is opened."""
    return plain_lack("a Python form", place) or (None if form is None else python_lack(form))


def open(model: Model, form: Form, place: Place, limits: Limits) -> Session:
    """Start a session. Raises MissingError or OpenError."""
    return _open(model, form, limits)


def watch(model: Model, form: Form, limits: Limits) -> WatchSession:
    """Start a session in which the form's comparisons are seen. Raises MissingError or OpenError."""
    return _open(model, form, limits, watched=True)


def _open(model: Model, form: Form, limits: Limits, *, watched: bool = False) -> WorkerSession:
    if (form.source is None) == (form.module is None) or form.call is None:
        raise OpenError(
            f"target {form.name!r}: a Python form needs `call`, and either `source` or `module`; "
            "see the model file"
        )
    given = {
        "source": None if form.source is None else str(form.source),
        "module": form.module,
        "call": form.call,
        "model": None if form.model is None else str(form.model),
        "watch": watched,
    }
    return open_python(model, form, limits, "functions", given)


def clues(model: Model, form: Form, session: Session | None) -> tuple[Clue, ...]:
    """Constants of the source, and of the live objects that it makes."""
    return session.mine() if isinstance(session, WorkerSession) else ()


def entries(session: Session | None) -> tuple[Entry, ...]:
    """The entries of the tables that the form holds."""
    return session.entries() if isinstance(session, WorkerSession) else ()


def forests(model: Model, form: Form, session: Session | None) -> tuple[Forest, ...]:
    """The trees of model objects that the form holds."""
    return session.trees() if isinstance(session, WorkerSession) else ()


def additive(model: Model, form: Form, session: Session | None) -> Additive | Unproved:
    """Whether the form is proved to be a sum of step functions of one input each, or why not."""
    if not isinstance(session, WorkerSession):
        return Unproved(form.name, "it is not open")
    return session.additive()


_SINGLE = re.compile(rb"float32|np\.single|[\"']<?f4[\"']")


def in_single(form: Form) -> bool:
    """Whether a source names the type of single precision."""
    source = form.source
    return source is not None and source.is_file() and _SINGLE.search(source.read_bytes()) is not None


def versions() -> Mapping[str, str]:
    """The harness's own Python, numpy and pandas: a form may name another."""
    return {
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in ("numpy", "pandas")},
    }

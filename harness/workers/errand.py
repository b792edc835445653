"""What a worker session is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.model import Form, Model
from harness.protocols import Limits
from harness.workers.launch import Launch
from harness.workers.python.wire import Table


@dataclass(frozen=True, slots=True)
class Errand:
    """What a session is for: a form of a model, how its worker starts, and what it is told to open."""

    model: Model
    form: Form
    launch: Launch
    opening: Sequence[Table]
    limits: Limits = field(default_factory=Limits)

"""A target is a form on a place: ``NAME@DEVICE[:index][/precision][+variant]``. Parse, probe, open."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from harness import registry
from harness.model import Form, Model
from harness.protocols import Lack, Limits, MissingError, OpenError, Place, Session, WatchSession

_TARGET = re.compile(
    r"(?P<name>[^@/+]+)"
    r"(?:@(?P<device>[a-z][a-z0-9_-]*)(?::(?P<index>\d+))?"
    r"(?:/(?P<precision>[A-Za-z0-9_-]+))?(?:\+(?P<variant>[A-Za-z0-9_-]+))?)?"
)


class TargetError(ValueError):
    """A target cannot be understood, or the model has no such form."""


@dataclass(frozen=True, slots=True)
class Target:
    """One form of a model on one place."""

    form: Form
    place: Place = field(default_factory=Place)

    @property
    def name(self) -> str:
        """The form's name, as in ``[targets.NAME]``."""
        return self.form.name

    def __str__(self) -> str:
        return f"{self.form.name}@{self.place}"


def parse(text: str) -> tuple[str, Place]:
    """Split ``onnx@cuda:1/tf32`` into the form's name and its place; without ``@`` it is the CPU.

    Raises TargetError that shows the syntax.
    """
    match = _TARGET.fullmatch(text)
    if match is None:
        raise TargetError(
            f"{text!r} is not a target: write NAME@DEVICE[:index][/precision][+variant], "
            "for example onnx@cuda:1/tf32 or r@cpu"
        )
    index = match["index"]
    place = Place(
        device=match["device"] or "cpu",
        index=None if index is None else int(index),
        precision=match["precision"],
        variant=match["variant"],
    )
    return match["name"], place


def target_of(model: Model, text: str) -> Target:
    """The target that a text names in a model. Raises TargetError where there is no such form."""
    name, place = parse(text)
    try:
        return Target(model.form(name), place)
    except KeyError as error:
        raise TargetError(f"{model.name}: {error.args[0]}") from None


def targets_of(model: Model) -> tuple[Target, ...]:
    """Every target that a model file declares: each form on each of its devices, in file order."""
    return tuple(
        Target(form, parse(f"{form.name}@{device}")[1]) for form in model.forms for device in form.devices
    )


def lack(target: Target) -> Lack | None:
    """What is lacking here to run a target, or None. The device is asked first, then the runtime."""
    if target.place.device not in registry.names("devices"):
        known = ", ".join(registry.names("devices"))
        return Lack(f"there is no device named {target.place.device!r}", f"devices are: {known}")
    missing_device: Lack | None = registry.find("devices", target.place.device).lack()
    if missing_device is not None:
        return missing_device
    missing_runtime: Lack | None = registry.find("runtimes", target.form.runtime).lack(
        target.form, target.place
    )
    return missing_runtime


def open_target(model: Model, target: Target, limits: Limits | None = None) -> Session:
    """Open a session. Raises MissingError where something is lacking here, OpenError where it fails."""
    lacking = lack(target)
    if lacking is not None:
        raise MissingError(str(lacking))
    session: Session = registry.find("runtimes", target.form.runtime).open(
        model, target.form, target.place, limits or Limits()
    )
    return session


def watch_target(model: Model, target: Target, limits: Limits) -> WatchSession | None:
    """Open a session in which a form's comparisons are seen; None where its runtime cannot show them, or
    where the form cannot be opened so."""
    watch = getattr(registry.find("runtimes", target.form.runtime), "watch", None)
    if watch is None or lack(target) is not None:
        return None
    try:
        session: WatchSession = watch(model, target.form, limits)
    except OpenError:
        return None
    return session

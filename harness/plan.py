"""Which targets of a model are run, against which reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from harness.model import Model
from harness.target import Target, TargetError, target_of, targets_of


@dataclass(frozen=True, slots=True)
class Plan:
    """The reference, the targets held against it, and those of them that must not be missing."""

    reference: Target
    candidates: tuple[Target, ...]
    required: tuple[Target, ...] = ()


def make_plan(model: Model, patterns: Sequence[str] = (), required: Sequence[str] = ()) -> Plan:
    """Choose targets by name (``onnx``), in full (``onnx@cuda:1/tf32``) or by pattern (``onnx@*``).

    Without patterns, all that the model file declares. Required targets are always among them. Raises
    TargetError where a pattern fits none of the model's targets.
    """
    reference = target_of(model, model.reference)
    declared = targets_of(model)
    must = choose(model, required) if required else ()
    candidates = tuple(t for t in _unique([*choose(model, patterns), *must]) if str(t) != str(reference))
    if not candidates:
        raise TargetError(
            f"{model.name}: nothing to hold against the reference {reference}: "
            f"the model file declares {', '.join(map(str, declared))}"
        )
    return Plan(reference, candidates, tuple(t for t in must if str(t) != str(reference)))


def choose(model: Model, patterns: Sequence[str] = ()) -> tuple[Target, ...]:
    """The targets that some names or patterns fit, each once; all that are declared for none.

    Raises TargetError where a pattern fits none of the model's targets.
    """
    declared = targets_of(model)
    found = [t for text in patterns for t in _chosen(model, declared, text)] if patterns else declared
    return tuple(_unique(found))


def _chosen(model: Model, declared: Sequence[Target], text: str) -> list[Target]:
    if any(mark in text for mark in "*?["):
        found = [t for t in declared if fnmatchcase(str(t), text) or fnmatchcase(t.name, text)]
        if not found:
            raise TargetError(
                f"{model.name}: no target fits {text!r} (there are: {', '.join(map(str, declared))})"
            )
        return found
    if "@" in text:
        return [target_of(model, text)]
    target_of(model, text)
    return [t for t in declared if t.name == text]


def _unique(targets: Sequence[Target]) -> list[Target]:
    return list({str(target): target for target in targets}.values())

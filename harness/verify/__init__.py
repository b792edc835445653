"""Verify a model: every target against the reference, on data, saved counterexamples and in a search."""

from __future__ import annotations

from harness.verify.agreement import assert_agrees
from harness.verify.flow import BAD_INPUT, verify_model
from harness.verify.options import Options
from harness.verify.verdict import Mismatch, ModelVerdict, TargetVerdict

__all__ = [
    "BAD_INPUT",
    "Mismatch",
    "ModelVerdict",
    "Options",
    "TargetVerdict",
    "assert_agrees",
    "verify_model",
]

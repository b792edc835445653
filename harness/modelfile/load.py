"""Read a model file into a :class:`harness.model.Model`, or say everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from harness.causes import CAUSES
from harness.model import Model
from harness.modelfile.document import Document
from harness.modelfile.find import model_file
from harness.modelfile.inputs import read_constraints, read_inputs
from harness.modelfile.outputs import read_decisions, read_outputs
from harness.modelfile.paths import Files
from harness.modelfile.problems import show, unknown
from harness.modelfile.table import Table
from harness.modelfile.targets import check_target, read_forms
from harness.modelfile.waivers import read_waivers
from harness.schema import Schema

FORMAT = 1
KEYS = ("format", "model", "inputs", "constraints", "outputs", "decisions", "waivers", "targets")
MODEL_KEYS = ("name", "reference", "data", "key", "expect")


def load_model(path: str | Path, *, to_be_written: Iterable[str | Path] = ()) -> Model:
    """Read a model from its model file, or from the folder that holds a ``model.toml``.

    Paths in the model come back absolute, times in UTC. ``to_be_written`` names recorded answers that
    may still be absent. Raises ModelFileError, which lists everything that is wrong, each with its line.
    """
    document = Document(model_file(path))
    top = Table(document, (), document.values)
    if _other_format(top):
        document.raise_problems()
    top.allow(KEYS, lambda key: ": it belongs under [model]" if key in MODEL_KEYS else None)
    top.require("format", f"format = {FORMAT} in the first line")
    for name in ("inputs", "outputs", "targets"):
        if not document.values.get(name):
            top.require(name, f"at least one [{name}.NAME] table") if name not in top else top.problem(
                name, f"has no {name}; write at least one [{name}.NAME] table"
            )
    model = _read_model(document, top, Files(document.folder, map(Path, to_be_written)))
    document.raise_problems()
    return model


def _other_format(top: Table) -> bool:
    """Whether the file is of a format that this version cannot read, so that nothing else can be judged."""
    value = top.values.get("format", FORMAT)
    if value == FORMAT and type(value) is int:
        return False
    top.problem("format", f"format = {show(value)}, but this version reads format = {FORMAT} only")
    return True


def _read_model(document: Document, top: Table, files: Files) -> Model:
    inputs = read_inputs(document)
    outputs = read_outputs(document, inputs)
    head = top.mapping("model", "a [model] table")
    if head is None:
        top.require("model", "a [model] table with name and reference")
        head = Table(document, ("model",), {})
    else:
        head.allow(MODEL_KEYS)
        head.require("name", 'name = "..."')
        head.require("reference", 'reference = "...", the target that is right by definition')
    name = head.text("name")
    if name is not None and not name.isprintable():
        head.problem("name", f"name = {show(name)} holds control characters; take them out")
    reference = head.text("reference", "the name of a target")
    if reference is not None:
        check_target(head, "reference", reference)
    constraints = read_constraints(document, inputs)
    return Model(
        name=name or "",
        reference=reference or "",
        schema=Schema(inputs, constraints),
        outputs=outputs,
        forms=read_forms(document, files),
        folder=document.folder,
        path=document.folder / document.file.name,
        data=files.existing(head, "data"),
        key=head.text("key", "the name of a column of the data"),
        expect=_expected_causes(head),
        decisions=read_decisions(document, outputs),
        waivers=read_waivers(document, inputs),
        notes=document.notes,
    )


def _expected_causes(head: Table) -> tuple[str, ...]:
    causes = head.texts("expect", "a list of causes")
    for index, cause in enumerate(causes):
        if cause not in CAUSES:
            head.problem(("expect", index), f"expect: {show(cause)} is no cause{unknown(cause, CAUSES)}")
        if cause in causes[:index]:
            head.problem(("expect", index), f"expect: {show(cause)} is there twice; take one out")
    return causes

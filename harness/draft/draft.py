"""Find out what a model file needs: inputs from data, outputs by running a form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from harness.dataset import DataError, read_data
from harness.draft.graph import Graph, read_graph
from harness.draft.inputs import Inputs, choices_of_inputs, inputs_without_data
from harness.draft.outputs import NotRunError, OutputGuess, observe
from harness.draft.problems import DraftError
from harness.draft.sources import Sources
from harness.legal import legal_rows
from harness.model import Form
from harness.schema import Kind

#: Rows on which a form is run, at most.
SAMPLE = 1000


@dataclass(frozen=True, slots=True)
class Draft:
    """What was found out. ``ran`` is the form that was run for the outputs, on ``rows`` rows (None: none
    was), and ``troubles`` say why others were not."""

    sources: Sources
    inputs: Inputs
    outputs: tuple[OutputGuess, ...]
    forms: tuple[Form, ...]
    graph: Graph | None = None
    ran: Form | None = None
    rows: int = 0
    troubles: tuple[str, ...] = ()


def make_draft(sources: Sources) -> Draft:
    """Find out what a model file needs from the files that are named. Raises DraftError."""
    sources.check()
    forms = tuple(_forms(sources))
    graph = None if sources.onnx is None else read_graph(sources.onnx)
    if sources.data is None:
        reason = "no data was given to run it on"
        return Draft(
            sources, inputs_without_data(sources, graph), _unseen(forms, graph, reason), forms, graph
        )
    choices = choices_of_inputs(sources, graph)
    # the forms are run in the model file's folder
    sources.target_folder.mkdir(parents=True, exist_ok=True)
    troubles: list[str] = []
    for form in forms:
        if form.runtime == "onnx":
            continue
        try:
            inputs, outputs, rows = _run(sources, form, choices)
        except NotRunError as error:
            troubles.append(f"{form.name} was not run: {error}")
        else:
            return Draft(sources, inputs, outputs, forms, graph, form, rows, tuple(troubles))
    outputs = _unseen(forms, graph, "it could not be run")
    return Draft(sources, _untried(choices, sources, graph), outputs, forms, graph, troubles=tuple(troubles))


def _untried(choices: Sequence[Inputs], sources: Sources, graph: Graph | None) -> Inputs:
    """The choice where no form could be run: a stored model, or a graph over a matrix, may use columns that
    no source names."""
    unseen = sources.r_model or sources.python_model or (graph is not None and graph.takes_matrix)
    return choices[-2 if unseen and len(choices) > 1 else 0]


def _forms(sources: Sources) -> Sequence[Form]:
    found = []
    for runtime, source, model in (
        ("r", sources.r, sources.r_model),
        ("python", sources.python, sources.python_model),
    ):
        function = sources.function(runtime)
        if source is not None and function is not None:
            stored = None if model is None else model.resolve()
            found.append(Form(runtime, runtime, source.resolve(), model=stored, call=function.name))
    if sources.onnx is not None:
        found.append(Form("onnx", "onnx", sources.onnx.resolve()))
    return found


def _run(
    sources: Sources, form: Form, choices: Sequence[Inputs]
) -> tuple[Inputs, tuple[OutputGuess, ...], int]:
    """Run a form on one choice of columns after the other, until it answers. Raises NotRunError."""
    first: NotRunError | None = None
    for inputs in choices:
        sample = _sample(sources, inputs)
        try:
            outputs = observe(form, inputs.schema, sample, sources.target_folder.resolve())
        except NotRunError as error:
            first = first or error
            if error.missing:
                break
        else:
            return inputs, outputs, sample.num_rows
    assert first is not None
    raise first


def _sample(sources: Sources, inputs: Inputs) -> pa.RecordBatch:
    assert sources.data is not None
    try:
        batch = read_data(sources.data, inputs.schema).batch
    except DataError as error:
        raise DraftError(str(error)) from None
    legal = batch.filter(pa.array(legal_rows(batch, inputs.schema)))
    if legal.num_rows == 0:
        raise NotRunError(f"{sources.data}: no row of it is legal input (are there infinities in each?)")
    return legal.slice(0, SAMPLE)


def _unseen(forms: Sequence[Form], graph: Graph | None, reason: str) -> tuple[OutputGuess, ...]:
    """Outputs that nobody has seen: those that a graph names, else one that has to be filled in."""
    if graph is not None:
        return tuple(
            OutputGuess(one.name, one.kind, ("the name and type that the graph has",))
            for one in graph.outputs
        )
    name = next((form.call for form in forms if form.call), "answer")
    return (OutputGuess(name, Kind.FLOAT, (f"TODO: {reason}: say what comes back, and of which type",)),)

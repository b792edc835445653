"""ONNX: a graph run by ONNX Runtime in a worker process, on the device that was asked for or not at all.

One thread unless the variant says otherwise (``+4-threads``, ``+all-threads``): with several, sums of tree
ensembles depend on their number and on the size of the batch, and a score should not depend on who else is
scored. On CUDA single precision is not TF32 unless the precision says so (``cuda/tf32``): ONNX Runtime's own
default is TF32 on recent GPUs. A session that would run any node elsewhere is refused.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from harness.additive import Additive, Unproved
from harness.forest import Forest
from harness.installed import package_lack, said_by, versions_of
from harness.model import Form, Model
from harness.protocols import Clue, Lack, Limits, OpenError, Place, Session, WatchSession
from harness.runtimes import _engines
from harness.workers.python.graph_session import PROVIDERS
from harness.workers.session import open_python

KEYS = frozenset(("source", "devices", "columns", "outputs", "missing_as", "python"))
REQUIRED: tuple[str | tuple[str, ...], ...] = ("source",)

_PRECISIONS = {"cuda": ("fp32", "tf32"), "rocm": ("fp32",)}
_BUILDS = {"cuda": "onnxruntime-gpu", "rocm": "onnxruntime-migraphx"}
_DISTRIBUTIONS = ("onnxruntime", "onnxruntime-gpu", "onnxruntime-migraphx", "onnxruntime-rocm", "onnx")


def lack(form: Form | None, place: Place) -> Lack | None:
    """What is lacking to run graphs here. Without a form, ONNX Runtime is tried; else only looked for."""
    absent = _engines.package_of_form_lack(form, "onnxruntime", "onnx")
    if absent is not None or place.device == "cpu":
        return absent
    python = _engines.python_of(form)
    return _provider_lack(python, place) or _engines.index_lack(place)


def _provider_lack(python: Path, place: Place) -> Lack | None:
    """What was built in is necessary, not sufficient: whether it works shows when a session is opened."""
    provider = PROVIDERS.get(place.device)
    if provider is None:
        return Lack(f"ONNX Runtime has no provider for {place.device}", f"it has: {', '.join(PROVIDERS)}")
    said = said_by(
        python,
        "import onnxruntime as o; says = dict(version=o.__version__, providers=o.get_available_providers())",
    )
    if "error" in said:
        return Lack(
            f"onnxruntime cannot be imported by {python} ({said['error']})",
            f"`{python} -m pip install --force-reinstall onnxruntime`",
        )
    if provider in said["providers"]:
        return None
    build = _BUILDS[place.device]
    return Lack(
        f"onnxruntime {said['version']} is not built for {place.device} (it has no {provider})",
        f"`{python} -m pip uninstall -y onnxruntime && {python} -m pip install {build}`",
    )


def open(model: Model, form: Form, place: Place, limits: Limits) -> Session:
    """Start a worker that holds the graph. Raises MissingError or OpenError."""
    return open_python(model, form, limits, "graphs", _given(form, place))


def watch(model: Model, form: Form, limits: Limits) -> WatchSession:
    """Start a worker, on the CPU, in which the graph's comparisons are seen. Raises MissingError, or
    OpenError also where nothing can be seen of the graph."""
    given = _given(form, Place())
    if package_lack(_engines.python_of(None), "onnx", "onnx") is not None:
        raise OpenError(f"target {form.name!r}: a graph is watched with the package onnx, which is not here")
    from harness.runtimes._graph_watch import watched_graph

    rewritten = watched_graph(Path(str(given["source"])))
    if rewritten is None:
        raise OpenError(f"target {form.name!r}: the graph shows no comparison")
    content, sites = rewritten
    with tempfile.TemporaryDirectory(prefix="parity-") as folder:
        path = Path(folder, Path(str(given["source"])).name)
        path.write_bytes(content)
        told = {**given, "source": str(path), "sites": json.dumps(sites)}
        return open_python(model, form, limits, "watched_graphs", told)


def _given(form: Form, place: Place) -> dict[str, str | int | None]:
    """What the worker is told of a form and its place. Raises OpenError."""
    if form.source is None:
        raise OpenError(f"target {form.name!r}: an ONNX form needs `source`; see the model file")
    _engines.check_precision("ONNX Runtime", place, _PRECISIONS.get(place.device, ()))
    return {
        "source": str(form.source),
        "target": form.name,
        "device": place.device,
        "index": place.index,
        "precision": place.precision,
        "threads": _engines.threads("ONNX Runtime", place, default=1),
        "columns": json.dumps(form.columns),
        "outputs": json.dumps(dict(form.outputs)),
        "missing_as": json.dumps(dict(form.missing_as)),
    }


def clues(model: Model, form: Form, session: Session | None) -> tuple[Clue, ...]:
    """Thresholds, levels and constants of the file; none where it cannot be read, or ``onnx`` is not here."""
    if form.source is None or package_lack(_engines.python_of(None), "onnx", "onnx") is not None:
        return ()
    from harness.runtimes._graph_clues import mine

    return mine(model, form, form.source)


def forests(model: Model, form: Form, session: Session | None) -> tuple[Forest, ...]:
    """The file's tree ensembles; none where it cannot be read, or ``onnx`` is not here."""
    if form.source is None or package_lack(_engines.python_of(None), "onnx", "onnx") is not None:
        return ()
    from harness.runtimes import _graph_trees

    return _graph_trees.forests(model, form, form.source)


def additive(model: Model, form: Form, session: Session | None) -> Additive | Unproved:
    """Whether the graph is proved to be a sum of step functions of one input each, or why not."""
    if form.source is None or package_lack(_engines.python_of(None), "onnx", "onnx") is not None:
        return Unproved(form.name, "there is no package onnx to read it with")
    from harness.runtimes._graph_additive import prove

    return prove(model, form, form.source)


def in_single(form: Form) -> bool:
    """Whether a graph holds or casts to float32; False where it cannot be read, or ``onnx`` is not here."""
    if form.source is None or package_lack(_engines.python_of(None), "onnx", "onnx") is not None:
        return False
    from harness.runtimes._graph import speaks_of_single

    return speaks_of_single(form.source)


def versions() -> Mapping[str, str]:
    """The versions of ONNX Runtime (by the name of its build) and onnx that the harness itself has."""
    return versions_of(_DISTRIBUTIONS)

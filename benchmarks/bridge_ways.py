"""The ways from Python to an R function and back that ``benchmarks/bridge.py`` measures side by side."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.feather

from harness.model import Form, Model, Output
from harness.protocols import Limits, Place
from harness.registry import find
from harness.schema import Input, Kind, Schema
from harness.tolerance import Tolerance
from harness.workers.shared import share

LIMITS = Limits(open_s=60, call_s=600)

#: From a batch to what runs it once.
Prepare = Callable[[pa.RecordBatch], Callable[[], Any]]


@dataclass(frozen=True)
class Work:
    """What is asked of R: columns of one kind, and a function of them that gives one column back."""

    name: str
    inputs: tuple[Input, ...]
    output: Kind
    code: str

    @property
    def schema(self) -> Schema:
        """The schema of its batches."""
        return Schema(self.inputs)


@dataclass(frozen=True)
class Way:
    """One way: ``prepare`` is None where it is missing, for the ``reason``."""

    name: str
    isolated: bool
    prepare: Prepare | None
    close: Callable[[], None] = lambda: None
    reason: str = ""


def ways(work: Work, folder: Path) -> list[Way]:
    """All ways for this work, opened; those that are not here say why."""
    return [
        *_sessions(work, folder),
        _feather(folder),
        _files("CSV file, read.csv in R", "read.csv(path, check.names = FALSE)", _write_csv, work, folder),
        *_in_process(work),
    ]


def _model(work: Work, folder: Path, name: str, source: str, schema: Schema, output: Kind) -> Model:
    place = folder / name
    place.mkdir(parents=True)
    (place / "score.R").write_text(source, encoding="utf-8")
    form = Form("r", "r", source=place / "score.R", call="score")
    outputs = (Output("y", output, Tolerance(exact=True)),)
    return Model("bridge", "r", schema, outputs, (form,), place)


def _sessions(work: Work, folder: Path) -> list[Way]:
    found = []
    for variant, name in (("native", "native"), ("portable", "portable, base R on pipes")):
        model = _model(work, folder, variant, f"score <- {work.code}", work.schema, work.output)
        place = Place(variant=variant)
        runtime = find("runtimes", "r")
        lack = runtime.lack(model.forms[0], place)
        if lack is not None:
            found.append(Way(name, True, None, reason=str(lack).splitlines()[0]))
            continue
        session = runtime.open(model, model.forms[0], place, LIMITS)
        if variant == "native":
            found.append(Way("native, batch born in shared memory", True, _shared(session, model.schema)))
            found.append(Way("native, batch of the heap", True, _called(session), session.close))
            found.append(Way("native, frames alone (no Reply)", True, _frames(session, model.schema)))
        else:
            found.append(Way(name, True, _called(session), session.close))
    return found


def _answered(reply: Any) -> Any:
    if reply.failure is not None:
        raise RuntimeError(f"{reply.failure}\n{reply.failure.trace}")
    return reply.outputs["y"]


def _called(session: Any) -> Prepare:
    return lambda batch: lambda: _answered(session.call(batch))


def _shared(session: Any, schema: Schema) -> Prepare:
    def prepare(batch: pa.RecordBatch) -> Callable[[], Any]:
        born = share(batch, schema)
        return lambda: _answered(session.call(born))

    return prepare


def _frames(session: Any, schema: Schema) -> Prepare:
    """What the two processes need, without what the caller's side makes of it: spans, arrays, a Reply."""

    def prepare(batch: pa.RecordBatch) -> Callable[[], Any]:
        born = share(batch, schema)

        def run() -> Any:
            return session._exchange(session._encoded(born), LIMITS.call_s)

        return run

    return prepare


def _feather(folder: Path) -> Way:
    name = "Feather file, arrow in R"
    if shutil.which("Rscript") is None:
        return Way(name, True, None, reason="Rscript is not on the PATH")
    code = 'cat(requireNamespace("arrow", quietly = TRUE))'
    done = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=False)
    if done.stdout.strip() != "TRUE":
        return Way(name, True, None, reason="R has no package arrow")
    return _files(name, "arrow::read_feather(path)", _write_feather, None, folder)


def _write_csv(batch: pa.RecordBatch, path: Path) -> None:
    pyarrow.csv.write_csv(batch, path)


def _write_feather(batch: pa.RecordBatch, path: Path) -> None:
    pyarrow.feather.write_feather(pa.table(batch), path, compression="uncompressed")


def _files(
    name: str, read: str, write: Callable[[pa.RecordBatch, Path], None], work: Work | None, folder: Path
) -> Way:
    """Both ways as files: R is told the path, and writes its answer to a file as well."""
    code = "function(df) df[[1]]" if work is None else work.code
    source = (
        f"f <- {code}\nscore <- function(df) {{\n path <- df$path[1]\n df <- {read}\n"
        " writeBin(as.double(f(df)), paste0(path, '.out'))\n 0\n}\n"
    )
    short = name.split()[0].lower()
    schema = Schema((Input("path", Kind.STRING),))
    model = _model(work or Work("", (), Kind.FLOAT, code), folder, short, source, schema, Kind.FLOAT)
    place = Place(variant="portable")
    session = find("runtimes", "r").open(model, model.forms[0], place, LIMITS)
    path = folder / f"batch.{short}"
    asked = model.schema.batch({"path": [str(path)]})

    def prepare(batch: pa.RecordBatch) -> Callable[[], Any]:
        def run() -> Any:
            write(batch, path)
            _answered(session.call(asked))
            return pa.array(memoryview(path.with_suffix(path.suffix + ".out").read_bytes()).cast("d"))

        return run

    return Way(name, True, prepare, session.close)


def _in_process(work: Work) -> list[Way]:
    names = ("rpy2, pandas2ri", "rpy2, vectors from memory")
    if find_spec("rpy2") is None or find_spec("rpy2.robjects") is None:
        reason = "rpy2 is not installed (3.6.4 fits R 4.2; from 3.6.5 on it needs R 4.5)"
        return [Way(name, False, None, reason=reason) for name in names]
    import rpy2.robjects as ro
    from rpy2.robjects import conversion, pandas2ri

    function = ro.r(work.code)
    converter = ro.default_converter + pandas2ri.converter

    def by_pandas(batch: pa.RecordBatch) -> Callable[[], Any]:
        frame = batch.to_pandas()

        def run() -> Any:
            with conversion.localconverter(converter):
                return function(frame)

        return run

    def by_vectors(batch: pa.RecordBatch) -> Callable[[], Any]:
        names: Sequence[str] = batch.schema.names

        def run() -> Any:
            columns: Mapping[str, Any] = {
                name: ro.FloatVector.from_memoryview(memoryview(one.to_numpy()))
                for name, one in zip(names, batch.columns, strict=True)
            }
            return list_to_answer(function(ro.DataFrame(columns)))

        return run

    def list_to_answer(said: Any) -> Any:
        return pa.array(memoryview(said.memoryview()).cast("B").cast("d"))

    doubles = all(one.kind is Kind.FLOAT for one in work.inputs)
    return [
        Way(names[0], False, by_pandas),
        Way(names[1], False, by_vectors if doubles else None, reason="" if doubles else "for numbers only"),
    ]

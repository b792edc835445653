"""Read ``[targets.NAME]``: the forms that a model has, and how each is run."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from harness import registry
from harness.model import Form
from harness.modelfile.document import Document
from harness.modelfile.paths import Files
from harness.modelfile.problems import kind_of, show, unknown
from harness.modelfile.table import Table, declared, section
from harness.protocols import Place
from harness.target import TargetError, parse

RUNTIME_SYNONYMS = {
    **dict.fromkeys(("rscript", "gnu-r", "rlang"), "r"),
    **dict.fromkeys(("py", "python3", "cpython", "pandas"), "python"),
    **dict.fromkeys(("ort", "onnxruntime", "onnx-runtime"), "onnx"),
    **dict.fromkeys(("pytorch", "torchscript"), "torch"),
    **dict.fromkeys(("record", "golden", "parquet", "answers"), "recorded"),
}
DEVICE_SYNONYMS = {
    **dict.fromkeys(("gpu", "nvidia"), "cuda"),
    **dict.fromkeys(("amd", "hip", "migraphx"), "rocm"),
}
#: Any target takes these, whatever its runtime.
COMMON_KEYS = ("runtime", "devices", "env")


def read_forms(document: Document, files: Files) -> tuple[Form, ...]:
    """The forms, in the order of the file. One that cannot be read is a problem, and left out."""
    forms = [
        _read_form(name, table, files)
        for name, table in section(document, "targets", "[targets.NAME] tables")
    ]
    return tuple(form for form in forms if form is not None)


def _read_form(name: str, table: Table, files: Files) -> Form | None:
    if not name.strip() or not name.isprintable() or any(character in "@/+*" for character in name):
        table.problem(None, "has a name that cannot be written as a target; use letters, digits, - and _")
        return None
    runtimes = registry.names("runtimes")
    table.require("runtime", f'runtime = "...", one of: {", ".join(runtimes)}')
    runtime = table.text("runtime", f"one of: {', '.join(runtimes)}")
    if runtime is None:
        return None
    if runtime not in runtimes:
        table.problem(
            "runtime",
            f"runtime = {show(runtime)} is no runtime{unknown(runtime, runtimes, RUNTIME_SYNONYMS)}",
        )
        return None
    _check_keys(table, runtime)
    inputs = declared(table.document, "inputs")
    return Form(
        name=name,
        runtime=runtime,
        source=files.existing(table, "source", to_be_written=runtime == "recorded"),
        module=_module(table),
        model=files.existing(table, "model", folder=True),
        call=table.text("call", "the name of a function"),
        command=table.texts("command", 'a list of words, like ["docker", "run", "-i", "our/r"]'),
        python=files.path(table, "python"),
        devices=_devices(table),
        columns=_columns(table, inputs),
        outputs=_output_expressions(table),
        missing_as=_missing_as(table, inputs),
        env=_env(table),
    )


def _check_keys(table: Table, runtime: str) -> None:
    module = registry.find("runtimes", runtime)
    known = (*COMMON_KEYS, *sorted(module.KEYS - set(COMMON_KEYS)))

    def elsewhere(key: str) -> str | None:
        others = [
            other for other in registry.names("runtimes") if key in registry.find("runtimes", other).KEYS
        ]
        if not others:
            return None
        would = " and ".join(others)
        return f": runtime {runtime} does not take it, {would} would (there are: {', '.join(known)})"

    table.allow(known, elsewhere)
    for required in module.REQUIRED:
        if isinstance(required, str):
            table.require(required, f'{required} = "..."')
            continue
        given = [key for key in required if key in table]
        if len(given) > 1:
            table.problem(given[1], f"has {' and '.join(given)}; write one of them")
        elif not given:
            table.require(required[0], f"one of: {', '.join(required)}")


def _module(table: Table) -> str | None:
    module = table.text("module", "a module's name, like package.module")
    if module is not None and not all(part.isidentifier() for part in module.split(".")):
        table.problem("module", f"module = {show(module)} is no module's name; write it like package.module")
    return module


def _devices(table: Table) -> tuple[str, ...]:
    devices = table.texts("devices", 'a list of devices, like ["cpu", "cuda"]')
    for index, device in enumerate(devices):
        if device in devices[:index]:
            table.problem(("devices", index), f"devices: {show(device)} is there twice; take one out")
        try:
            _, place = parse(f"any@{device}")
        except TargetError:
            table.problem(
                ("devices", index),
                f"devices: {show(device)} is no device; write DEVICE[:index][/precision][+variant], "
                "like cuda:1/tf32",
            )
        else:
            _check_device(table, ("devices", index), "devices", place)
    return devices or ("cpu",)


def _check_device(table: Table, at: tuple[str | int, ...], key: str, place: Place) -> None:
    known = registry.names("devices")
    if place.device not in known:
        hint = unknown(place.device, known, DEVICE_SYNONYMS)
        table.problem(at, f"{key}: {show(place.device)} is no device{hint}")


def _columns(table: Table, inputs: Collection[str]) -> tuple[str, ...]:
    columns = table.texts("columns", "a list of inputs' names")
    for index, column in enumerate(columns):
        if column not in inputs:
            table.problem(("columns", index), f"columns: {show(column)} is no input{unknown(column, inputs)}")
        if column in columns[:index]:
            table.problem(("columns", index), f"columns: {show(column)} is there twice; take one out")
    return columns


def _output_expressions(table: Table) -> Mapping[str, str]:
    instead = '{ OUTPUT = "graph_output[1]" }'
    expressions = table.mapping("outputs", instead)
    if expressions is None:
        return {}
    outputs = declared(table.document, "outputs")
    for name in expressions.values:
        if name not in outputs:
            expressions.problem(name, f"{show(name)} is no output of the model{unknown(name, outputs)}")
    return _texts_of(expressions, "the graph's own name in quotes")


def _texts_of(mapping: Table, instead: str) -> Mapping[str, str]:
    read = {name: mapping.get(name, (str,), instead) for name in mapping.values}
    return {name: value for name, value in read.items() if isinstance(value, str)}


def _missing_as(table: Table, inputs: Collection[str]) -> Mapping[str, int | str | bool]:
    values = table.mapping("missing_as", "{ INPUT = -1 }")
    if values is None:
        return {}
    read: dict[str, int | str | bool] = {}
    for name, value in values.values.items():
        if name not in inputs:
            values.problem(name, f"{show(name)} is no input{unknown(name, inputs)}")
        if isinstance(value, bool | int | str):
            read[name] = value
        else:
            hint = "an integer, true, false or text: a float tensor holds NaN by itself"
            values.problem(name, f"{name} = {show(value)} is {kind_of(value)}; write {hint}")
    return read


def _env(table: Table) -> Mapping[str, str]:
    values = table.mapping("env", '{ NAME = "value" }')
    if values is None:
        return {}
    for name, value in values.values.items():
        if not name or "=" in name or "\0" in name or (isinstance(value, str) and "\0" in value):
            values.problem(name, f"{show(name)} cannot be set: a name holds no =, and neither holds U+0000")
    return _texts_of(values, "text in quotes")


def check_target(table: Table, key: str, text: str) -> None:
    """Note a problem unless a text names a target of the file on a device that there is."""
    targets = declared(table.document, "targets")
    try:
        name, place = parse(text)
    except TargetError as error:
        table.problem(key, f"{key} = {error}")
        return
    if name not in targets:
        table.problem(key, f"{key} = {show(text)}: there is no target {show(name)}{unknown(name, targets)}")
    _check_device(table, (key,), key, place)

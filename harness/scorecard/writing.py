"""Write a scorecard as a model: its model file, and beside it the form of each runtime."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterable
from pathlib import Path

from harness.scorecard.characteristics import Binned, Characteristic, Listed
from harness.scorecard.graph import MISSING_CODE, onnx_graph
from harness.scorecard.python_form import python_source
from harness.scorecard.r_form import r_source
from harness.scorecard.table import Scorecard

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def write_forms(card: Scorecard, folder: Path, reference: str) -> Path:
    """Write all files of a scorecard into a folder and give the model file's path."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scorecard.R").write_text(r_source(card), encoding="utf-8")
    (folder / "scorecard.py").write_text(python_source(card), encoding="utf-8")
    graph = importlib.util.find_spec("onnx") is not None
    if graph:
        (folder / "scorecard.onnx").write_bytes(onnx_graph(card))
    path = folder / "model.toml"
    path.write_text(model_file(card, reference, graph=graph), encoding="utf-8")
    return path


def model_file(card: Scorecard, reference: str, *, graph: bool) -> str:
    """The text of the model file; ``graph`` says whether there is an ONNX form."""
    blocks = [
        [f"# Written from the points table {text(card.name)}.", "format = 1"],
        ["[model]", f"name = {text(card.name)}", f"reference = {text(reference)}"],
        *(_input(one) for one in card.characteristics),
        ["[outputs.score]", f"type = {text('int' if card.whole else 'float')}"],
    ]
    if card.scaling is not None:
        blocks.append(["[outputs.pd]", 'type = "float"'])
    if card.cutoff is not None:
        blocks.append(["[decisions.approve]", 'output = "score"', f"at_least = {_number(card.cutoff)}"])
    blocks.append(["[targets.r]", 'runtime = "r"', 'source = "scorecard.R"', 'call = "score"'])
    blocks.append(["[targets.python]", 'runtime = "python"', 'source = "scorecard.py"', 'call = "score"'])
    if graph:
        blocks.append(
            ["[targets.onnx]", 'runtime = "onnx"', 'source = "scorecard.onnx"', *_missing_codes(card)]
        )
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _input(one: Characteristic) -> list[str]:
    lines = [f"[inputs.{_key(one.name)}]"]
    if isinstance(one, Listed):
        lines += ['type = "category"', f"levels = {_list(map(text, one.levels))}"]
        lines += ["unseen = true"] if one.unseen is not None else []
    else:
        lines += _binned(one)
    return [*lines, *(["missing = true"] if one.missing is not None else [])]


def _binned(one: Binned) -> list[str]:
    lines = [f"type = {text('int' if one.whole else 'float')}"]
    lines += [f"min = {_number(one.minimum)}"] if one.minimum is not None else []
    lines += [f"max = {_number(one.maximum)}"] if one.maximum is not None else []
    lines += [f"special = {_list(map(_number, one.special))}"] if one.special else []
    return lines + ([f"edges = {_list(map(_number, one.breaks))}"] if one.breaks else [])


def _missing_codes(card: Scorecard) -> list[str]:
    codes = [
        f"{_key(one.name)} = {MISSING_CODE}"
        for one in card.characteristics
        if isinstance(one, Listed) and one.missing is not None
    ]
    return [f"missing_as = {{ {', '.join(codes)} }}"] if codes else []


def text(value: str) -> str:
    """A text as TOML spells it: with JSON's escapes, and one more."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else text(name)


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _list(values: Iterable[str]) -> str:
    return f"[{', '.join(values)}]"

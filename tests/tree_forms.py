"""Trees trained in R, and their migration to Python as a table of nodes, right or with one thing wrong."""

from __future__ import annotations

import copy
import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np

from harness.forest import ABSENT, Forest

WALKER = """
import json, math
from pathlib import Path

TREES = json.loads((Path(__file__).parent / "trees.json").read_text())


def side(test, row):
    value = row[test["input"]]
    if value is None or value != value:
        return None
    if "sides" in test:
        return test["sides"].get(value)
    return ("low" if value <= test["last"] else "high") if not test["flip"] else (
        "high" if value <= test["last"] else "low")


def end(nodes, row):
    at = 0
    while nodes[at]["tests"]:
        node = nodes[at]
        way = next((s for test in node["tests"] if (s := side(test, row))), None) or node["otherwise"]
        if way == "dead":
            return math.nan
        if way == "stop":
            break
        at = node[way]
    return nodes[at]["value"]


def score(df):
    rows = df.to_dict("records")
    if TREES["whole"]:
        gone = df[TREES["inputs"]].isna().any(axis=1).tolist()
    else:
        gone = [False] * len(rows)
    return [math.nan if g else sum(end(nodes, row) for nodes in TREES["trees"]) / len(TREES["trees"])
            for row, g in zip(rows, gone)]
"""


def trained(folder: Path, text: str) -> Path:
    """Run R code in a folder that writes ``model.rds``."""
    done = subprocess.run(["Rscript", "-e", text], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "model.rds"


def plain(forest: Forest) -> dict[str, Any]:
    """A forest as nested lists and dicts, each tree's nodes counted from 0."""
    trees = [
        [_node(forest, n, root) for n in np.flatnonzero(forest.root_of == root)] for root in forest.roots
    ]
    return {"whole": forest.whole, "inputs": list(forest.inputs), "trees": trees}


def _node(forest: Forest, n: int, root: int) -> dict[str, Any]:
    tests = [_test(forest, t) for t in range(forest.first[n], forest.first[n + 1])]
    return {
        "tests": tests,
        "low": int(forest.low[n] - root),
        "high": int(forest.high[n] - root),
        "otherwise": ("low", "high", "stop", "dead")[forest.otherwise[n]],
        "value": float(forest.value[n]),
    }


def _test(forest: Forest, t: int) -> dict[str, Any]:
    number, flip = forest.input[t], bool(forest.flip[t])
    test: dict[str, Any] = {"input": forest.inputs[number]}
    if forest.group[t] < 0:
        return {**test, "last": float(forest.last[t]), "flip": flip}
    sides = forest.sides[forest.group[t]]
    return {
        **test,
        "sides": {
            level: ("low", "high")[sides[i]]
            for i, level in enumerate(forest.levels[number] or ())
            if sides[i] < ABSENT
        },
    }


def migrated(folder: Path, trees: dict[str, Any]) -> Path:
    """The Python form of trees, beside the R form."""
    (folder / "trees.json").write_text(json.dumps(trees))
    path = folder / "walker.py"
    path.write_text(WALKER)
    return path


def changed(trees: dict[str, Any], tree: int, node: int, **keys: Any) -> dict[str, Any]:
    """Trees with something of one node replaced."""
    other = copy.deepcopy(trees)
    other["trees"][tree][node].update(keys)
    return other

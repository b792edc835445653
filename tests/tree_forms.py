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
import json
from pathlib import Path

import numpy as np

TREES = json.loads((Path(__file__).parent / "trees.json").read_text())
SIDES = {"low": 0, "high": 1}


def sides(test, values):
    # 0 low, 1 high, -1 where it cannot be told
    if "sides" in test:
        known = {level: SIDES[side] for level, side in test["sides"].items()}
        return np.array([known.get(value, -1) for value in values])
    side = (values > test["last"]) ^ test["flip"]
    return np.where(np.isnan(values), -1, side.astype(int))


def walk(nodes, columns, rows):
    score = np.full(rows, np.nan)
    pending = [(0, np.arange(rows))]
    while pending:
        at, here = pending.pop()
        node = nodes[at]
        if not len(here):
            continue
        if not node["tests"]:
            score[here] = node["value"]
            continue
        side = np.full(len(here), -1)
        for test in node["tests"]:
            open_ = np.flatnonzero(side < 0)
            side[open_] = sides(test, columns[test["input"]][here[open_]])
        left = side < 0
        if node["otherwise"] == "stop":
            score[here[left]] = node["value"]
        elif node["otherwise"] != "dead":
            side[left] = SIDES[node["otherwise"]]
        pending += [(node[way], here[side == number]) for way, number in SIDES.items()]
    return score


def score(df):
    columns = {name: df[name].astype(object if df[name].dtype.name == "category" else float).to_numpy()
               for name in TREES["inputs"]}
    total = sum(walk(nodes, columns, len(df)) for nodes in TREES["trees"]) / len(TREES["trees"])
    if TREES["whole"]:
        total = np.where(df[TREES["inputs"]].isna().any(axis=1), np.nan, total)
    return total
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

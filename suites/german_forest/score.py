"""The forest in Python: a tree answers with the share of bad loans in the leaf that a row reaches,
the forest with the average of its trees.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd

TREES = json.loads(Path("../../fixtures/models/german_forest/model.json").read_text("utf-8"))["trees"]


def score(df):
    columns = {name: readable(df[name]) for name in df}
    return sum(answer(nodes, columns, len(df)) for nodes in TREES) / len(TREES)


def readable(column):
    """A column's numbers, or its codes with the levels they stand for."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(), column.cat.categories
    return column.to_numpy(), None


def answer(nodes, columns, count):
    """The answers of one tree: rows are sent down together, node by node."""
    result = np.empty(count)
    pending = [(0, np.arange(count))]
    while pending:
        number, rows = pending.pop()
        if len(rows) == 0:
            continue
        node = nodes[number]
        if "pd" in node:
            result[rows] = node["pd"]
            continue
        values, levels = columns[node["input"]]
        if levels is None:
            # ranger splits with <=
            yes = values[rows] <= node["at_most"]
        else:
            yes = np.array([level in node["yes_levels"] for level in levels])[values[rows]]
        pending += [(node["yes"], rows[yes]), (node["no"], rows[~yes])]
    return result

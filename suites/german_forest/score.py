"""The forest in Python: each tree answers with the share of bad loans in the leaf, the forest with
the average of its trees.
"""

import json
from pathlib import Path

import numpy as np

TREES = json.loads(Path("../../fixtures/models/german_forest/model.json").read_text("utf-8"))[
    "trees"
]


def goes_to_yes(node, column):
    """Say for each value of the column whether it goes to the node's `yes`."""
    if "at_most" in node:
        # ranger splits with <=
        return column.to_numpy() <= node["at_most"]
    return np.isin(column.cat.categories, node["yes_levels"])[column.cat.codes]


def answer(nodes, df):
    """The answers of one tree: rows are sent down together, node by node."""
    result = np.empty(len(df))
    pending = [(0, np.arange(len(df)))]
    while pending:
        number, rows = pending.pop()
        if len(rows) == 0:
            continue
        node = nodes[number]
        if "pd" in node:
            result[rows] = node["pd"]
            continue
        yes = goes_to_yes(node, df[node["input"]].iloc[rows])
        pending += [(node["yes"], rows[yes]), (node["no"], rows[~yes])]
    return result


def score(df):
    return sum(answer(nodes, df) for nodes in TREES) / len(TREES)

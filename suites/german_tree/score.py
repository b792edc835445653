"""The classification tree in Python: rows are sent down together, node by node."""

import json
from pathlib import Path

import numpy as np

MODEL = json.loads(Path("../../fixtures/models/german_tree/model.json").read_text("utf-8"))
NODES = MODEL["trees"][0]


def sides(node, column):
    """Say for each value of the column whether it goes to `yes`, and whether to `no`."""
    if "below" in node:
        # rpart splits with <; NaN compares false both times, and so is on neither side
        return column < node["below"], column >= node["below"]
    return column.isin(node["yes_levels"]), column.isin(node["no_levels"])


def score(df):
    leaf = np.empty(len(df), dtype=int)
    pending = [(0, np.arange(len(df)))]
    while pending:
        number, rows = pending.pop()
        if len(rows) == 0:
            continue
        node = NODES[number]
        if "pd" in node:
            leaf[rows] = number
            continue
        yes, no = (np.asarray(side) for side in sides(node, df[node["input"]].iloc[rows]))
        pending += [
            (node["yes"], rows[yes]),
            (node["no"], rows[no]),
            # missing, or a level that training did not send through this node
            (node["missing"], rows[~(yes | no)]),
        ]
    return {
        "pd": np.array([node.get("pd", np.nan) for node in NODES])[leaf],
        "class": np.array([node.get("class") for node in NODES], dtype=object)[leaf],
    }

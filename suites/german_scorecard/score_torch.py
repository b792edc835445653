"""The scorecard in torch: tensors in, tensors out, on the device of the tensors."""

import json
from pathlib import Path

import torch

MODEL = json.loads(Path("../../fixtures/models/german_scorecard/model.json").read_text("utf-8"))


def points_of(x, entry):
    def tensor(values, dtype=torch.int64):
        return torch.tensor(values, dtype=dtype, device=x.device)

    if "breaks" in entry:
        # right=False: edges[i-1] < x <= edges[i], closed at the right as in R
        bins = torch.bucketize(x, tensor(entry["breaks"], x.dtype), right=False)
        points = tensor(entry["points"])[bins]
    else:
        # a code of -1 is no level: the last element of this table
        other = entry.get("unseen", entry.get("missing", 0))
        points = tensor([*entry["points"], other])[x]
    if "special" in entry:
        points = torch.where(x == entry["special"], tensor(entry["special_points"]), points)
    if "missing" in entry:
        absent = torch.isnan(x) if x.is_floating_point() else x < 0
        points = torch.where(absent, tensor(entry["missing"]), points)
    return points


def score(batch):
    values = {**batch, "monthly_instalment": batch["credit_amount"] / batch["duration_months"]}
    table = MODEL["characteristics"]
    total = sum(points_of(values[name], entry) for name, entry in table.items())
    total = total + MODEL["base_points"]
    # divide in double: an integer tensor divided by a number is float32 by default
    doublings = (total - MODEL["base_score"]).double() / MODEL["pdo"]
    good_odds = MODEL["base_odds"] * torch.exp2(doublings)
    return {"score": total, "pd": 1 / (1 + good_odds)}

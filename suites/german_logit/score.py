"""The logistic regression in Python, from its coefficients."""

import json
from pathlib import Path

import numpy as np

MODEL = json.loads(Path("../../fixtures/models/german_logit/model.json").read_text("utf-8"))


def score(df):
    log_odds = np.full(len(df), MODEL["intercept"])
    for name, weight in MODEL["numbers"].items():
        log_odds += weight * df[name].to_numpy("float64")
    for name, weight in MODEL["logarithms"].items():
        log_odds += weight * np.log(df[name].to_numpy())
    for name, weight in MODEL["flags"].items():
        log_odds += weight * df[name].to_numpy()
    for name, weights in MODEL["levels"].items():
        levels = df[name].cat
        # a missing level has code -1, the last element of this table: no answer, as in R
        by_code = np.array([weights[level] for level in levels.categories] + [np.nan])
        log_odds += by_code[levels.codes]
    return {"log_odds": log_odds, "pd": 1 / (1 + np.exp(-log_odds))}

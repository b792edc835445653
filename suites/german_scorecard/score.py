"""The scorecard in Python, its table written out by hand, as after a usual migration."""

import numpy as np

BASE_POINTS = 512
BASE_SCORE = 500
BASE_ODDS = 2.0
PDO = 40

# input: (inner edges, points of the bins, points where missing)
BINNED = {
    "duration_months": ([8, 16, 36], [59, 15, -10, -44], None),
    "credit_amount": ([1372.5, 3913.4, 7824.65], [-5, 22, -20, -59], -18),
    "monthly_instalment": ([86.4, 153.2, 281.9], [-25, 7, 14, 2], -19),
    "installment_rate": ([1, 2, 3], [19, 12, 4, -12], None),
    "age": ([25, 30, 41, 60], [-21, -2, 9, 5, 15], -20),
    "existing_credits": ([1], [4, -6], None),
}

# input: (points of the levels, points of any other value, missing included)
LISTED = {
    "checking_status": (
        {"< 0 DM": -37, "0 to < 200 DM": -18, ">= 200 DM": 17, "no account": 53},
        -13,
    ),
    "credit_history": (
        {
            "no credits or all paid back": -62,
            "all here paid back": -52,
            "existing paid back till now": -4,
            "past delay": -4,
            "critical or credits elsewhere": 33,
        },
        None,
    ),
    "purpose": (
        {
            "car, new": -21,
            "car, used": 44,
            "furniture or equipment": -6,
            "radio or television": 24,
            "domestic appliances": -13,
            "repairs": -19,
            "education": -36,
            "retraining": 52,
            "business": -14,
            "other": -32,
        },
        -18,
    ),
    "savings": (
        {
            "< 100 DM": -12,
            "100 to < 500 DM": -7,
            "500 to < 1000 DM": 31,
            ">= 1000 DM": 47,
            "unknown or none": 32,
        },
        -18,
    ),
    "employed_since": (
        {
            "unemployed": -16,
            "< 1 year": -23,
            "1 to < 4 years": -2,
            "4 to < 7 years": 19,
            ">= 7 years": 11,
        },
        None,
    ),
}

# the branch could not tell how many credits there are
UNTOLD_CREDITS = 99
UNTOLD_CREDITS_POINTS = -20


def binned_points(values, edges, points, missing):
    # right=True closes the bins at the right, as R's cut() does
    result = np.array(points)[np.digitize(values, edges, right=True)]
    if missing is not None:
        # digitize puts NaN into the last bin
        result[np.isnan(values)] = missing
    return result


def listed_points(column, points, other):
    found = column.astype(object).map(points)
    return (found if other is None else found.fillna(other)).to_numpy("int64")


def score(df):
    values = {
        "duration_months": df["duration_months"],
        "credit_amount": df["credit_amount"],
        "monthly_instalment": df["credit_amount"] / df["duration_months"],
        "installment_rate": df["installment_rate"],
        "age": df["age"],
        "existing_credits": df["existing_credits"],
    }
    total = np.full(len(df), BASE_POINTS)
    for name, bins in BINNED.items():
        numbers = values[name].to_numpy("float64", na_value=np.nan)
        points = binned_points(numbers, *bins)
        if name == "existing_credits":
            points = np.where(numbers == UNTOLD_CREDITS, UNTOLD_CREDITS_POINTS, points)
        total += points
    for name, (levels, other) in LISTED.items():
        total += listed_points(df[name], levels, other)
    good_odds = BASE_ODDS * 2.0 ** ((total - BASE_SCORE) / PDO)
    return {"score": total, "pd": 1 / (1 + good_odds)}

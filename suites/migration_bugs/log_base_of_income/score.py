import numpy as np


def score(df):
    log_income = np.log10(df["income"])
    return 2.4 - 0.55 * log_income + 0.31 * df["debts"]

import numpy as np

WEIGHTS = np.array([-0.02, -0.0001])


def score(df):
    x = df[["age", "income"]].to_numpy()
    return {"logit": (x @ WEIGHTS[:, None]) + 1.5, "largest": x.max(axis=1)}

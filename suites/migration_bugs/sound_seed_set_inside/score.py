import numpy as np


def score(df):
    shuffled = df.sample(frac=1, random_state=np.random.RandomState(7))
    fee = 3.5 + 0.004 * shuffled["balance"]
    return fee.sort_index()

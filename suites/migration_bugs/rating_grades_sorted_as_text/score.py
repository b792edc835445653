import pandas as pd

PD = [0.0003, 0.0007, 0.0012, 0.002, 0.0035, 0.006, 0.01, 0.018, 0.032, 0.06, 0.11, 0.2]
GRADES = sorted(str(grade) for grade in range(1, 13))
PD_OF = pd.Series(PD, index=GRADES)


def score(df):
    return PD_OF.loc[df["grade"].astype(str)].to_numpy()

import pandas as pd

FACTORS = pd.read_csv("factors.csv", dtype={"region": str, "size": str}, keep_default_na=False)
FACTOR_OF = FACTORS.set_index(["region", "size"])["factor"].to_dict()


def score(df):
    return [FACTOR_OF[key] for key in zip(df["region"], df["size"], strict=True)]

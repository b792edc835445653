import pandas as pd

ZONES = pd.DataFrame(
    {
        "postcode": [10115, 20095, 50667, 60311, 80331, 60311, 90402],
        "zone": [3, 3, 4, 5, 6, 4, 2],
    }
)


def score(df):
    return df.merge(ZONES, on="postcode", how="left")["zone"].fillna(1)

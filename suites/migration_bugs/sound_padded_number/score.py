def score(df):
    return [f"{year}/{number:06d}" for year, number in zip(df["year"], df["number"], strict=True)]

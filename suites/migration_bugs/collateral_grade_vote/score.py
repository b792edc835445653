from statistics import mode


def score(df):
    return [mode(grades) for grades in df.itertuples(index=False)]

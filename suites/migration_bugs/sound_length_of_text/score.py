def score(df):
    return [None if comment is None else len(comment) for comment in df["comment"]]

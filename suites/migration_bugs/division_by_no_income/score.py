def too_much(row):
    return row["debt"] / row["income"] > 8


def score(df):
    return [too_much(row) for row in df.to_dict("records")]

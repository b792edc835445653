POINTS = [-40, -25, -12, 0, 8, 15, 21, 27, 32, 36]


def score(df):
    return [POINTS[int(percentile // 10)] for percentile in df["percentile"]]

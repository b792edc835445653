def reason(points):
    return min((value, name) for name, value in points.items())[1]


def score(df):
    return [reason(points) for points in df.to_dict("records")]

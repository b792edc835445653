def points(postcode):
    if len(postcode) > 5 or not (postcode.isascii() and postcode.isdigit()):
        return 0
    zone = int(postcode) // 1000
    return {1: 12, 10: 20}.get(zone, 5)


def score(df):
    return [points(postcode) for postcode in df["postcode"]]

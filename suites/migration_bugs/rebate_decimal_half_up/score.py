from decimal import ROUND_HALF_UP, Decimal

TENTH = Decimal("0.1")


def score(df):
    return [float(Decimal(str(rebate)).quantize(TENTH, ROUND_HALF_UP)) for rebate in df["rebate"]]

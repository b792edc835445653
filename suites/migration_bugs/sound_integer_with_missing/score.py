def score(df):
    total = df["loans"] + df["cards"]
    return {"total": total, "many": total > 10, "points": (20 - total).fillna(5)}

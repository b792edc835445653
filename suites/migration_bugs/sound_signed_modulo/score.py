def score(df):
    week, day = divmod(df["lag"], 7)
    return {"day": day, "week": week}

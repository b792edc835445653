def score(df):
    return df["day"].dt.day_of_week + 1

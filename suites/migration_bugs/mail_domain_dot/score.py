def score(df):
    return df["email"].str.contains("@temps.io")

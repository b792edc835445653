def score(df):
    return df["credit"] + df["guarantee"]

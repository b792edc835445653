def score(df):
    return df["firm"].str.contains("GmbH|gmbh", regex=True)

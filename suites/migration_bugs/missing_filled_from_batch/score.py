def score(df):
    bureau = df["bureau"].fillna(df["bureau"].mean())
    return (bureau - 300) / 5.5

def score(df):
    start = df["start"].to_numpy().astype("datetime64[M]")
    end = df["end"].to_numpy().astype("datetime64[M]")
    unfinished = (df["end"].dt.day < df["start"].dt.day).to_numpy()
    return (end - start).astype(int) - unfinished

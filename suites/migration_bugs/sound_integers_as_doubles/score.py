def score(df):
    return {"points": 60 - 5 * df["arrears"], "stop": df["arrears"] > 3}

def score(df):
    income = df["income"]
    return 600 + 45 * (income - income.mean()) / income.std()

def score(df):
    today, birth = df["today"].dt, df["birth"].dt
    years = today.year - birth.year
    before = (today.month < birth.month) | ((today.month == birth.month) & (today.day < birth.day))
    return years - before

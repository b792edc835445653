from string import ascii_lowercase, ascii_uppercase

TO_LARGE = str.maketrans(ascii_lowercase, ascii_uppercase)


def score(df):
    name = df["employer"].str.strip(" \t\r\n").str.translate(TO_LARGE)
    return {"name": name, "public": name.isin({"CITY COUNCIL", "STRASSENAMT"})}

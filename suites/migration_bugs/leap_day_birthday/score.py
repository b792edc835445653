def birthday(birth, year):
    try:
        return birth.replace(year=year)
    except ValueError:
        return birth.replace(year=year, day=28)


def age(birth, applied):
    return applied.year - birth.year - (applied < birthday(birth, applied.year))


def score(df):
    return [age(birth, applied) for birth, applied in zip(df["birth"], df["applied"], strict=True)]

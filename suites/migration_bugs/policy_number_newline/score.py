import re

PATTERN = re.compile(r"^[A-Z]{2}[0-9]{6}$")


def score(df):
    return [PATTERN.match(policy) is not None for policy in df["policy"]]

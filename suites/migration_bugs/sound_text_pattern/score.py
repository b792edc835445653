import re

PATTERN = re.compile(r"[A-Z]{2}-[0-9]{4,6}")


def score(df):
    valid = [PATTERN.fullmatch(policy) is not None for policy in df["policy"]]
    branch = [policy[:2] if ok else "" for policy, ok in zip(df["policy"], valid, strict=True)]
    return {"valid": valid, "branch": branch}

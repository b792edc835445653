"""Forms in Python that are sums of step functions of one input each, and forms that only look like it."""

# ruff: noqa: E501 - code as people write it

#: Scorecards in the styles in which people write them.
PROVED = {
    "digitize": """
import numpy as np
EDGES=[18,30,45]; P=np.array([1,2,3,4])
def score(df): return P[np.digitize(df["age"], EDGES)] + np.where(df["income"] >= 1000, 20, 5)
""",
    "pd.cut with labels": """
import numpy as np, pandas as pd
def score(df):
    a = pd.cut(df["age"], [-np.inf, 25, 40, np.inf], labels=[10, 20, 30]).astype(float).fillna(5)
    g = df["grade"].map({"a": 3, "b": 4}).fillna(0)
    return a + g
""",
    "np.select": """
import numpy as np
def score(df):
    age = df["age"]
    pts = np.select([age.isna(), age < 25, age < 40], [3, 10, 20], default=30)
    inc = np.select([df.income < 100, df.income.between(100, 500)], [1, 2], 3)
    return {"score": 500 + pts + inc}
""",
    "rows with ifs": """
def score_row(row):
    total = 500
    if row["age"] != row["age"]:
        total += 1
    elif row["age"] < 25:
        total += 10
    else:
        total += 20
    if row["income"] > 1000:
        total += 7
    grade = row["grade"]
    if grade == "a":
        total -= 5
    elif grade in ("b", "c"):
        total -= 3
    return total
def score(df): return df.apply(score_row, axis=1)
""",
    "table of bins, early return": """
import math
TABLE = {"age": [(25, 10), (40, 20), (float("inf"), 30)], "income": [(100, 1), (float("inf"), 2)]}
def points(value, bins, missing=0):
    if value is None or math.isnan(value):
        return missing
    for upper, pts in bins:
        if value <= upper:
            return pts
    return bins[-1][1]
def score(df):
    total = 0
    for name, bins in TABLE.items():
        total = total + df[name].apply(lambda v, b=bins: points(v, b, 4))
    return total
""",
    "dict comprehension over characteristics": """
import numpy as np
CARD = {"age": {"edges": [25, 40], "points": [10, 20, 30], "missing": 5}, "income": {"edges": [100], "points": [1, 2], "missing": 0}}
def points(x, entry):
    x = x.to_numpy(dtype="float64", na_value=np.nan)
    p = np.asarray(entry["points"])[np.searchsorted(entry["edges"], x, side="right")]
    return np.where(np.isnan(x), entry["missing"], p)
def score(df):
    parts = {name: points(df[name], entry) for name, entry in CARD.items()}
    total = sum(parts.values())
    return {"score": 600 + 20 / np.log(2) * total}
""",
    "loop over records": """
def score(df):
    out = []
    for row in df.to_dict("records"):
        s = 100
        s += 10 if row["age"] > 30 else 5
        s += {"a": 1, "b": 2}.get(row["grade"], 0)
        out.append(s)
    return out
""",
    "frame of points": """
import numpy as np, pandas as pd
WOE = {"a": -0.3, "b": 0.7}
def score(df):
    p = pd.DataFrame({"age": np.where(df.age < 30, 0.5, -0.5), "grade": df.grade.map(WOE).fillna(0.0)})
    logit = -1.5 + p.sum(axis=1) * 0.8
    return 1 / (1 + np.exp(-logit))
""",
    "masks": """
import numpy as np
def score(df):
    pts = np.zeros(len(df))
    age = df["age"].fillna(-1)
    pts[(age >= 0) & (age < 30)] = 5
    pts[age >= 30] = 9
    more = np.full(len(df), 3.0)
    more[df["count"] == 99] = 7
    return np.round(pts + more).clip(3, 12)
""",
    "a class with a method": """
import numpy as np
from dataclasses import dataclass
@dataclass(frozen=True)
class Characteristic:
    name: str
    edges: tuple
    points: tuple
    def score(self, column):
        return np.array(self.points)[np.digitize(column, self.edges)]
CARD = [Characteristic("age", (20, 30), (1, 2, 3)), Characteristic("income", (10,), (0, 9))]
class Card:
    base = 500
    def __init__(self, parts): self.parts = parts
    def total(self, df):
        total = np.full(len(df), self.base)
        for one in self.parts:
            total = total + one.score(df[one.name])
        return total
card = Card(CARD)
def score(df): return card.total(df)
""",
    "iterrows with a total": """
import numpy as np
def score(df):
    result = np.zeros(len(df))
    for i in range(len(df)):
        row = df.iloc[i]
        s = 0.0
        if row["income"] / 12 > 100: s += 3
        s += 1 if row["owner"] else 2
        result[i] = s
    return result
""",
    "frame of points, summed by name": """
import pandas as pd
def score(df):
    pts = df.copy()
    pts["age_pts"] = pd.cut(df["age"], bins=[0, 18, 30, 200], labels=False, right=False).map({0: 1, 1: 2, 2: 3})
    pts["inc_pts"] = df["income"].apply(lambda v: 4 if v >= 100 else 2)
    return pts[["age_pts", "inc_pts"]].sum(axis=1)
""",
}

#: What each of them hides makes it no such sum, or makes it impossible to tell.
UNPROVED = {
    "interaction hidden in a helper": """
import numpy as np
def extra(a, b): return np.where((a > 30) & (b > 1000), 5, 0)
def score(df): return np.where(df.age > 25, 10, 5) + extra(df.age, df.income)
""",
    "product of two terms": """
import numpy as np
def score(df): return np.where(df.age > 25, 10, 5) * np.where(df.income > 25, 10, 5)
""",
    "alias through a mutable dict": """
import numpy as np
def score(df):
    held = {"a": np.where(df.age > 25, 10, 5)}
    other = held
    other["a"] = np.where(df.income > 10, held["a"], 0)
    return held["a"] + np.where(df.income > 99, 1, 0)
""",
    "alias of an array": """
import numpy as np
def score(df):
    a = np.where(df.age > 25, 10, 5)
    b = a
    b[df.income > 10] = 0
    return a + np.where(df.income > 5, 1, 2)
""",
    "a term that reads another input in one branch": """
def points(row):
    if row["age"] > 30:
        return 10
    if row["income"] > 1000:
        return 5
    return 0
def score(df): return df.apply(points, axis=1)
""",
    "threshold from the data": """
import numpy as np
def score(df): return np.where(df.age > df.age.mean(), 10, 5)
""",
    "threshold of another input": """
import numpy as np
def score(df): return np.where(df.age > df.income, 10, 5)
""",
    "in place change of the frame": """
import numpy as np
def score(df):
    df.loc[df.income > 10, "age"] = 0
    return np.where(df.age > 25, 10, 5)
""",
    "column replaced by a mixture": """
import numpy as np
def score(df):
    df["age"] = np.where(df.income > 5, df.age, 0)
    return np.where(df.age > 25, 10, 5)
""",
    "shadowed builtin": """
import numpy as np
def sum(parts): return parts[0] * parts[1]
def score(df): return sum([np.where(df.age > 25, 10, 5), np.where(df.income > 25, 10, 5)])
""",
    "shadowed module": """
import numpy
class np:
    @staticmethod
    def where(c, a, b): return numpy.where(c, a, b) * COUNT[0]
COUNT = [1]
def score(df): return np.where(df.age > 25, 10, 5) * np.where(df.income > 25, 10, 5)
""",
    "patched library function": """
import numpy as np
_w = np.where
def evil(c, a, b):
    return _w(c, a, b) * len(set(c))
np_where = np.where
import types
mod = types.ModuleType("numpy2"); mod.where = evil
def score(df): return mod.where(df.age > 25, 10, 5)
""",
    "a global that changes during the call": """
import numpy as np
LAST = [0]
def score(df):
    LAST[0] += 1
    return np.where(df.age > LAST[0], 10, 5)
""",
    "a global rebound": """
import numpy as np
LIMIT = 3
def score(df):
    global LIMIT
    LIMIT = LIMIT + 1
    return np.where(df.age > LIMIT, 10, 5)
""",
    "lookup by two inputs": """
TABLE = {("a", 1): 5}
def score(df): return [TABLE.get((g, n), 0) for g, n in zip(df["grade"], df["count"])]
""",
    "table of two dimensions": """
import numpy as np
T = np.arange(9).reshape(3, 3)
def score(df): return T[np.digitize(df.age, [1, 2]), np.digitize(df.income, [1, 2])]
""",
    "bins from the data": """
import pandas as pd
def score(df): return pd.cut(df.age, 4, labels=False)
""",
    "quantiles": """
import pandas as pd
def score(df): return pd.qcut(df.age, 4, labels=False)
""",
    "bins around an input": """
import numpy as np
def score(df): return np.digitize(df.age, np.sort(df.income))
""",
    "bool plus bool is or": """
def score(df): return (df.age > 25) + (df.income > 10)
""",
    "text put together": """
import numpy as np
def score(df): return np.where(df.age > 25, "a", "b") + np.where(df.income > 10, "c", "d")
""",
    "running total over rows": """
def score(df):
    out, last = [], 0
    for _, row in df.iterrows():
        last = last + (10 if row["age"] > 30 else 5)
        out.append(last)
    return out
""",
    "value of the row before": """
def score(df):
    out = []
    for i, row in df.iterrows():
        if row["age"] > 30:
            seen = 10
        out.append(seen)
    return out
""",
    "codes of this batch": """
def score(df): return df["grade"].astype("category").cat.codes
""",
    "rank": """
def score(df): return df["age"].rank()
""",
    "a linear term": """
import numpy as np
def score(df): return np.where(df.income > 1, 1, 2) + 0.5 * df.age
""",
    "a linear term in one branch": """
import numpy as np
def score(df): return np.where(df.age > 10, df.age, 3) + np.where(df.income > 1, 1, 2)
""",
    "two cut-offs after the sum combined with an input": """
import numpy as np
def score(df):
    t = np.where(df.age > 10, 1, 3) + np.where(df.income > 1, 1, 2)
    return np.where((t > 3) & (df.age > 50), 0, t)
""",
    "links of two sums": """
import numpy as np
def score(df):
    a = np.where(df.age > 10, 1, 3) + np.where(df.income > 1, 1, 2)
    b = np.where(df.age > 20, 1, 3) + np.where(df.income > 4, 1, 2)
    return np.exp(a) + np.exp(b)
""",
    "rounded parts then max": """
import numpy as np
def score(df): return np.maximum(np.where(df.age > 10, 1, 3), np.where(df.income > 1, 1, 2))
""",
    "narrow integers wrap": """
import numpy as np
A = np.array([100, 27], dtype=np.int8)
def score(df): return A[np.digitize(df.age, [1])] + A[np.digitize(df.income, [1])]
""",
    "class with its own addition": """
import numpy as np
class P(int):
    def __add__(self, other): return other * self
    __radd__ = __add__
K = P(3)
def score(df): return np.where(df.age > 1, 1, 2) + K
""",
    "dict of its own class": """
class D(dict):
    def __getitem__(self, k): return 7
    def get(self, k, d=None): return 7
T = D(a=1)
def score(df): return df["grade"].map(T)
""",
    "decorated function": """
import numpy as np
def twice(f): return lambda x, y: f(x, y) * f(y, x)
@twice
def pts(x, y): return np.where(x > 1, 1, 2)
def score(df): return pts(df.age, df.income)
""",
    "made by exec": """
import numpy as np
exec("def pts(x, y): return np.where(x > y, 1, 2)")
def score(df): return pts(df.age, df.income)
""",
    "getattr": """
import numpy as np
def score(df): return np.where(getattr(df, "age") > getattr(df, "income"), 1, 2)
""",
    "property of an object": """
import numpy as np
class C:
    @property
    def limit(self): return 5
CARD = C()
def score(df): return np.where(df.age > CARD.limit, 1, 2)
""",
    "try": """
import numpy as np
def score(df):
    try: x = np.where(df.age > 3, 1, 2)
    except Exception: x = df.income
    return x
""",
    "closure changed later": """
import numpy as np
def points(row):
    limit = 3
    f = lambda: row["age"] > limit
    if row["income"] > 5:
        limit = 60
    return 1 if f() else 0
def score(df): return df.apply(points, axis=1)
""",
    "list filled behind a condition": """
def points(row):
    parts = []
    if row["age"] > 3: parts.append(1)
    if row["income"] > 3: parts.append(2)
    return max(parts) if parts else 0
def score(df): return df.apply(points, axis=1)
""",
    "rows filtered": """
import numpy as np
def score(df):
    df = df[df.income > 3]
    return np.where(df.age > 3, 1, 2)
""",
    "sorted": """
import numpy as np
def score(df): return np.where(df.sort_values("income").age > 3, 1, 2)
""",
    "shifted": """
import numpy as np
def score(df): return np.where(df.age.shift(1) > 3, 1, 2)
""",
    "view changed through the array": """
import numpy as np
def score(df):
    v = df["age"].to_numpy()
    v[df["income"] > 3] = 0
    return np.where(df["age"] > 3, 1, 2)
""",
    "text pattern of free text": """
import numpy as np
def score(df): return np.where(df["free"].str.startswith("A"), 1, 2)
""",
    "mixed types become text": """
import numpy as np
def score(df):
    x = np.where(df["age"].isna(), "none", df["age"])
    return np.where(x == "30.0", 1, 2) + np.where(df.income > 1, 1, 2)
""",
    "integers cut": """
import numpy as np
def score(df): return np.vectorize(lambda a: 1 if a > 3 else 2.5)(df.age)
""",
    "a default that is shared": """
import numpy as np
def pts(x, seen=[]):
    seen.append(1)
    return np.where(x > len(seen), 1, 2)
def score(df): return pts(df.age)
""",
    "xor of two": """
import numpy as np
def score(df): return np.where((df.age > 3) ^ (df.income > 3), 1, 2)
""",
    "scalar and of two": """
def score(df): return [1 if a > 3 and i > 5 else 0 for a, i in zip(df.age, df.income)]
""",
    "subtraction chooses": """
import numpy as np
def score(df):
    t = np.where(df.age > 3, 1, 2) + np.where(df.income > 3, 1, 2)
    return t * t + np.where(df.age > 3, 1, 2)
""",
    "taken away in one branch": """
def points(row):
    p = 3 if row["income"] > 5 else 8
    return 10 - p if row["age"] > 3 else p
def score(df): return df.apply(points, axis=1)
""",
    "a sum taken away in one branch": """
import numpy as np
def score(df):
    t = np.where(df.income > 3, 1, 2) + np.where(df["count"] > 3, 1, 2)
    return np.where(df.age > 3, 10 - t, t)
""",
    "scaled in one branch": """
import numpy as np
def score(df):
    t = np.where(df.income > 3, 1, 2) + np.where(df["count"] > 3, 1, 2)
    return np.where(df.age > 3, 2 * t, t)
""",
    "narrow integers shifted, then added": """
import numpy as np
A = np.array([100, 27], dtype=np.int8)
def score(df): return (A[np.digitize(df.age, [1])] + 1) * 1 + (A[np.digitize(df.income, [1])] + 1)
""",
    "truth values times truth values added": """
import numpy as np
def score(df): return (df.age > 1) * (df.age > 0) + (df.income > 2) * (df.income > 1)
""",
    "last row of a loop used after it": """
def score(df):
    for _, row in df.iterrows():
        s = 1 if row["age"] > 3 else 2
    return [s for _ in range(len(df))]
""",
    "zip of sorted": """
def score(df): return [1 if a > 3 else 2 for a in sorted(df["age"])]
""",
    "lambda in a loop sees the last": """
import numpy as np
def score(df):
    fs = []
    for name in ["age", "income"]:
        fs.append(lambda d: d[name])
    return np.where(fs[0](df) > 3, 1, 2) * np.where(fs[1](df) > fs[0](df) - 1, 1, 2)
""",
    "cumsum": """
import numpy as np
def score(df): return np.cumsum(np.where(df.age > 3, 1, 2))
""",
    "groupby transform": """
import numpy as np
def score(df): return df.groupby("grade")["age"].transform("mean")
""",
    "free variable that another function changes": """
import numpy as np
def make():
    k = 3
    def bump():
        nonlocal k
        k = k + 1
    def f(x):
        bump()
        return np.where(x > k, 1, 2)
    return f
f = make()
def score(df): return f(df.age)
""",
    "loaded lazily": """
import numpy as np
T = None
def table():
    global T
    if T is None: T = [3]
    return T
def score(df): return np.where(df.age > table()[0], 1, 2)
""",
}

import numpy as np

APPROVED = ["SIEMENS", "Siemens", "BAYER", "Bayer", "DEUTSCHE BAHN", "Deutsche Bahn"]


def score(df):
    return np.where(df["employer"].astype(str).isin(APPROVED), "approved", "check")

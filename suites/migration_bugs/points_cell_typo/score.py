import numpy as np

PURPOSES = ["car", "furniture", "education", "business"]
POINTS = np.array([[60, 52, 40], [55, 48, 33], [17, 64, 50], [45, 36, 20]])


def score(df):
    row = df["purpose"].astype(str).map(PURPOSES.index)
    return POINTS[row, np.digitize(df["duration"], [12, 36])]

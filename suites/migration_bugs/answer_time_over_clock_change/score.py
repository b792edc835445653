import pandas as pd


def wall_time(instants):
    return instants.dt.tz_localize("UTC").dt.tz_convert("Europe/Berlin").dt.tz_localize(None)


def score(df):
    return wall_time(df["answered"]) - wall_time(df["received"]) > pd.Timedelta(hours=72)

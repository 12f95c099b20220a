"""From the text of a cell to the kind its contract asks for."""

from __future__ import annotations

import pandas as pd

from bordergis.schema.contract import DTYPES

__all__ = ["POSITION_KINDS", "TIME_ZONE", "convert"]

TIME_ZONE = "Asia/Phnom_Penh"
"""Local time of the area; Asia/Bangkok keeps the same (UTC+7, no summer time)."""

POSITION_KINDS = {"lon": "number", "lat": "number"}
"""Columns of every table of places that become its points."""


def convert(values: pd.Series, kind: str) -> pd.Series:
    """Give the values of a column their kind; text stays text."""
    if kind in ("number", "whole"):
        return pd.to_numeric(values).astype(DTYPES[kind])
    if kind == "date":
        return pd.to_datetime(values, format="ISO8601").astype(DTYPES["date"])
    if kind == "time":
        return pd.to_datetime(values, format="ISO8601").dt.tz_convert(TIME_ZONE)
    if kind == "flag":
        return values.map({"true": True, "false": False}).astype("boolean")
    return values

"""From the text of a cell to the kind its contract asks for."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pandas as pd

from bordergis.errors import UnitError
from bordergis.schema.contract import DTYPES

__all__ = ["POSITION_KINDS", "TIME_ZONE", "convert", "local_day"]

TIME_ZONE = "Asia/Phnom_Penh"
"""Local time of the area; Asia/Bangkok keeps the same (UTC+7, no summer time)."""

BUDDHIST_YEARS = range(2400, 2601)
"""Years that, asked for as a date, are of the Buddhist era; in the common one everything would be long over."""

POSITION_KINDS = {"lon": "number", "lat": "number"}
"""Columns of every table of places that become its points."""


def local_day(date: dt.date | str) -> dt.date:
    """Give the day, local (UTC+7), of a date, a moment or ISO text.

    Raises
    ------
    ValueError
        If the text is not an ISO date.
    UnitError
        If there is no date, or the year is of the Buddhist era.

    Examples
    --------
    >>> local_day("2026-01-14"), local_day(dt.datetime(2026, 1, 14, 20, tzinfo=dt.UTC))
    (datetime.date(2026, 1, 14), datetime.date(2026, 1, 15))
    """
    day = dt.date.fromisoformat(date) if isinstance(date, str) else date
    if isinstance(day, dt.datetime) and not pd.isna(day):
        day = (day.astimezone(ZoneInfo(TIME_ZONE)) if day.tzinfo else day).date()
    if pd.isna(day):
        raise UnitError("There is no date; give one such as 2026-01-14.")
    if day.year in BUDDHIST_YEARS:
        raise UnitError(f"{day}: the year is one of the Buddhist era; give that of the common era, {day.year - 543}.")
    return day


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

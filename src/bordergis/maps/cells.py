"""From the cells of a layer to the text that the page shows. Text is carried, never interpreted."""

from __future__ import annotations

import datetime as dt
from itertools import starmap
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bordergis.maps.text import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bordergis.maps.text import Words

__all__ = [
    "Text",
    "cell_text",
    "coded",
    "dates",
    "joined",
    "lengths",
    "metres_text",
    "numbers",
    "precision",
    "sensitive",
    "source",
    "texts",
]

Text = list[str | None]
"""A column of text; ``None`` is missing."""

KILOMETRE_M = 1000.0


def cell_text(value: Any) -> str | None:  # noqa: ANN401 - whatever a cell holds
    """Give one cell as the text to show; missing stays missing.

    Examples
    --------
    >>> cell_text(3.0), cell_text(float("nan")), cell_text(("A", "B")), cell_text(pd.Timestamp("2026-01-14"))
    ('3', None, 'A, B', '2026-01-14')
    """
    match value:
        case str():
            return value or None
        case list() | tuple() | set() | frozenset():
            return ", ".join(str(part) for part in value) or None
        case bool() | np.bool_():
            return str(bool(value)).lower()
        case dt.date() | np.datetime64():
            return _moment_text(pd.Timestamp(value))
        case float() | np.floating() if np.isfinite(value) and value == int(value):
            return str(int(value))
    return None if pd.isna(value) else str(value)


def texts(frame: pd.DataFrame, column: str) -> Text:
    """Give a column as text; all missing where the layer has no such column."""
    if column not in frame:
        return [None] * len(frame)
    return [cell_text(value) for value in frame[column]]


def coded(frame: pd.DataFrame, column: str, words: Words) -> Text:
    """Give a column of codes in the reader's words."""
    return [None if value is None else say(words, f"value.{column}", value) for value in texts(frame, column)]


def joined(*columns: Text, mark: str = " · ") -> Text:
    """Join columns row by row, leaving out what is missing.

    Examples
    --------
    >>> joined(["2026-01-06", None], ["Prey Chan", None])
    ['2026-01-06 · Prey Chan', None]
    """
    return [mark.join(filter(None, row)) or None for row in zip(*columns, strict=True)]


def numbers(frame: pd.DataFrame, column: str) -> list[float]:
    """Give a column of numbers; NaN where there is none."""
    if column not in frame:
        return [float("nan")] * len(frame)
    found = pd.to_numeric(frame[column], errors="coerce")
    return [float(value) for value in found.to_numpy(dtype=float, na_value=np.nan)]


def metres_text(metres: float) -> str:
    """Give a length as a reader says it.

    Examples
    --------
    >>> metres_text(500.0), metres_text(5000.0), metres_text(1250.0)
    ('500 m', '5 km', '1.25 km')
    """
    return f"{metres:,.0f} m" if metres < KILOMETRE_M else f"{metres / KILOMETRE_M:,.4g} km"


def lengths(frame: pd.DataFrame, column: str) -> Text:
    """Give a column of metres as text."""
    return [metres_text(value) if np.isfinite(value) else None for value in numbers(frame, column)]


def dates(frame: pd.DataFrame) -> Text:
    """Give the date of each row: one day, or first and last."""
    if "date_start" not in frame:
        return texts(frame, "date")
    return list(starmap(_span, zip(texts(frame, "date_start"), texts(frame, "date_end"), strict=True)))


def sensitive(frame: pd.DataFrame) -> list[bool]:
    """Tell which rows are marked sensitive."""
    return [value == "sensitive" for value in texts(frame, "sensitivity")]


def precision(frame: pd.DataFrame, words: Words) -> Text:
    """Say in words how finely each position is known."""
    rows = zip(coded(frame, "position_class", words), lengths(frame, "position_radius_m"), sensitive(frame), strict=True)
    return [words["value.withheld"] if hidden else _about(place, radius, words) for place, radius, hidden in rows]


def source(frame: pd.DataFrame, titles: Mapping[str, str]) -> Text:
    """Name the source of each row, with the record inside it."""
    named = [None if name is None else titles.get(name, name) for name in texts(frame, "source_id")]
    return joined(named, texts(frame, "source_ref"), mark="; ")


def _moment_text(moment: pd.Timestamp) -> str | None:
    if pd.isna(moment):
        return None
    return moment.date().isoformat() if moment == moment.normalize() else moment.isoformat(timespec="minutes")


def _span(first: str | None, last: str | None) -> str | None:
    return first if last in (None, first) else f"{first} to {last}"


def _about(place: str | None, radius: str | None, words: Words) -> str | None:
    return words["value.about"].format(place=place, radius=radius) if place and radius else place

"""From the cells of a layer to the text that the page shows. Text is carried, never interpreted.

A column is kept as a dictionary of its different texts and a code a row, so that a layer of a hundred thousand rows costs what its
different values cost.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import NDArray

__all__ = [
    "Text",
    "cell_text",
    "constant",
    "days_of",
    "is_shelter",
    "joined",
    "lengths",
    "metres_text",
    "numbers",
    "position_classes",
    "source",
    "texts",
    "withheld",
]

KILOMETRE_M = 1000.0
OPEN = np.iinfo(np.int64).min
"""A day that is not told."""
SHELTER = re.compile(r"\b(camps?|shelters?|displace\w*|evacu\w*|idps?|refugees?)\b|พักพิง|อพยพ|ជំរំ|ជម្រក|ភៀស", re.IGNORECASE)
"""Kinds of place where displaced people stay, in the words of any source."""


@dataclass(frozen=True, slots=True)
class Text:
    """A column of text: the code of each row is the number of its word from 1 on; 0 is missing."""

    words: list[str]
    codes: NDArray[np.int64]

    def to_list(self) -> list[str | None]:
        """Give the text of every row."""
        return np.array([None, *self.words], dtype=object)[self.codes].tolist()

    def map(self, change: Callable[[str], str], missing: str | None = None) -> Text:
        """Change every word; rows without one take ``missing``."""
        return _by_code([missing, *map(change, self.words)], self.codes)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Text:
        """Choose rows."""
        return Text(self.words, self.codes[rows])

    def is_any_of(self, words: Iterable[str]) -> NDArray[np.bool_]:
        """Tell which rows have one of these words."""
        wanted = set(words)
        return np.array([False, *(word in wanted for word in self.words)])[self.codes]

    def __bool__(self) -> bool:
        """Whether any row has text."""
        return bool(self.codes.any())


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
        return constant(None, len(frame))
    values = frame[column]
    try:
        codes, unique = pd.factorize(values)
    except TypeError:  # lists and the like
        codes, unique = np.arange(len(values)), list(values)
    if isinstance(values.dtype, pd.StringDtype):  # every word is different already
        words = unique.tolist()
        return Text(words, codes + 1) if "" not in words else _by_code([None, *(word or None for word in words)], codes + 1)
    return _by_code([None, *(cell_text(value) for value in unique)], codes + 1)


def constant(word: str | None, n: int) -> Text:
    """Give one word for every row."""
    return Text([], np.zeros(n, np.int64)) if word is None else Text([word], np.ones(n, np.int64))


def joined(first: Text, second: Text, mark: str) -> Text:
    """Join two columns row by row, leaving out what is missing.

    Examples
    --------
    >>> joined(Text(["a"], np.array([1, 0])), Text(["b", "c"], np.array([1, 2])), " · ").to_list()
    ['a · b', 'c']
    """
    wide = len(second.words) + 1
    pairs, codes = np.unique(first.codes * wide + second.codes, return_inverse=True)
    ahead, behind = ([None, *text.words] for text in (first, second))
    return _by_code([mark.join(filter(None, (ahead[pair // wide], behind[pair % wide]))) or None for pair in pairs.tolist()], codes)


def numbers(frame: pd.DataFrame, column: str) -> NDArray[np.float64]:
    """Give a column of numbers; NaN where there is none."""
    if column not in frame:
        return np.full(len(frame), np.nan)
    return pd.to_numeric(frame[column], errors="coerce").to_numpy(dtype=float, na_value=np.nan)


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
    unique, codes = np.unique(numbers(frame, column), return_inverse=True)
    return _by_code([metres_text(value) if np.isfinite(value) else None for value in unique], codes)


def days_of(frame: pd.DataFrame, column: str) -> NDArray[np.int64]:
    """Give a column of dates as whole days since 1970-01-01; :data:`OPEN` where none is told.

    Examples
    --------
    >>> days_of(pd.DataFrame({"start": pd.to_datetime(["1970-01-03", None])}), "start").tolist() == [2, OPEN]
    True
    """
    if column not in frame:
        return np.full(len(frame), OPEN)
    return pd.to_datetime(frame[column]).to_numpy().astype("datetime64[D]").astype(np.int64)  # numpy's own missing day is OPEN


def position_classes(frame: pd.DataFrame) -> Text:
    """Say how finely each position is known; ``withheld`` where it must not be drawn."""
    found = texts(frame, "position_class")
    return Text([*found.words, "withheld"], np.where(withheld(frame), len(found.words) + 1, found.codes))


def withheld(frame: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell of which rows no layer draws the position: those marked sensitive, and places where displaced people stay.

    Examples
    --------
    >>> withheld(pd.DataFrame({"kind": ["school", "evacuation_centre", "school"], "sensitivity": [None, None, "sensitive"]}))
    array([False,  True,  True])
    """
    return texts(frame, "sensitivity").is_any_of(["sensitive"]) | is_shelter(frame)


def is_shelter(frame: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which rows are, by their kind, places where displaced people stay."""
    kinds = texts(frame, "kind")
    return kinds.is_any_of(kind for kind in kinds.words if SHELTER.search(kind.replace("_", " ")))


def source(frame: pd.DataFrame, titles: Mapping[str, str]) -> Text:
    """Name the source of each row, with the record inside it."""
    named = texts(frame, "source_id").map(lambda name: titles.get(name, name))
    return joined(named, texts(frame, "source_ref"), "; ")


def _by_code(said: list[str | None], codes: NDArray[np.int64]) -> Text:
    """Make a column of the text of each code; different codes may have the same text."""
    number = {word: n for n, word in enumerate(dict.fromkeys(word for word in said if word is not None), start=1)}
    return Text(list(number), np.array([0 if word is None else number[word] for word in said], dtype=np.int64)[codes])


def _moment_text(moment: pd.Timestamp) -> str | None:
    if pd.isna(moment):
        return None
    return moment.date().isoformat() if moment == moment.normalize() else moment.isoformat(timespec="minutes")

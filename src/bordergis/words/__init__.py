"""Every word that a reader of maps and reports sees, by language: one table each, with the same keys."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

from bordergis.errors import UnknownNameError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    import pandas as pd

    Words = Mapping[str, str]

__all__ = ["LANGUAGES", "as_heading", "day_in_words", "in_every_language", "period_in_words", "retold", "say", "words_for"]

LANGUAGES = ("en", "km", "th")
"""English, Khmer, Thai: the order of the switch, alphabetical by code."""

BLANKS = {"layer": "layer", "country": "value.country"}
"""What is filled into a sentence is itself worded where it is a code of one of these groups."""


@cache
def words_for(language: str) -> Words:
    """Give the table of words of a language.

    Parameters
    ----------
    language
        ``en``, ``km`` or ``th``.

    Returns
    -------
    Mapping
        Key (such as ``brief.unknown``) to words; ``{…}`` stands for what is filled in.

    Raises
    ------
    UnknownNameError
        If there is no table for it.

    Examples
    --------
    >>> words_for("en")["month.1"]
    'January'
    """
    if language not in LANGUAGES:
        raise UnknownNameError(f"There are no words in {language!r}; there are: {', '.join(LANGUAGES)}.")
    table = tomllib.loads(files("bordergis.words").joinpath(f"{language}.toml").read_text(encoding="utf-8"))
    return MappingProxyType(dict(_flat(table)))


def in_every_language(key: str, **values: object) -> dict[str, str]:
    """Give the words for a key in each language, their blanks filled in.

    Examples
    --------
    >>> in_every_language("look.land.water")["km"]
    'ទឹក'
    """
    return {language: words_for(language)[key].format(**values) for language in LANGUAGES}


def as_heading(text: str) -> str:
    """Begin a text with a capital, where its script has them.

    Examples
    --------
    >>> as_heading("fighting of July 2025")
    'Fighting of July 2025'
    """
    return text[:1].upper() + text[1:]


def say(words: Words, group: str, value: str) -> str:
    """Give the words for a coded value, or the code itself with its underscores opened.

    Examples
    --------
    >>> say(words_for("en"), "place", "KH22"), say(words_for("en"), "place", "no_such_place")
    ('Oddar Meanchey', 'no such place')
    """
    return words.get(f"{group}.{value}", value.replace("_", " "))


def retold(text: str) -> dict[str, str] | None:
    """Give a sentence of ours, which stands in English beside the data, in every language; nothing where no table knows it.

    Examples
    --------
    >>> retold("no layer of facilities was given")["th"]
    'ไม่มีชั้นข้อมูล “โรงเรียนและสถานพยาบาล”'
    >>> retold("what an analyst wrote")
    """
    for key, pattern in _sentences():
        found = pattern.fullmatch(text)
        if found is not None:
            return {language: text if language == "en" else _filled(key, found.groupdict(), words_for(language)) for language in LANGUAGES}
    return None


def _filled(key: str, blanks: Mapping[str, str], words: Words) -> str:
    return words[key].format(**{name: words.get(f"{BLANKS.get(name)}.{value}", value) for name, value in blanks.items()})


@cache
def _sentences() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Give the sentences as patterns, each blank of which fits any text."""
    known = ((key, text) for key, text in words_for("en").items() if key.startswith("told."))
    return tuple((key, re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(text)), re.DOTALL)) for key, text in known)


def day_in_words(day: dt.date, words: Words) -> str:
    """Write a day with the month's name; years are those of the Common Era in every language.

    Examples
    --------
    >>> import datetime as dt
    >>> day_in_words(dt.date(2026, 1, 14), words_for("en"))
    '14 January 2026'
    """
    return words["date.day"].format(day=day.day, month=words[f"month.{day.month}"], year=day.year)


def period_in_words(name: str, periods: pd.DataFrame, words: Words) -> str:
    """Give the name of a period in the language; one that the table does not know keeps its own.

    Parameters
    ----------
    name
        The period's name in the data, as :attr:`bordergis.situation.Situation.period` gives it.
    periods
        The named periods; a name that none of them has stands for the time before them.
    words
        The table of the language.

    Examples
    --------
    >>> import bordergis as bg
    >>> now = bg.load("2025-07-25")
    >>> period_in_words(now.period, now.periods, words_for("en"))
    'fighting of July 2025'
    """
    found = periods.loc[periods["name"] == name, "period_id"]
    return words.get(f"period.{found.iloc[0]}", name) if len(found) else words["period.before"]


def _flat(table: Mapping[str, object], above: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", str(value)

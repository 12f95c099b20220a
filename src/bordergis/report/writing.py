"""Sentences in the making: templates filled in, in one language, with every number noted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bordergis.words import day_in_words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from bordergis.words import Words

__all__ = ["NUMBER_COLUMNS", "Number", "Text", "Writer"]

WHOLE_KM_FROM = 100.0  # rounding by size: a long stretch of line is not known to a hundred metres


@dataclass(frozen=True)
class Number:
    """One number of a brief, with what it counts and the rows it comes from."""

    low: float
    high: float
    definition: str
    as_of: dt.date
    author: str
    layer: str
    rows: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    qualifier: str = "exact"


NUMBER_COLUMNS = ["note", "sentence", "shown", "low", "high", "definition", "as_of", "author", "layer", "rows", "sources", "qualifier"]


@dataclass
class Writer:
    """Sentences in the making, in one language, with the numbers in them counted."""

    words: Words
    date: dt.date
    plain: list[str] = field(default_factory=list)
    marked: list[str] = field(default_factory=list)
    rows: list[tuple[Any, ...]] = field(default_factory=list)

    def day(self, day: dt.date) -> str:
        """Write a day in words."""
        return day_in_words(day, self.words)

    def count(self, what: str, low: float, high: float | None = None, *, layer: str, rows: Iterable[str] = ()) -> Number:
        """Make a number that bordergis counted: from ``low`` (for every position) to ``high`` (for some)."""
        definition, author = self.words[f"brief.definition_{what}"], self.words["brief.computed_here"]
        return Number(low, low if high is None else high, definition, self.date, author, layer, tuple(rows))

    def say(self, key: str, **parts: str | Number | Text) -> None:
        """Add a sentence."""
        text = self.fill(f"brief.{key}", **parts)
        self.plain.append(text.plain)
        self.marked.append(text.marked)

    def fill(self, key: str, **parts: str | Number | Text) -> Text:
        """Fill in a template; numbers are noted in the order in which they are given."""
        texts = {name: self.text(part) for name, part in parts.items()}
        template = self.words[key]
        return Text(*(template.format(**{name: getattr(text, form) for name, text in texts.items()}) for form in ("plain", "marked")))

    def text(self, part: str | Number | Text) -> Text:
        """Give the words of a part; a number gets its note."""
        if isinstance(part, str):
            return Text(part, part)
        if isinstance(part, Text):
            return part
        shown, note = self._shown(part), len(self.rows) + 1
        self.rows.append(
            (note, len(self.plain), shown, part.low, part.high, part.definition, part.as_of, part.author, part.layer, part.rows,
             part.sources, part.qualifier)
        )  # fmt: skip
        return Text(shown, f"{shown} [{note}]")

    def join(self, parts: Iterable[Text], mark: str) -> Text:
        """Join texts."""
        texts = list(parts)
        return Text(*(self.words[f"brief.{mark}"].join(getattr(text, form) for text in texts) for form in ("plain", "marked")))

    def _shown(self, number: Number) -> str:
        low, high = (_rounded(value) for value in (number.low, number.high))
        value = low if low == high else self.words["brief.range"].format(low=low, high=high)
        key = f"qualifier.{number.qualifier}"
        return self.words.get(key, self.words["qualifier.other"]).format(value=value, qualifier=number.qualifier)


@dataclass(frozen=True)
class Text:
    """Words without and with the numbers of their notes."""

    plain: str
    marked: str


def _rounded(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) or value >= WHOLE_KM_FROM else f"{value:,.1f}"

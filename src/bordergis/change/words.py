"""A change in words: what is unknown first, what is real told apart from what is not, nothing said of who is right."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bordergis.change.causes import CAUSES, JOIN, REAL
from bordergis.words import say, words_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import pandas as pd

    from bordergis.change.snapshot import Snapshot
    from bordergis.words import Words

__all__ = ["basis_in_words", "cause_in_words", "columns_in_words", "sentences", "state_in_words"]

NAMES_SHOWN = 8
BY_ID = ["incident", "figure", "zone", "rule"]
ANSWERED = ["access", "in_zone", "cut_off"]
GROUPS = {
    **dict.fromkeys(["access", "checkpoint", "closure"], "value.status"), "in_zone": "value.in_zone", "cut_off": "change.roads",
    "incident": "value.category", "source": "change.use",
}  # fmt: skip
"""The words of the states that are a code."""


def sentences(table: pd.DataFrame, before: Snapshot, after: Snapshot, *, lang: str) -> tuple[str, ...]:
    """Tell a change in words.

    Raises
    ------
    UnknownNameError
        If there are no words in the language.
    """
    return tuple(_told(table, before, after, words_for(lang)))


def cause_in_words(cause: str, words: Words) -> str:
    """Say what made a difference, or the several causes that did.

    Examples
    --------
    >>> cause_in_words("rules + software", words_for("en"))
    'the rules or zones differ + the software differs'
    """
    return JOIN.join(say(words, "change.cause", part) for part in cause.split(JOIN))


def state_in_words(kind: str, state: str, words: Words) -> str:
    """Say in a language what a thing of some kind was or is; names and versions stay as they are.

    Parameters
    ----------
    kind, state
        Of a row of :attr:`SituationChange.table`: its ``kind``, and its ``before`` or ``after``.
    words
        The words of the language.

    Examples
    --------
    >>> state_in_words("zone", "in force, of 3 incidents", words_for("th"))
    'มีผล จาก 3 เหตุการณ์'
    >>> state_in_words("figure", "more than 640,000 people", words_for("km"))
    'ជាង 640,000 នាក់'
    >>> state_in_words("village", "Ban Nong Chan", words_for("km"))
    'Ban Nong Chan'
    """
    if kind in GROUPS:
        return say(words, GROUPS[kind], state)
    pattern, told = PATTERNS.get(kind, (None, None))
    found = pattern and pattern.fullmatch(state)
    return told(found, words) if found and told else state


def columns_in_words(columns: str, words: Words) -> str:
    """Name the columns that differ, as the map names them where it shows them.

    Examples
    --------
    >>> columns_in_words("casualties_as_reported, geometry", words_for("en"))
    'Casualties, as reported; position or outline'
    """
    return "; ".join(words.get(f"field.{column}") or say(words, "change.column", column) for column in columns.split(", "))


def basis_in_words(kind: str, reasons: str, words: Words) -> str:
    """Say who says so, and of a figure what the same author had said before; names without words stay as they are.

    Examples
    --------
    >>> basis_in_words("figure", "according to NCDM (KHM); before: 40 schools (2026-01-07)", words_for("th"))
    'ตาม คณะกรรมการแห่งชาติเพื่อการจัดการภัยพิบัติกัมพูชา; ก่อนหน้า: 40 โรงเรียน (2026-01-07)'
    """
    found = BASIS.fullmatch(reasons)
    if not found:
        return reasons
    basis = words["change.according"].format(author=words.get(f"author.{found['author']}", found["author"]))
    if not found["state"]:
        return basis
    return words["change.before_told"].format(basis=basis, state=f"{state_in_words(kind, found['state'], words)} ({found['day']})")


def _zone(found: re.Match[str], words: Words) -> str:
    return words["change.zone_of"].format(n=found["n"]) if found["n"] else words["change.zone"]


def _figure(found: re.Match[str], words: Words) -> str:
    n = words["change.no_number"] if found["n"] == "no number" else found["n"]
    value = words.get(f"change.unit.{found['unit']}", f"{{n}} {found['unit']}").format(n=n)
    qualifier = found["qualifier"] or "exact"
    return words.get(f"qualifier.{qualifier}", words["qualifier.other"]).format(value=value, qualifier=qualifier)


def _rule(found: re.Match[str], words: Words) -> str:
    return words["change.rule" if found["radius"] else "change.rule_none"].format(**found.groupdict())


BASIS = re.compile(r"according to (?P<author>.+?)(?:; before: (?P<state>.+) \((?P<day>[^()]+)\))?")
PATTERNS: Mapping[str, tuple[re.Pattern[str], Callable[[re.Match[str], Words], str]]] = {
    "zone": (re.compile(r"in force(?:, of (?P<n>\d+) incidents)?"), _zone),
    "figure": (re.compile(r"(?:(?P<qualifier>[a-z ]+) )?(?P<n>[\d,]+|no number) (?P<unit>.+)"), _figure),
    "rule": (re.compile(r"(?:(?P<radius>[\d,]+) m|no zone) for (?P<days>\d+) days"), _rule),
}
"""The states that hold numbers, as the snapshot writes them."""


def _told(table: pd.DataFrame, before: Snapshot, after: Snapshot, words: Words) -> Iterator[str]:
    yield words["change.span"].format(before=before.date, after=after.date)
    was, now = before.records["access"]["state"], after.records["access"]["state"]
    unknown = {"now": int((now == "unknown").sum()), "was": int((was == "unknown").sum())}
    yield words["change.unknown"].format(**unknown, all=len(now), all_before=len(was))
    if table.empty:
        yield words["change.same"]
        return
    yield from _causes(table, words)
    for (kind, change), rows in table.groupby(["kind", "change"], sort=False):
        real = int(rows["real"].sum())
        partly = " " + words["change.partly"].format(n=real) if real < len(rows) else ""
        told = {"kind": say(words, "change.kind", str(kind)), "change": say(words, "change.what", str(change))}
        yield words["change.line"].format(**told, n=len(rows), names=partly + _names(rows, str(kind), words))


def _causes(table: pd.DataFrame, words: Words) -> Iterator[str]:
    versions = table[(table["kind"] == "software") & (table["id"] == "bordergis")]
    if len(versions):
        yield words["change.versions"].format(before=versions["before"].iloc[0], after=versions["after"].iloc[0])
    yield words["change.real"].format(n=int(table["real"].sum()), all=len(table))
    count = table["cause"].value_counts()
    for cause in CAUSES:
        if cause != REAL and cause in count:
            yield words["change.because"].format(n=count[cause], cause=words[f"change.cause.{cause}"])
    mixed = int(count[~count.index.isin(list(CAUSES))].sum())
    if mixed:
        yield words["change.mixed"].format(n=mixed)


def _names(rows: pd.DataFrame, kind: str, words: Words) -> str:
    """Name the things if they are few; an incident is named by its id, for its kind alone names none."""
    if len(rows) > NAMES_SHOWN:
        return ""
    was, now = (rows[end].fillna("").map(lambda state: state and state_in_words(kind, state, words)) for end in ("before", "after"))
    moved = (was != now) & (was != "") & (now != "") & (kind not in ANSWERED)
    names = rows["id"] if kind in BY_ID else rows["name"]
    return ": " + ", ".join(names + (" (" + was + " → " + now + ")").where(moved, ""))

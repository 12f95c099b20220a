"""A change in sentences: what is unknown first, what is real told apart from what is not, nothing said of who is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bordergis.change.causes import CAUSES, REAL
from bordergis.words import say, words_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from bordergis.change.snapshot import Snapshot
    from bordergis.words import Words

__all__ = ["sentences"]

NAMES_SHOWN = 8
BY_ID = ["incident", "figure", "zone", "rule"]
ANSWERED = ["access", "in_zone", "cut_off"]


def sentences(table: pd.DataFrame, before: Snapshot, after: Snapshot, *, lang: str) -> tuple[str, ...]:
    """Tell a change in words.

    Raises
    ------
    UnknownNameError
        If there are no words in the language.
    """
    return tuple(_told(table, before, after, words_for(lang)))


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
        yield words["change.line"].format(**told, n=len(rows), names=partly + _names(rows, words))


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


def _names(rows: pd.DataFrame, words: Words) -> str:
    """Name the things if they are few; an incident is named by its id, for its kind alone names none."""
    if len(rows) > NAMES_SHOWN:
        return ""
    was, now = (rows[end].fillna("").map(lambda state: words.get(f"value.status.{state}", state)) for end in ("before", "after"))
    moved = (was != now) & (was != "") & (now != "") & ~rows["kind"].isin(ANSWERED)
    names = rows["name"].mask(rows["kind"].isin(BY_ID), rows["id"])
    return ": " + ", ".join(names + (" (" + was + " → " + now + ")").where(moved, ""))

"""A change in sentences: what is unknown first, what is real told apart from what is not, nothing said of who is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bordergis.change.causes import CAUSES, REAL
from bordergis.datasets import require_known

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from bordergis.change.snapshot import Snapshot

__all__ = ["sentences"]

NAMES_SHOWN = 8

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "span": "Compared: {before} and {after}.",
        "same": "Nothing differs.",
        "unknown": "Access is unknown for {now} of {all} settlements ({was} of {all_before} before); unknown does not mean reachable.",
        "software": "The software differs ({before}, then {after}); what differs for that reason alone is no change on the ground.",
        "real": "{n} of {all} differences were reported since the first date.",
        "cause": "{n} have another cause: {cause}.",
        "mixed": "{n} have several causes at once, and are not counted as reported changes.",
        "change": "{kind}, {change}: {n}{names}.",
        "not real": " (of these, {n} were reported since the first date)",
    }
}
KINDS = {
    "access": "Access", "in_zone": "Settlements", "cut_off": "Roads", "zone": "Zones", "village": "Layer of settlements",
    "checkpoint": "Checkpoints", "closure": "Closures", "figure": "Figures", "incident": "Incidents",
    "source": "Sources", "rule": "Rules", "software": "Software",
}  # fmt: skip


def sentences(table: pd.DataFrame, before: Snapshot, after: Snapshot, *, lang: str) -> tuple[str, ...]:
    """Tell a change in words.

    Raises
    ------
    UnknownNameError
        If there are no words in the language.
    """
    require_known("language", lang, WORDS)
    return tuple(_told(table, before, after, WORDS[lang]))


def _told(table: pd.DataFrame, before: Snapshot, after: Snapshot, words: Mapping[str, str]) -> Iterator[str]:
    yield words["span"].format(before=before.date, after=after.date)
    was, now = before.records["access"]["state"], after.records["access"]["state"]
    unknown = {"now": int((now == "unknown").sum()), "was": int((was == "unknown").sum())}
    yield words["unknown"].format(**unknown, all=len(now), all_before=len(was))
    if table.empty:
        yield words["same"]
        return
    yield from _causes(table, words)
    for (kind, change), rows in table.groupby(["kind", "change"], sort=False):
        real = int(rows["real"].sum())
        partly = words["not real"].format(n=real) if real < len(rows) else ""
        yield words["change"].format(kind=KINDS[str(kind)], change=change, n=len(rows), names=partly + _names(rows))


def _causes(table: pd.DataFrame, words: Mapping[str, str]) -> Iterator[str]:
    versions = table[(table["kind"] == "software") & (table["id"] == "bordergis")]
    if len(versions):
        yield words["software"].format(before=versions["before"].iloc[0], after=versions["after"].iloc[0])
    yield words["real"].format(n=int(table["real"].sum()), all=len(table))
    count = table["cause"].value_counts()
    for cause, meaning in CAUSES.items():
        if cause != REAL and cause in count:
            yield words["cause"].format(n=count[cause], cause=meaning)
    mixed = int(count[~count.index.isin(list(CAUSES))].sum())
    if mixed:
        yield words["mixed"].format(n=mixed)


def _names(rows: pd.DataFrame) -> str:
    """Name the things if they are few; an incident is named by its id, for its kind alone names none."""
    if len(rows) > NAMES_SHOWN:
        return ""
    by_id = rows["kind"].isin(["incident", "figure", "zone", "rule"])
    detail = rows["before"].fillna("") + " → " + rows["after"].fillna("")
    moved = (
        (rows["before"] != rows["after"])
        & rows["before"].notna()
        & rows["after"].notna()
        & ~rows["kind"].isin(["access", "in_zone", "cut_off"])
    )
    told = rows["name"].mask(by_id, rows["id"]) + (" (" + detail + ")").where(moved, "")
    return ": " + ", ".join(told)

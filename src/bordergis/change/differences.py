"""The differences between two snapshots, row by row, in the words of what happened to each thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bordergis.change.snapshot import HEAD

if TYPE_CHECKING:
    from bordergis.change.snapshot import Snapshot

__all__ = ["COLUMNS", "REPORTED_AGAIN", "REVISED", "differences", "unchanged"]

COLUMNS = ["kind", "id", "name", "change", "before", "after", "columns", "day", "sources", "reasons"]

NOT_NAMED = {"zone": ["discs", "n_members"], "checkpoint": ["status"]}
"""Columns that another one already tells of."""

CAME = {
    **dict.fromkeys(["access", "in_zone", "cut_off", "village", "checkpoint"], "added to the layer"), "zone": "newly in force",
    "closure": "newly closed", "figure": "newly published", "incident": "newly reported", "source": "source added",
    "rule": "rule added", "software": "software added",
}  # fmt: skip
LATE = dict.fromkeys(["closure", "figure", "incident"], "of an earlier day, added since")
WENT = {
    **dict.fromkeys(["access", "in_zone", "cut_off", "village", "checkpoint"], "removed from the layer"), "zone": "no longer in force",
    **dict.fromkeys(["closure", "figure", "incident"], "withdrawn"), "source": "source withdrawn", "rule": "rule removed",
    "software": "software removed",
}  # fmt: skip
CHANGED = {"zone": "zone changed", "rule": "rule changed", "software": "software changed"}
IN_ZONE = {
    "definite": "newly in a zone for certain",
    "possible": "newly possibly in a zone",
    "no": "no longer in a zone",
    "unknown": "newly without an answer on zones",
}
CUT_OFF = {
    "definite": "newly cut off on the mapped roads for certain",
    "possible": "newly cut off on the mapped roads, possibly",
    "no": "no longer cut off on the mapped roads",
    "unknown": "newly without an answer on roads",
    "not_computed": "roads no longer computed",
}
HEAD_KINDS = {name: "datetime64[s]" if name == "day" else "str" for name in HEAD}
_NOTHING = pd.DataFrame({name: pd.Series(dtype=HEAD_KINDS.get(name, "str")) for name in COLUMNS})
OVER = "closed and ended since"
REPORTED_AGAIN = {"status_since", "status_reported_by"}
REVISED = "data revised"


def differences(before: Snapshot, after: Snapshot) -> pd.DataFrame:
    """List what differs between two snapshots.

    Returns
    -------
    pandas.DataFrame
        A row a difference, in the order of kind and id: ``kind``, ``id``, ``name``, ``change`` in words, ``before`` and ``after``
        (missing where the thing was or is not there), ``columns`` whose content differs, ``day`` the record speaks of, ``sources``,
        ``reasons``.
    """
    moved = [kind for kind, rows in after.records.items() if not rows.equals(before.records[kind])]
    parts = [_of_kind(kind, before, after) for kind in moved]
    return pd.concat([_NOTHING, *parts], ignore_index=True)


def unchanged(before: Snapshot, after: Snapshot, *, found: pd.DataFrame) -> pd.DataFrame:
    """List the computed answers and the records that are the same in both, with their state."""
    moved = found.groupby("kind")["id"].agg(set)
    parts = [
        rows.loc[rows.index.isin(before.records[kind].index) & ~rows.index.isin(moved.get(kind, set())), ["name", "state"]]
        .reset_index()
        .assign(kind=kind)
        for kind, rows in after.records.items()
    ]
    return pd.concat(parts, ignore_index=True)[["kind", "id", "name", "state"]]


def _of_kind(kind: str, before: Snapshot, after: Snapshot) -> pd.DataFrame:
    old, new = before.records[kind], after.records[kind]
    ids = old.index.union(new.index).sort_values()  # a union of equal ones stays as it came
    was, now = (rows.reindex(ids).astype(HEAD_KINDS) for rows in (old, new))  # an empty side has no kinds of its own
    there, here = ids.isin(old.index), ids.isin(new.index)
    content = [column for column in new.columns.union(old.columns, sort=False) if column not in HEAD]
    differs = _differs(was.reindex(columns=["state", *content]), now.reindex(columns=["state", *content]))
    table = pd.DataFrame(
        {
            "kind": kind,
            "name": now["name"].fillna(was["name"]),
            "before": was["state"],
            "after": now["state"],
            "columns": _named(differs, there & here, NOT_NAMED.get(kind, [])),
            "day": now["day"].fillna(was["day"]),
            "sources": now["sources"].fillna(was["sources"]),
            "reasons": now["reasons"].fillna(was["reasons"]),
        },
        index=ids.rename("id"),
    )
    found = table[differs.any(axis=1).to_numpy() | (there != here)].reset_index()
    came, went = found["before"].isna() & ~found["id"].isin(old.index), ~found["id"].isin(new.index)
    late = came & (found["day"] <= pd.Timestamp(before.date)) if kind in LATE else pd.Series(data=False, index=found.index)
    over = came & (kind == "closure") & (found["after"] == "ended")  # who reads that it is newly closed takes it to be closed now
    words = np.select([late, over, came, went], [LATE.get(kind, ""), OVER, CAME[kind], WENT[kind]], _words(kind, found))
    if kind == "figure":
        found["reasons"] += _number_before(found["id"], new, old)
    texts = ["kind", "id", "name", "before", "after", "columns", "sources", "reasons"]
    return found.assign(change=words).astype(dict.fromkeys([*texts, "change"], "str"))[COLUMNS]


def _number_before(ids: pd.Series, new: pd.DataFrame, old: pd.DataFrame) -> pd.Series:
    """Say beside a figure what its author had last published of the same indicator and place, as far as the first snapshot knows."""
    series = ["indicator", "place", "author", "unit"]
    told = "; before: " + old["state"].astype("str") + " (" + old["day"].astype("str") + ")"
    last = old.assign(told=told).sort_values(["day", "id"]).drop_duplicates(series, keep="last").reset_index()
    asked = pd.DataFrame({"asked": ids}).join(new[series], on="asked").merge(last, on=series, how="left")
    return asked["told"].where(asked["id"] != asked["asked"]).fillna("").set_axis(ids.index)


def _differs(was: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    return was.astype("str").fillna("") != now.astype("str").fillna("")


def _named(differs: pd.DataFrame, both: np.ndarray, hidden: list[str]) -> pd.Series:
    """Name the columns that differ in things that are in both."""
    told = differs.drop(columns=["state", *hidden], errors="ignore")
    names = told.columns.to_numpy(dtype=object)
    return pd.Series([", ".join(names[row]) for row in told.to_numpy(dtype=bool) & both[:, None]], index=told.index, dtype="str")


def _words(kind: str, found: pd.DataFrame) -> pd.Series:
    """Say what happened to things that are in both."""
    if kind == "access":
        return _access(found)
    if kind in ("in_zone", "cut_off"):
        return found["after"].map(IN_ZONE if kind == "in_zone" else CUT_OFF)
    if kind == "village":
        return pd.Series(REVISED, found.index).mask(_has(found, "geometry"), "moved").mask(_has(found, "called"), "renamed")
    moved = found["before"] != found["after"]
    if kind == "checkpoint":
        again = found["columns"].map(lambda names: set(names.split(", ")) <= REPORTED_AGAIN)
        return ("newly " + found["after"]).where(moved, pd.Series(REVISED, found.index).mask(again, "reported again"))
    if kind == "closure":
        return pd.Series(REVISED, found.index).mask(moved & (found["after"] == "ended"), "closure ended")
    return pd.Series(CHANGED.get(kind, REVISED), found.index)


def _access(found: pd.DataFrame) -> pd.Series:
    newly = "newly " + found["after"]
    left = (found["before"] == "inaccessible") & (found["after"] != "inaccessible")
    return newly.mask(left, "no longer inaccessible, now " + found["after"]).mask(left & (found["after"] == "reachable"), "reopened")


def _has(found: pd.DataFrame, column: str) -> pd.Series:
    return found["columns"].map(lambda names: column in names.split(", "))

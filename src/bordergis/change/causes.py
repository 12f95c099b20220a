"""Why an answer differs: the first situation becomes the second by one factor at a time, and each step is answered anew.

The order is fixed: software, rules, zones given by hand, gazetteer, map of the roads, sources withdrawn, revised data of the earlier
day, ends reached, what was reported since, sources added. Where factors act together, another order could share the change out otherwise.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bordergis.change.differences import REPORTED_AGAIN, REVISED
from bordergis.change.snapshot import ANSWERS, answer_records, rules_of
from bordergis.situation import LAST_DAY

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    import geopandas as gpd

    from bordergis.change.snapshot import Snapshot
    from bordergis.situation import Situation

__all__ = ["CAUSES", "JOIN", "REAL", "causes"]

CAUSES = ("reported", "ended", "rules", "gazetteer", "road map", "data revised", "source withdrawn", "source added", "software")
"""What can make two situations differ; only the first is a change that somebody reported. ``change.cause`` has the words."""

REAL = "reported"
JOIN = " + "
BETWEEN = "\x1f"
"""Stands between the columns of an answer, so that none runs into the next (the unit separator of ASCII)."""

TOLD_ANEW = {*REPORTED_AGAIN, "valid_to"}
"""What of a record a later report may change; another column of it is revised."""

EVIDENCE = {
    "incidents": "date_start", "hazards": "recorded_on", "restricted_areas": "valid_from", "obstacles": "valid_from",
    "closures": "valid_from", "access_reports": "as_of",
}  # fmt: skip
"""Layers that the answers are made of, and the day of each row."""


def causes(found: pd.DataFrame, before: Situation, after: Situation, *, ends: tuple[Snapshot, Snapshot]) -> pd.Series:
    """Say for each difference what made it: one cause, or several joined by ``+``."""
    old = _source_ids(before)
    new = old if _shared(before, after) else _source_ids(after)
    stop = found["id"].map(ends[1].records["closure"]["valid_to"]).where(found["kind"] == "closure")
    own = _record_causes(found.assign(stop=pd.to_datetime(stop)), before.date, old, new)
    computed = found["kind"].isin(ANSWERS)
    if not computed.any():
        return own
    steps = list(_steps(before, after, old, new))
    states = [_states(ends[0].records), *(_states(records) for _, records in steps), _states(ends[1].records)]
    told = _attributed(states, [*(cause for cause, _ in steps), "software"])
    keys = pd.MultiIndex.from_frame(found[["kind", "id"]])
    return own.mask(computed, pd.Series(told.reindex(keys).to_numpy(), found.index)).astype("str")


def _steps(before: Situation, after: Situation, old: set[str], new: set[str]) -> Iterator[tuple[str, Mapping[str, pd.DataFrame]]]:
    """Lead the first situation to the second by one factor at a time; a factor that is the same in both is left out."""
    now, end = _computed(before), _computed(after)
    if before.saved:
        yield "software", _answers(now)
    if not rules_of(now).equals(rules_of(end)):
        now = replace(now, rules=end.rules)
        yield "rules", _answers(now)
    if not _same(now.own.get("zones"), end.own.get("zones")):
        now = _with(now, zones=end.own.get("zones"))
        yield "rules", _answers(now)
    if not _same(now.villages, end.villages):
        reports = now.access_reports
        now = _with(now, villages=end.villages, access_reports=reports[reports["place_id"].isin(end.villages["place_id"])])
        yield "gazetteer", _answers(now)
    if not _same(now.roads, end.roads):
        now = _with(now, roads=end.roads)
        yield "road map", _answers(now)
    if old - new:
        now = _without(now, old - new)
        yield "source withdrawn", _answers(now)
    known = _without(end, new - old) if new - old else end
    then = _with(known, checkpoints=_status_then(before, known)).as_of(before.date)
    if not _shared(before, after):
        yield REVISED, _answers(then)
    if before.date != after.date:
        yield "ended", _answers(_until(known, then))
        yield "reported", _answers(known)
    if known is not end:
        yield "source added", _answers(end)


def _computed(situation: Situation) -> Situation:
    """Give the situation without the answers that came with it; itself, with what it has computed already, if there are none."""
    if situation.saved is None and "access" not in situation.own:
        return situation
    return replace(situation, saved=None, own=MappingProxyType({name: own for name, own in situation.own.items() if name != "access"}))


def _answers(situation: Situation) -> Mapping[str, pd.DataFrame]:
    return answer_records(situation.zones, situation.access.table)


def _states(records: Mapping[str, pd.DataFrame]) -> pd.Series:
    """Give each answer as one text on kind and id."""
    parts = {kind: records[kind].drop(columns=["name", "day", "sources", "reasons"]) for kind in ANSWERS}
    texts = {kind: (rows.astype("str").fillna("") + BETWEEN).sum(axis=1) for kind, rows in parts.items()}
    return pd.concat(texts, names=["kind", "id"])


def _attributed(states: list[pd.Series], names: list[str]) -> pd.Series:
    """Name the steps at which each answer changed."""
    wide = pd.concat(states, axis=1, keys=range(len(states))).fillna("")
    moved = wide.to_numpy(dtype=object)[:, 1:] != wide.to_numpy(dtype=object)[:, :-1]
    told = pd.Series("", index=wide.index)
    for name in dict.fromkeys(names):  # software may stand first and last
        told = told.mask(moved[:, np.array(names) == name].any(axis=1), told + name + JOIN)
    return told.str.removesuffix(JOIN)


def _record_causes(found: pd.DataFrame, date: dt.date, old: set[str], new: set[str]) -> pd.Series:
    """Say why a record differs: by its day, its source, and whether it was there before."""
    kind, came, went = found["kind"], found["before"].isna(), found["after"].isna()
    since = found["day"] > pd.Timestamp(date)
    stranger, lost = came & found["sources"].isin(new - old), went & found["sources"].isin(old - new)
    dated = came & kind.isin(["incident", "figure", "closure"])  # of one that was there before, the day was revised
    told = ~came & ~went & (kind == "checkpoint")
    ended = (kind == "closure") & (found["change"] == "closure ended")
    aside = found["columns"].map(lambda names: bool(names) and not set(names.split(", ")) <= TOLD_ANEW).astype(bool)
    anew = (ended & (found["stop"] >= pd.Timestamp(date))) | (told & since)
    rows = [
        (kind == "village", "gazetteer"),
        (kind == "rule", "rules"),
        (kind == "software", "software"),
        (stranger, "source added"),
        (lost, "source withdrawn"),
        (ended & (found["columns"] == ""), "ended"),
        (anew & aside, REAL + JOIN + REVISED),
        (anew | (dated & since), REAL),
    ]
    own = np.select([test for test, _ in rows], [cause for _, cause in rows], REVISED)
    reported = found.loc[came & (own == REAL), "sources"]
    first = (kind == "source") & came & ~stranger & found["id"].isin(reported)  # known to both, and used since
    return pd.Series(np.where(first, REAL, own), found.index, dtype="str")


def _source_ids(situation: Situation) -> set[str]:
    """Every source that a row of the layers names, of any day."""
    whole = situation.as_of(LAST_DAY)
    layers = (getattr(whole, name) for name in (*EVIDENCE, "villages", "checkpoints", "figures"))
    return set().union(*(layer["source_id"].dropna() for layer in layers if "source_id" in layer))


def _with(situation: Situation, **own: pd.DataFrame | None) -> Situation:
    kept = {**situation.own, **own}
    return replace(situation, own=MappingProxyType({name: layer for name, layer in kept.items() if layer is not None}))


def _without(situation: Situation, gone: set[str]) -> Situation:
    """Leave out the evidence of some sources, of any day."""
    whole = situation.as_of(LAST_DAY)
    layers = {name: getattr(whole, name) for name in EVIDENCE}
    return _with(situation, **{name: layer[~layer["source_id"].isin(gone)] for name, layer in layers.items() if "source_id" in layer})


def _until(situation: Situation, then: Situation) -> Situation:
    """Leave out what was reported since, but not the passing of time."""
    return _with(situation, checkpoints=then.checkpoints, **{name: getattr(then, name) for name in EVIDENCE})


def _status_then(before: Situation, after: Situation) -> gpd.GeoDataFrame:
    """Give the checkpoints of the later situation with the status of the earlier day: a layer of one's own has that of its own day only."""
    layer, known = after.as_of(before.date).checkpoints, before.checkpoints.set_index("checkpoint_id")
    if "status_since" not in layer:
        return layer
    again = (layer["status_since"] > pd.Timestamp(before.date)) & layer["checkpoint_id"].isin(known.index)
    columns = [name for name in ("status", "status_since", "status_reported_by", "for_whom") if name in layer]
    old = known.reindex(index=layer["checkpoint_id"], columns=columns).set_axis(layer.index)
    return layer.assign(**{name: layer[name].mask(again, old[name]) for name in columns})


def _same(one: pd.DataFrame | None, other: pd.DataFrame | None) -> bool:
    if one is None or other is None:
        return one is other
    return one is other or one.equals(other)


def _shared(before: Situation, after: Situation) -> bool:
    """Whether both are made of the very same layers, so that nothing can have been revised."""
    return before.own.keys() == after.own.keys() and all(layer is after.own[name] for name, layer in before.own.items())

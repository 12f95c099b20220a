"""What changes from day to day: zones as discs with their days, the looks of villages and checkpoints."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bordergis import datasets, zones
from bordergis.access.inside import pairs_found
from bordergis.datasets.joins import latest_status
from bordergis.maps import cells
from bordergis.maps.layers import Changes, Discs
from bordergis.provenance import inherit
from bordergis.zones.rules import apply_rules

if TYPE_CHECKING:
    from collections.abc import Collection

    import geopandas as gpd
    from numpy.typing import NDArray

    from bordergis.situation import Situation

__all__ = ["PastZones", "checkpoint_changes", "day_number", "ends_in", "past_zones", "slider_days", "village_changes"]

EVER_DAYS = 36_525  # a lifetime that no zone outlives: a hundred years
MOST_INCIDENTS = 20_000  # beyond it the zones of the date alone are drawn
FIRST_DAY = pd.Timestamp("2025-05-01")
MOST_DAYS = 1_000
DISC_COLUMNS = ["incident_id", "lon", "lat", "radius_m", "first_day", "zone_id"]
LOOK_OF_LEVEL = ("unknown", "possible", "inaccessible")


@dataclass(frozen=True, slots=True)
class PastZones:
    """Every zone that was in force on some day up to the date.

    Attributes
    ----------
    rows
        A row a zone; those in force on the date as the situation has them.
    discs
        What zones made by rules are the union of, with the days of each; none for recorded outlines and zones of the analyst.
    ever
        The zones as if none had ended, to ask what lay in them; missing where that is not known.
    complete
        Whether the past is known; else only the zones of the date.
    """

    rows: gpd.GeoDataFrame
    discs: pd.DataFrame
    ever: gpd.GeoDataFrame | None
    complete: bool

    def discs_of(self, rows: gpd.GeoDataFrame) -> Discs | None:
        """Give the discs of these zones, by row."""
        at = pd.Series(np.arange(len(rows)), rows["zone_id"])
        some = self.discs.assign(row=self.discs["zone_id"].map(at)).dropna(subset="row").sort_values("row", kind="stable")
        if not len(some):
            return None
        row, radius = some["row"].to_numpy(np.int64), some["radius_m"].to_numpy(float)
        return Discs(some[["lon", "lat"]].to_numpy(float), row, radius, some["start"].to_numpy(np.int64), some["end"].to_numpy(np.int64))


def day_number(date: object) -> int:
    """Give a date as whole days since 1970-01-01.

    Examples
    --------
    >>> day_number("1970-01-11")
    10
    """
    return int((pd.Timestamp(date) - pd.Timestamp("1970-01-01")).days)


def slider_days(situation: Situation, days: tuple[object, object] | None = None) -> dict[str, object]:
    """Say which days the slider covers, with the number of incidents reported for each.

    Without ``days`` they begin on 1 May 2025, or with the first incident if it is earlier (at most a thousand days back).
    """
    as_of = day_number(situation.date)
    begun = cells.days_of(situation.incidents, "date_start")
    if days is None:
        recent = begun[begun > as_of - MOST_DAYS]
        first, last = min([day_number(FIRST_DAY), as_of, *recent.tolist()]), as_of
    else:
        first, last = (day_number(day) for day in days)
        last = min(last, as_of)
    within = begun[(begun >= first) & (begun <= last)] - first
    return {"first": first, "last": last, "as_of": as_of, "incidents": np.bincount(within, minlength=last - first + 1).tolist()}


def past_zones(situation: Situation) -> PastZones:
    """Find every zone of the situation up to its date; those made by rules as their discs, so that nothing is united again."""
    now = situation.zones
    if "zones" in situation.own or len(situation.incidents) > MOST_INCIDENTS:
        return PastZones(now, _no_discs(), None, complete="zones" in situation.own)
    rules = zones.load_rules(situation.rules) if isinstance(situation.rules, str) else situation.rules
    ever = zones.exclusion_zones(situation.incidents, rules=rules.assign(lifetime_days=EVER_DAYS), as_of=situation.date)
    ended = ever[~ever["zone_id"].isin(now["zone_id"])]
    rows = inherit(
        pd.concat([now, ended], ignore_index=True) if len(ended) else now.reset_index(drop=True), now, step="zones up to the date"
    )
    discs = _dated(_disc_table(ever), situation.incidents, rules)
    last = discs.groupby("zone_id")["end"].max()
    told = pd.to_datetime(rows["zone_id"].map(last), unit="D").astype("datetime64[s]")
    rows["end"] = rows["end"].where(rows["zone_id"].isin(now["zone_id"]), told)
    return PastZones(rows, discs, ever, complete=True)


def village_changes(situation: Situation, past: PastZones) -> Changes | None:
    """Tell from which day on each village certainly or possibly lies in a zone; nothing where the past is not known."""
    recorded = (situation.zones["discs"].map(len) == 0).any()  # what a record said on an earlier day is not in the situation
    if past.ever is None or recorded or len(situation.access_reports) or len(situation.roads):
        return None
    villages = situation.villages.set_axis(pd.RangeIndex(len(situation.villages)))
    pairs = pairs_found(villages, past.ever)
    level = np.where(pairs["certain"], 2, 1)
    days = past.discs.drop_duplicates("incident_id").set_index("incident_id")[["start", "end"]]
    told = days.reindex(pairs["incident_id"]).to_numpy(np.int64)
    return _changes(pairs["point"].to_numpy(np.int64), told, level, day_number(situation.date))


def ends_in(changes: Changes, looks: cells.Text) -> bool:
    """Tell whether the last look of every row is the one it has on the date; a layer that ends otherwise would contradict itself.

    Examples
    --------
    >>> turned = Changes(np.array([0]), np.array([20_000]), cells.Text(["inaccessible"], np.array([1])))
    >>> ends_in(turned, cells.Text(["inaccessible", "unknown"], np.array([1, 2]))), ends_in(turned, cells.constant("inaccessible", 2))
    (True, False)
    """
    last = np.full(len(looks.codes), changes.first, dtype=object)
    last[changes.row] = np.array(changes.look.to_list(), dtype=object)  # days rise in each row: the last stays
    return bool((last == np.array(looks.to_list(), dtype=object)).all())


def checkpoint_changes(situation: Situation, known: Collection[str]) -> Changes | None:
    """Tell from which day on each checkpoint is reported to have which status; nothing for checkpoints of the analyst."""
    if "checkpoints" in situation.own:
        return None
    told = _statuses()
    told = told[[turn for turn in told if turn <= pd.Timestamp(situation.date)]].reindex(situation.checkpoints["checkpoint_id"])
    looks = told.where(told.isin(list(known)), "unknown").to_numpy(dtype=object)
    turned = looks != np.concatenate([np.full((len(told), 1), "unknown", object), looks[:, :-1]], axis=1)
    row, turn = np.nonzero(turned)
    start = np.array([day_number(day) for day in told], dtype=np.int64)[turn]
    return Changes(row, start, cells.texts(pd.DataFrame({"look": looks[row, turn].astype(str)}), "look"))


@cache
def _statuses() -> pd.DataFrame:
    """Give the status reported for every checkpoint from each day on which one of them may change: a row a checkpoint, a column a day.

    Every statement is asked once for each such day, as if that day's checkpoint were one of its own.
    """
    statements = datasets.load_checkpoint_status()
    turns = pd.concat([statements["valid_from"], statements["valid_to"] + pd.Timedelta(days=1)]).dropna().drop_duplicates().sort_values()
    asked = statements.merge(turns.rename("turn"), how="cross")
    asked = asked[(asked["valid_from"] <= asked["turn"]) & ~(asked["valid_to"] < asked["turn"])]
    number = asked["checkpoint_id"] + " " + asked["turn"].map(day_number).astype(str)
    status = latest_status(asked.assign(checkpoint_id=number, valid_to=pd.NaT), turns.iloc[-1])
    key = status["checkpoint_id"].str.rsplit(" ", n=1)
    day = pd.to_datetime(key.str[1].astype(int), unit="D")
    return (
        status.assign(row=key.str[0], day=day)
        .pivot_table(index="row", columns="day", values="status", aggfunc="first")
        .reindex(columns=turns)
    )


def _changes(point: NDArray[np.int64], days: NDArray[np.int64], level: NDArray[np.int64], until: int) -> Changes:
    """Turn overlapping spans of a level into the days on which each point's highest level changes."""
    step = np.concatenate([np.ones(len(point), np.int64), -np.ones(len(point), np.int64)])
    table = pd.DataFrame({"row": np.tile(point, 2), "day": np.concatenate([days[:, 0], days[:, 1] + 1]), "level": np.tile(level, 2)})
    table["possible"], table["certain"] = step * (table["level"] == 1), step * (table["level"] == len(LOOK_OF_LEVEL) - 1)
    inside = table.groupby(["row", "day"])[["possible", "certain"]].sum().groupby("row").cumsum().reset_index()
    inside["level"] = np.select([inside["certain"] > 0, inside["possible"] > 0], [2, 1], 0)
    before = inside.groupby("row")["level"].shift(fill_value=0)
    turned = inside[(inside["level"] != before) & (inside["day"] <= until)]
    look = cells.Text(list(LOOK_OF_LEVEL), turned["level"].to_numpy(np.int64) + 1)
    return Changes(turned["row"].to_numpy(np.int64), turned["day"].to_numpy(np.int64), look)


def _disc_table(ever: gpd.GeoDataFrame) -> pd.DataFrame:
    rows = [(*disc, zone_id) for zone_id, discs in zip(ever["zone_id"], ever["discs"], strict=True) for disc in discs]
    return pd.DataFrame(rows, columns=DISC_COLUMNS)


def _dated(discs: pd.DataFrame, incidents: gpd.GeoDataFrame, rules: pd.DataFrame) -> pd.DataFrame:
    """Give each disc the first and last day on which its rule keeps it in force."""
    ruled = apply_rules(incidents, rules)
    over = ruled["date_end"] + pd.to_timedelta(ruled["lifetime_days"], unit="D")
    days = pd.DataFrame({"start": cells.days_of(ruled, "date_start"), "end": cells.days_of(over.to_frame("over"), "over")})
    return discs.join(days.set_axis(incidents["incident_id"]), on="incident_id")


def _no_discs() -> pd.DataFrame:
    return pd.DataFrame(columns=[*DISC_COLUMNS, "start", "end"])

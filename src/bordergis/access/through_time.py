"""Access on many dates: what stays the same from one date to the next is kept, and the times are repaired where roads close or open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bordergis.access.conditions import open_roads
from bordergis.access.deciding import decide_status, load_access_decisions
from bordergis.access.inside import answer_zones
from bordergis.access.reported import answer_reports, known_reports
from bordergis.access.routes import answer_routes, sum_up
from bordergis.provenance import inherit
from bordergis.schema import VILLAGES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    import geopandas as gpd

    from bordergis.access.conditions import RoadConditions, RoadState

__all__ = ["access_over_time"]

ANSWERS = ("in_zone", "cut_off", "cut_off_some", "cut_off_by", "reported", "status")


def access_over_time(  # noqa: PLR0913  as inaccessible_villages
    villages: gpd.GeoDataFrame,
    dates: Iterable[dt.date | str],
    *,
    zones: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame | RoadConditions | None = None,
    closures: gpd.GeoDataFrame | None = None,
    targets: gpd.GeoDataFrame | None = None,
    reports: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Answer for many dates, computing only what changes between them.

    Parameters
    ----------
    villages
        Villages (:data:`bordergis.schema.VILLAGES`).
    dates
        The days, in any order.
    zones
        Zones over time (:func:`bordergis.zones_over_time`), or zones that stand on all the dates.
    roads, closures, targets, reports
        As in :func:`bordergis.inaccessible_villages`. Checkpoints and obstacles of ``roads`` are those of one date and stay.

    Returns
    -------
    pandas.DataFrame
        A row a village for as long as its answer stays the same: ``place_id``, ``shown_from``, ``shown_to`` (the first and last of the
        given days) and the parts with the ``status``, as in the table of :class:`bordergis.InaccessibleVillages`.

    Raises
    ------
    SchemaError
        As in :func:`bordergis.inaccessible_villages`.

    Examples
    --------
    >>> import bordergis as bg
    >>> days = ["2025-12-06", "2025-12-10", "2026-01-14"]
    >>> zones = bg.zones_over_time(bg.load_incidents(), days)
    >>> access = bg.access_over_time(bg.load_villages(), days, zones=zones)
    >>> access[access["place_id"] == "ban-nong-samet"][["shown_from", "in_zone", "status"]].astype(str).to_numpy().tolist()
    [['2025-12-06', 'possible', 'unknown'], ['2026-01-14', 'definite', 'inaccessible']]
    """
    VILLAGES.validate(villages)
    rows = villages.set_axis(pd.RangeIndex(len(villages)))
    days = sorted({pd.Timestamp(day) for day in dates})
    state = open_roads(rows, roads, zones=zones, closures=_standing(closures), targets=targets, as_of=days[-1].date() if days else None)
    decisions = load_access_decisions()
    spans: dict[tuple[bytes, ...], pd.DataFrame] = {}
    parts = []
    for day in days:
        shown = zones[_shown(zones, day)]
        known = known_reports(rows, reports, day.date())
        now = None if state is None else replace(state, in_force=_in_force(state, shown, closures, day))
        key = (shown["zone_id"].str.cat(sep="|").encode(), b"" if now is None else now.in_force.tobytes(), str(len(known)).encode())
        if key not in spans:
            spans[key] = _answers(rows, shown, now, known, decisions)
        parts.append(spans[key].assign(day=day))
    table = (
        _joined(pd.concat(parts, ignore_index=True)) if parts else pd.DataFrame(columns=["place_id", "shown_from", "shown_to", *ANSWERS])
    )
    given = [layer for layer in (zones, closures, targets, reports) if layer is not None]
    return inherit(table, villages, *given, step=f"access_over_time({len(days)} days, {len(spans)} computed)")


def _answers(
    rows: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, state: RoadState | None, known: pd.DataFrame, decisions: pd.DataFrame
) -> pd.DataFrame:
    routes = answer_routes(rows, state, blame=False)
    parts = pd.concat([rows["place_id"], answer_zones(rows, zones), answer_reports(rows, known), sum_up(routes, rows["place_id"])], axis=1)
    return parts.assign(status=decide_status(parts, decisions)["status"])[["place_id", *ANSWERS]]


def _shown(zones: gpd.GeoDataFrame, day: pd.Timestamp) -> pd.Series:
    if "shown_from" not in zones:
        return pd.Series(data=True, index=zones.index)
    return (zones["shown_from"] <= day) & (day <= zones["shown_to"])


def _standing(closures: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame | None:
    """Give the closures as if all were in force: which of them are is asked day by day."""
    return None if closures is None else closures.assign(valid_from=pd.Timestamp(0).as_unit("s"), valid_to=pd.NaT)


def _in_force(state: RoadState, zones: gpd.GeoDataFrame, closures: gpd.GeoDataFrame | None, day: pd.Timestamp) -> np.ndarray:
    """Tell which barriers count on a day: those of the zones shown, of the closures in force, and all others."""
    kind, name = state.barriers["kind"], state.barriers["barrier_id"]
    counts = ~kind.isin(["zone", "closure"]) | ((kind == "zone") & name.isin(zones["zone_id"]))
    if closures is not None:
        now = (closures["valid_from"] <= day) & ~(closures["valid_to"] < day)
        counts |= (kind == "closure") & name.isin(closures.loc[now, "closure_id"])
    return np.asarray(counts)


def _joined(table: pd.DataFrame) -> pd.DataFrame:
    """Join neighbouring days of a village on which nothing differs."""
    table = table.sort_values(["place_id", "day"], kind="stable")
    told = table[list(ANSWERS)]
    turned = (told != told.shift()).any(axis=1) | (table["place_id"] != table["place_id"].shift())
    spans = table.assign(span=turned.cumsum()).groupby("span", sort=False)
    joined = spans.head(1).set_index("span")
    ends = spans["day"].agg(["min", "max"])
    joined.insert(1, "shown_from", ends["min"].astype("datetime64[s]"))
    joined.insert(2, "shown_to", ends["max"].astype("datetime64[s]"))
    return joined.drop(columns="day").reset_index(drop=True)

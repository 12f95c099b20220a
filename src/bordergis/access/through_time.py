"""Access on many dates: what stays the same from one date to the next is kept, and the times are repaired where roads close or open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from bordergis.access.conditions import open_roads
from bordergis.access.deciding import CUT_OFF, PARTS, decide_status, load_access_decisions
from bordergis.access.inside import code_zones, nothing_found, pairs_found
from bordergis.access.reported import answer_reports, known_reports
from bordergis.access.routes import CAUSES, NOT_COMPUTED, WORDS, code_routes, groups_of, summed
from bordergis.provenance import inherit
from bordergis.schema import VILLAGES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from bordergis.access.conditions import RoadConditions, RoadState
    from bordergis.access.routes import Group

__all__ = ["access_over_time"]

SIZES = tuple(len(words) for words in PARTS.values())
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
    layers = _layers(rows, zones, closures, state)
    codes = _codes(layers, reports, days)
    given = [layer for layer in (zones, closures, targets, reports) if layer is not None]
    distinct = len(np.unique(codes, axis=0))
    return inherit(_table(rows, days, codes), villages, *given, step=f"access_over_time({len(days)} days, {distinct} of them different)")


class _Layers(NamedTuple):
    """What the days have in common.

    The villages, zones and closures; who is found in which row of the zones, and what is known of who is in none; the roads, which villages
    ask for which targets of each set, and for each barrier the row of its zone and of its closure (-1: it has none).
    """

    rows: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    closures: gpd.GeoDataFrame | None
    found: pd.DataFrame
    outside: NDArray[np.int_]
    state: RoadState | None
    sets: list[list[Group]]
    zone: NDArray[np.int_]
    closure: NDArray[np.int_]


def _layers(rows: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, closures: gpd.GeoDataFrame | None, state: RoadState | None) -> _Layers:
    pairs = pairs_found(rows, zones)
    numbers = pd.Index(zones["zone_id"])
    found = pairs[["point", "certain"]].assign(zone=numbers.get_indexer(pairs["zone_id"]))
    sets, zone, closure = [], np.empty(0, np.int64), np.empty(0, np.int64)
    if state is not None:
        kind, name = state.barriers["kind"], state.barriers["barrier_id"]
        sets = [groups_of(rows, state, one)[0] for one in state.targets["target_set"].unique()]
        zone = np.where(kind == "zone", numbers.get_indexer(name), -1)
        ids = pd.Index([] if closures is None else closures["closure_id"])
        closure = np.where(kind == "closure", ids.get_indexer(name), -1)
    return _Layers(rows, zones, closures, found, nothing_found(rows), state, sets, zone, closure)


def _codes(layers: _Layers, reports: pd.DataFrame | None, days: list[pd.Timestamp]) -> NDArray[np.int_]:
    """Give for each day and village one number that stands for all the parts; what is as on a day before is not computed again."""
    zones: dict[bytes, NDArray[np.int_]] = {}
    roads: dict[bytes, tuple[NDArray[np.int_], ...]] = {}
    said: dict[int, tuple[NDArray[np.int_], ...]] = {}
    codes = np.zeros((len(days), len(layers.rows)), dtype=np.int64)
    for number, day in enumerate(days):
        shown, known = _shown(layers.zones, day), 0 if reports is None else int((reports["as_of"] <= day).sum())
        now = _in_force(layers, shown, day)
        at = shown.tobytes(), now.tobytes()
        if at[0] not in zones:
            zones[at[0]] = code_zones(layers.outside, layers.found[shown[layers.found["zone"].to_numpy()]])
        if at[1] not in roads:
            roads[at[1]] = _roads(layers, now)
        if known not in said:
            said[known] = _said(layers.rows, reports, day)
        codes[number] = np.ravel_multi_index((zones[at[0]], *roads[at[1]], *said[known]), SIZES)
    return codes


def _roads(layers: _Layers, in_force: NDArray[np.bool_]) -> tuple[NDArray[np.int_], ...]:
    """Give in numbers how each village is cut off from every set and from some, and by what."""
    if layers.state is None:
        nothing = np.full(len(layers.rows), CUT_OFF.index("not_computed"))
        return nothing, nothing, np.full(len(layers.rows), CAUSES.index("none"))
    every, most, cause = summed(*code_routes(replace(layers.state, in_force=in_force), layers.sets))
    place = np.array([CUT_OFF.index(WORDS[code]) for code in sorted(WORDS)])
    return place[every - NOT_COMPUTED], place[most - NOT_COMPUTED], cause


def _said(rows: gpd.GeoDataFrame, reports: pd.DataFrame | None, day: pd.Timestamp) -> tuple[NDArray[np.int_], ...]:
    said = answer_reports(rows, known_reports(rows, reports, day.date()))
    return tuple(_numbered(said[name], PARTS[name]) for name in ("reported", "reported_for"))


def _numbered(words: pd.Series, known: Sequence[str]) -> NDArray[np.int_]:
    return pd.Categorical(words, categories=known).codes.astype(np.int64)


def _table(rows: gpd.GeoDataFrame, days: list[pd.Timestamp], codes: NDArray[np.int_]) -> pd.DataFrame:
    """Join the days of each village on which it is answered the same."""
    if not days or rows.empty:
        return pd.DataFrame(columns=["place_id", "shown_from", "shown_to", *ANSWERS])
    used, at = np.unique(codes, return_inverse=True)
    told = pd.DataFrame(
        {name: np.array(words)[number] for (name, words), number in zip(PARTS.items(), np.unravel_index(used, SIZES), strict=True)}
    )
    told = told.assign(status=decide_status(told, load_access_decisions())["status"])[list(ANSWERS)].astype("str")
    same = told.groupby(list(ANSWERS), sort=False).ngroup().to_numpy()[at].reshape(codes.shape)
    turned = np.concatenate([np.ones((1, len(rows)), bool), same[1:] != same[:-1]])
    order = np.argsort(rows["place_id"].to_numpy(dtype=object), kind="stable")
    village, first = np.nonzero(turned.T[order])
    last = np.append(first[1:], 0) - 1
    last[last < first] = len(days) - 1  # the next row is of another village
    dates = pd.DatetimeIndex(days).astype("datetime64[s]")
    spans = {"place_id": rows["place_id"].to_numpy(dtype=object)[order[village]], "shown_from": dates[first], "shown_to": dates[last]}
    table = pd.DataFrame(spans).astype({"place_id": "str"})
    return table.join(told.iloc[at.reshape(codes.shape)[first, order[village]]].reset_index(drop=True))


def _shown(zones: gpd.GeoDataFrame, day: pd.Timestamp) -> NDArray[np.bool_]:
    if "shown_from" not in zones:
        return np.ones(len(zones), bool)
    return ((zones["shown_from"] <= day) & (day <= zones["shown_to"])).to_numpy()


def _standing(closures: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame | None:
    """Give the closures as if all were in force: which of them are is asked day by day."""
    return None if closures is None else closures.assign(valid_from=pd.Timestamp(0).as_unit("s"), valid_to=pd.NaT)


def _in_force(layers: _Layers, shown: NDArray[np.bool_], day: pd.Timestamp) -> NDArray[np.bool_]:
    """Tell which barriers count on a day: those of the zones shown, of the closures in force, and all others."""
    counts = (layers.zone < 0) | np.append(shown, False)[layers.zone]
    if layers.closures is None:
        return counts
    now = (layers.closures["valid_from"] <= day) & ~(layers.closures["valid_to"] < day)
    return counts & ((layers.closure < 0) | np.append(now, False)[layers.closure])

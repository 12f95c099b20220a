"""Observation coverage: where and when somebody independent looked, and where nobody is recorded to have.

No source says how much an observer saw, so a distance is assumed (:data:`REACH_M`) and stands beside every result. A place without a
recorded visit is not a quiet place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bordergis import geodesy
from bordergis.border.along import part_of
from bordergis.border.measures import accuracy_notes, label, one_line
from bordergis.crs import require_lonlat, require_same_crs
from bordergis.datasets.columns import local_day
from bordergis.errors import SchemaError, UnitError
from bordergis.monitoring.stretches import Stretches, in_reach, part_line, union
from bordergis.provenance import inherit
from bordergis.schema import VISITS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = [
    "REACH_M", "STATUSES", "coverage_gaps", "days_since_visit", "joined", "looks", "observation_coverage", "require_sectors", "seen_at",
    "sides_note",
]  # fmt: skip

REACH_M = 5_000.0
"""Metres an observer is taken to see: an eye 1.7 m above flat ground sees the ground for 4.7 km. An assumption, and a generous one."""

STATUSES = ("observed", "partial", "unknown", "denied", "not observed")
"""Of a sector on a day, best first: how far the observers got who may have had it in reach."""

ACCESS_WORDS = {"granted": "observed", "partial": "partial", "unknown": "unknown", "denied": "denied"}
SEEN = ("definite", "possible", "no")


def observation_coverage(
    visits: gpd.GeoDataFrame,
    sectors: gpd.GeoDataFrame,
    *,
    since: dt.date | str,
    as_of: dt.date | str,
    reach_m: float = REACH_M,
) -> pd.DataFrame:
    """Say for each sector and day whether observers are recorded to have had some of its line in reach.

    Parameters
    ----------
    visits
        Visits (:data:`bordergis.schema.VISITS`); where ``seen_radius_m`` states the area seen, it goes before ``reach_m``.
    sectors
        Stretches of a line with ``sector_id`` and ``name`` (:func:`bordergis.sectors_at` and its kin).
    since, as_of
        The first and the last day, local.
    reach_m
        Metres round the visited place that the observers are taken to have seen: an assumption.

    Returns
    -------
    pandas.DataFrame
        A row a sector and day: ``status`` (observed / partial / unknown / denied / not observed, the best word of the visits that may
        have had it in reach), ``certain`` (``definite`` where access was granted and some of the line was in reach from every position
        the place may have, else ``possible``; missing where no visit is recorded), ``seen_low_m`` and ``seen_high_m`` (metres of its
        line in reach, for certain and at most), ``n_visits``, ``observers`` and ``observer_sides`` (on whose side they are recorded to
        have been). Visits without a position are in no sector; the provenance counts them.

    Raises
    ------
    SchemaError
        If a layer breaks its contract, or the last day is before the first.
    UnitError
        If the reach is no length.

    Examples
    --------
    >>> import bordergis as bg
    >>> sectors = bg.sectors_at(bg.load_border("osm-2026c"), bg.load_checkpoints())
    >>> days = bg.observation_coverage(bg.load_visits(), sectors, since="2025-12-27", as_of="2026-01-14")
    >>> days["status"].value_counts().to_dict()
    {'not observed': 237, 'observed': 10}
    """
    require_sectors(sectors)
    require_same_crs(visits, sectors)
    first, last = _span(since, as_of)
    seen = looks(visits, until=last, reach_m=reach_m)
    seen = seen[seen["date"] >= first]
    days = pd.date_range(first, last, unit="s")

    grid = pd.MultiIndex.from_product([range(len(sectors)), range(len(days))], names=["sector", "day"])
    table = sectors[["sector_id", "name"]].iloc[grid.get_level_values("sector")].reset_index(drop=True)
    table["date"] = days[grid.get_level_values("day")]
    told = _told(seen, sectors, first).reindex(grid)
    table = table.join(told.reset_index(drop=True))
    table = table.assign(status=table["status"].fillna("not observed"))
    table = table.fillna({"seen_low_m": 0.0, "seen_high_m": 0.0, "n_visits": 0}).astype({"n_visits": "int64"})
    step = f"observation_coverage({first:%Y-%m-%d} to {last:%Y-%m-%d}, reach_m={reach_m:g})"
    return inherit(table, visits, sectors, step=step, notes=_notes(seen, reach_m))


def _told(seen: gpd.GeoDataFrame, sectors: gpd.GeoDataFrame, first: pd.Timestamp) -> pd.DataFrame:
    """Give, for each sector and day with a visit that may have had it in reach, what the visits say."""
    placed = seen[seen.geometry.notna()].reset_index(drop=True)
    day = (placed["date"] - first).dt.days.to_numpy()
    lines = list(sectors.geometry)
    near, sure = _stretches(lines, placed, placed["most_m"]), _stretches(lines, placed, placed["least_m"])

    pairs = pd.DataFrame({"sector": near.line, "visit": near.point}).drop_duplicates()
    rows = placed.iloc[pairs["visit"]].reset_index(drop=True).assign(sector=pairs["sector"].to_numpy(), day=day[pairs["visit"]])
    rows["rank"] = rows["access"].map(ACCESS_WORDS).map(STATUSES.index)
    groups = rows.groupby(["sector", "day"])
    got_there = (placed["access"] != "denied").to_numpy()[near.point]
    told = pd.DataFrame(
        {
            "status": groups["rank"].min().map(dict(enumerate(STATUSES))),
            "seen_low_m": _metres(sure, day),
            "seen_high_m": _metres(_chosen(near, got_there), day),
            "n_visits": groups.size(),
            "observers": groups["observer"].agg(joined),
            "observer_sides": groups["side"].agg(joined),
        }
    )
    certain = np.where(told["seen_low_m"].fillna(0.0) > 0, "definite", "possible")
    told.insert(1, "certain", pd.Series(certain, index=told.index, dtype="str"))
    return told


def _metres(found: Stretches, day: NDArray[np.int64]) -> pd.Series:
    """Measure the united stretches of each sector and day."""
    days = int(day.max(initial=0)) + 1
    tile = float(found.to_m.max(initial=0.0)) + 1.0  # each sector and day on a stretch of its own: one union serves them all
    key = found.line * days + day[found.point]
    low, high = union(found.from_m + key * tile, found.to_m + key * tile)
    group = ((low + 0.5) // tile).astype(np.int64)
    index = pd.MultiIndex.from_arrays([group // days, group % days], names=["sector", "day"])
    return pd.Series(high - low, index=index).groupby(level=["sector", "day"]).sum()


def coverage_gaps(
    visits: gpd.GeoDataFrame,
    border: gpd.GeoDataFrame,
    *,
    since: dt.date | str,
    as_of: dt.date | str,
    reach_m: float = REACH_M,
) -> gpd.GeoDataFrame:
    """Part the line into stretches that observers are recorded to have had in reach, may have had, and had not.

    Parameters
    ----------
    visits
        Visits (:data:`bordergis.schema.VISITS`).
    border
        The line of **one** source.
    since, as_of
        The first and the last day of the visits that count, local.
    reach_m
        As in :func:`observation_coverage`.

    Returns
    -------
    geopandas.GeoDataFrame
        Stretches that together are the line: ``seen`` (``definite`` / ``possible`` / ``no``: no recorded visit), ``from_m``, ``to_m``,
        ``length_m`` and their geometry. The total stands in the provenance, in words.

    Raises
    ------
    SchemaError, UnitError
        As in :func:`observation_coverage`.

    Examples
    --------
    >>> import bordergis as bg
    >>> parts = bg.coverage_gaps(bg.load_visits(), bg.load_border("osm-2026c"), since="2025-12-27", as_of="2026-01-14")
    >>> (parts.groupby("seen")["length_m"].sum() / 1000).round(1).to_dict()
    {'definite': 42.1, 'no': 720.9, 'possible': 61.6}
    """
    require_same_crs(visits, border)
    first, last = _span(since, as_of)
    line = one_line(border)
    seen = looks(visits, until=last, reach_m=reach_m)
    seen = seen[seen["date"] >= first]
    placed = seen[seen.geometry.notna()]
    lines = [shapely.LineString(line)]
    reached = placed[placed["access"] != "denied"]
    unions = [
        union(found.from_m, found.to_m)
        for found in (_stretches(lines, placed, placed["least_m"]), _stretches(lines, reached, reached["most_m"]))
    ]
    cuts, inside = part_line(geodesy.length_m(line), *unions)
    told = np.where(inside[:, 0], 0, np.where(inside[:, 1], 1, 2))
    begins = np.flatnonzero(np.append(True, told[1:] != told[:-1]))
    low, high = cuts[begins], np.append(cuts[begins[1:]], cuts[-1])
    shapes = [part_of(line, *ends) for ends in zip(low, high, strict=True)]
    table = {"seen": np.array(SEEN, dtype=object)[told[begins]], "from_m": low, "to_m": high, "length_m": high - low}
    parts = gpd.GeoDataFrame(table, geometry=shapes, crs=border.crs).astype({"seen": "str"})
    step = f"coverage_gaps({label(border)}, {first:%Y-%m-%d} to {last:%Y-%m-%d}, reach_m={reach_m:g})"
    notes = [_gap_note(parts, first), *_notes(seen, reach_m), *accuracy_notes(border)]
    return inherit(parts, visits, border, step=step, notes=notes)


def _gap_note(parts: gpd.GeoDataFrame, since: pd.Timestamp) -> str:
    km = parts.groupby("seen")["length_m"].sum().reindex(SEEN, fill_value=0.0) / 1_000
    return (
        f"{km['no']:,.0f} km of {km.sum():,.0f} km of line with no recorded visit in reach since {since:%-d %B %Y}; "
        f"{km['possible']:,.0f} km more that may have been in reach, {km['definite']:,.0f} km that were."
    )


def days_since_visit(
    places: gpd.GeoDataFrame,
    visits: gpd.GeoDataFrame,
    *,
    as_of: dt.date | str,
    reach_m: float = REACH_M,
) -> pd.DataFrame:
    """Count the days since observers were last recorded to have had each place in reach.

    Parameters
    ----------
    places
        Villages, checkpoints or incidents: points with their precision in ``position_radius_m``; where none is stated, no visit is
        certain. Of an incident at several places, one that was visited counts.
    visits
        Visits (:data:`bordergis.schema.VISITS`).
    as_of
        The day, local; later visits do not count.
    reach_m
        As in :func:`observation_coverage`.

    Returns
    -------
    pandas.DataFrame
        On the index of ``places``: ``last_visit`` and ``days_since_visit`` of the last visit that had the place in reach for certain;
        ``last_possible_visit`` and ``days_since_possible_visit`` of the last visit that may have, and the ``visit_id``, ``observer``
        and ``observer_side`` of that one: a place across the line was seen from there, if at all. Missing where no visit is recorded,
        and where the place has no position.

    Raises
    ------
    SchemaError, UnitError
        As in :func:`observation_coverage`.

    Examples
    --------
    >>> import bordergis as bg
    >>> gates = bg.load_checkpoints().set_index("checkpoint_id")
    >>> bg.days_since_visit(gates, bg.load_visits(), as_of="2026-01-14").loc["osmach", "days_since_visit"]
    np.int64(6)
    """
    require_lonlat(places)
    require_same_crs(places, visits)
    last = pd.Timestamp(local_day(as_of))
    seen = looks(visits, until=last, reach_m=reach_m)
    pairs = seen_at(places, seen[seen["access"] != "denied"].sort_values(["date", "visit_id"]))

    newest = pairs.drop_duplicates("row", keep="last").set_index("row")
    sure = pairs[pairs["certain"]].drop_duplicates("row", keep="last").set_index("row")
    table = pd.DataFrame(
        {
            "last_visit": sure["date"],
            "last_possible_visit": newest["date"],
            "visit_id": newest["visit_id"],
            "observer": newest["observer"],
            "observer_side": newest["side"],
        },
        index=range(len(places)),
    ).set_axis(places.index)
    table.insert(1, "days_since_visit", (last - table["last_visit"]).dt.days.astype("Int64"))
    table.insert(3, "days_since_possible_visit", (last - table["last_possible_visit"]).dt.days.astype("Int64"))
    lost = int(places.geometry.isna().sum())
    never = int(table["last_possible_visit"].isna().sum()) - lost
    note = f"{never} of {len(places)} places have no recorded visit up to {last:%Y-%m-%d}; {lost} have no position."
    step = f"days_since_visit(as_of={last:%Y-%m-%d}, reach_m={reach_m:g})"
    return inherit(table, places, visits, step=step, notes=[note, *_notes(seen, reach_m)])


def looks(visits: gpd.GeoDataFrame, *, until: pd.Timestamp, reach_m: float) -> gpd.GeoDataFrame:
    """Give the visits up to a day with how far they reached: ``least_m`` for certain (0 where access was not granted), ``most_m`` at most.

    Raises
    ------
    SchemaError, UnitError
        If the layer breaks its contract, or the reach is no length.
    """
    VISITS.validate(visits)
    if not (np.isfinite(reach_m) and reach_m > 0):
        raise UnitError(f"{reach_m!r} is not a reach in metres; give such as 5_000 for 5 km.")
    stated = visits.get("seen_radius_m", pd.Series(np.nan, visits.index)).fillna(reach_m)
    radius_m = visits.get("position_radius_m", pd.Series(np.nan, visits.index))
    sure = (stated - radius_m).clip(lower=0.0).fillna(0.0).where(visits["access"] == "granted", 0.0)
    seen = visits.assign(least_m=sure, most_m=stated + radius_m.fillna(0.0), side=sides(visits))
    return seen[seen["date"] <= until]


def seen_at(places: gpd.GeoDataFrame, seen: gpd.GeoDataFrame) -> pd.DataFrame:
    """Pair places with the visits that may have had them in reach, in the order of the visits.

    Returns
    -------
    pandas.DataFrame
        ``row`` (position of the place), ``look`` (position of the visit), whether it is ``certain``, and of the visit ``visit_id``,
        ``observer``, ``side`` and ``date``.
    """
    points, row = shapely.get_coordinates(np.asarray(places.geometry.array), return_index=True)
    own = places.get("position_radius_m", pd.Series(np.nan, places.index)).to_numpy(dtype=float)[row]
    look = np.flatnonzero(seen.geometry.notna())
    visited = shapely.get_coordinates(np.asarray(seen.geometry.array)[look])
    most, least = (seen[column].to_numpy()[look] for column in ("most_m", "least_m"))

    widest = np.nan_to_num(own).max(initial=0.0)
    found = geodesy.pairs_within(points[:, 0], points[:, 1], visited[:, 0], visited[:, 1], most + widest)
    metres, mine = found.distance_m, own[found.point]
    possible = metres <= most[found.disc] + np.nan_to_num(mine)
    pairs = pd.DataFrame(
        {"row": row[found.point], "look": look[found.disc], "certain": (metres + mine <= least[found.disc]) & (least[found.disc] > 0)}
    )[possible]
    pairs = pairs.groupby(["row", "look"], as_index=False)["certain"].any().sort_values(["look", "row"], ignore_index=True)
    return pairs.join(seen[["visit_id", "observer", "side", "date"]].reset_index(drop=True), on="look")


def sides(visits: gpd.GeoDataFrame) -> pd.Series:
    """Give the side of the observers of each visit, or that none is stated."""
    return visits.get("observer_side", pd.Series(pd.NA, visits.index)).fillna("not stated").astype("str")


def sides_note(seen: gpd.GeoDataFrame) -> str:
    """Say on whose side of the line the observers of visits are recorded to have been."""
    count = sides(seen).value_counts().sort_index()
    told = "; ".join(f"{name}: {n}" for name, n in count.items())
    return f"Observers stay on their own side; side of the recorded visits: {told or 'no visits'}."


def _notes(seen: gpd.GeoDataFrame, reach_m: float) -> list[str]:
    lost = seen.loc[seen.geometry.isna(), "place_as_given"]
    unplaced = [f"{len(lost)} visits without a position are in no stretch or sector: {'; '.join(lost)}."] if len(lost) else []
    return [
        f"Reach of an observer: {reach_m / 1_000:g} km round the visited place, an assumption, unless a source states it.",
        sides_note(seen),
        *unplaced,
        "Not observed is not the same as nothing happened.",
    ]


def _stretches(lines: Sequence[shapely.Geometry], placed: gpd.GeoDataFrame, radius_m: pd.Series) -> Stretches:
    lonlat = shapely.get_coordinates(np.asarray(placed.geometry.array))
    return in_reach(lines, lonlat[:, 0], lonlat[:, 1], radius_m.to_numpy(dtype=float))


def _chosen(found: Stretches, keep: NDArray[np.bool_]) -> Stretches:
    return Stretches(found.line[keep], found.point[keep], found.from_m[keep], found.to_m[keep])


def _span(since: dt.date | str, as_of: dt.date | str) -> tuple[pd.Timestamp, pd.Timestamp]:
    first, last = pd.Timestamp(local_day(since)), pd.Timestamp(local_day(as_of))
    if last < first:
        raise SchemaError(f"The last day, {last:%Y-%m-%d}, is before the first, {first:%Y-%m-%d}; give them in order.")
    return first, last


def require_sectors(sectors: gpd.GeoDataFrame) -> None:
    """Refuse sectors without names, or with gaps, which would be measured as line.

    Raises
    ------
    SchemaError
        With what is missing or of another kind.
    """
    missing = [name for name in ("sector_id", "name") if name not in sectors]
    if missing:
        raise SchemaError(f"sectors: column {', '.join(missing)} is missing; make them with `sectors_at` or `sectors_by_length`.")
    kinds = sorted(set(sectors.geom_type.astype("str")))
    if kinds != ["LineString"]:
        raise SchemaError(f"sectors: expected one LineString each, got {', '.join(kinds) or 'no sector'}; part them with `explode()`.")


def joined(values: pd.Series) -> str:
    """Join words, each once, in alphabetical order."""
    return "; ".join(sorted(set(values)))

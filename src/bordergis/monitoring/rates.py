"""Reported incidents by period, sector and type: counts, rates a day with their intervals, and how often anybody looked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd
import shapely

from bordergis import geodesy
from bordergis.crs import require_same_crs
from bordergis.datasets import require_known
from bordergis.datasets.columns import TIME_ZONE, local_day
from bordergis.errors import SchemaError
from bordergis.monitoring.coverage import observation_coverage, require_sectors, sides_note
from bordergis.provenance import inherit
from bordergis.schema import INCIDENTS, PERIODS, VISITS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

__all__ = ["ACROSS", "BEFORE", "OUTSIDE", "incident_periods", "incident_rates", "is_incident", "poisson_interval", "require_incidents"]

ACROSS = "across periods, or known only to a month"
BEFORE = "before the named periods"
OUTSIDE = "between or after the named periods"
NO_POSITION = "no position"
PARTS = ("period", "sector", "type")
COLUMNS = (
    "days", "reported_incidents_low", "reported_incidents", "reported_incidents_high", "per_day_low", "per_day", "per_day_high",
    "days_observed_low", "days_observed_high",
)  # fmt: skip

NOT_INCIDENTS = ("observer_visit", "agreement", "legal_order", "civil_society_statement", "weapons_withdrawal")
"""Categories of records that tell of something else than an incident; they are in no count or rate, and their number is said."""

ERROR = 0.05
"""Chance that an interval misses: 95 % intervals."""


@dataclass(frozen=True, slots=True)
class _Shares:
    """To which groups records belong, a row a record and a column a group: best guess (adding up to 1), for certain, possibly."""

    names: list[str]
    best: Floats
    sure: Flags
    maybe: Flags


_Days: TypeAlias = "NDArray[np.datetime64]"
_Phases: TypeAlias = "tuple[_Days, _Days, _Days, list[str]]"
"""Of the periods that hold days: the first day, the first day after, the same but with the day on which it ends, and the name."""


def incident_periods(incidents: gpd.GeoDataFrame, periods: pd.DataFrame) -> pd.Series:
    """Say in which period each incident lies: in one only if its whole span of days does, and on no day that two periods share.

    Parameters
    ----------
    incidents
        Incidents (:data:`bordergis.schema.INCIDENTS`).
    periods
        Periods (:data:`bordergis.schema.PERIODS`); agreements are moments and hold no incident.

    Returns
    -------
    pandas.Series
        ``period`` on the index of ``incidents``.

    Raises
    ------
    SchemaError
        If a layer breaks its contract, an incident ends before it begins, or two periods overlap.

    Examples
    --------
    >>> import bordergis as bg
    >>> bg.incident_periods(bg.load_incidents(), bg.load_periods()).value_counts()["Fighting of December 2025"]
    np.int64(24)
    """
    require_incidents(incidents)
    begin, end, over, names = _days_of(periods, pd.Timestamp.max.normalize().as_unit("s"))
    first, last = (incidents[column].to_numpy() for column in ("date_start", "date_end"))
    codes = [_code(day, begin, end) for day in (first, last)]
    labels = np.array([BEFORE, *names, OUTSIDE], dtype=object)
    alone = (codes[0] == codes[1]) & ~_touches(first, last, (end, over))
    period = np.where(alone, labels[codes[0]], ACROSS)
    return pd.Series(period, index=incidents.index, name="period", dtype="str")


def incident_rates(  # noqa: PLR0913  what is counted, in what, until when, by what, and who looked
    incidents: gpd.GeoDataFrame,
    periods: pd.DataFrame,
    *,
    as_of: dt.date | str,
    by: Sequence[str] = ("period",),
    sectors: gpd.GeoDataFrame | None = None,
    visits: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Count reported incidents, and their rate a day, beside the days on which observers are recorded to have looked.

    Fewer reports may mean fewer incidents, fewer observers or fewer reporters: the numbers do not tell these apart.

    Parameters
    ----------
    incidents
        Incidents (:data:`bordergis.schema.INCIDENTS`). Records of visits, agreements and statements are left out and counted.
    periods
        Periods (:data:`bordergis.schema.PERIODS`). A period holds the day on which it begins; a report of a day on which one ends and
        the next begins is certain in neither. Agreements hold no day.
    as_of
        The last day, local: later incidents and days do not count.
    by
        What makes a cell: ``period``, and with it ``sector``, ``type`` or both.
    sectors
        Stretches of a line (:func:`bordergis.sectors_at` and its kin), for cells by sector: an incident belongs to the nearest.
    visits
        Visits (:data:`bordergis.schema.VISITS`), for the coverage.

    Returns
    -------
    pandas.DataFrame
        A row a cell, empty ones too: ``days``; ``reported_incidents_low`` (for every day and position the reports may mean),
        ``reported_incidents_high`` (for some), and between them ``reported_incidents``, where a report of uncertain date counts by the
        share of its days, so that the cells add up to the number of reports; ``per_day`` and its exact 95 % Poisson interval
        ``per_day_low`` to ``per_day_high``, from the lowest count to the highest; ``days_observed_low`` and ``days_observed_high``
        (missing without ``visits``); and ``words``.

    Raises
    ------
    SchemaError
        If a layer breaks its contract, an incident ends before it begins, two periods overlap, or sectors are asked for and not given.
    UnknownNameError
        If ``by`` names something else, or leaves out the period.

    Examples
    --------
    >>> import bordergis as bg
    >>> rates = bg.incident_rates(bg.load_incidents(), bg.load_periods(), as_of="2026-01-14", visits=bg.load_visits())
    >>> rates.set_index("period").loc["Fighting of December 2025", ["days", "reported_incidents_low", "reported_incidents_high"]].to_list()
    [20, 24, 25]
    """
    require_incidents(incidents)
    _require_parts(by, sectors)
    last = pd.Timestamp(local_day(as_of))
    begin, end, over, names = _days_of(periods, last + pd.Timedelta(days=1))
    known = incidents[(incidents["date_start"] <= last) & is_incident(incidents)]

    time = _by_period(known, last, (begin, end, over, names))
    place = _by_sector(known, sectors) if "sector" in by and sectors is not None else _whole(len(known))
    kind = _by_type(known) if "type" in by else _whole(len(known))
    cells = pd.MultiIndex.from_product([time.names, place.names, kind.names], names=PARTS)
    count = {word: _cells(time, place, kind, word) for word in ("sure", "best", "maybe")}
    table = pd.DataFrame({"reported_incidents_low": count["sure"], "reported_incidents": count["best"]}, index=cells)
    table["reported_incidents_high"] = count["maybe"]
    table = table.astype({"reported_incidents_low": "int64", "reported_incidents_high": "int64"}).reset_index()
    table["days"] = table["period"].map(dict(zip(names, (end - begin).astype("timedelta64[D]").astype(int), strict=True))).astype("Int64")
    rated = _with_rates(table)
    if visits is not None:
        seen = _days_observed(visits, sectors if "sector" in by else None, (begin, end, over, names), last)
        rated = rated.merge(seen, on=[part for part in ("period", "sector") if part in seen], how="left")
    rated = rated.reindex(columns=[*by, *COLUMNS])
    rated["words"] = _words(rated)
    inputs = [layer for layer in (sectors, visits) if layer is not None]
    step = f"incident_rates(by={'+'.join(by)}, as_of={last:%Y-%m-%d})"
    return inherit(rated, incidents, periods, *inputs, step=step, notes=_notes(incidents, known, visits, last))


def require_incidents(incidents: gpd.GeoDataFrame) -> None:
    """Hold incidents against their contract, and against time: one that ends before it begins would be in no day, and so in no count.

    Raises
    ------
    SchemaError
        With the incidents that are at fault.
    """
    INCIDENTS.validate(incidents)
    turned = incidents.loc[incidents["date_end"] < incidents["date_start"], "incident_id"]
    if len(turned):
        raise SchemaError(f"incidents: {', '.join(turned)} end before they begin; mend date_start and date_end.")


def is_incident(incidents: gpd.GeoDataFrame) -> pd.Series:
    """Tell the records of incidents from those of visits, agreements and statements."""
    return ~incidents["category"].isin(NOT_INCIDENTS) & (incidents["event_type"] != "Agreement").fillna(value=True)


def poisson_interval(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Give the exact 95 % interval (Garwood, 1936) of the mean behind a count that lies between two numbers.

    Examples
    --------
    >>> [float(end.round(3).item()) for end in poisson_interval(np.array([3.0]), np.array([3.0]))]
    [0.619, 8.767]
    """
    from scipy.special import gammaincinv  # noqa: PLC0415  scipy only where an interval is asked for

    least = np.where(low > 0, gammaincinv(np.maximum(low, 1.0), ERROR / 2), 0.0)
    return least, gammaincinv(high + 1.0, 1 - ERROR / 2)


def _require_parts(by: Sequence[str], sectors: gpd.GeoDataFrame | None) -> None:
    for part in by:
        require_known("way to part incidents", part, PARTS)
    if "period" not in by:
        require_known("way to part incidents without `period`, which gives the days of a rate,", ", ".join(by), ())
    if "sector" in by and sectors is None:
        raise SchemaError("Cells by sector need `sectors=`; make them with `sectors_at` or `sectors_by_length`.")
    if sectors is not None:
        require_sectors(sectors)


def _days_of(periods: pd.DataFrame, until: pd.Timestamp) -> _Phases:
    """Give the first and the last day of each period, and its name; a period begins with the local day of its first moment."""
    PERIODS.validate(periods)
    phases = periods[periods["kind"] != "agreement"].sort_values("start")
    begin, end = (phases[name].dt.tz_convert(TIME_ZONE).dt.tz_localize(None).astype("datetime64[s]") for name in ("start", "end"))
    first, over = begin.dt.normalize(), end.dt.ceil("D").fillna(until).clip(upper=until)
    later = first.shift(-1)
    if (end > begin.shift(-1)).any():
        raise SchemaError("periods: two of them overlap; a day belongs to one period only (agreements are moments and may lie inside).")
    over = over.mask(end.isna() & (over > later), later)  # one whose end nobody tells ends with the next
    after = over.mask(over > later, later)  # a day on which one ends and the next begins belongs to the next
    begun = (first < until).to_numpy()
    return (*(days.to_numpy()[begun] for days in (first, after, over)), _labels(phases, "period_id")[begun].to_list())


def _touches(first: _Days, last: _Days, spans: tuple[_Days, _Days]) -> Flags:
    """Tell which spans of days have a day that lies in one of others, from a day to the first day after."""
    begin, after = spans
    return np.asarray(((first[:, None] < after) & (last[:, None] >= begin) & (begin < after)).any(axis=1))


def _code(day: NDArray[np.datetime64], begin: NDArray[np.datetime64], end: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Give the number of the period of each day, from 1; 0 before the first, and one more than the last between or after them."""
    at = np.searchsorted(begin, day, side="right")
    over = (at > 0) & (day >= np.append(end, np.datetime64("NaT", "s"))[at - 1])
    return np.where(over, len(begin) + 1, at)


def _by_period(known: gpd.GeoDataFrame, last: pd.Timestamp, phases: _Phases) -> _Shares:
    begin, end, over, names = phases
    day = np.timedelta64(1, "D")
    start = known["date_start"].to_numpy()[:, None]
    stop = np.minimum(known["date_end"].to_numpy(), last.to_datetime64())[:, None] + day
    first = begin.min(initial=last.to_datetime64() + day)
    before = np.clip((np.minimum(stop, first) - start) / day, 0, None)
    inside = np.clip((np.minimum(stop, end) - np.maximum(start, begin)) / day, 0, None)
    span = (stop - start) / day
    days = np.concatenate([before, inside, span - before - inside.sum(axis=1, keepdims=True)], axis=1)
    maybe = days > 0
    maybe[:, 1:-1] |= (np.minimum(stop, over) > np.maximum(start, begin)) & (begin < over)  # also the day on which it ends
    return _Shares([BEFORE, *names, OUTSIDE], days / span, maybe & (maybe.sum(axis=1, keepdims=True) == 1), maybe)


def _by_sector(known: gpd.GeoDataFrame, sectors: gpd.GeoDataFrame) -> _Shares:
    """Give each record the sector nearest to it; possible are all that some position within its radius is nearest to."""
    require_same_crs(known, sectors)
    points, row = shapely.get_coordinates(np.asarray(known.geometry.array), return_index=True)
    stated = known["position_radius_m"].to_numpy(dtype=float)
    doubt = 2 * np.nan_to_num(stated)[row]
    metres = _to_sectors(points, [shapely.get_coordinates(line) for line in sectors.geometry], doubt)
    reach = metres.min(axis=1, initial=np.inf) + doubt

    best, maybe = np.zeros((2, len(known), len(sectors) + 1))
    np.add.at(best, (row, metres.argmin(axis=1)), 1 / np.bincount(row, minlength=len(known))[row])
    np.maximum.at(maybe[:, :-1], row, metres <= reach[:, None])
    lost = known.geometry.isna().to_numpy()
    best[lost, -1] = maybe[lost, -1] = 1.0
    sure = (maybe > 0) & (maybe.sum(axis=1, keepdims=True) == 1) & (np.isfinite(stated) | lost)[:, None]
    return _Shares([*_labels(sectors, "sector_id"), NO_POSITION], best, sure, maybe > 0)


def _to_sectors(points: Floats, lines: list[Floats], doubt_m: Floats) -> Floats:
    """Measure the distance of points to lines, a column a line; infinite where the line is too far to matter."""
    middle = np.stack([line[len(line) // 2] for line in lines])
    widest = np.array([_from_place(line, at).max() for line, at in zip(lines, middle, strict=True)])
    apart = np.stack([_from_place(points, at) for at in middle], axis=-1)
    near = apart - widest <= (apart.min(axis=1, initial=np.inf) + doubt_m)[:, None]  # a line is no farther than its middle
    metres = np.full(apart.shape, np.inf)
    for column, line in enumerate(lines):
        rows = near[:, column]
        metres[rows, column] = geodesy.locate_on_line(points[rows, 0], points[rows, 1], line).distance_m
    return metres


def _from_place(points: Floats, at: Floats) -> Floats:
    lon, lat = np.broadcast_to(at, points.shape).T
    return geodesy.distance_m(points[:, 0], points[:, 1], lon, lat)


def _labels(layer: pd.DataFrame, key: str) -> pd.Series:
    """Name each period or sector, with its id where two have one name."""
    again = layer["name"].duplicated(keep=False)
    return layer["name"].mask(again, layer["name"] + " (" + layer[key] + ")")


def _by_type(known: gpd.GeoDataFrame) -> _Shares:
    told = known["event_type"].astype(object).where(known["event_type"].notna(), known["category"])
    names = sorted(set(told))
    own = told.to_numpy()[:, None] == np.array(names, dtype=object)
    return _Shares(names, own.astype(float), own, own)


def _whole(rows: int) -> _Shares:
    every = np.ones((rows, 1))
    return _Shares(["all"], every, every > 0, every > 0)


def _cells(time: _Shares, place: _Shares, kind: _Shares, word: str) -> Floats:
    parts = (np.asarray(getattr(one, word), dtype=float) for one in (time, place, kind))
    return np.einsum("np,ns,nt->pst", *parts, optimize=True).ravel()


def _with_rates(table: pd.DataFrame) -> pd.DataFrame:
    days = table["days"].astype("float64").where(table["days"] > 0)  # a period may begin and end within one day
    low, high = poisson_interval(table["reported_incidents_low"].to_numpy(float), table["reported_incidents_high"].to_numpy(float))
    return table.assign(per_day=table["reported_incidents"] / days, per_day_low=low / days, per_day_high=high / days)


def _days_observed(
    visits: gpd.GeoDataFrame,
    sectors: gpd.GeoDataFrame | None,
    phases: _Phases,
    last: pd.Timestamp,
) -> pd.DataFrame:
    """Count the days of each period (and sector) on which observers looked, for certain and at most."""
    begin, end, _, names = phases
    if not names:
        return pd.DataFrame({"period": pd.Series(dtype="str"), "days_observed_low": 0, "days_observed_high": 0})
    if sectors is None:
        VISITS.validate(visits)
        seen = visits[visits["date"] <= last]
        seen = pd.DataFrame({"date": seen["date"], "low": seen["access"] == "granted", "high": seen["access"] != "denied"})
        seen = seen.groupby("date", as_index=False).any()
    else:
        days = observation_coverage(visits, sectors, since=pd.Timestamp(begin[0]).date(), as_of=last.date())
        seen = days.assign(low=days["certain"] == "definite", high=~days["status"].isin(["not observed", "denied"]))
        seen["sector"] = seen["sector_id"].map(dict(zip(sectors["sector_id"], _labels(sectors, "sector_id"), strict=True)))
    labels = np.array([BEFORE, *names, OUTSIDE], dtype=object)
    seen["period"] = labels[_code(seen["date"].to_numpy(), begin, end)]
    keys = ["period"] if sectors is None else ["period", "sector"]
    every = [names] if sectors is None else [names, _labels(sectors, "sector_id")]
    cells = pd.MultiIndex.from_product(every, names=keys) if len(every) > 1 else pd.Index(names, name="period")
    count = seen.groupby(keys if len(keys) > 1 else "period")[["low", "high"]].sum().reindex(cells, fill_value=0)
    return count.astype("Int64").rename(columns={"low": "days_observed_low", "high": "days_observed_high"}).reset_index()


def _words(table: pd.DataFrame) -> pd.Series:
    low, high = (table[f"reported_incidents_{end}"].astype("str") for end in ("low", "high"))
    count = low.where(low == high, low + " to " + high) + " reported incidents"
    days = (" in " + table["days"].astype("str") + " days").where(table["days"].notna(), "")
    seen = ("; observers recorded on " + table["days_observed_low"].astype("str") + " of them").where(
        table["days_observed_low"].notna(), "; observation not known"
    )
    return count + days + seen


def _notes(incidents: gpd.GeoDataFrame, known: gpd.GeoDataFrame, visits: gpd.GeoDataFrame | None, last: pd.Timestamp) -> list[str]:
    later = int((incidents["date_start"] > last).sum())
    other = len(incidents) - len(known) - later
    count = (
        f"{len(known)} of {len(incidents)} records are reported incidents up to {last:%Y-%m-%d}; left out: {later} later ones, {other} "
        "visits, agreements and statements."
    )
    census = "Reported incidents are a collection of reports, not a census: fewer reports may mean fewer observers."
    return [count, census, *([] if visits is None else [sides_note(visits[visits["date"] <= last])])]

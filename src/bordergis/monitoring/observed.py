"""Which reported incidents somebody independent went to see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bordergis.crs import require_same_crs
from bordergis.datasets.columns import local_day
from bordergis.errors import UnitError
from bordergis.monitoring.coverage import STATUSES, joined, looks, seen_at, sides_note
from bordergis.monitoring.rates import is_incident, require_incidents
from bordergis.provenance import inherit

if TYPE_CHECKING:
    import datetime as dt

    import geopandas as gpd

__all__ = ["independent_observation", "observed_days"]


def independent_observation(
    incidents: gpd.GeoDataFrame,
    visits: gpd.GeoDataFrame,
    *,
    within_km: float,
    within_days: int,
    as_of: dt.date | str,
) -> pd.DataFrame:
    """Say which incidents have a recorded visit within so many kilometres and days after them.

    A visit is an observation of the place, not a finding on the report.

    Parameters
    ----------
    incidents
        Incidents (:data:`bordergis.schema.INCIDENTS`).
    visits
        Visits (:data:`bordergis.schema.VISITS`). One that names the incident it was made for (``incident_id``) was near it.
    within_km
        How near the visited place must be.
    within_days
        How many days after the incident the visit may be; the day of the incident is day 0.
    as_of
        The day, local; later visits do not count.

    Returns
    -------
    pandas.DataFrame
        On the index of ``incidents``: ``observed`` (``definite`` for every position and day that the incident and the visit may have,
        ``possible`` for some, ``no``, ``unknown`` where the incident has no position or one of unknown precision; missing where the
        record is itself a visit, an agreement or a statement), and of the visits that may count: ``n_visits``, ``visit_ids``,
        ``observers``, ``observer_sides``, and ``days_after``, from the last day of the incident to the first of them.

    Raises
    ------
    UnitError
        If ``within_km`` or ``within_days`` is negative or not finite.
    SchemaError
        If a layer breaks its contract, or an incident ends before it begins.

    Examples
    --------
    >>> import bordergis as bg
    >>> reports = bg.load_incidents()
    >>> seen = bg.independent_observation(reports, bg.load_visits(), within_km=5, within_days=30, as_of="2026-01-14")
    >>> seen.set_index(reports["incident_id"]).loc["KT075", ["observed", "visit_ids"]].to_list()
    ['definite', 'V2026-01-04-1']
    """
    require_incidents(incidents)
    require_same_crs(incidents, visits)
    if not (np.isfinite(within_days) and within_days >= 0):
        raise UnitError(f"{within_days!r} is not a number of days; give such as 7.")
    last = local_day(as_of)
    seen = looks(visits.drop(columns="seen_radius_m", errors="ignore"), until=pd.Timestamp(last), reach_m=within_km * 1_000)
    seen = seen[seen["access"] != "denied"].sort_values(["date", "visit_id"]).reset_index(drop=True)
    pairs = _in_time(_pairs(incidents, seen), incidents, within_days)

    groups = pairs.groupby("row")
    table = pd.DataFrame(
        {
            "observed": groups["certain"].any().map({True: "definite", False: "possible"}),
            "n_visits": groups.size().astype("Int64"),
            "visit_ids": groups["visit_id"].agg("; ".join),
            "observers": groups["observer"].agg(joined),
            "observer_sides": groups["side"].agg(joined),
            "days_after": groups["days_after"].min().astype("Int64"),
        },
        index=range(len(incidents)),
    ).set_axis(incidents.index)
    counts = is_incident(incidents)
    placed = incidents.geometry.notna() & incidents["position_radius_m"].notna()
    table["observed"] = table["observed"].astype("str").mask(table["observed"].isna(), np.where(placed, "no", "unknown")).where(counts)
    table["n_visits"] = table["n_visits"].fillna(0)
    found = table["observed"].value_counts()
    note = (
        f"Of {int(counts.sum())} reported incidents, {found.get('definite', 0)} have a recorded visit within {within_km:g} km and "
        f"{within_days} days for certain, {found.get('possible', 0)} possibly; {found.get('unknown', 0)} have no position, "
        "or one of unknown precision."
    )
    step = f"independent_observation(within_km={within_km:g}, within_days={within_days}, as_of={last})"
    return inherit(table, incidents, visits, step=step, notes=[note, sides_note(seen)])


def observed_days(coverage: pd.DataFrame) -> pd.DataFrame:
    """Count the days of each sector by what is recorded of them.

    Parameters
    ----------
    coverage
        Sectors by day (:func:`bordergis.observation_coverage`).

    Returns
    -------
    pandas.DataFrame
        A row a sector, in the order given: a column for each status with its number of days, ``days``, and ``last_observed``, the
        last day with the status ``observed``.

    Examples
    --------
    >>> import bordergis as bg
    >>> sectors = bg.sectors_by_length(bg.load_border("osm-2026c"), 400_000)
    >>> days = bg.observation_coverage(bg.load_visits(), sectors, since="2026-01-01", as_of="2026-01-14")
    >>> bg.observed_days(days)[["observed", "not observed", "days"]].to_numpy().tolist()
    [[1, 13, 14], [5, 9, 14], [0, 14, 14]]
    """
    keys = ["sector_id", "name"]
    groups = coverage.groupby(keys, sort=False)
    count = coverage.groupby([*keys, "status"], sort=False).size().unstack(fill_value=0).reindex(columns=list(STATUSES), fill_value=0)  # noqa: PD010  pivot_table drops the order
    table = count.assign(days=groups.size(), last_observed=coverage[coverage["status"] == "observed"].groupby(keys)["date"].max())
    return inherit(table.rename_axis(columns=None).reset_index(), coverage, step="observed_days()")


def _pairs(incidents: gpd.GeoDataFrame, seen: gpd.GeoDataFrame) -> pd.DataFrame:
    """Pair incidents with visits by place, and by the incident that a visit names."""
    near = seen_at(incidents, seen)
    if "incident_id" not in seen:
        return near
    at = pd.Series(range(len(incidents)), index=incidents["incident_id"].to_numpy())
    named = seen[seen["incident_id"].isin(at.index)]
    linked = named[["visit_id", "observer", "side", "date"]].assign(
        row=named["incident_id"].map(at), look=named.index, certain=named["access"] == "granted"
    )
    return pd.concat([linked, near]).sort_values(["look", "row", "certain"]).drop_duplicates(["look", "row"], keep="last")


def _in_time(pairs: pd.DataFrame, incidents: gpd.GeoDataFrame, within_days: int) -> pd.DataFrame:
    """Keep the visits that may lie in the days after their incident, and certain those that do."""
    rows = pairs["row"].to_numpy()
    days = {name: (pairs["date"] - incidents[name].iloc[rows].to_numpy()).dt.days for name in ("date_start", "date_end")}
    kept = (days["date_start"] >= 0) & (days["date_end"] <= within_days)
    sure = pairs["certain"] & (days["date_end"] >= 0) & (days["date_start"] <= within_days)
    return pairs.assign(certain=sure, days_after=days["date_end"].clip(lower=0))[kept]

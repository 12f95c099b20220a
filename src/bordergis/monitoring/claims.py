"""One event told by several parties: reports that may speak of the same event, and each account whole beside the others."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from bordergis import geodesy
from bordergis.crs import require_lonlat
from bordergis.datasets import require_known
from bordergis.errors import UnitError
from bordergis.geodesy import cartesian
from bordergis.monitoring.rates import is_incident, require_incidents
from bordergis.provenance import inherit
from bordergis.schema import INCIDENTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["claims_table", "link_reports"]

OTHER_KIND = 0.25
"""Part of the score of two reports that tell of different kinds of event: our judgement, for the order of the list only."""

UNKNOWN_SLACK_M = 50_000.0
"""The precision that a pair with one of unknown precision is ranked with, as coarse as two provinces: our judgement, for the order only."""


def link_reports(incidents: gpd.GeoDataFrame, *, km: float = 5.0, days: int = 1) -> pd.DataFrame:
    """Propose pairs of reports that may tell of one event, for a person to decide. Nothing is merged.

    Parameters
    ----------
    incidents
        Incidents (:data:`bordergis.schema.INCIDENTS`). Records of visits, agreements and statements, and reports without a position,
        are not compared, and counted.
    km
        How far apart the places may be beyond the precision of both.
    days
        How many days may lie between the two spans of days.

    Returns
    -------
    pandas.DataFrame
        A row a pair, best first: ``incident_id_a``, ``incident_id_b``, ``distance_m`` between the stated points, ``slack_m`` (the
        precision of both added; missing where one states none, which is ranked with the coarsest), ``days_apart``, ``same_kind``,
        ``same_author``, ``score`` and ``reason``. The score orders the list and is no probability. It is 1 for two exact reports of one
        kind at one point on one day, and smaller with the distance and days left over, with coarser places and longer spans, and for
        different kinds.

    Raises
    ------
    UnitError
        If ``km`` or ``days`` is negative or not finite.
    SchemaError
        If the layer breaks its contract, or a report ends before it begins.

    Examples
    --------
    >>> import bordergis as bg
    >>> pairs = bg.link_reports(bg.load_incidents(), km=2, days=1)
    >>> pairs[["incident_id_a", "incident_id_b", "same_author"]].head(1).to_dict("records")
    [{'incident_id_a': 'KT044', 'incident_id_b': 'KT045', 'same_author': True}]
    """
    require_incidents(incidents)
    require_lonlat(incidents)
    for name, value in (("km", km), ("days", days)):
        if not (np.isfinite(value) and value >= 0):
            raise UnitError(f"{name}={value!r} is not a distance or number of days; give such as km=5, days=1.")
    compared = incidents[is_incident(incidents) & incidents.geometry.notna()].sort_values("incident_id")
    spots = _spots(compared)
    pairs = _close(spots, km * 1_000, days)
    table = _scored(pairs, compared, km * 1_000, days)
    lost = len(incidents) - len(compared)
    note = f"{len(table)} pairs proposed among {len(compared)} reports; {lost} without a position, or of visits, agreements and statements."
    step = f"link_reports(km={km:g}, days={days:g})"
    return inherit(table, incidents, step=step, notes=[note, "Whether two reports tell of one event is for a person to decide."])


def claims_table(incidents: gpd.GeoDataFrame, ids: Sequence[str]) -> pd.DataFrame:
    """Put the accounts of one event beside each other, each whole: who says so, who denies it, casualties as a range.

    Parameters
    ----------
    incidents
        Incidents (:data:`bordergis.schema.INCIDENTS`).
    ids
        The reports taken to tell of one event.

    Returns
    -------
    pandas.DataFrame
        A column an account, in the order given, and a row a field, every column of the layer but the geometry; nothing is added up or
        averaged. Fields no account has are left out.

    Raises
    ------
    UnknownNameError
        If there is no such report.
    SchemaError
        If the layer breaks its contract.

    Examples
    --------
    >>> import bordergis as bg
    >>> bg.claims_table(bg.load_incidents(), ["KT008", "KT010"]).loc[["killed_low", "killed_high"], "KT008"].to_list()
    [2, 5]
    """
    INCIDENTS.validate(incidents)
    for name in ids:
        require_known("incident", name, set(incidents["incident_id"]))
    told = pd.DataFrame(incidents.drop(columns=incidents.geometry.name))
    rows = told.set_index("incident_id").loc[list(dict.fromkeys(ids))].dropna(axis="columns", how="all")
    accounts = rows.astype(object).T.rename_axis(index="field", columns="incident_id")
    step = f"claims_table({', '.join(ids)})"
    return inherit(accounts, incidents, step=step, notes=["Accounts side by side; nothing is added or averaged."])


def _spots(compared: gpd.GeoDataFrame) -> pd.DataFrame:
    """Give a row for each point of each report, with its precision, the middle of its days and half their span."""
    points, row = shapely.get_coordinates(np.asarray(compared.geometry.array), return_index=True)
    start, end = ((compared[name] - pd.Timestamp(0)).dt.days.to_numpy()[row] for name in ("date_start", "date_end"))
    radius_m = np.nan_to_num(compared["position_radius_m"].to_numpy(dtype=float))[row]
    return pd.DataFrame({"row": row, "lon": points[:, 0], "lat": points[:, 1], "radius_m": radius_m, "start": start, "end": end})


def _close(spots: pd.DataFrame, apart_m: float, days: float) -> pd.DataFrame:
    """Find the pairs of reports near in place and time, each by its nearest two points.

    Reports of like precision are searched together, so that a few coarse ones do not widen the search of all the others.
    """
    classes = [np.ceil(np.log2(np.maximum(spots["radius_m"] / 1_000, 1))), np.ceil(np.log2(1 + spots["end"] - spots["start"]))]
    groups = [group for _, group in spots.groupby([one.to_numpy() for one in classes])]
    found = [_search(one, other, apart_m, days) for one, other in itertools.combinations_with_replacement(groups, 2)]
    pairs = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=["a", "b", "distance_m"]).astype("float64")
    pairs[["a", "b"]] = np.sort(pairs[["a", "b"]].to_numpy(), axis=1).astype(np.int64)
    return pairs.sort_values(["a", "b", "distance_m"]).drop_duplicates(["a", "b"], ignore_index=True)


def _search(one: pd.DataFrame, other: pd.DataFrame, apart_m: float, days: float) -> pd.DataFrame:
    """Pair the points of two groups: candidates by a box in space and time, then by the distance and the days themselves."""
    from scipy.spatial import cKDTree  # noqa: PLC0415  costs 0.3 s: only where points are matched

    widest = apart_m + one["radius_m"].max() + other["radius_m"].max() + 1.0
    longest = days + sum((group["end"] - group["start"]).max() for group in (one, other)) / 2 + 0.5
    trees = [cKDTree(_box(group, widest, longest)) for group in (one, other)]
    near = trees[0].sparse_distance_matrix(trees[1], 1.0, p=np.inf, output_type="ndarray")
    a, b = (group.iloc[near[end]].reset_index(drop=True) for group, end in ((one, "i"), (other, "j")))
    gap = np.maximum(a["start"] - b["end"], b["start"] - a["end"])
    metres = geodesy.distance_m(*(group[name].to_numpy() for group in (a, b) for name in ("lon", "lat")))
    keep = (a["row"] != b["row"]) & (gap <= days) & (metres <= apart_m + a["radius_m"] + b["radius_m"])
    return pd.DataFrame({"a": a["row"], "b": b["row"], "distance_m": metres})[keep]


def _box(group: pd.DataFrame, widest_m: float, longest_days: float) -> NDArray[np.float64]:
    earth = cartesian(group["lon"].to_numpy(), group["lat"].to_numpy()) / widest_m
    return np.column_stack([earth, (group["start"] + group["end"]).to_numpy() / 2 / longest_days])


def _scored(pairs: pd.DataFrame, compared: gpd.GeoDataFrame, apart_m: float, days: float) -> pd.DataFrame:
    """Score each pair and say why."""
    a, b = (pd.DataFrame(compared.drop(columns=compared.geometry.name)).iloc[pairs[end].astype(int)].reset_index(drop=True) for end in "ab")
    slack = a["position_radius_m"] + b["position_radius_m"]
    coarse = slack.fillna(UNKNOWN_SLACK_M)
    starts, ends = (pd.concat([a[name], b[name]], axis=1) for name in ("date_start", "date_end"))
    gap = (starts.max(axis=1) - ends.min(axis=1)).dt.days.clip(lower=0)
    spans = ((a["date_end"] - a["date_start"]) + (b["date_end"] - b["date_start"])).dt.days
    kind = [one["event_type"].astype(object).where(one["event_type"].notna(), one["category"]) for one in (a, b)]
    same = kind[0] == kind[1]

    left_over_m = (pairs["distance_m"] - coarse).clip(lower=0.0)
    place = (1 - left_over_m / (apart_m + 1)) * (apart_m + 1) / (apart_m + 1 + coarse)
    time = (1 - gap / (days + 1)) * (days + 1) / (days + 1 + spans)
    table = pd.DataFrame(
        {
            "incident_id_a": a["incident_id"],
            "incident_id_b": b["incident_id"],
            "distance_m": pairs["distance_m"],
            "slack_m": slack,
            "days_apart": gap,
            "same_kind": same,
            "same_author": a["reported_by"] == b["reported_by"],
            "score": (place * time * np.where(same, 1.0, OTHER_KIND)).astype(float),
        }
    )
    table["reason"] = _reasons(table, kind, (a["reported_by"], b["reported_by"]))
    return table.sort_values(["score", "incident_id_a", "incident_id_b"], ascending=[False, True, True], ignore_index=True)


def _reasons(table: pd.DataFrame, kind: list[pd.Series], authors: tuple[pd.Series, pd.Series]) -> pd.Series:
    km, slack = ((table[name] / 1_000).round(1).astype("str") for name in ("distance_m", "slack_m"))
    known = ("known to " + slack + " km together").where(table["slack_m"].notna(), "the precision of one or both not known")
    apart = table["days_apart"].astype("str") + " days apart"
    days = apart.mask(table["days_apart"] == 0, "days that meet").mask(table["days_apart"] == 1, "1 day apart")
    kinds = ("both " + kind[0].astype("str")).where(table["same_kind"], kind[0].astype("str") + " and " + kind[1].astype("str"))
    told = ("both told by " + authors[0]).where(table["same_author"], "told by " + authors[0] + ", and by " + authors[1])
    return km + " km apart, " + known + "; " + days + "; " + kinds + "; " + told

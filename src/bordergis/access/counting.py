"""Counts by province, district or sector: from how many certainly to how many at most, and first how many are unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from bordergis import geodesy
from bordergis.errors import SchemaError, UnknownNameError
from bordergis.provenance import inherit

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["TOTAL", "count_villages", "unknown_first"]

UNITS = ("adm1", "adm2", "sector")
NOT_STATED = "not stated"
TOTAL = "total"


def count_villages(table: gpd.GeoDataFrame, by: str, *, sectors: gpd.GeoDataFrame | None = None) -> pd.DataFrame:
    """Count the villages of each unit by status and by part, with a last row for all of them.

    Ranges run from what holds for every position (``in_zone``) to what holds for some (``in_zone_at_most``). Every row adds up:
    unknown, inaccessible, restricted and reachable are all villages of the unit; the units are all villages of the last row.
    """
    if by not in UNITS:
        raise UnknownNameError(f"Villages cannot be counted by {by!r}; known: {', '.join(UNITS)}.")
    counted = _flags(table).groupby(_units(table, by, sectors).rename(by)).sum()
    counted.loc[TOTAL] = counted.sum()
    counted.insert(2, "unknown_share", (counted["unknown"] / counted["villages"].where(counted["villages"] > 0)).round(3))
    step = f"summary(by={by})"
    return inherit(counted.reset_index(), table, *([] if sectors is None else [sectors]), step=step, notes=[unknown_first(table)])


def unknown_first(table: pd.DataFrame) -> str:
    """Say first what nobody can know from a list of statuses: how many are unknown."""
    unknown, n = int((table["status"] == "unknown").sum()), len(table)
    share = f" ({unknown / n:.0%})" if n else ""
    others = ", ".join(f"{int((table['status'] == word).sum())} {word}" for word in ("inaccessible", "restricted", "reachable"))
    return f"Access is unknown for {unknown} of {n} villages{share}; {others}. Unknown does not mean reachable."


def _flags(table: gpd.GeoDataFrame) -> pd.DataFrame:
    """Mark each village with 1 in the columns it counts in."""
    status, zone = table["status"], table["in_zone"]
    barred = table["cut_off_by"] == "closures"
    sure_cut, maybe_cut = barred & (table["cut_off"] == "definite"), barred & table["cut_off"].isin(["definite", "possible"])
    maybe_zone = zone.isin(["definite", "possible"])
    told = table["reported"].isin(["yes", "conflicting"])
    flags = {
        "villages": np.ones(len(table), bool),
        "unknown": status == "unknown",
        "inaccessible": status == "inaccessible",
        "inaccessible_at_most": (status == "inaccessible") | ((status != "reachable") & (maybe_zone | maybe_cut | told)),
        "restricted": status == "restricted",
        "reachable": status == "reachable",
        "in_zone": zone == "definite",
        "in_zone_at_most": maybe_zone,
        "cut_off": sure_cut,
        "cut_off_at_most": maybe_cut,
        "no_mapped_road": (table["cut_off"] == "definite") & (table["cut_off_by"] == "map"),
        "roads_not_answered": table["cut_off"].isin(["unknown", "not_computed"]),
        "reported": table["reported"] == "yes",
        "reported_at_most": told,
    }
    return pd.DataFrame({name: np.asarray(flag, dtype=np.int64) for name, flag in flags.items()})


def _units(table: gpd.GeoDataFrame, by: str, sectors: gpd.GeoDataFrame | None) -> pd.Series:
    if by == "sector" and sectors is not None:
        return _nearest_sector(table, sectors)
    if by not in table:
        hint = " or give `sectors=…` (`bordergis.sectors_at` makes them)" if by == "sector" else ""
        raise SchemaError(f"villages: there is no column {by!r} to count by; add it{hint}.")
    return table[by].astype("str").fillna(NOT_STATED).reset_index(drop=True)


def _nearest_sector(table: gpd.GeoDataFrame, sectors: gpd.GeoDataFrame) -> pd.Series:
    """Name the sector of the line that each village lies nearest to."""
    known = ~table.geometry.isna().to_numpy()
    lonlat = shapely.get_coordinates(np.asarray(table.geometry.array)[known])
    lines = [shapely.get_coordinates(line) for line in sectors.geometry]
    away_m = np.stack([geodesy.locate_on_line(lonlat[:, 0], lonlat[:, 1], line).distance_m for line in lines])
    named = np.full(len(table), NOT_STATED, dtype=object)
    named[known] = sectors["name"].to_numpy(dtype=object)[away_m.argmin(axis=0)]
    return pd.Series(named, dtype="str")

"""Which points lie in which zones, by distance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from bordergis import geodesy
from bordergis.crs import require_lonlat, require_same_crs
from bordergis.errors import GeometryKindError, UnitError
from bordergis.provenance import inherit
from bordergis.schema import ZONES

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["near_zones", "points_in_zones"]


def points_in_zones(points: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, *, margin_m: float = 0.0) -> pd.DataFrame:
    """Find every zone each point lies in, and the incidents that put it there, by distance (not by the zone's outline).

    Parameters
    ----------
    points
        Points, lon/lat. A row without a position is in no zone.
    zones
        Zones (:data:`bordergis.schema.ZONES`).
    margin_m
        Also give points up to this many metres outside a rim; their depth is negative.

    Returns
    -------
    pandas.DataFrame
        A row a point, zone and incident: ``point`` (index label of ``points``), ``zone_id``, ``certainty``, ``incident_id``, ``start``
        (first day of that incident) and ``depth_m`` (how far inside the incident's part of the zone the point lies).

    Raises
    ------
    MissingCRSError, CRSMismatchError, SchemaError
        If a layer is not lon/lat, or the zones break their contract.
    GeometryKindError
        If ``points`` holds anything but points.

    Examples
    --------
    >>> import bordergis as bg
    >>> zones = bg.exclusion_zones(bg.load_incidents(), as_of="2026-01-14")
    >>> places = bg.load_places().set_index("place_id")
    >>> pairs = bg.points_in_zones(places.loc[["ban-nong-samet"]], zones)
    >>> pairs.loc[pairs["certainty"] == "definite", ["zone_id", "incident_id"]].to_dict("records")
    [{'zone_id': 'explosions-5km:definite', 'incident_id': 'KT077'}]
    """
    require_same_crs(points, zones)
    require_lonlat(points)
    ZONES.validate(zones)
    shapes = np.asarray(points.geometry.array)
    known = np.flatnonzero(~shapely.is_missing(shapes) & ~shapely.is_empty(shapes))
    kinds = set(points.geometry.geom_type.iloc[known]) - {"Point"}
    if kinds:
        raise GeometryKindError(f"Membership is decided for points; the layer also holds {', '.join(sorted(kinds))}.")

    lonlat = shapely.get_coordinates(shapes[known])
    made = zones["discs"].map(len) > 0
    disc = zones.loc[made, ["zone_id", "certainty", "discs"]].explode("discs", ignore_index=True)
    parts = pd.DataFrame(disc.pop("discs").to_list(), columns=["incident_id", "lon", "lat", "radius_m", "start"])
    parts = parts.astype({"incident_id": "str"})  # also where there is no disc at all
    disc_lon, disc_lat, radius_m = parts[["lon", "lat", "radius_m"]].to_numpy(dtype=float).T
    found = geodesy.pairs_within(lonlat[:, 0], lonlat[:, 1], disc_lon, disc_lat, radius_m + margin_m)

    pairs = disc.join(parts[["incident_id", "start"]]).iloc[found.disc].reset_index(drop=True)
    pairs.insert(0, "point", points.index.take(known[found.point]))
    pairs["start"] = pd.to_datetime(pairs["start"]).astype("datetime64[s]")
    pairs["depth_m"] = radius_m[found.disc] - found.distance_m
    recorded = _in_recorded(points.index.take(known), lonlat, zones[~made], margin_m)
    pairs = pd.concat([pairs, recorded], ignore_index=True) if len(recorded) else pairs
    deepest = pairs.sort_values("depth_m", ascending=False, kind="stable").drop_duplicates(["point", "zone_id", "certainty", "incident_id"])
    return inherit(deepest.sort_index(ignore_index=True), points, zones, step=f"points_in_zones(margin_m={margin_m:g})")


def near_zones(points: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, within_m: float = 0.0) -> gpd.GeoDataFrame:
    """Choose the points inside the zones or within a distance of their rims, and say which of them are so for certain.

    Parameters
    ----------
    points
        Points with their precision in ``position_radius_m``; where none is stated, it is unknown and nothing is certain.
    zones
        Zones (:data:`bordergis.schema.ZONES`).
    within_m
        Metres outside a rim; 0 for the inside alone.

    Returns
    -------
    geopandas.GeoDataFrame
        The points, deepest first, with ``distance_m`` from the nearest rim of a possible zone (negative inside it) and ``certain``:
        ``definite`` where it holds for every position that the incidents and the point may have, ``possible`` where for some.

    Raises
    ------
    UnitError
        If ``within_m`` is negative or not finite.

    Examples
    --------
    >>> import bordergis as bg
    >>> zones = bg.exclusion_zones(bg.load_incidents(), as_of="2026-01-14")
    >>> inside = bg.near_zones(bg.load_villages(), zones).set_index("place_id")
    >>> inside.loc["ban-nong-samet", "certain"]
    'definite'
    """
    if not (isinstance(within_m, (int, float)) and np.isfinite(within_m) and within_m >= 0):
        raise UnitError(f"{within_m!r} is not a distance in metres; give such as 10_000 for 10 km.")
    rows = points.set_axis(pd.RangeIndex(len(points)))
    radius_m = rows.get("position_radius_m", pd.Series(np.nan, rows.index))
    reach_m = radius_m.fillna(0.0)  # as far as is known: what is not stated reaches nowhere, and is certain of nothing
    widest = float(reach_m.max()) if len(rows) else 0.0
    pairs = points_in_zones(rows, zones, margin_m=within_m + widest)
    slack_m = pairs["depth_m"] + within_m
    certain = pairs.loc[(pairs["certainty"] == "definite") & (slack_m >= pairs["point"].map(radius_m)), "point"].unique()
    nearby = pairs[(pairs["certainty"] == "possible") & (slack_m >= -pairs["point"].map(reach_m))]
    distance_m = -nearby.groupby("point")["depth_m"].max()
    chosen = rows.loc[distance_m.index].assign(distance_m=distance_m)
    chosen["certain"] = np.where(chosen.index.isin(certain), "definite", "possible")
    chosen = chosen.set_axis(points.index[chosen.index]).sort_values("distance_m", kind="stable")
    note = f"{len(chosen)} of {len(points)} points within {within_m:g} m of a zone; {int(points.geometry.isna().sum())} without a position."
    return inherit(chosen, points, zones, step=f"near_zones(within_m={within_m:g})", notes=[note])


def _in_recorded(labels: pd.Index, lonlat: NDArray[np.float64], zones: gpd.GeoDataFrame, margin_m: float) -> pd.DataFrame:
    """Find the points in areas that are recorded as areas, with their geodesic depth inside the outline."""
    parts = []
    parted = zones.duplicated(["rule_id", "members"], keep=False)  # one outline, drawn as definite and as possible
    for zone, both in zip(zones.itertuples(), ~parted & (zones["certainty"] == "definite"), strict=True):
        inside = shapely.contains_xy(zone.geometry, lonlat)
        rings = [shapely.get_coordinates(ring) for ring in shapely.get_rings(shapely.get_parts(zone.geometry))]
        if not len(lonlat):
            continue
        rim_m = np.min([geodesy.locate_on_line(lonlat[:, 0], lonlat[:, 1], ring).distance_m for ring in rings], axis=0)
        depth_m = np.where(inside, rim_m, -rim_m)
        some = depth_m >= -margin_m
        told = {"zone_id": zone.zone_id, "certainty": "", "incident_id": zone.members[0], "start": zone.start}
        every = ("definite", "possible") if both else (zone.certainty,)  # a recorded area is certain, so it is possible too
        parts += [pd.DataFrame({"point": labels[some], **told, "certainty": each, "depth_m": depth_m[some]}) for each in every]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()

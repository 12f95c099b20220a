"""What lies near a checkpoint, and what "within" means for a place that is only known to so many metres."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from bordergis import geodesy
from bordergis.crs import require_lonlat, require_same_crs
from bordergis.errors import GeometryKindError, UnitError, UnknownNameError
from bordergis.provenance import inherit

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["distance_to_checkpoint", "near"]


def distance_to_checkpoint(places: gpd.GeoDataFrame, checkpoints: gpd.GeoDataFrame, checkpoint_id: str) -> pd.Series:
    """Measure how far each place lies from one checkpoint, as the crow flies.

    Parameters
    ----------
    places
        Points, lon/lat; a row without a position stays, with a missing distance.
    checkpoints
        Checkpoints (:data:`bordergis.schema.CHECKPOINTS`).
    checkpoint_id
        The one to measure from, such as ``osmach``.

    Returns
    -------
    pandas.Series
        ``distance_m`` in metres on the index of ``places``.

    Raises
    ------
    MissingCRSError, CRSMismatchError
        If a layer is not lon/lat.
    UnknownNameError
        If there is no such checkpoint; the message lists those that there are.

    Examples
    --------
    >>> import bordergis as bg
    >>> places = bg.load_places().set_index("place_id")
    >>> bg.distance_to_checkpoint(places.loc[["samraong"]], bg.load_checkpoints(), "osmach").round(-3).item()
    35000.0
    """
    require_lonlat(places, checkpoints)
    require_same_crs(places, checkpoints)
    gate = checkpoints.loc[checkpoints["checkpoint_id"] == checkpoint_id].geometry
    if gate.empty:
        raise UnknownNameError(f"There is no checkpoint {checkpoint_id!r}; known: {', '.join(sorted(checkpoints['checkpoint_id']))}.")

    kinds = set(places.geometry.geom_type.dropna()) - {"Point"}
    if kinds:
        raise GeometryKindError(f"Distances are measured from points; the layer also holds {', '.join(sorted(kinds))}.")

    lonlat = np.stack([shapely.get_x(places.geometry.array), shapely.get_y(places.geometry.array)])
    here = np.broadcast_to(shapely.get_coordinates(gate.iloc[0])[0][:, None], lonlat.shape)
    metres = pd.Series(geodesy.distance_m(*lonlat, *here), index=places.index, name="distance_m")
    return inherit(metres, places, checkpoints, step=f"distance_to_checkpoint({checkpoint_id})")


def near(places: gpd.GeoDataFrame, distance_m: pd.Series, within_m: float) -> gpd.GeoDataFrame:
    """Choose the places within a distance, and say which of them are so for certain.

    Parameters
    ----------
    places
        Points with their precision in ``position_radius_m``; where none is stated, it is unknown and nothing is certain.
    distance_m
        Their distances, on the same index; a missing one is never near.
    within_m
        The distance asked for, in metres.

    Returns
    -------
    geopandas.GeoDataFrame
        The nearer places, nearest first, with ``distance_m`` and ``certain``: ``definite`` where every position the place may have is
        within the distance, ``possible`` where some is, or where the precision is not stated and the point is. How many were left out,
        and how many had no position or no stated precision, stands in the provenance.

    Raises
    ------
    UnitError
        If ``within_m`` is negative or not finite.

    Examples
    --------
    >>> import bordergis as bg
    >>> villages = bg.load_villages()
    >>> close = bg.near(villages, bg.distance_to_border(villages, bg.load_border("osm-2026c")), 1_000)
    >>> set(close["certain"]) <= {"definite", "possible"}
    True
    """
    if not (isinstance(within_m, (int, float)) and np.isfinite(within_m) and within_m >= 0):
        raise UnitError(f"{within_m!r} is not a distance in metres; give such as 10_000 for 10 km.")

    radius_m = places.get("position_radius_m", pd.Series(np.nan, places.index))
    measured = places.assign(distance_m=distance_m, certain=np.where(distance_m + radius_m <= within_m, "definite", "possible"))
    chosen = measured[distance_m - radius_m.fillna(0.0) <= within_m].sort_values("distance_m", kind="stable")
    left, lost = len(places) - len(chosen), int(places.geometry.isna().sum())
    note = f"{len(chosen)} of {len(places)} places within {within_m:g} m; {left - lost} farther away, {lost} without a position."
    blurred = int((radius_m.isna() & places.geometry.notna()).sum())
    notes = [note, *([f"{blurred} of the places have no stated precision: none of them is near for certain."] if blurred else [])]
    return inherit(chosen, places, distance_m, step=f"near(within_m={within_m:g})", notes=notes)

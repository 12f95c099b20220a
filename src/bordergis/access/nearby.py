"""On which other roads a village may lie, for its point is known only so well."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from bordergis import geodesy
from bordergis.network.snapping import foot_on_edges

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from bordergis.network import RoadNetwork

__all__ = ["other_roads", "radius_of", "surely_near"]

MARGIN = 1.01
"""The plane enlarges a little more on one side of a place than on the other; what lies beyond the radius is left out on the ground."""


def radius_of(villages: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Give the metres within which each village lies of its point; missing where that is not stated."""
    if "position_radius_m" not in villages:
        return np.full(len(villages), np.nan)
    return villages["position_radius_m"].to_numpy(dtype=float, na_value=np.nan)


def surely_near(villages: gpd.GeoDataFrame, placed: pd.DataFrame, limit_m: float) -> NDArray[np.bool_]:
    """Tell which villages lie within the limit of a mapped road wherever in their radius they are; without a radius none does."""
    off_m = placed["off_network_m"].to_numpy(dtype=float, na_value=np.nan)
    return np.asarray(off_m + radius_of(villages) <= limit_m)


def other_roads(villages: gpd.GeoDataFrame, network: RoadNetwork, placed: pd.DataFrame, *, limit_m: float) -> pd.DataFrame:
    """Find the other roads within the radius of each village, and of each the place nearest to the village's point.

    Gives ``row`` (of the villages), ``edge`` and ``at_m``. Villages that are not surely near a road have none: nothing is certain of them.
    """
    asked = np.flatnonzero(surely_near(villages, placed, limit_m) & (radius_of(villages) > 0))
    lonlat, radius_m = shapely.get_coordinates(villages.geometry.array[asked]), radius_of(villages)[asked]
    enlarged = MARGIN / np.cos(np.radians(lonlat[:, 1]))
    points = shapely.points(geodesy.conformal(*lonlat.T))
    point, edge = network.plane_tree.query(points, predicate="dwithin", distance=radius_m * enlarged)
    at_m, off_m = foot_on_edges(network, edge, lonlat[point])
    other = (off_m <= radius_m[point]) & (edge != placed["edge"].to_numpy(dtype=float, na_value=-1.0)[asked[point]])
    return pd.DataFrame({"row": asked[point], "edge": pd.array(edge, dtype="Int64"), "at_m": at_m})[other].reset_index(drop=True)

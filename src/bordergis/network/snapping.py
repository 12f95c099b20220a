"""Where places lie on the network: the nearest edge, and how far along it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from bordergis import geodesy
from bordergis.crs import require_lonlat
from bordergis.errors import GeometryKindError, UnitError
from bordergis.provenance import inherit

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from bordergis.network.graph import RoadNetwork

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["foot_on_edges", "place_on_network", "positions_on_edges"]


def place_on_network(points: gpd.GeoDataFrame, network: RoadNetwork, *, limit_m: float = 2_000.0) -> pd.DataFrame:
    """Find the nearest mapped road of each place.

    Parameters
    ----------
    points
        Points, lon/lat; a row without a position stays, with missing answers.
    network
        The roads.
    limit_m
        Metres from the nearest road beyond which a place is not on the mapped network.

    Returns
    -------
    pandas.DataFrame
        On the index of ``points``: ``edge`` (number of the edge; missing where the place is not on the network), ``at_m`` (metres along
        it from ``u``), ``off_network_m`` (geodesic metres to the nearest road, also beyond the limit) and ``on_network`` (missing without
        a position). The nearest edge is found in a plane that keeps angles: of two edges whose distances differ by less than a
        thousandth either may be taken; of two as near, the first.

    Raises
    ------
    MissingCRSError, CRSMismatchError
        If the places are not lon/lat.
    GeometryKindError
        If the layer holds anything but points.
    UnitError
        If the limit is negative or not finite.

    Examples
    --------
    >>> from shapely import LineString
    >>> import geopandas as gpd, bordergis as bg
    >>> roads = gpd.GeoDataFrame(
    ...     {"u": [7], "v": [9], "length_m": [1_106.0], "highway_class": ["primary"]},
    ...     geometry=[LineString([(103, 14), (103, 14.01)])], crs=4326,
    ... )
    >>> village = gpd.GeoDataFrame(geometry=gpd.points_from_xy([103.001], [14.005]), crs=4326)
    >>> bg.place_on_network(village, bg.build_network(roads)).round().iloc[0].to_dict()
    {'edge': 0, 'at_m': 553.0, 'off_network_m': 108.0, 'on_network': True}
    """
    require_lonlat(points)
    if not (isinstance(limit_m, (int, float)) and np.isfinite(limit_m) and limit_m >= 0):
        raise UnitError(f"{limit_m!r} is not a distance in metres; give such as 2_000.")
    shapes = np.asarray(points.geometry.array)
    known = np.flatnonzero(~shapely.is_missing(shapes) & ~shapely.is_empty(shapes))
    kinds = set(points.geometry.geom_type.iloc[known]) - {"Point"}
    if kinds:
        raise GeometryKindError(f"Places on roads are points; the layer also holds {', '.join(sorted(kinds))}.")

    edge, at_m, off_m = (np.full(len(points), np.nan) for _ in range(3))
    if len(network.edges):
        lonlat = shapely.get_coordinates(shapes[known])
        pairs = network.plane_tree.query_nearest(shapely.points(geodesy.conformal(*lonlat.T)))
        which, first = np.unique(pairs[0], return_index=True)
        edge[known[which]] = pairs[1][first]
        at_m[known[which]], off_m[known[which]] = foot_on_edges(network, pairs[1][first], lonlat[which])
    near = off_m <= limit_m
    on = pd.array(near, dtype="boolean")
    on[np.setdiff1d(np.arange(len(points)), known)] = pd.NA
    placed = pd.DataFrame(
        {"edge": pd.array(np.where(near, edge, np.nan), dtype="Int64"), "at_m": np.where(near, at_m, np.nan), "off_network_m": off_m}
    ).assign(on_network=on)
    note = (
        f"{int(near.sum())} of {len(points)} places lie within {limit_m:g} m of a mapped road; {len(known) - int(near.sum())} lie farther, "
        f"{len(points) - len(known)} have no position. No mapped road is not no road."
    )
    step = f"place_on_network(limit_m={limit_m:g})"
    return inherit(placed.set_axis(points.index), points, network.edges, step=step, notes=[note])


def foot_on_edges(network: RoadNetwork, edge: Ints, lonlat: Floats) -> tuple[Floats, Floats]:
    """Drop each place on its edge: metres along the edge from ``u``, and geodesic metres from the place to there."""
    in_plane = shapely.line_locate_point(network.plane[edge], shapely.points(geodesy.conformal(*lonlat.T)), normalized=True)
    share = network.shapes.share_of(edge, in_plane)
    foot = network.shapes.at(edge, share)
    return share * network.lengths_m[edge], geodesy.distance_m(*lonlat.T, *foot.T)


def positions_on_edges(network: RoadNetwork, edge: Ints, at_m: Floats) -> Floats:
    """Give the longitude and latitude of positions along edges, ``(n, 2)``.

    Examples
    --------
    >>> from shapely import LineString
    >>> import geopandas as gpd, bordergis as bg
    >>> roads = gpd.GeoDataFrame(
    ...     {"u": [7], "v": [9], "length_m": [1_106.0], "highway_class": ["primary"]},
    ...     geometry=[LineString([(103, 14), (103, 14.01)])], crs=4326,
    ... )
    >>> positions_on_edges(bg.build_network(roads), np.array([0]), np.array([553.2])).round(4)
    array([[103.   ,  14.005]])
    """
    long_m = network.lengths_m[edge]
    return network.shapes.at(edge, np.divide(at_m, long_m, out=np.zeros(len(edge)), where=long_m > 0))

"""Shapes as files hold them: heights dropped, impossible positions named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from bordergis.crs import LAT_LIMIT_DEG, LON_LIMIT_DEG
from bordergis.readers.coordinates import AREA

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]
    Floats = NDArray[np.float64]

__all__ = ["strange_positions", "without_heights"]


def without_heights(shapes: Shapes) -> tuple[Shapes, tuple[str, ...]]:
    """Drop heights, and say how many shapes had any (a height of 0 is what programs write for none).

    Examples
    --------
    >>> without_heights(shapely.points([[103.5, 14.2, 312.0], [103.6, 14.2, 0.0]]))[1]
    ('1 shapes have heights, which were dropped.',)
    """
    if not shapely.has_z(shapes).any():
        return shapes, ()
    z = shapely.get_coordinates(shapes, include_z=True, return_index=True)
    high = np.unique(z[1][np.nan_to_num(z[0][:, 2]) != 0]).size
    return shapely.force_2d(shapes), (f"{high} shapes have heights, which were dropped.",) if high else ()


def strange_positions(shapes: Shapes) -> pd.DataFrame | None:
    """Name shapes whose coordinates cannot be meant: swapped, not degrees, not finite; and those outside the area.

    Returns
    -------
    pandas.DataFrame or None
        Remarks as :class:`bordergis.readers.assemble.Raw` has them, on the position of the shape; nothing if all is well.

    Examples
    --------
    >>> strange_positions(shapely.points([103.5, 14.2], [14.2, 103.5])).to_dict("records")[0]["rule"]
    'has latitude and longitude swapped, it seems'
    """
    west, south, east, north = shapely.bounds(shapes).T
    known = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    inside = _meets(west, south, east, north)
    odd = np.flatnonzero(known & ~inside)
    if not odd.size:
        return None
    faults = [_fault(int(n), west[n], south[n], east[n], north[n]) for n in odd]
    return pd.DataFrame(faults, columns=["index", "column", "value", "severity", "rule", "remedy"]).set_index("index").rename_axis(None)


def _meets(west: Floats, south: Floats, east: Floats, north: Floats) -> NDArray[np.bool_]:
    return np.asarray((west <= AREA[2]) & (east >= AREA[0]) & (south <= AREA[3]) & (north >= AREA[1]))


def _fault(n: int, west: float, south: float, east: float, north: float) -> tuple[int, str, str, str, str, str]:
    value = f"{west:g}, {south:g}" if (west, south) == (east, north) else f"{west:g}, {south:g} to {east:g}, {north:g}"
    if not np.isfinite([west, south, east, north]).all():
        return n, "geometry", value, "rejected", "has coordinates that are not finite", "give longitude and latitude"
    if _meets(south, west, north, east):  # type: ignore[arg-type]
        return n, "geometry", value, "rejected", "has latitude and longitude swapped, it seems", "write longitude first, then latitude"
    if max(abs(west), abs(east)) > LON_LIMIT_DEG or max(abs(south), abs(north)) > LAT_LIMIT_DEG:
        return n, "geometry", value, "rejected", "has coordinates that are not degrees", "say the coordinate system of the file"
    if (west, south, east, north) == (0, 0, 0, 0):
        return n, "geometry", value, "rejected", "is 0, 0", "give the position, or leave it empty"
    return n, "geometry", value, "flagged", "is outside the area", "check the position"

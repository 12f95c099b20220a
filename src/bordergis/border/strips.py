"""One-sided buffers of the border: "the 10 km on the Cambodian side"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from bordergis import geodesy
from bordergis.border.measures import accuracy_notes, label, one_line
from bordergis.border.quality import require_fine_line
from bordergis.buffers import geodesic_buffer
from bordergis.errors import UnknownNameError
from bordergis.provenance import inherit

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["border_strip"]

SIDES = ("KHM", "THA")
EXTENSION = 1.5
"""How far the line is led on beyond its ends, in radii, so that it cuts the round caps of its buffer too."""


def border_strip(border: gpd.GeoDataFrame, distance_m: float, side: str, *, allow_coarse: bool = False) -> gpd.GeoDataFrame:
    """Draw the area within a distance of the line on one of its sides.

    Beyond the ends of the line (the coast, the tripoint) the cut goes on in the direction of its last piece.

    Parameters
    ----------
    border
        The line of one source.
    distance_m
        Metres.
    side
        ``KHM`` or ``THA``.
    allow_coarse
        Whether to go on where the line is too coarse for the distance; the warning then stands in the provenance.

    Returns
    -------
    geopandas.GeoDataFrame
        One row: ``border_id``, ``side``, ``distance_m`` and the area.

    Raises
    ------
    UnknownNameError
        If there is no such side.
    UnitError
        If the distance is not a positive length.
    CoarseLineError
        If the distance is finer than the line supports.

    Examples
    --------
    >>> import bordergis as bg
    >>> line = bg.load_border("osm-2026c")
    >>> both = [bg.border_strip(line, 10_000, side).geometry.item() for side in ("KHM", "THA")]
    >>> bool(both[0].intersection(both[1]).area < 1e-9)
    True
    """
    if side not in SIDES:
        raise UnknownNameError(f"There is no side {side!r} of this border; known: {', '.join(SIDES)}.")
    line = one_line(border)
    warnings = require_fine_line(border, distance_m, allow_coarse=allow_coarse)
    whole = geodesic_buffer(border, distance_m).geometry.item()
    onward = geodesy.densify(_led_on(line, EXTENSION * distance_m))
    cut = shapely.LineString(onward)
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all([shapely.boundary(whole), cut])]))
    middle = shapely.get_coordinates(shapely.point_on_surface(faces))
    fix = geodesy.locate_on_line(middle[:, 0], middle[:, 1], onward)
    on_side = fix.left == (border["left_side"].iloc[0] == side)
    inside = shapely.contains_xy(whole, middle)
    strip = gpd.GeoDataFrame(
        {"border_id": [label(border)], "side": [side], "distance_m": [float(distance_m)]},
        geometry=[shapely.union_all(faces[on_side & inside])],
        crs=border.crs,
    )
    notes = (*accuracy_notes(border), *warnings)
    return inherit(strip, border, step=f"border_strip({label(border)}, {distance_m:g}, {side})", notes=notes)


def _led_on(line: NDArray[np.float64], further_m: float) -> NDArray[np.float64]:
    """Lead a line on beyond both of its ends, in the direction of its last pieces."""
    _, bearing, _ = geodesy.pieces(line[:2])
    _, back, _ = geodesy.pieces(line[-2:][::-1])
    length = np.array([further_m])
    first = np.stack(geodesy.forward(line[:1, 0], line[:1, 1], bearing + 180.0, length), axis=-1)
    last = np.stack(geodesy.forward(line[-1:, 0], line[-1:, 1], back + 180.0, length), axis=-1)
    return np.concatenate([first, line, last])

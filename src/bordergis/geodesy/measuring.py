"""Lengths, bearings, areas and places on the ellipsoid (WGS 84)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Geod

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["WGS84", "area_m2", "cartesian", "conformal", "densify", "distance_m", "forward", "length_m", "pieces"]

WGS84 = Geod(ellps="WGS84")

PIECE_M = 1_000.0
"""Longest piece of a line when it is measured: its chord lies at most 2 cm under the ellipsoid (piece squared / 8 radii)."""

SAME_DEG = 1e-10
"""About 10 µm; vertices that follow one another within it are one, which a union or a buffer has rounded."""

AREA_DIMENSIONS = 2


def distance_m(lon1: Floats, lat1: Floats, lon2: Floats, lat2: Floats) -> Floats:
    """Geodesic distance between pairs of points, in metres.

    Examples
    --------
    >>> lon, lat = np.array([103.5]), np.array([14.0])
    >>> distance_m(lon, lat, lon, lat + 1).round(1)  # one degree of latitude near 14° N
    array([110643.9])
    """
    return np.asarray(WGS84.inv(lon1, lat1, lon2, lat2)[2], dtype=float)


def length_m(line: Floats) -> float:
    """Geodesic length of a line, in metres.

    Examples
    --------
    >>> round(length_m(np.array([[103.0, 14.0], [103.0, 15.0], [103.0, 14.0]])), 1)
    221287.9
    """
    return float(WGS84.line_length(line[:, 0], line[:, 1]))


def forward(lon: Floats, lat: Floats, bearing: Floats, metres: Floats) -> tuple[Floats, Floats]:
    """Walk from each point along a bearing (degrees from north) for a distance; give longitudes and latitudes.

    Examples
    --------
    >>> lon, lat = forward(np.array([103.0]), np.array([14.0]), np.array([90.0]), np.array([1000.0]))
    >>> lon.round(5)
    array([103.00926])
    """
    to_lon, to_lat, _ = WGS84.fwd(lon, lat, bearing, metres)
    return np.asarray(to_lon), np.asarray(to_lat)


def pieces(line: Floats) -> tuple[Floats, Floats, Floats]:
    """Measure the pieces of a line: chainage of the start, bearing there, and length, one of each a piece.

    Examples
    --------
    >>> start, bearing, metres = pieces(np.array([[103.0, 14.0], [103.0, 15.0], [103.0, 14.0]]))
    >>> start.round(), bearing
    (array([     0., 110644.]), array([  0., 180.]))
    """
    bearing, _, metres = WGS84.inv(line[:-1, 0], line[:-1, 1], line[1:, 0], line[1:, 1])
    return np.concatenate([[0.0], np.cumsum(metres)[:-1]]), np.asarray(bearing), np.asarray(metres)


def conformal(lon: Floats, lat: Floats) -> Floats:
    """Give places in a plane that keeps angles, ``(n, 2)``: near a place it is the ground, enlarged by the same number every way.

    The plane is Mercator's, on the ellipsoid. It is for finding what is nearest; distances are measured on the ellipsoid.

    Examples
    --------
    >>> x, y = conformal(np.array([103.0, 103.001, 103.0]), np.array([14.0, 14.0, 14.001])).T
    >>> apart_m = distance_m(np.full(2, 103.0), np.full(2, 14.0), np.array([103.001, 103.0]), np.array([14.0, 14.001]))
    >>> enlarged = np.array([x[1] - x[0], y[2] - y[0]]) / apart_m
    >>> enlarged.round(4)
    array([1.0304, 1.0304])
    """
    sine, eccentricity = np.sin(np.radians(lat)), np.sqrt(WGS84.es)
    return WGS84.a * np.stack([np.radians(lon), np.arctanh(sine) - eccentricity * np.arctanh(eccentricity * sine)], axis=-1)


def area_m2(shape: shapely.Geometry) -> float:
    """Geodesic area of a polygon or several, in square metres; holes do not count.

    Examples
    --------
    >>> import shapely
    >>> round(area_m2(shapely.box(103, 14, 104, 15)) / 1e6)
    11927
    """
    polygons = [part for part in shapely.get_parts(shape) if shapely.get_dimensions(part) == AREA_DIMENSIONS]
    return float(sum(abs(WGS84.geometry_area_perimeter(shapely.orient_polygons(part))[0]) for part in polygons))


def densify(line: Floats, longest_m: float = PIECE_M) -> Floats:
    """Add vertices along the geodesic so that no piece is longer than ``longest_m``; every original vertex stays, once.

    Examples
    --------
    >>> densify(np.array([[103.0, 14.0], [103.0, 14.01]]), 500.0).shape  # 1,106 m in three pieces
    (4, 2)
    """
    moved = (np.abs(np.diff(line, axis=0)) > SAME_DEG).any(axis=1)  # a repeated vertex would be a piece without a direction
    line = line[np.concatenate([[True], moved])]
    start, end = line[:-1], line[1:]
    bearing, _, metres = WGS84.inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
    count = np.maximum(1, np.ceil(np.asarray(metres) / longest_m)).astype(np.int64)
    if (count == 1).all():
        return line

    segment = np.repeat(np.arange(len(start)), count)
    step = np.arange(len(segment)) - np.repeat(np.cumsum(count) - count, count)
    lon, lat, _ = WGS84.fwd(
        start[segment, 0], start[segment, 1], np.asarray(bearing)[segment], (np.asarray(metres) / count)[segment] * step
    )
    dense = np.stack([lon, lat], axis=-1)
    dense[step == 0] = start
    return np.concatenate([dense, line[-1:]])


def cartesian(lon: Floats, lat: Floats) -> Floats:
    """Earth-centred coordinates in metres of points on the ellipsoid, ``(n, 3)``."""
    lam, phi = np.radians(lon), np.radians(lat)
    prime_vertical = WGS84.a / np.sqrt(1 - WGS84.es * np.sin(phi) ** 2)
    return np.stack(
        [
            prime_vertical * np.cos(phi) * np.cos(lam),
            prime_vertical * np.cos(phi) * np.sin(lam),
            prime_vertical * (1 - WGS84.es) * np.sin(phi),
        ],
        axis=-1,
    )

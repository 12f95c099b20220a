"""Circles drawn on the ellipsoid, strips beside a line, and unions of circles."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import shapely

from bordergis.geodesy.measuring import WGS84
from bordergis.geodesy.switch import CIRCLE_S, UNION_S, pays

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["circle", "facets", "strip", "union_of_circles"]

MIN_FACETS = 16
QUARTERS = 4

TILE = 2_000
"""Discs joined at a time, in as many threads as there are processors."""


def facets(radius_m: float, accuracy_m: float) -> int:
    """Count the sides of a polygon that stays within ``accuracy_m`` of a circle.

    The sagitta of one side is ``r (1 - cos(pi / n))``; the count is rounded up to a multiple of four, so that the polygon reaches its
    full radius to the north, east, south and west.

    Examples
    --------
    >>> facets(10_000, 1.0), facets(10_000, 12.0)
    (224, 68)
    """
    share = min(accuracy_m / radius_m, 1.0)
    n = np.pi / np.arccos(1 - share)
    return max(MIN_FACETS, QUARTERS * int(np.ceil(n / QUARTERS)))


def circle(lon: Floats, lat: Floats, radius_m: Floats, n: int) -> Floats:
    """Vertices at exactly ``radius_m`` from each centre: shape ``(len(lon), n + 1, 2)``, closed, counter-clockwise.

    Examples
    --------
    >>> from bordergis.geodesy import distance_m
    >>> ring = circle(np.array([103.5]), np.array([14.0]), np.array([1000.0]), 16)
    >>> ring.shape
    (1, 17, 2)
    >>> distance_m(np.full(17, 103.5), np.full(17, 14.0), ring[0, :, 0], ring[0, :, 1]).round(6).max()
    np.float64(1000.0)
    """
    if pays(len(lon) * n, CIRCLE_S):
        from bordergis.kernels import circles  # noqa: PLC0415  numba only where it pays

        series = circles.in_reach(lon, lat, radius_m)
        if series.all():
            return circles.circles(lon, lat, radius_m, n)
        rings = np.empty((len(lon), n + 1, 2))
        rings[~series] = _circle(lon[~series], lat[~series], radius_m[~series], n)
        rings[series] = circles.circles(lon[series], lat[series], radius_m[series], n)
        return rings
    return _circle(lon, lat, radius_m, n)


def _circle(lon: Floats, lat: Floats, radius_m: Floats, n: int) -> Floats:
    bearings = -np.linspace(0.0, 360.0, n, endpoint=False)
    shape = (len(lon), n)
    east, north, _ = WGS84.fwd(
        np.broadcast_to(lon[:, None], shape).ravel(),
        np.broadcast_to(lat[:, None], shape).ravel(),
        np.broadcast_to(bearings, shape).ravel(),
        np.broadcast_to(radius_m[:, None], shape).ravel(),
    )
    ring = np.stack([np.reshape(east, shape), np.reshape(north, shape)], axis=-1)
    return np.concatenate([ring, ring[:, :1]], axis=1)


def strip(line: Floats, radius_m: float) -> Floats:
    """Four-sided strips reaching ``radius_m`` to both sides of every piece of a line: shape ``(len(line) - 1, 5, 2)``.

    Together with the circles round its vertices they cover the buffer of the line.
    """
    start, end = line[:-1], line[1:]
    out, back, _ = WGS84.inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
    onward = np.asarray(back) + 180.0
    radius = np.full(len(start), radius_m)
    corners = [
        WGS84.fwd(at[:, 0], at[:, 1], bearing + turn, radius)[:2]
        for at, bearing, turn in ((start, out, -90), (start, out, 90), (end, onward, 90), (end, onward, -90))
    ]
    ring = np.stack([np.stack(corner, axis=-1) for corner in corners], axis=1)
    return np.concatenate([ring, ring[:, :1]], axis=1)


def union_of_circles(lon: Floats, lat: Floats, radius_m: Floats, n: int) -> shapely.Geometry:
    """Draw the union of the ``n``-gons of :func:`circle`: the same area as ``shapely.union_all`` of all of them.

    Examples
    --------
    >>> both = union_of_circles(np.array([103.5, 103.5]), np.array([14.0, 14.0]), np.array([1_000.0, 500.0]), 16)
    >>> both.geom_type
    'Polygon'
    """
    if not len(lon) or not pays(len(lon) * n, UNION_S):
        return shapely.union_all(_polygons(circle(lon, lat, radius_m, n)))

    from bordergis.kernels import cells, cover, discs, outline  # noqa: PLC0415  numba only where it pays

    if discs.in_reach(lon, lat, radius_m) and (radius_m > 0).all():
        keep = cover.needed(lon, lat, radius_m, n)
        lon, lat, radius_m = np.unique(np.stack([lon, lat, radius_m])[:, keep], axis=1)
        drawn = outline.outline(circle(lon, lat, radius_m, n), lon, lat)
        if drawn is not None:
            return drawn
    order = cells.in_cell_order(np.ascontiguousarray(lon), np.ascontiguousarray(lat))
    shapes = _polygons(circle(lon[order], lat[order], radius_m[order], n))
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        parts = threads.map(shapely.union_all, np.array_split(shapes, max(1, len(shapes) // TILE)))
        return shapely.union_all(list(parts))


def _polygons(rings: Floats) -> NDArray[np.object_]:
    """Make polygons of closed rings of one length, in half the time of ``shapely.polygons``."""
    offsets = np.arange(len(rings) + 1) * rings.shape[1], np.arange(len(rings) + 1)
    return np.asarray(shapely.from_ragged_array(shapely.GeometryType.POLYGON, rings.reshape(-1, 2), offsets))

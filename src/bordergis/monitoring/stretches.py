"""Stretches of lines within reach of points: chainage intervals, their union, and what is left over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from bordergis import geodesy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Stretches", "in_reach", "part_line", "union"]

TOUCH_M = 1e-6
"""Stretches nearer to each other than this are one: what is left between them is rounding."""


@dataclass(frozen=True, slots=True)
class Stretches:
    """Stretches of lines, each in reach of one point.

    Attributes
    ----------
    line, point
        Positions of the line and of the point.
    from_m, to_m
        Metres from the first vertex of that line.
    """

    line: Ints
    point: Ints
    from_m: Floats
    to_m: Floats


def in_reach(lines: Sequence[shapely.Geometry], lon: Floats, lat: Floats, radius_m: Floats) -> Stretches:
    """Find the stretches of lines within a distance of points: geodesic, piece by piece.

    A piece is at most 1 km long, so the square of the distance along it is a parabola: it differs from the geodesic by millimetres.

    Examples
    --------
    >>> meridian = shapely.LineString([(103, 14), (103, 15)])
    >>> found = in_reach([meridian], np.array([103.0]), np.array([14.5]), np.array([5_000.0]))
    >>> (found.to_m - found.from_m).sum().round(2)
    np.float64(10000.0)
    """
    dense = [geodesy.densify(shapely.get_coordinates(line)) for line in lines]
    owner = np.repeat(np.arange(len(dense)), [len(line) - 1 for line in dense])
    begin, end = (np.concatenate([line[cut] for line in dense]) for cut in (slice(None, -1), slice(1, None)))
    start, length = (np.concatenate([geodesy.pieces(line)[part] for line in dense]) for part in (0, 2))

    found = geodesy.pairs_within(begin[:, 0], begin[:, 1], lon, lat, radius_m + length.max())
    piece, point = (one[length[found.point] > 0] for one in (found.point, found.disc))
    low, high = _inside(begin[piece], end[piece], length[piece], np.stack([lon[point], lat[point], radius_m[point]]))
    keep = (high > low) & (radius_m[point] > 0)  # a point on the line has no more than rounding in a reach of nothing
    piece, point = piece[keep], point[keep]
    return Stretches(owner[piece], point, start[piece] + low[keep] * length[piece], start[piece] + high[keep] * length[piece])


def _inside(begin: Floats, end: Floats, length: Floats, disc: Floats) -> tuple[Floats, Floats]:
    """Give the shares of each piece between which it lies inside its disc (lon, lat, radius); equal where it does not."""
    lon, lat, radius_m = disc
    first = geodesy.distance_m(begin[:, 0], begin[:, 1], lon, lat) ** 2
    last = geodesy.distance_m(end[:, 0], end[:, 1], lon, lat) ** 2
    slope = last - first - length**2
    room = slope**2 - 4 * length**2 * (first - radius_m**2)
    root = np.sqrt(np.maximum(room, 0.0))
    low, high = (np.clip((-slope + sign * root) / (2 * length**2), 0.0, 1.0) for sign in (-1, 1))
    return low, np.where(room > 0, high, low)


def union(from_m: Floats, to_m: Floats) -> tuple[Floats, Floats]:
    """Unite intervals that overlap or touch.

    Examples
    --------
    >>> union(np.array([5.0, 0.0, 9.0]), np.array([7.0, 6.0, 10.0]))
    (array([0., 9.]), array([ 7., 10.]))
    """
    order = np.argsort(from_m, kind="stable")
    low, high = from_m[order], np.maximum.accumulate(to_m[order])
    begins = np.flatnonzero(np.append(True, low[1:] > high[:-1] + TOUCH_M)[: len(low)])
    return low[begins], high[np.append(begins[1:], len(low))[: len(begins)] - 1]


def part_line(whole_m: float, *unions: tuple[Floats, Floats]) -> tuple[Floats, NDArray[np.bool_]]:
    """Part a line at the ends of intervals: the cuts, and for each part and union whether the part lies in it.

    Examples
    --------
    >>> cuts, inside = part_line(10.0, (np.array([2.0]), np.array([3.0])))
    >>> cuts, inside[:, 0]
    (array([ 0.,  2.,  3., 10.]), array([False,  True, False]))
    """
    ends = [end for both in unions for end in both]
    cuts = np.unique(np.clip(np.concatenate([[0.0, whole_m], *ends]), 0.0, whole_m))
    cuts = cuts[np.append(True, np.diff(cuts) > TOUCH_M)]
    cuts[-1] = whole_m
    middle = (cuts[:-1] + cuts[1:]) / 2
    return cuts, np.stack([_holds(middle, *one) for one in unions], axis=-1)


def _holds(at: Floats, from_m: Floats, to_m: Floats) -> NDArray[np.bool_]:
    before = np.searchsorted(from_m, at, side="right") - 1
    return (before >= 0) & (at <= np.append(to_m, -np.inf)[before])

"""Measuring on the ellipsoid: the only module that knows its shape.

All functions take and give plain arrays of longitude and latitude in degrees (WGS 84) and metres. A *line* is an ``(n, 2)`` array of
vertices joined by geodesics. Nearness is found in three dimensions, where the chord between two points orders like their distance, and
the distance itself is then the geodesic one; so nothing depends on a projection.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pyproj import Geod

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["LineFix", "Pairs", "circle", "densify", "distance_m", "facets", "length_m", "locate_on_line", "pairs_within", "strip"]

WGS84 = Geod(ellps="WGS84")

PIECE_M = 1_000.0
"""Longest piece of a line when it is measured: its chord lies at most 2 cm under the ellipsoid (piece squared / 8 radii)."""

BLOCK = 32
"""Pieces bounded by one sphere in the search for the nearest piece; measured best between 16 and 64 on the embedded line."""

MIN_FACETS = 16
QUARTERS = 4


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
    >>> ring = circle(np.array([103.5]), np.array([14.0]), np.array([1000.0]), 16)
    >>> ring.shape
    (1, 17, 2)
    >>> distance_m(np.full(17, 103.5), np.full(17, 14.0), ring[0, :, 0], ring[0, :, 1]).round(6).max()
    np.float64(1000.0)
    """
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


def densify(line: Floats, longest_m: float = PIECE_M) -> Floats:
    """Add vertices along the geodesic so that no piece is longer than ``longest_m``; every original vertex stays, once.

    Examples
    --------
    >>> densify(np.array([[103.0, 14.0], [103.0, 14.01]]), 500.0).shape  # 1,106 m in three pieces
    (4, 2)
    """
    moved = (np.diff(line, axis=0) != 0).any(axis=1)  # a repeated vertex would be a piece without a direction
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


@dataclass(frozen=True, slots=True)
class Pairs:
    """Which point lies within which disc: positions of both, and the distance between them in metres."""

    point: Ints
    disc: Ints
    distance_m: Floats


def pairs_within(lon: Floats, lat: Floats, disc_lon: Floats, disc_lat: Floats, radius_m: Floats) -> Pairs:
    """Find every (point, disc) pair whose geodesic distance is at most the radius of the disc.

    A chord is never longer than its geodesic, so the pairs whose chord fits are all the candidates; the geodesic then decides.

    Examples
    --------
    >>> lon, lat = np.array([103.5, 103.5]), np.array([14.0, 14.1])
    >>> found = pairs_within(lon, lat, lon[:1], lat[:1], np.array([5_000.0]))
    >>> found.point, found.disc
    (array([0]), array([0]))
    """
    from scipy.spatial import cKDTree  # noqa: PLC0415  costs 0.3 s: only where points are matched

    if len(lon) == 0 or len(disc_lon) == 0:
        return Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))

    near = cKDTree(_cartesian(lon, lat)).query_ball_point(_cartesian(disc_lon, disc_lat), radius_m, return_sorted=True)
    disc = np.repeat(np.arange(len(disc_lon)), [len(found) for found in near])
    point = np.concatenate([np.asarray(found, dtype=np.int64) for found in near])
    metres = distance_m(lon[point], lat[point], disc_lon[disc], disc_lat[disc])
    keep = metres <= radius_m[disc]
    return Pairs(point[keep], disc[keep], metres[keep])


@dataclass(frozen=True, slots=True)
class LineFix:
    """The nearest point of a line, for each place.

    Attributes
    ----------
    distance_m
        Geodesic distance from the place to the line.
    lon, lat
        The nearest point of the line.
    chainage_m
        How far along the line that point is from its first vertex.
    left
        Whether the place lies on the left hand of somebody walking the line.
    """

    distance_m: Floats
    lon: Floats
    lat: Floats
    chainage_m: Floats
    left: NDArray[np.bool_]


def locate_on_line(lon: Floats, lat: Floats, line: Floats) -> LineFix:
    """Find the nearest point of a line, and the side, for every place.

    The nearest *piece* counts, not the nearest vertex. Where the nearest point is a vertex, the side is told by the bisector of its two
    pieces, which is right at sharp bends where one piece alone is not.

    Parameters
    ----------
    lon, lat
        Places, degrees.
    line
        Vertices of the line, ``(n, 2)``, in its declared direction.

    Examples
    --------
    >>> north = np.array([[103.0, 13.0], [103.0, 14.0]])
    >>> fix = locate_on_line(np.array([103.1, 102.9]), np.array([13.5, 13.5]), north)
    >>> fix.left
    array([False,  True])
    >>> fix.distance_m.round()
    array([10826., 10826.])
    """
    dense = densify(line)
    pieces = _Pieces.of(dense)
    places = _cartesian(lon, lat)

    piece, share = pieces.nearest(places)
    bearing, _, metres = WGS84.inv(dense[:-1, 0], dense[:-1, 1], dense[1:, 0], dense[1:, 1])
    walked = share * np.asarray(metres)[piece]
    foot_lon, foot_lat, _ = WGS84.fwd(dense[piece, 0], dense[piece, 1], np.asarray(bearing)[piece], walked)
    start = np.concatenate([[0.0], np.cumsum(metres)[:-1]])

    return LineFix(
        distance_m=distance_m(lon, lat, np.asarray(foot_lon), np.asarray(foot_lat)),
        lon=np.asarray(foot_lon),
        lat=np.asarray(foot_lat),
        chainage_m=start[piece] + walked,
        left=pieces.on_the_left(places, piece, share),
    )


def _cartesian(lon: Floats, lat: Floats) -> Floats:
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


def _up(lon: Floats, lat: Floats) -> Floats:
    lam, phi = np.radians(lon), np.radians(lat)
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)


@dataclass(frozen=True, slots=True)
class _Pieces:
    """The pieces of a dense line in three dimensions, in blocks bounded by spheres."""

    start: Floats
    step: Floats
    leftward: Floats
    centre: Floats
    reach: Floats

    @classmethod
    def of(cls, dense: Floats) -> _Pieces:
        vertex = _cartesian(dense[:, 0], dense[:, 1])
        start, step = vertex[:-1], np.diff(vertex, axis=0)
        leftward = np.cross(_up(dense[:-1, 0], dense[:-1, 1]), step)
        leftward /= np.linalg.norm(leftward, axis=1, keepdims=True)

        first = np.arange(0, len(start), BLOCK)
        last = np.minimum(first + BLOCK, len(start))
        middle = (start[first] + vertex[last]) / 2
        block = np.repeat(np.arange(len(first)), last - first)
        reach = np.zeros(len(first))
        for end in (start, start + step):
            np.maximum.at(reach, block, np.linalg.norm(end - middle[block], axis=1))
        return cls(start, step, leftward, middle, reach)

    def nearest(self, places: Floats) -> tuple[Ints, Floats]:
        """Index of the nearest piece, and how far along it the nearest point is (0 to 1), for every place."""
        piece = np.empty(len(places), dtype=np.int64)
        share = np.empty(len(places))
        rows = max(1, 20_000_000 // (8 * max(1, len(self.centre))))  # about 20 MB of distances to block centres at a time
        for low in range(0, len(places), rows):
            some = slice(low, low + rows)
            piece[some], share[some] = self._nearest(places[some])
        return piece, share

    def _nearest(self, places: Floats) -> tuple[Ints, Floats]:
        apart = np.linalg.norm(places[:, None] - self.centre[None], axis=-1)
        within = (apart + self.reach).min(axis=1)  # the line is certainly this near
        place, block = np.nonzero(apart - self.reach <= within[:, None])

        candidate = block[:, None] * BLOCK + np.arange(BLOCK)
        place = np.broadcast_to(place[:, None], candidate.shape)[candidate < len(self.start)]
        candidate = candidate[candidate < len(self.start)]
        gap, share = self._gap(places[place], candidate)

        best = np.lexsort((candidate, gap, place))
        first = best[np.searchsorted(place[best], np.arange(len(places)))]
        return candidate[first], share[first]

    def _gap(self, places: Floats, piece: Ints) -> tuple[Floats, Floats]:
        """Squared distance to a piece, and how far along it the nearest point is."""
        offset, step = places - self.start[piece], self.step[piece]
        share = np.clip(np.einsum("ij,ij->i", offset, step) / np.einsum("ij,ij->i", step, step), 0.0, 1.0)
        rest = offset - share[:, None] * step
        return np.einsum("ij,ij->i", rest, rest), share

    def on_the_left(self, places: Floats, piece: Ints, share: Floats) -> NDArray[np.bool_]:
        """Tell the side, by the bisector where the nearest point is a vertex."""
        neighbour = np.clip(piece + (share == 1.0).astype(int) - (share == 0.0).astype(int), 0, len(self.start) - 1)
        leftward = self.leftward[piece] + self.leftward[neighbour]
        foot = self.start[piece] + share[:, None] * self.step[piece]
        return np.einsum("ij,ij->i", places - foot, leftward) > 0

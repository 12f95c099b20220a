"""Measuring on the ellipsoid: the only module that knows its shape.

All functions take and give plain arrays of longitude and latitude in degrees (WGS 84) and metres. A *line* is an ``(n, 2)`` array of
vertices joined by geodesics. Nearness is found in three dimensions, where the chord between two points orders like their distance, and
the distance itself is then the geodesic one; so nothing depends on a projection.

Where there are many rows, the compiled kernels of :mod:`bordergis.kernels` give the same answers sooner; :func:`_pays` chooses.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Geod

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = [
    "LineFix",
    "Pairs",
    "area_m2",
    "circle",
    "conformal",
    "densify",
    "distance_m",
    "facets",
    "forward",
    "length_m",
    "locate_on_line",
    "pairs_within",
    "pieces",
    "strip",
]

WGS84 = Geod(ellps="WGS84")

PIECE_M = 1_000.0
"""Longest piece of a line when it is measured: its chord lies at most 2 cm under the ellipsoid (piece squared / 8 radii)."""

BLOCK = 32
"""Pieces bounded by one sphere in the search for the nearest piece; measured best between 16 and 64 on the embedded line."""

MIN_FACETS = 16
QUARTERS = 4

COMPILED_FROM_S = 1.0
"""Compiled kernels are used where the plain code would take longer than this.

Measured: to import numba and load a cached kernel takes 0.5 to 0.8 s, in every process that uses it; to compile it 1 to 9 s, once a
machine. The default situation stays under 0.1 s and never compiles.
"""

CIRCLE_S, PAIR_S, PIECE_S, POLYGON_S, NEAREST_S, UNION_S = 0.45e-6, 3e-6, 0.5e-6, 1.7e-6, 1.3e-6, 0.9e-6
"""What the plain code takes, measured: a vertex of a circle; a point or disc matched (four pairs each); a place by a block of pieces of
a line; a point by a polygon; a point by its nearest; a vertex of a union."""


def _pays(rows: int, each_s: float) -> bool:
    """Tell whether the compiled kernels are worth starting: the one switch."""
    return rows * each_s >= COMPILED_FROM_S


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
    if _pays(len(lon) * n, CIRCLE_S):
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
    >>> enlarged = np.array([x[1] - x[0], y[2] - y[0]]) / distance_m(103.0, 14.0, np.array([103.001, 103.0]), np.array([14.0, 14.001]))
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
    if len(lon) == 0 or len(disc_lon) == 0:
        return Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    if _pays(len(lon) + len(disc_lon), PAIR_S):
        from bordergis.kernels import discs  # noqa: PLC0415  numba only where it pays

        if discs.in_reach(disc_lon, disc_lat, radius_m) and _in_range(lon, lat):
            return Pairs(*discs.pairs(lon, lat, discs.discs_of(disc_lon, disc_lat, radius_m)))
    return _pairs_within(lon, lat, disc_lon, disc_lat, radius_m)


def within_any(lon: Floats, lat: Floats, disc_lon: Floats, disc_lat: Floats, radius_m: Floats) -> NDArray[np.bool_]:
    """Tell for each point whether its geodesic distance to the centre of any disc is at most that disc's radius.

    Examples
    --------
    >>> lon, lat = np.array([103.5, 103.5]), np.array([14.0, 14.1])
    >>> within_any(lon, lat, lon[:1], lat[:1], np.array([5_000.0]))
    array([ True, False])
    """
    if len(disc_lon) and _pays(len(lon) + len(disc_lon), PAIR_S):
        from bordergis.kernels import discs  # noqa: PLC0415  numba only where it pays

        if discs.in_reach(disc_lon, disc_lat, radius_m) and _in_range(lon, lat):
            return discs.within_any(lon, lat, discs.discs_of(disc_lon, disc_lat, radius_m))
    inside = np.zeros(len(lon), dtype=bool)
    inside[pairs_within(lon, lat, disc_lon, disc_lat, radius_m).point] = True
    return inside


def _in_range(lon: Floats, lat: Floats) -> bool:
    """Tell whether all points lie in the usual range of degrees, or nowhere."""
    return not ((np.abs(lon) > 180) | (np.abs(lat) > 90)).any()  # noqa: PLR2004  degrees


def _pairs_within(lon: Floats, lat: Floats, disc_lon: Floats, disc_lat: Floats, radius_m: Floats) -> Pairs:
    from scipy.spatial import cKDTree  # noqa: PLC0415  costs 0.3 s: only where points are matched

    known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    if len(known) < len(lon):
        found = _pairs_within(lon[known], lat[known], disc_lon, disc_lat, radius_m)
        return Pairs(known[found.point], found.disc, found.distance_m)
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
    if _pays(len(lon) * len(pieces.centre), PIECE_S):
        return _locate_compiled(lon, lat, dense, pieces)

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


def _locate_compiled(lon: Floats, lat: Floats, dense: Floats, pieces: _Pieces) -> LineFix:
    from bordergis.kernels import nearest as kernel  # noqa: PLC0415  numba only where it pays

    found = kernel.nearest_piece(lon, lat, dense)
    metres = distance_m(dense[:-1, 0], dense[:-1, 1], dense[1:, 0], dense[1:, 1])
    start = np.concatenate([[0.0], np.cumsum(metres)[:-1]])
    return LineFix(
        distance_m=found.distance_m,
        lon=found.lon,
        lat=found.lat,
        chainage_m=start[found.piece] + found.share * metres[found.piece],
        left=kernel.on_the_left(lon, lat, dense, pieces.leftward, found),
    )


@dataclass(frozen=True, slots=True)
class Nearest:
    """The nearest of many points, for each place: its position among them, and the geodesic distance in metres."""

    point: Ints
    distance_m: Floats


def nearest(lon: Floats, lat: Floats, other_lon: Floats, other_lat: Floats) -> Nearest:
    """Find the nearest of other points for every place, by geodesic distance; of two as near, the first.

    A place without a position has -1 and a missing distance.

    Examples
    --------
    >>> found = nearest(np.array([103.0]), np.array([14.0]), np.array([102.0, 103.1]), np.array([14.0, 14.0]))
    >>> found.point, found.distance_m.round()
    (array([1]), array([10803.]))
    """
    known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    if len(known) < len(lon) or not len(other_lon):
        point, metres = np.full(len(lon), -1), np.full(len(lon), np.nan)
        if len(other_lon):
            found = nearest(lon[known], lat[known], other_lon, other_lat)
            point[known], metres[known] = found.point, found.distance_m
        return Nearest(point, metres)
    if _pays(len(lon), NEAREST_S):
        from bordergis.kernels import nearest as kernel  # noqa: PLC0415  numba only where it pays

        point, metres, tied = kernel.nearest_point(lon, lat, other_lon, other_lat)
        again = _nearest(lon[tied], lat[tied], other_lon, other_lat)
        point[tied], metres[tied] = again.point, again.distance_m
        return Nearest(point, metres)
    return _nearest(lon, lat, other_lon, other_lat)


NEIGHBOURS = 4
"""How many by the chord are compared by the geodesic distance; all are, where the chords of so many do not differ clearly."""


def _nearest(lon: Floats, lat: Floats, other_lon: Floats, other_lat: Floats) -> Nearest:
    from scipy.spatial import cKDTree  # noqa: PLC0415  costs 0.3 s: only where points are matched

    k = min(NEIGHBOURS, len(other_lon))
    chord, near = cKDTree(_cartesian(other_lon, other_lat)).query(_cartesian(lon, lat), k=np.arange(1, k + 1))
    point = near[:, 0].copy()
    nearest_m = distance_m(lon, lat, other_lon[point], other_lat[point])
    for column in range(1, k):
        rows = np.flatnonzero(chord[:, column] <= nearest_m)
        other = near[rows, column]
        metres = distance_m(lon[rows], lat[rows], other_lon[other], other_lat[other])
        better = (metres < nearest_m[rows]) | ((metres == nearest_m[rows]) & (other < point[rows]))
        point[rows[better]], nearest_m[rows[better]] = other[better], metres[better]
    if k < len(other_lon):  # a chord is never longer than its distance: any other point is farther than the last chord
        for row in np.flatnonzero(nearest_m >= chord[:, -1]):
            every = distance_m(np.full(len(other_lon), lon[row]), np.full(len(other_lon), lat[row]), other_lon, other_lat)
            point[row], nearest_m[row] = every.argmin(), every.min()
    return Nearest(point, nearest_m)


def points_in_polygon(lon: Floats, lat: Floats, polygon: shapely.Geometry) -> NDArray[np.bool_]:
    """Tell which points lie inside a valid polygon or multipolygon, and not on its outline: the same answers as ``shapely.contains_xy``.

    Planar in longitude and latitude, as outlines are. To decide whether a point lies within a distance, measure the distance.

    Examples
    --------
    >>> import shapely
    >>> points_in_polygon(np.array([103.0, 104.0]), np.array([14.0, 14.0]), shapely.box(102.5, 13.5, 103.5, 14.5))
    array([ True, False])
    """
    if not _pays(len(lon), POLYGON_S) or shapely.is_empty(polygon):
        return _contains(polygon, lon, lat)

    from bordergis.kernels import parity  # noqa: PLC0415  numba only where it pays

    vertices, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(polygon)), return_index=True)
    answer = parity.inside(lon, lat, vertices, ring)
    unsure = np.flatnonzero(answer == parity.UNSURE)
    answer[unsure] = _contains(polygon, lon[unsure], lat[unsure])
    return np.asarray(answer == parity.IN)


def _contains(polygon: shapely.Geometry, lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    mine = shapely.from_wkb(shapely.to_wkb(polygon))  # preparing would leave its mark on the caller's
    shapely.prepare(mine)
    return np.asarray(shapely.contains_xy(mine, lon, lat))


def union_of_circles(lon: Floats, lat: Floats, radius_m: Floats, n: int) -> shapely.Geometry:
    """Draw the union of the ``n``-gons of :func:`circle`: the same area as ``shapely.union_all`` of all of them.

    Examples
    --------
    >>> both = union_of_circles(np.array([103.5, 103.5]), np.array([14.0, 14.0]), np.array([1_000.0, 500.0]), 16)
    >>> both.geom_type
    'Polygon'
    """
    if not len(lon) or not _pays(len(lon) * n, UNION_S):
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


TILE = 2_000
"""Discs joined at a time, in as many threads as there are processors."""


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

"""Which points lie within which discs, which of many points is nearest, which lie in a polygon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from bordergis.geodesy.measuring import WGS84, cartesian, distance_m
from bordergis.geodesy.switch import MEMBER_S, NEAREST_S, PAIR_S, POLYGON_S, pays

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Nearest", "Pairs", "nearest", "pairs_within", "points_in_polygon", "within_any"]

ROUNDING_M = 1e-6
"""A thousand times what rounding makes of coordinates of 6,000 km."""


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
    if pays(len(lon) + len(disc_lon), PAIR_S):
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
    if len(disc_lon) and pays(len(lon) + len(disc_lon), MEMBER_S):
        from bordergis.kernels import discs  # noqa: PLC0415  numba only where it pays

        if discs.in_reach(disc_lon, disc_lat, radius_m) and _in_range(lon, lat):
            return discs.within_any(lon, lat, discs.discs_of(disc_lon, disc_lat, radius_m))
    return _within_any(lon, lat, disc_lon, disc_lat, radius_m)


def _within_any(lon: Floats, lat: Floats, disc_lon: Floats, disc_lat: Floats, radius_m: Floats) -> NDArray[np.bool_]:
    """Decide by one neighbour of each point, whatever the radii; by the distances where that is not clear.

    A fourth coordinate ``sqrt(R² - c²)`` of each centre (``R`` the largest radius, ``c`` a chord surely within the disc's own) makes the
    nearest centre the one whose disc the point is deepest in, and at most ``R`` away exactly if the chord is at most ``c``.
    """
    from scipy.spatial import cKDTree  # noqa: PLC0415  costs 0.3 s: only where points are matched

    inside = np.zeros(len(lon), dtype=bool)
    known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    if not len(known) or not len(disc_lon):
        return inside
    most, sure = radius_m.max(), _surely_within(radius_m)
    height = np.sqrt(most**2 - sure**2)
    centres = np.column_stack([cartesian(disc_lon, disc_lat), height])
    places = np.column_stack([cartesian(lon[known], lat[known]), np.zeros(len(known))])
    at_most = np.hypot(most, np.sqrt((radius_m**2 - sure**2).max())) * (1 + 1e-9) + ROUNDING_M
    reach, _ = cKDTree(centres).query(places, distance_upper_bound=at_most)
    inside[known] = reach <= most * (1 - 1e-12) - ROUNDING_M
    unsure = known[(reach < np.inf) & ~inside[known]]
    inside[unsure[pairs_within(lon[unsure], lat[unsure], disc_lon, disc_lat, radius_m).point]] = True
    return inside


def _surely_within(radius_m: Floats) -> Floats:
    """Give chords whose geodesic is at most as long as a radius: no curve bends more than the meridian at the equator (Schur)."""
    bend_m = WGS84.b**2 / WGS84.a
    return np.maximum(0.0, 2 * bend_m * np.sin(np.minimum(radius_m / (2 * bend_m), np.pi / 2)) - ROUNDING_M)


def _in_range(lon: Floats, lat: Floats) -> bool:
    """Tell whether all points lie in the usual range of degrees, or nowhere."""
    return not ((np.abs(lon) > 180) | (np.abs(lat) > 90)).any()  # noqa: PLR2004  degrees


def _pairs_within(lon: Floats, lat: Floats, disc_lon: Floats, disc_lat: Floats, radius_m: Floats) -> Pairs:
    from scipy.spatial import cKDTree  # noqa: PLC0415  costs 0.3 s: only where points are matched

    known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    if len(known) < len(lon):
        found = _pairs_within(lon[known], lat[known], disc_lon, disc_lat, radius_m)
        return Pairs(known[found.point], found.disc, found.distance_m)
    near = cKDTree(cartesian(lon, lat)).query_ball_point(cartesian(disc_lon, disc_lat), radius_m, return_sorted=True)
    disc = np.repeat(np.arange(len(disc_lon)), [len(found) for found in near])
    point = np.concatenate([np.asarray(found, dtype=np.int64) for found in near])
    metres = distance_m(lon[point], lat[point], disc_lon[disc], disc_lat[disc])
    keep = metres <= radius_m[disc]
    return Pairs(point[keep], disc[keep], metres[keep])


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
    if pays(len(lon), NEAREST_S):
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
    chord, near = cKDTree(cartesian(other_lon, other_lat)).query(cartesian(lon, lat), k=np.arange(1, k + 1))
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
    if not pays(len(lon), POLYGON_S) or shapely.is_empty(polygon):
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

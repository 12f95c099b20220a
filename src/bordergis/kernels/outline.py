"""The outline of the union of convex rings that are nearly circles: only what no other ring covers is looked at.

Walking each ring against the clock, one meets corners that lie in no other ring, and crossings where the walk enters another ring or leaves
one. Between leaving (or an open corner) and the next entry the ring is part of the outline; at the entry the outline goes on along the
other ring, which leaves this one there. Each crossing is computed once and serves both of its rings, so the parts meet exactly.

Rings that touch without crossing, or three that cross in one point, may leave a walk without a way on, or an outline that is not valid.
That is noticed, and no outline given: the caller then unites the rings another way.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from bordergis.kernels._jit import compiled, in_threads

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["outline"]

SURE = 1e-9  # share by which bounds are drawn in or out, so that rounding never makes them wrong
CORNER, ENTRY, EXIT = 0, 1, 2


class Rings(NamedTuple):
    """Closed rings of one length; centre, shrinking of longitude and squared inner and outer radius of each; which are near which."""

    corners: Floats
    table: Floats
    start: Ints
    near: Ints


class Crossings(NamedTuple):
    """Where two rings cross in no third: both rings, how far round each, whether the first enters the second, and the place."""

    ring: Ints
    other: Ints
    along: Floats
    along_other: Floats
    enters: Bools
    place: Floats


def outline(corners: Floats, lon: Floats, lat: Floats) -> shapely.Geometry | None:
    """Draw the union of different closed rings round their centres, ``(m, n + 1, 2)`` against the clock; or give nothing."""
    rings = _rings(corners, lon, lat)
    if np.isnan(rings.table).any():
        return None
    covered, bare = np.zeros((2, len(corners), corners.shape[1] - 1), np.bool_)
    bare[:] = True
    joined = np.zeros(len(rings.near), np.bool_)
    in_threads(lambda some: _cover(rings, (covered, bare, joined), some.start, some.stop), len(corners))
    crossings = Crossings(*_crossings(rings, *_listed(bare), joined))
    walk = _walk(rings, covered, crossings)
    if walk is None:
        return None
    onward, place, ring = walk
    part = _parts(rings.start, rings.near, joined)
    drawn = _drawn(*_traced(onward), place, part[ring])
    return drawn if drawn is not None and shapely.is_valid(drawn) else None


def _rings(corners: Floats, lon: Floats, lat: Floats) -> Rings:
    low, high = corners[:, :-1].min(axis=1), corners[:, :-1].max(axis=1)
    boxes = shapely.box(*low.T, *high.T)
    one, other = shapely.STRtree(boxes).query(boxes)
    one, other = one[one != other], other[one != other]
    start = np.append(0, np.cumsum(np.bincount(one, minlength=len(corners))))
    return Rings(corners, _table(corners, np.ascontiguousarray(lon), np.ascontiguousarray(lat)), start, other)


@compiled
def _table(corners: Floats, lon: Floats, lat: Floats) -> Floats:
    """Measure each ring in degrees of latitude; one that is not convex has no inner radius."""
    n = corners.shape[1] - 1
    table = np.empty((len(lon), 5))
    for k in range(len(lon)):
        shrink = math.cos(math.radians(lat[k]))
        table[k, 0], table[k, 1], table[k, 2], table[k, 3], table[k, 4] = lon[k], lat[k], shrink, np.inf, 0.0
        convex = True
        for i in range(n):
            start, end, onward = corners[k, i], corners[k, i + 1], corners[k, (i + 2) % n]
            x0, y0 = (start[0] - lon[k]) * shrink, start[1] - lat[k]
            dx, dy = (end[0] - start[0]) * shrink, end[1] - start[1]
            table[k, 3] = min(table[k, 3], (x0 * dy - y0 * dx) ** 2 / (dx * dx + dy * dy))
            table[k, 4] = max(table[k, 4], x0 * x0 + y0 * y0)
            convex &= _turn(start, end, onward[0], onward[1]) > 0
        if not convex:
            table[k, 3] = np.nan
        table[k, 3] *= 1 - SURE
        table[k, 4] *= 1 + SURE
    return table


@compiled
def _cover(rings: Rings, told: tuple[Bools, Bools, Bools], some: int, end: int) -> None:
    """Tell which corners lie in another ring, which sides are not in one with both ends, and which rings overlap."""
    covered, bare, joined = told
    n = covered.shape[1]
    for k in range(some, end):
        for p in range(rings.start[k], rings.start[k + 1]):
            ring = rings.table[rings.near[p]]
            x, y, shrink, inner = ring[0], ring[1], ring[2], ring[3]
            last = False
            for i in range(n + 1):
                inside = ((rings.corners[k, i, 0] - x) * shrink) ** 2 + (rings.corners[k, i, 1] - y) ** 2 < inner
                if inside:
                    covered[k, i % n] = joined[p] = True
                    if last:
                        bare[k, i - 1] = False
                last = inside
        for i in range(n):
            if not covered[k, i]:
                for p in range(rings.start[k], rings.start[k + 1]):
                    if _holds(rings, rings.near[p], rings.corners[k, i, 0], rings.corners[k, i, 1]):
                        covered[k, i] = joined[p] = True


@compiled
def _holds(rings: Rings, k: int, x: float, y: float) -> bool:
    """Tell whether a place lies in a ring."""
    away2 = ((x - rings.table[k, 0]) * rings.table[k, 2]) ** 2 + (y - rings.table[k, 1]) ** 2
    if away2 < rings.table[k, 3]:
        return True
    if away2 > rings.table[k, 4]:
        return False
    for i in range(rings.corners.shape[1] - 1):  # noqa: SIM110  numba has no generators
        if _turn(rings.corners[k, i], rings.corners[k, i + 1], x, y) <= 0:
            return False
    return True


@compiled
def _turn(start: Floats, end: Floats, x: float, y: float) -> float:
    """Twice the area of the triangle, positive where the place lies on the left."""
    return (end[0] - start[0]) * (y - start[1]) - (end[1] - start[1]) * (x - start[0])


@compiled
def _listed(bare: Bools) -> tuple[Ints, Ints]:
    """List the bare sides of each ring: start of each list, and the sides."""
    start = np.zeros(len(bare) + 1, np.int64)
    sides = np.empty(bare.size, np.int64)
    count = 0
    for k in range(len(bare)):
        for i in range(bare.shape[1]):
            if bare[k, i]:
                sides[count] = i
                count += 1
        start[k + 1] = count
    return start, sides[:count]


@compiled
def _crossings(rings: Rings, start: Ints, sides: Ints, joined: Bools) -> tuple[Ints, Ints, Floats, Floats, Bools, Floats]:
    """Find the crossings of bare sides that lie in no third ring."""
    room = 4 * len(sides) + 16
    pair, along, place = np.empty((2, room), np.int64), np.empty((2, room)), np.empty((room, 2))
    enters = np.empty(room, np.bool_)
    count = 0
    for k in range(len(start) - 1):
        for p in range(rings.start[k], rings.start[k + 1]):
            j = rings.near[p]
            if j < k or start[j] == start[j + 1]:
                continue
            for a in range(start[k], start[k + 1]):
                e0, e1 = rings.corners[k, sides[a]], rings.corners[k, sides[a] + 1]
                if not _meets(rings.table[j], e0, e1):
                    continue
                for b in range(start[j], start[j + 1]):
                    f0, f1 = rings.corners[j, sides[b]], rings.corners[j, sides[b] + 1]
                    from_f, to_f = _turn(f0, f1, e0[0], e0[1]), _turn(f0, f1, e1[0], e1[1])
                    from_e, to_e = _turn(e0, e1, f0[0], f0[1]), _turn(e0, e1, f1[0], f1[1])
                    if (from_f > 0) == (to_f > 0) or (from_e > 0) == (to_e > 0):
                        continue
                    joined[p] = True
                    share = from_f / (from_f - to_f)
                    x, y = e0[0] + share * (e1[0] - e0[0]), e0[1] + share * (e1[1] - e0[1])
                    if count < room and not _in_a_third(rings, k, j, x, y):
                        pair[0, count], pair[1, count] = k, j
                        along[0, count], along[1, count] = sides[a] + share, sides[b] + from_e / (from_e - to_e)
                        enters[count] = to_f > 0
                        place[count, 0], place[count, 1] = x, y
                        count += 1
    return pair[0, :count], pair[1, :count], along[0, :count], along[1, :count], enters[:count], place[:count]


@compiled
def _meets(ring: Floats, start: Floats, end: Floats) -> bool:
    """Tell whether a side comes as near to the centre of a ring as its corners."""
    x0, y0 = (start[0] - ring[0]) * ring[2], start[1] - ring[1]
    dx, dy = (end[0] - start[0]) * ring[2], end[1] - start[1]
    share = min(max(-(x0 * dx + y0 * dy) / (dx * dx + dy * dy), 0.0), 1.0)
    return (x0 + share * dx) ** 2 + (y0 + share * dy) ** 2 <= ring[4]


@compiled
def _in_a_third(rings: Rings, k: int, j: int, x: float, y: float) -> bool:
    for p in range(rings.start[k], rings.start[k + 1]):
        m = rings.near[p]
        if m != j and _holds(rings, m, x, y):
            return True
    return False


def _walk(rings: Rings, covered: Bools, crossings: Crossings) -> tuple[Ints, Floats, Ints] | None:
    """Give for each corner and crossing of the outline the one that comes next, its place and a ring; nothing if there is no way on."""
    ring, corner = np.nonzero(~covered)
    n_corners, n = len(ring), len(ring) + len(crossings.ring)
    crossing = np.arange(n_corners, n)
    node = np.concatenate([np.arange(n_corners), crossing, crossing])
    owner = np.concatenate([ring, crossings.ring, crossings.other])
    along = np.concatenate([corner, crossings.along, crossings.along_other])
    entry = np.where(crossings.enters, ENTRY, EXIT)
    kind = np.concatenate([np.full(n_corners, CORNER), entry, ENTRY + EXIT - entry])

    order = np.lexsort((along, owner))
    node, owner, kind = node[order], owner[order], kind[order]
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    after = np.arange(1, len(node) + 1)
    after[np.append(first[1:], len(node)) - 1] = first
    if ((kind[after] == EXIT) != (kind == ENTRY)).any():
        return None
    onward = np.empty(n, np.int64)
    leads = kind != ENTRY
    onward[node[leads]] = node[after[leads]]
    return onward, np.concatenate([rings.corners[ring, corner], crossings.place]), np.concatenate([ring, crossings.ring])


@compiled
def _parts(start: Ints, near: Ints, joined: Bools) -> Ints:
    """Give rings that hang together one number."""
    part = np.arange(len(start) - 1)
    for k in range(len(part)):
        for p in range(start[k], start[k + 1]):
            if joined[p]:
                one, other = _root(part, k), _root(part, near[p])
                part[max(one, other)] = min(one, other)
    for k in range(len(part)):
        part[k] = _root(part, k)
    return part


@compiled
def _root(part: Ints, k: int) -> int:
    while part[k] != k:
        part[k] = part[part[k]]
        k = part[k]
    return k


@compiled
def _traced(onward: Ints) -> tuple[Ints, Ints]:
    """Follow the outline round: the nodes, each ring closed, and the start of each ring."""
    nodes, start = np.empty(2 * len(onward) + 1, np.int64), np.zeros(len(onward) + 1, np.int64)
    seen = np.zeros(len(onward), np.bool_)
    count = rings = 0
    for first in range(len(onward)):
        if seen[first]:
            continue
        node = first
        while not seen[node]:
            seen[node] = True
            nodes[count] = node
            count += 1
            node = onward[node]
        nodes[count] = first
        count += 1
        rings += 1
        start[rings] = count
    return nodes[:count], start[: rings + 1]


def _drawn(nodes: Ints, start: Ints, place: Floats, part: Ints) -> shapely.Geometry | None:
    """Make polygons of the rings: each part has one shell, which runs against the clock, and the part's other rings are its holes."""
    at = place[nodes]
    away = at - np.repeat(at[start[:-1]], np.diff(start), axis=0)
    doubled = np.append(away[:-1, 0] * away[1:, 1] - away[1:, 0] * away[:-1, 1], 0.0)
    doubled[start[1:] - 1] = 0.0  # from the end of a ring to the start of the next
    hole, of = np.add.reduceat(doubled, start[:-1]) < 0, part[nodes[start[:-1]]]
    shells = np.sort(of[~hole])
    if not np.array_equal(shells, np.unique(of)):
        return None
    order = np.lexsort((hole, of))
    length = np.diff(start)[order]
    ends = np.cumsum(length)
    take = np.arange(len(at)) + np.repeat(start[:-1][order] - (ends - length), length)
    offsets = np.append(0, ends), np.append(np.flatnonzero(~hole[order]), len(order))
    shapes = shapely.from_ragged_array(shapely.GeometryType.POLYGON, at[take], offsets)
    return shapely.Polygon(shapes[0]) if len(shapes) == 1 else shapely.MultiPolygon(list(shapes))

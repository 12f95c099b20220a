"""The nearest piece of a line, or the nearest of many points: a tree of boxes over pieces, searched by the chord, decided by the distance.

A point is a piece without length, so one search serves both. Boxes lie in a frame turned so that "up" at the middle is one of its axes:
there they are as flat as the ground, and tell near from far.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bordergis.kernels._jit import compiled, in_threads, plain
from bordergis.kernels.cells import in_cell_order
from bordergis.kernels.ellipsoid import E2, SERIES_M, WGS84, cartesian, metres, xyz

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Best = tuple[float, float, float, int, float]  # distance, second best, squared chord beyond which nothing counts, piece, share walked

__all__ = ["Found", "Tree", "nearest_piece", "nearest_point", "on_the_left"]

LEAF = 4
"""Pieces a leaf: 4 and 8 measured best."""

DEPTH = 64
BULGE_M = 0.05
"""How far the ground may lie outside the box of its chords: twice the 2 cm of a piece of 1 km."""


class Tree(NamedTuple):
    """Pieces (start, step, four times the rise of the ground over their middle); boxes, node ``i`` over ``2i + 1`` and ``2i + 2``."""

    start: Floats
    step: Floats
    rise: Floats
    lowest: Floats
    highest: Floats
    turn: Floats


class Found(NamedTuple):
    """For each place: nearest piece, share of it walked, distance, the nearest point in degrees, and whether another is as near."""

    piece: Ints
    share: Floats
    distance_m: Floats
    lon: Floats
    lat: Floats
    tied: NDArray[np.bool_]


def nearest_piece(lon: Floats, lat: Floats, vertices: Floats) -> Found:
    """Find the nearest point of a line whose pieces are at most a kilometre long."""
    vertex = cartesian(*plain(vertices[:, 0], vertices[:, 1]))
    step = np.diff(vertex, axis=0)
    return _search(lon, lat, _tree(vertex[:-1], step))


def on_the_left(lon: Floats, lat: Floats, vertices: Floats, leftward: Floats, found: Found) -> NDArray[np.bool_]:
    """Tell the side of each place, by the bisector of two pieces where the nearest point is their vertex.

    ``leftward`` holds, for each piece, the direction to its left hand.
    """
    vertex = cartesian(*plain(vertices[:, 0], vertices[:, 1]))
    out = np.empty(len(lon), bool)
    places = plain(lon, lat)
    in_threads(
        lambda some: _left((places[0][some], places[1][some]), vertex, leftward, (found.piece[some], found.share[some]), out[some]),
        len(lon),
    )
    return out


def nearest_point(lon: Floats, lat: Floats, other_lon: Floats, other_lat: Floats) -> tuple[Ints, Floats, NDArray[np.bool_]]:
    """Find the nearest of many points: its position, the distance, and whether another one is as near as the series can tell."""
    at = cartesian(*plain(other_lon, other_lat))
    order = _along_a_curve(at)
    found = _search(lon, lat, _tree(at[order], np.zeros_like(at)))
    return order[found.piece], found.distance_m, found.tied


def _search(lon: Floats, lat: Floats, tree: Tree) -> Found:
    lon, lat = plain(lon, lat)
    n = len(lon)
    found = Found(np.zeros(n, np.int64), np.zeros(n), np.full(n, np.inf), np.empty(n), np.empty(n), np.zeros(n, bool))
    order = in_cell_order(lon, lat)
    in_threads(lambda some: _nearest((lon, lat), tree, found, order[some]), n)
    far = np.flatnonzero(found.distance_m > SERIES_M)
    found.distance_m[far] = WGS84.inv(lon[far], lat[far], found.lon[far], found.lat[far])[2]
    return found


def _along_a_curve(at: Floats) -> Ints:
    """Order points so that neighbours stay near each other (Morton's order), for tight boxes."""
    low, high = at.min(axis=0), at.max(axis=0)
    grid = ((at - low) / np.maximum(high - low, 1.0) * 1023).astype(np.int64)
    code = np.zeros(len(at), np.int64)
    for bit in range(10):
        for axis in range(3):
            code |= ((grid[:, axis] >> bit) & 1) << (3 * bit + axis)
    return np.argsort(code, kind="stable")


def _tree(start: Floats, step: Floats) -> Tree:
    middle = start.mean(axis=0) + step.mean(axis=0) / 2
    turn = _turn(middle)
    leaves = 1
    while leaves * LEAF < len(start):
        leaves *= 2

    lowest, highest = np.full((2 * leaves - 1, 3), np.inf), np.full((2 * leaves - 1, 3), -np.inf)
    leaf = leaves - 1 + np.arange(len(start)) // LEAF
    for end in (start @ turn.T, (start + step) @ turn.T):
        np.minimum.at(lowest, leaf, end - BULGE_M)
        np.maximum.at(highest, leaf, end + BULGE_M)
    for node in range(leaves - 2, -1, -1):
        lowest[node] = np.minimum(lowest[2 * node + 1], lowest[2 * node + 2])
        highest[node] = np.maximum(highest[2 * node + 1], highest[2 * node + 2])
    return Tree(start, step, _rise(start, step), lowest, highest, turn)


def _turn(middle: Floats) -> Floats:
    """Rotation that brings the direction of ``middle`` to the third axis."""
    up = middle / np.linalg.norm(middle)
    east = np.cross([0.0, 0.0, 1.0], up)
    east = np.array([1.0, 0.0, 0.0]) if np.linalg.norm(east) < 1e-9 else east / np.linalg.norm(east)  # noqa: PLR2004  at a pole
    return np.ascontiguousarray(np.stack([east, np.cross(up, east), up]))


def _rise(start: Floats, step: Floats) -> Floats:
    """Vectors such that ``share (1 - share) rise`` lifts a point of the chord to the ground."""
    normal = (start + step / 2) / [1, 1, 1 - E2]
    length = np.linalg.norm(normal, axis=1, keepdims=True)
    form = (step**2 / [1, 1, 1 - E2]).sum(axis=1, keepdims=True)
    return np.asarray(normal / length * form / (2 * length))


@compiled
def _nearest(places: tuple[Floats, Floats], tree: Tree, found: Found, order: Ints) -> None:
    """Search for some places, in an order in which the last one's answer is a good first guess."""
    inner, guess = len(tree.lowest) // 2, 0
    stack = (np.empty(DEPTH, np.int64), np.empty(DEPTH))
    for i in order:
        place = xyz(places[0][i], places[1][i])
        turned = _turned(place, tree.turn)
        best = _try(place, tree, guess, (np.inf, np.inf, np.inf, 0, 0.0))
        stack[0][0], stack[1][0], depth = 0, 0.0, 1
        while depth:
            depth -= 1
            node = stack[0][depth]
            if stack[1][depth] > best[2]:
                continue
            if node < inner:
                depth = _descend(tree, node, turned, stack, depth)
                continue
            for k in range((node - inner) * LEAF, min((node - inner + 1) * LEAF, len(tree.start))):
                if k != guess:
                    best = _try(place, tree, k, best)
        guess = best[3]
        found.piece[i], found.share[i], found.distance_m[i] = best[3], best[4], best[0]
        found.tied[i] = best[1] <= best[0] + _doubt(best[0])
        found.lon[i], found.lat[i] = _degrees(tree, best[3], best[4])


@compiled
def _try(place: tuple[float, float, float], tree: Tree, k: int, best: Best) -> Best:
    """Compare a piece with the best so far."""
    t = _walked(place, tree, k)
    gap2, z = _gap(place, tree, k, t)
    if gap2 > best[2]:
        return best
    apart = metres(gap2, place[2], z)
    if apart < best[0]:
        return apart, best[0], (apart + _doubt(apart)) ** 2, k, t
    return best[0], min(apart, best[1]), best[2], best[3], best[4]


@compiled
def _doubt(distance_m: float) -> float:
    """Within this, two distances by the series may be in the wrong order: more than twice its error."""
    return 1e-6 + 2e-3 * (distance_m / 1e6) ** 5


@compiled
def _turned(place: tuple[float, float, float], turn: Floats) -> tuple[float, float, float]:
    x, y, z = place
    return (
        turn[0, 0] * x + turn[0, 1] * y + turn[0, 2] * z,
        turn[1, 0] * x + turn[1, 1] * y + turn[1, 2] * z,
        turn[2, 0] * x + turn[2, 1] * y + turn[2, 2] * z,
    )


@compiled
def _descend(tree: Tree, node: int, turned: tuple[float, float, float], stack: tuple[Ints, Floats], depth: int) -> int:
    """Put the two children on the stack, the nearer one on top."""
    left, right = 2 * node + 1, 2 * node + 2
    to_left, to_right = _to_box(tree, left, turned), _to_box(tree, right, turned)
    if to_left < to_right:
        left, right, to_left, to_right = right, left, to_right, to_left
    stack[0][depth], stack[1][depth] = left, to_left
    stack[0][depth + 1], stack[1][depth + 1] = right, to_right
    return depth + 2


@compiled
def _to_box(tree: Tree, node: int, turned: tuple[float, float, float]) -> float:
    x = max(tree.lowest[node, 0] - turned[0], turned[0] - tree.highest[node, 0], 0.0)
    y = max(tree.lowest[node, 1] - turned[1], turned[1] - tree.highest[node, 1], 0.0)
    z = max(tree.lowest[node, 2] - turned[2], turned[2] - tree.highest[node, 2], 0.0)
    return x * x + y * y + z * z


@compiled
def _walked(place: tuple[float, float, float], tree: Tree, k: int) -> float:
    """How far along a piece the point nearest to a place is, from 0 to 1."""
    u, v, w = tree.step[k, 0], tree.step[k, 1], tree.step[k, 2]
    length2 = u * u + v * v + w * w
    if length2 == 0.0:
        return 0.0
    along = (place[0] - tree.start[k, 0]) * u + (place[1] - tree.start[k, 1]) * v + (place[2] - tree.start[k, 2]) * w
    return min(max(along / length2, 0.0), 1.0)


@compiled
def _gap(place: tuple[float, float, float], tree: Tree, k: int, t: float) -> tuple[float, float]:
    """Squared chord from a place to a point of a piece, and the height of that point over the equator's plane."""
    lift = t * (1 - t)
    x = tree.start[k, 0] + t * tree.step[k, 0] + lift * tree.rise[k, 0]
    y = tree.start[k, 1] + t * tree.step[k, 1] + lift * tree.rise[k, 1]
    z = tree.start[k, 2] + t * tree.step[k, 2] + lift * tree.rise[k, 2]
    return (place[0] - x) ** 2 + (place[1] - y) ** 2 + (place[2] - z) ** 2, z


@compiled
def _degrees(tree: Tree, k: int, t: float) -> tuple[float, float]:
    """Longitude and latitude of a point of a piece."""
    lift = t * (1 - t)
    x = tree.start[k, 0] + t * tree.step[k, 0] + lift * tree.rise[k, 0]
    y = tree.start[k, 1] + t * tree.step[k, 1] + lift * tree.rise[k, 1]
    z = tree.start[k, 2] + t * tree.step[k, 2] + lift * tree.rise[k, 2]
    return math.degrees(math.atan2(y, x)), math.degrees(math.atan2(z, (1 - E2) * math.sqrt(x * x + y * y)))


@compiled
def _left(places: tuple[Floats, Floats], vertex: Floats, leftward: Floats, found: tuple[Ints, Floats], out: NDArray[np.bool_]) -> None:
    for i in range(len(out)):
        k, t = found[0][i], found[1][i]
        beside = min(max(k + (t == 1.0) - (t == 0.0), 0), len(leftward) - 1)
        place = xyz(places[0][i], places[1][i])
        side = 0.0
        for axis in range(3):
            foot = vertex[k, axis] + t * (vertex[k + 1, axis] - vertex[k, axis])
            side += (place[axis] - foot) * (leftward[k, axis] + leftward[beside, axis])
        out[i] = side > 0

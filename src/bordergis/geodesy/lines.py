"""The nearest point of a line, and the side, for every place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bordergis.geodesy.measuring import WGS84, cartesian, densify, distance_m
from bordergis.geodesy.switch import BOUND_S, PLACE_S, SEARCH_S, pays

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["LineFix", "locate_on_line"]

BLOCK = 32
"""Pieces bounded by one sphere in the search for the nearest piece; measured best between 16 and 64 on the embedded line."""

AT_A_TIME = 200_000
"""Numbers in an array of the search: it stays in the processor's cache, and memory does not grow with places times pieces."""

SAMPLE = 200
"""Places by which the work is estimated."""

ROUNDING_M = 1.0
"""More than rounding makes of a bound: a line as long as the earth is wide has squares of 1e14 m², and a place on it is off by 0.3 m."""


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
    pieces = Pieces.of(dense)
    if worth_compiling(lon, lat, pieces):
        return _locate_compiled(lon, lat, dense, pieces)

    places = cartesian(lon, lat)
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


def worth_compiling(lon: Floats, lat: Floats, pieces: Pieces) -> bool:
    """Tell by a sample of the places; how many blocks must be searched depends on where they lie (many, far from a winding line)."""
    blocks = len(pieces.reach)
    if not pays(len(lon), PLACE_S + blocks * (BOUND_S + SEARCH_S)):  # not even if all had to be searched
        return False
    some = slice(None, None, -(-len(lon) // SAMPLE) or None)
    return pays(len(lon), PLACE_S + blocks * BOUND_S + pieces.searched(cartesian(lon[some], lat[some])) * SEARCH_S)


def _locate_compiled(lon: Floats, lat: Floats, dense: Floats, pieces: Pieces) -> LineFix:
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


def _up(lon: Floats, lat: Floats) -> Floats:
    lam, phi = np.radians(lon), np.radians(lat)
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of a dense line in three dimensions, in blocks bounded by spheres.

    ``starts`` and ``steps`` are ``(3, blocks, BLOCK)``: the last block is filled up with the last piece again.
    """

    start: Floats
    step: Floats
    leftward: Floats
    starts: Floats
    steps: Floats
    centre: Floats
    reach: Floats

    @classmethod
    def of(cls, dense: Floats) -> Pieces:
        vertex = cartesian(dense[:, 0], dense[:, 1])
        start, step = vertex[:-1], np.diff(vertex, axis=0)
        leftward = np.cross(_up(dense[:-1, 0], dense[:-1, 1]), step)
        leftward /= np.linalg.norm(leftward, axis=1, keepdims=True)

        filled = np.minimum(np.arange(-(-len(start) // BLOCK) * BLOCK), len(start) - 1).reshape(-1, BLOCK)
        starts, steps = np.moveaxis(start[filled], -1, 0), np.moveaxis(step[filled], -1, 0)
        centre = (starts[:, :, 0] + starts[:, :, -1] + steps[:, :, -1]) / 2
        ends = np.stack([starts, starts + steps]) - centre[:, :, None]
        reach = np.sqrt((ends**2).sum(axis=1).max(axis=(0, 2)))
        return cls(start, step, leftward, np.ascontiguousarray(starts), np.ascontiguousarray(steps), centre, reach)

    def nearest(self, places: Floats) -> tuple[Ints, Floats]:
        """Index of the nearest piece, and how far along it the nearest point is (0 to 1), for every place."""
        piece = np.empty(len(places), dtype=np.int64)
        share = np.empty(len(places))
        rows = max(1, AT_A_TIME // self.centre.size)
        for low in range(0, len(places), rows):
            some = slice(low, low + rows)
            piece[some], share[some] = self._nearest(places[some])
        return piece, share

    def _nearest(self, places: Floats) -> tuple[Ints, Floats]:
        """Search the block that may come nearest, and then those that may come nearer than what it holds."""
        found, again = self._first(places)
        place, block = np.nonzero(again)
        others = self._in_blocks(places[place], block)

        every = np.arange(len(places))
        place = np.concatenate([every, place])
        gap, piece, share = (np.concatenate(both) for both in zip(found, others, strict=True))
        best = np.lexsort((piece, gap, place))
        best = best[np.searchsorted(place[best], every)]
        return piece[best], share[best]

    def _first(self, places: Floats) -> tuple[tuple[Floats, Ints, Floats], NDArray[np.bool_]]:
        """Search for each place the block that may come nearest; tell which others may come nearer than what it holds."""
        middle = self.centre.mean(axis=1, keepdims=True)  # from there, squares are small enough to be multiplied out
        centre, place = self.centre - middle, places - middle.T
        apart2 = (place**2).sum(axis=1)[:, None] + (centre**2).sum(axis=0) - 2 * place @ centre
        at_least = np.sqrt(np.maximum(apart2, 0.0)) - self.reach
        every, first = np.arange(len(places)), at_least.argmin(axis=1)
        found = self._in_blocks(places, first)
        at_least[every, first] = np.inf
        return found, at_least <= np.sqrt(found[0])[:, None] + ROUNDING_M

    def searched(self, places: Floats) -> float:
        """How many blocks are searched for a place, on the mean."""
        return 1.0 + float(self._first(places)[1].sum()) / max(1, len(places))

    def _in_blocks(self, places: Floats, block: Ints) -> tuple[Floats, Ints, Floats]:
        """Search one block for each place: squared distance to its nearest piece, which that is, and the share walked."""
        gap, piece, share = np.empty(len(block)), np.empty(len(block), np.int64), np.empty(len(block))
        rows = AT_A_TIME // (3 * BLOCK)
        for low in range(0, len(block), rows):
            some = slice(low, low + rows)
            gap[some], piece[some], share[some] = self._in_block(places[some], block[some])
        return gap, piece, share

    def _in_block(self, places: Floats, block: Ints) -> tuple[Floats, Ints, Floats]:
        offset, step = places.T[:, :, None] - self.starts[:, block], self.steps[:, block]
        share = np.clip((offset * step).sum(axis=0) / (step**2).sum(axis=0), 0.0, 1.0)
        gap = ((offset - share * step) ** 2).sum(axis=0)
        row, best = np.arange(len(block)), gap.argmin(axis=1)
        return gap[row, best], np.minimum(block * BLOCK + best, len(self.start) - 1), share[row, best]

    def on_the_left(self, places: Floats, piece: Ints, share: Floats) -> NDArray[np.bool_]:
        """Tell the side, by the bisector where the nearest point is a vertex."""
        neighbour = np.clip(piece + (share == 1.0).astype(int) - (share == 0.0).astype(int), 0, len(self.start) - 1)
        leftward = self.leftward[piece] + self.leftward[neighbour]
        foot = self.start[piece] + share[:, None] * self.step[piece]
        return np.einsum("ij,ij->i", places - foot, leftward) > 0

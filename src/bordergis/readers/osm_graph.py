"""From ways to a graph: roads split where they meet, so that every edge runs from one node to another.

All of it is done on whole arrays. A way is a list of node ids; the lists of all ways stand one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from bordergis import geodesy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Edges", "Nodes", "edge_length_m", "scattered_nodes", "split_ways"]


@dataclass(frozen=True, slots=True)
class Nodes:
    """Nodes with a position: ids in ascending order, each once, and degrees.

    Examples
    --------
    >>> nodes = Nodes.of(np.array([7, 5]), np.array([103.0, 104.0]), np.array([14.0, 15.0]))
    >>> nodes.find(np.array([5, 6, 7]))
    array([ 0, -1,  1])
    """

    id: Ints
    lon: Floats
    lat: Floats

    @classmethod
    def of(cls, node: Ints, lon: Floats, lat: Floats) -> Nodes:
        """Sort nodes by id; of a node that stands twice the first counts."""
        known, first = np.unique(node, return_index=True)
        return cls(known, lon[first], lat[first])

    def find(self, node: Ints) -> Ints:
        """Give the place of each id in the arrays, -1 for a node that is not there."""
        if not len(self.id):
            return np.full(len(node), -1)
        place = np.minimum(np.searchsorted(self.id, node), len(self.id) - 1)
        return np.where(self.id[place] == node, place, -1)


@dataclass(frozen=True, slots=True)
class Edges:
    """The edges of a graph, in the order of their ways.

    Attributes
    ----------
    way
        Which way each edge is part of (its number in the order given).
    u, v
        The nodes it runs from and to.
    length_m
        Its geodesic length.
    geometry
        Its shape, from ``u`` to ``v``.
    cut
        Whether the way went on at one of its ends, over a node that has no position.
    unusable
        The ways of which no edge could be made.
    merged
        How many nodes were taken as another one, because a road joins them on one point.
    """

    way: Ints
    u: Ints
    v: Ints
    length_m: Floats
    geometry: NDArray[np.object_]
    cut: Bools
    unusable: Ints
    merged: int = 0


def split_ways(refs: Ints, counts: Ints, nodes: Nodes) -> Edges:
    """Split ways at every node that more than one way, or one way more than once, goes through.

    Parameters
    ----------
    refs
        The node ids of all ways, one after the other.
    counts
        How many of them each way has.
    nodes
        The nodes that have a position; a way is cut where it goes over another.

    Examples
    --------
    >>> nodes = Nodes.of(np.arange(1, 5), np.array([103.0, 103.1, 103.2, 103.1]), np.array([14.0, 14.0, 14.0, 14.1]))
    >>> edges = split_ways(np.array([1, 2, 3, 4, 2]), np.array([3, 2]), nodes)  # a road, and another that ends on it
    >>> edges.way, edges.u, edges.v
    (array([0, 0, 1]), array([1, 2, 4]), array([2, 3, 2]))
    """
    way = np.repeat(np.arange(len(counts)), counts)
    repeated = (refs[1:] == refs[:-1]) & (way[1:] == way[:-1])
    fresh = np.concatenate([np.ones(min(1, len(refs)), bool), ~repeated])
    refs, way = refs[fresh], way[fresh]
    place = nodes.find(refs)

    piece = _pieces(refs, way, known=place >= 0)
    if not len(piece.first):
        nothing = np.empty(0, np.int64)
        return Edges(nothing, nothing, nothing, np.empty(0), np.empty(0, object), np.empty(0, bool), np.arange(len(counts)))

    size = piece.last - piece.first + 1
    vertex = _ranges(piece.first, size)
    lon, lat = nodes.lon[place[vertex]], nodes.lat[place[vertex]]
    edge = np.repeat(np.arange(len(size)), size)
    length_m = _summed(lon, lat, edge, len(size))
    edges = Edges(
        way=way[piece.first],
        u=refs[piece.first],
        v=refs[piece.last],
        length_m=length_m,
        geometry=np.asarray(shapely.linestrings(np.stack([lon, lat], axis=-1), indices=edge), dtype=object),
        cut=piece.cut,
        unusable=np.setdiff1d(np.arange(len(counts)), way[piece.first]),
    )
    return _without_points(edges)


def edge_length_m(geometry: NDArray[np.object_]) -> Floats:
    """Measure lines, in geodesic metres; missing where there is no line.

    Examples
    --------
    >>> edge_length_m(np.array([shapely.LineString([(103, 14), (103, 15)]), None])).round(1)
    array([110643.9,      nan])
    """
    vertex, line = shapely.get_coordinates(geometry, return_index=True)
    length_m = _summed(vertex[:, 0], vertex[:, 1], line, len(geometry))
    return np.where(shapely.is_missing(geometry) | shapely.is_empty(geometry), np.nan, length_m)


def scattered_nodes(u: Ints, v: Ints, geometry: NDArray[np.object_]) -> Bools:
    """Tell the edges at whose ends a node lies at another place than in the first edge that names it.

    That is what a table looks like that was joined from two graphs, each with its own numbers.

    Examples
    --------
    >>> lines = shapely.linestrings([[(103, 14), (103, 15)], [(103, 15), (103, 16)], [(105, 14), (105, 15)]])
    >>> scattered_nodes(np.array([1, 2, 2]), np.array([2, 3, 4]), lines)
    array([False, False,  True])
    """
    ends = [shapely.get_coordinates(shapely.get_point(geometry, place)) for place in (0, -1)]
    xy, node = np.concatenate(ends), np.concatenate([u, v])
    order = np.arange(len(node)).reshape(2, -1).T.ravel()  # edge by edge: its u, then its v
    _, first, number = np.unique(node[order], return_index=True, return_inverse=True)
    elsewhere = np.empty(len(node), bool)
    elsewhere[order] = (xy[order] != xy[order][first][number]).any(axis=1)
    return np.asarray(elsewhere[: len(u)] | elsewhere[len(u) :])


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Stretches of the list of node ids: from which place to which, and whether a node without a position lies beyond."""

    first: Ints
    last: Ints
    cut: Bools


def _pieces(refs: Ints, way: Ints, *, known: Bools) -> _Pieces:
    same_way = way[1:] == way[:-1]
    outer = np.concatenate([[True], ~same_way]) | np.concatenate([~same_way, [True]]) if len(refs) else np.empty(0, bool)
    _, number, uses = np.unique(refs, return_inverse=True, return_counts=True)
    junction = outer | (uses[number] > 1)

    step = np.flatnonzero(same_way & known[1:] & known[:-1])
    begins = np.ones(len(step), bool)
    begins[1:] = (np.diff(step) != 1) | junction[step[1:]]
    first = step[begins]
    last = step[np.concatenate([begins[1:], np.ones(min(1, len(step)), bool)])] + 1
    return _Pieces(first, last, (_lost(first - 1, first, way, known)) | _lost(last + 1, last, way, known))


def _lost(beyond: Ints, end: Ints, way: Ints, known: Bools) -> Bools:
    """Tell whether the way goes on beyond an end, over a node without a position."""
    inside = np.clip(beyond, 0, max(0, len(way) - 1))
    return np.asarray((inside == beyond) & (way[inside] == way[end]) & ~known[inside])


def _ranges(first: Ints, size: Ints) -> Ints:
    """Join the ranges ``first[i] … first[i] + size[i] - 1``."""
    before = np.cumsum(size) - size
    return np.repeat(first - before, size) + np.arange(size.sum())


def _summed(lon: Floats, lat: Floats, line: Ints, n: int) -> Floats:
    """Add up the steps of each line."""
    inside = line[1:] == line[:-1]
    metres = geodesy.distance_m(lon[:-1][inside], lat[:-1][inside], lon[1:][inside], lat[1:][inside])
    return np.bincount(line[1:][inside], metres, minlength=n).astype(float)


def _without_points(edges: Edges) -> Edges:
    """Take the two nodes of an edge without length as one: it is no line, yet it joins what lies at its ends."""
    point = edges.length_m == 0
    if not point.any():
        return edges
    same: dict[int, int] = {}
    for u, v in zip(edges.u[point].tolist(), edges.v[point].tolist(), strict=True):
        low, high = sorted((_root(same, u), _root(same, v)))
        if low != high:
            same[high] = low
    rename = {node: _root(same, node) for node in same}
    u, v = (pd.Series(ends[~point]).replace(rename).to_numpy() for ends in (edges.u, edges.v))
    return Edges(
        edges.way[~point], u, v, edges.length_m[~point], edges.geometry[~point], edges.cut[~point], edges.unusable, merged=len(same)
    )


def _root(same: dict[int, int], node: int) -> int:
    while node in same:
        node = same[node]
    return node

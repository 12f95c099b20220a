"""Splitting edges at places along them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bordergis.network.shapes import Shapes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Cut", "Split", "split_edges"]


@dataclass(frozen=True, eq=False)
class Cut:
    """Where edges are to be split: the edge, and the share of its length, between 0 and 1."""

    edge: Ints
    share: Floats


@dataclass(frozen=True, eq=False)
class Split:
    """Edges after splitting.

    Attributes
    ----------
    roads
        The parts, in the order of the edges and along each, on a new index; the length is shared out.
    edge, low, high
        For each part the edge it comes from, and its shares.
    node_of_cut
        For each cut the number of its node.
    """

    roads: gpd.GeoDataFrame
    edge: Ints
    low: Floats
    high: Floats
    node_of_cut: Ints


def split_edges(roads: gpd.GeoDataFrame, cut: Cut, *, first_node: int) -> Split:
    """Split edges; cuts at the same place of an edge are one. New nodes are numbered from ``first_node``.

    Examples
    --------
    >>> road = gpd.GeoDataFrame(
    ...     {"u": [0], "v": [1], "length_m": [100.0]}, geometry=[shapely.LineString([(103, 14), (103, 15)])], crs=4326
    ... )
    >>> split_edges(road, Cut(np.array([0]), np.array([0.25])), first_node=2).roads[["u", "v", "length_m"]].to_numpy().tolist()
    [[0, 2, 25.0], [2, 1, 75.0]]
    """
    places, place = np.unique(np.stack([cut.edge, cut.share], axis=-1).reshape(-1, 2), axis=0, return_inverse=True)
    place = place.reshape(-1)
    at, share = places[:, 0].astype(np.int64), places[:, 1]
    ends = roads[["u", "v"]].to_numpy(dtype=np.int64)
    node = first_node + np.arange(len(at))

    n = np.bincount(at, minlength=len(roads)) + 1
    edge = np.repeat(np.arange(len(roads)), n)
    begins, last = np.cumsum(n) - n, np.cumsum(n) - 1
    after = np.arange(len(at)) + at + 1  # the part that begins at each cut
    low, high, u, v = np.zeros(len(edge)), np.ones(len(edge)), np.empty(len(edge), np.int64), np.empty(len(edge), np.int64)
    u[begins], v[last] = ends[:, 0], ends[:, 1]
    low[after], high[after - 1], u[after], v[after - 1] = share, share, node, node

    parts = roads.iloc[edge].reset_index(drop=True)
    parts["u"], parts["v"] = pd.array(u, dtype="Int64"), pd.array(v, dtype="Int64")
    parts["length_m"] = parts["length_m"].to_numpy(dtype=float) * (high - low)
    shapes = np.asarray(parts.geometry.array).copy()
    new = np.flatnonzero(n[edge] > 1)
    cut_edges, of = np.unique(edge[new], return_inverse=True)
    shapes[new] = _drawn(Shapes.of(np.asarray(roads.geometry.array)[cut_edges]), of, low[new], high[new])
    return Split(parts.set_geometry(gpd.GeoSeries(shapes, crs=roads.crs)), edge, low, high, node[place])


def _drawn(shapes: Shapes, edge: Ints, low: Floats, high: Floats) -> NDArray[np.object_]:
    """Draw parts of edges."""
    if not len(edge):
        return np.zeros(0, dtype=object)
    part, vertex = shapes.vertices(edge)
    share = shapes.share_at(edge[part], vertex, np.zeros(len(vertex)))
    inner = (share > low[part]) & (share < high[part])
    rank = np.arange(len(edge))
    owner = np.concatenate([rank, part[inner], rank])
    along = np.concatenate([low, share[inner], high])
    lonlat = np.concatenate([shapes.at(edge, low), shapes.lonlat[vertex[inner]], shapes.at(edge, high)])
    order = np.lexsort((np.repeat([0, 1, 2], [len(rank), int(inner.sum()), len(rank)]), along, owner))
    return np.asarray(shapely.linestrings(lonlat[order], indices=owner[order]))

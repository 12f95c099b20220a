"""One road network out of several tables that number their own nodes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, reduce
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from bordergis import geodesy
from bordergis.errors import SchemaError, UnitError
from bordergis.network.shapes import Shapes, end_points
from bordergis.network.splitting import Cut, split_edges
from bordergis.provenance import inherit
from bordergis.schema import ROADS

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["join_roads"]

SAME_M = 15.0
"""Two tables show the same road where their lines run along each other within this many metres: our assumption. Measured: in two exports of
one data set, each simplified for its own scale, the same roads lie up to 10 m apart, and next to nothing between 10 and 30 m."""

PARALLEL = np.cos(np.radians(30.0))
"""Lines run along each other where their directions differ by less than 30 degrees: a crossing is no common road."""

SAMPLE_M = 10.0
"""How often a road is looked at, and so how exactly the place is known where a common road ends."""

SHORTEST = 3
"""A part seen fewer times in a row than this is taken as its surroundings."""


def join_roads(*tables: gpd.GeoDataFrame, snap_m: float = 20.0) -> gpd.GeoDataFrame:
    """Make one table of roads of several that number their own nodes.

    Nodes at the same coordinates become one. Where two tables show the same road, it stays as the **earlier** table has it, so give the
    one with more detail first. What a later table adds is joined to the earlier one where their common road ends, and an end that hangs
    free because its file was clipped is joined to the other table's road, if that is not farther than ``snap_m``; roads are split there.
    Roads that only cross, such as on a bridge, are not joined.

    Parameters
    ----------
    *tables
        Two or more tables (:data:`bordergis.schema.ROADS`), the most detailed first.
    snap_m
        How far a free end may lie from the other table's road to be joined to it, in metres.

    Returns
    -------
    geopandas.GeoDataFrame
        One table of roads with new node numbers, on a new index. How many edges were left out, cut and joined stands in the notes.

    Raises
    ------
    SchemaError
        If a table breaks its contract, or there is none.
    UnitError
        If ``snap_m`` is negative or not finite.

    Examples
    --------
    >>> import bordergis as bg, geopandas as gpd
    >>> from shapely import LineString
    >>> def road(*lonlat):
    ...     told = {"u": [0], "v": [1], "length_m": [1_080.0], "highway_class": ["primary"]}
    ...     return gpd.GeoDataFrame(told, geometry=[LineString(lonlat)], crs=4326)
    >>> west, east = road((103.00, 14), (103.01, 14)), road((103.01, 14), (103.02, 14))  # both call their nodes 0 and 1
    >>> bg.join_roads(west, east)[["u", "v"]].to_numpy().tolist()
    [[0, 1], [1, 2]]
    """
    if not tables:
        raise SchemaError("roads: give at least one table to join, such as that of `from_osm`.")
    if not (isinstance(snap_m, (int, float)) and np.isfinite(snap_m) and snap_m >= 0):
        raise UnitError(f"{snap_m!r} is not a distance in metres; give such as 20.")
    for table in tables:
        ROADS.validate(table)
    notes: list[str] = []
    whole = reduce(lambda base, extra: _join_two(base, extra, snap_m, notes), (_numbered(table) for table in tables))
    told = f"join_roads({len(tables)} tables, snap_m={snap_m:g})"
    return inherit(whole, *tables, step=told, notes=notes)


def _join_two(base: gpd.GeoDataFrame, extra: gpd.GeoDataFrame, snap_m: float, notes: list[str]) -> gpd.GeoDataFrame:
    """Add to a table what it lacks."""
    extra = extra.assign(u=extra["u"] + _nodes(base), v=extra["v"] + _nodes(base))
    drawn = _Drawn(base)
    fresh = _without_common(drawn, _Drawn(extra))
    kept = fresh.roads
    first = max(_nodes(base), _nodes(kept))

    to_base = _attach(drawn, kept, np.union1d(fresh.loose, _free_ends(kept)), max(snap_m, SAME_M))
    bare = np.setdiff1d(_free_ends(base), to_base.nodes_met(base))
    to_kept = _attach(_Drawn(kept), base, bare, snap_m)

    split_base = split_edges(base, to_base.cut, first_node=first)
    split_kept = split_edges(kept, to_kept.cut, first_node=first + len(to_base.node))
    pairs = np.concatenate([to_base.joined(split_base.node_of_cut), to_kept.joined(split_kept.node_of_cut)])
    roads = pd.concat([split_base.roads, split_kept.roads], ignore_index=True)
    notes.append(
        f"{fresh.n_left_out:,} of {len(extra):,} edges lie along roads of an earlier table and were left out, {fresh.n_cut:,} were cut "
        f"where the common road ends; {len(pairs):,} ends were joined to a road of the other table (within {max(snap_m, SAME_M):g} m); "
        f"{len(roads):,} edges are left of {len(base) + len(extra):,}."
    )
    return _renumbered(roads, pairs)


@dataclass(frozen=True, eq=False)
class _Drawn:
    """A table with its shapes, their lines in the plane, and the index of these."""

    roads: gpd.GeoDataFrame

    @cached_property
    def shapes(self) -> Shapes:
        return Shapes.of(np.asarray(self.roads.geometry.array))

    @cached_property
    def lines(self) -> NDArray[np.object_]:
        first = self.shapes.first
        return np.asarray(shapely.linestrings(self.shapes.plane, indices=np.repeat(np.arange(len(first) - 1), np.diff(first))))

    @cached_property
    def tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.lines)


@dataclass(frozen=True, eq=False)
class _Fresh:
    """What of a later table the earlier lacks, and the nodes that lost a road by it."""

    roads: gpd.GeoDataFrame
    loose: Ints
    n_left_out: int
    n_cut: int


def _without_common(base: _Drawn, drawn: _Drawn) -> _Fresh:
    """Leave out the parts of edges that run along the earlier table's."""
    extra = drawn.roads
    near = np.unique(base.tree.query(drawn.lines, predicate="dwithin", distance=SAME_M * _scale(extra))[0])
    if not len(near):
        return _Fresh(extra, np.zeros(0, np.int64), 0, 0)

    edge, share = _samples(drawn.shapes, near)
    common = _steady(edge, _is_common(base, drawn, edge, share))
    change = np.flatnonzero((edge[1:] == edge[:-1]) & (common[1:] != common[:-1]))
    at = np.where(common[change], share[change], share[change + 1])  # at the last look at the common road
    inside = (at > 0) & (at < 1)
    split = split_edges(extra, Cut(edge[change][inside], at[inside]), first_node=_nodes(extra))

    place = np.searchsorted(edge, np.arange(len(extra) + 1))
    middle = np.clip(((split.low + split.high) / 2 * (place[split.edge + 1] - place[split.edge] - 1)).round().astype(int), 0, None)
    seen = np.isin(split.edge, near)
    drop = np.zeros(len(split.roads), dtype=bool)
    drop[seen] = common[place[split.edge[seen]] + middle[seen]]
    kept, gone = split.roads[~drop].reset_index(drop=True), split.roads[drop]
    loose = np.intersect1d(gone[["u", "v"]].to_numpy(dtype=np.int64), kept[["u", "v"]].to_numpy(dtype=np.int64))
    whole = np.setdiff1d(near, split.edge[~drop])
    return _Fresh(kept, loose, len(whole), len(np.unique(edge[change][inside])))


def _is_common(base: _Drawn, extra: _Drawn, edge: Ints, share: Floats) -> Bools:
    """Tell where a road lies along one of the other table that may be driven in every direction it may."""
    points = np.asarray(shapely.points(geodesy.conformal(*extra.shapes.at(edge, share).T)))
    sample, found = base.tree.query(points, predicate="dwithin", distance=SAME_M * _scale(extra.roads))
    turn = _cosine(_direction(extra.shapes, edge, share)[sample], _direction_near(base, found, points[sample]))
    along = np.abs(turn) > PARALLEL
    sample, found, turn = sample[along], found[along], turn[along]

    with_it = np.sign(turn).astype(int) * _oneway(base.roads)[found]
    ahead, back = (np.zeros(len(edge), dtype=bool) for _ in range(2))
    ahead[sample[with_it >= 0]] = True
    back[sample[with_it <= 0]] = True
    own = _oneway(extra.roads)[edge]
    return (ahead | (own < 0)) & (back | (own > 0))


def _steady(edge: Ints, common: Bools) -> Bools:
    """Take what is seen only a few times in a row, between others, as its surroundings."""
    begins = np.flatnonzero(np.concatenate([[True], (edge[1:] != edge[:-1]) | (common[1:] != common[:-1])]))
    size = np.diff(begins, append=len(edge))
    first = np.concatenate([[True], edge[begins[1:]] != edge[begins[1:] - 1]])
    last = np.append(first[1:], values=True)
    flip = (size < SHORTEST) & ~first & ~last
    return np.repeat(np.where(flip, ~common[begins], common[begins]), size)


def _samples(shapes: Shapes, edge: Ints) -> tuple[Ints, Floats]:
    """Look at edges every few metres, both ends included."""
    n = np.maximum(2, np.ceil(shapes.lengths_m[edge] / SAMPLE_M).astype(int) + 1)
    row = np.repeat(np.arange(len(edge)), n)
    return edge[row], (np.arange(len(row)) - np.repeat(np.cumsum(n) - n, n)) / (n[row] - 1)


def _direction(shapes: Shapes, edge: Ints, share: Floats) -> Floats:
    vertex = shapes.piece_at(edge, share)
    return shapes.plane[vertex + 1] - shapes.plane[vertex]


def _direction_near(drawn: _Drawn, edge: Ints, points: NDArray[np.object_]) -> Floats:
    there = drawn.shapes.share_of(edge, shapely.line_locate_point(drawn.lines[edge], points, normalized=True))
    return _direction(drawn.shapes, edge, there)


def _cosine(one: Floats, other: Floats) -> Floats:
    size = np.hypot(*one.T) * np.hypot(*other.T)
    return np.divide(np.einsum("ij,ij->i", one, other), size, out=np.zeros(len(one)), where=size > 0)


@dataclass(frozen=True, eq=False)
class _Attached:
    """Nodes that meet a road of the other table: where, and which of them meet it at one of its ends."""

    node: Ints
    edge: Ints
    share: Floats
    end: Ints

    @property
    def cut(self) -> Cut:
        """Where roads are to be split."""
        inner = self.end < 0
        return Cut(self.edge[inner], self.share[inner])

    def nodes_met(self, roads: gpd.GeoDataFrame) -> Ints:
        """Give the free ends that need no other joint: the ends met."""
        met = self.end[self.end >= 0]
        return np.intersect1d(met, roads[["u", "v"]].to_numpy(dtype=np.int64))

    def joined(self, node_of_cut: Ints) -> Ints:
        """Give pairs of nodes that are one."""
        other = self.end.copy()
        other[self.end < 0] = node_of_cut
        return np.stack([self.node, other], axis=-1)


def _attach(drawn: _Drawn, others: gpd.GeoDataFrame, node: Ints, within_m: float) -> _Attached:
    """Find for some nodes of a table the nearest road of another: a place on it, or its end where that is as good as the place."""
    place = _positions(others).reindex(node)
    if not len(node) or not len(drawn.roads):
        return _Attached(*(np.zeros(0, kind) for kind in (np.int64, np.int64, float, np.int64)))
    points = np.asarray(shapely.points(geodesy.conformal(place["lon"].to_numpy(), place["lat"].to_numpy())))
    which, edge = drawn.tree.query_nearest(points, max_distance=max(within_m, 1e-6) * _scale(others), all_matches=False)
    share = drawn.shapes.share_of(edge, np.asarray(shapely.line_locate_point(drawn.lines[edge], points[which], normalized=True)))
    ends = drawn.roads[["u", "v"]].to_numpy(dtype=np.int64)[edge]
    long_m = drawn.shapes.lengths_m[edge]
    end = np.select([share * long_m <= np.minimum(SAME_M, long_m / 2), (1 - share) * long_m <= SAME_M], [ends[:, 0], ends[:, 1]], -1)
    return _Attached(node[which], edge, share, end)


def _positions(roads: gpd.GeoDataFrame) -> pd.DataFrame:
    """Give longitude and latitude of every node."""
    node, lonlat = roads[["u", "v"]].to_numpy(dtype=np.int64).reshape(-1), end_points(np.asarray(roads.geometry.array)).reshape(-1, 2)
    both = pd.DataFrame(lonlat, columns=["lon", "lat"], index=node)
    return both[~both.index.duplicated()]


def _free_ends(roads: gpd.GeoDataFrame) -> Ints:
    """Nodes at which one edge ends, and no other."""
    node, times = np.unique(roads[["u", "v"]].to_numpy(dtype=np.int64), return_counts=True)
    return node[times == 1]


def _renumbered(roads: gpd.GeoDataFrame, pairs: Ints) -> gpd.GeoDataFrame:
    """Give the nodes new numbers: those that are joined, or lie at the same coordinates, are one."""
    from scipy.sparse import coo_array  # noqa: PLC0415  only where tables are joined
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    ends = roads[["u", "v"]].to_numpy(dtype=np.int64)
    lonlat = end_points(np.asarray(roads.geometry.array)).reshape(-1, 2)
    spot = np.unique(lonlat.view(np.complex128), return_inverse=True)[1].reshape(-1)  # many times quicker than by row
    node = ends.reshape(-1)
    n = int(max(node.max(initial=-1), pairs.max(initial=-1))) + 1
    one, other = np.concatenate([node, pairs[:, 0]]), np.concatenate([n + spot, pairs[:, 1]])
    size = n + int(spot.max(initial=-1)) + 1
    label = connected_components(coo_array((np.ones(len(one)), (one, other)), shape=(size, size)), directed=False)[1]
    new = np.unique(label[ends].reshape(-1), return_inverse=True)[1].reshape(-1, 2)
    return roads.assign(u=pd.array(new[:, 0], dtype="Int64"), v=pd.array(new[:, 1], dtype="Int64"))


def _numbered(roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return _renumbered(roads.reset_index(drop=True), np.zeros((0, 2), np.int64))


def _nodes(roads: gpd.GeoDataFrame) -> int:
    return int(roads[["u", "v"]].to_numpy(dtype=np.int64).max(initial=-1)) + 1


def _oneway(roads: gpd.GeoDataFrame) -> Ints:
    return roads["oneway"].fillna(0).to_numpy(dtype=np.int64) if "oneway" in roads else np.zeros(len(roads), np.int64)


def _scale(roads: gpd.GeoDataFrame) -> float:
    """How many times longer the plane is than the ground, in the middle of a table."""
    south, north = roads.total_bounds[[1, 3]]
    return float(1 / np.cos(np.radians((south + north) / 2)))

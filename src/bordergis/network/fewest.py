"""The way that crosses the fewest closures: a search over roads on which a closure costs more than any time.

A closure shuts many edges, but is crossed once while the way stays on it. So each end of a shut edge stands beside the plain node once more
for every set of closures that meets there: to step on such a set costs what is new in it, to stay on it and to leave it cost nothing.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bordergis.network.repair import TimeField

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["CROSSING_S", "Ids", "crossed_fewest"]

CROSSING_S = 1e9
"""What crossing one more closure costs in the search: 31 years, more than any way takes, so that the number of closures comes first."""

Ids = frozenset[str]


class _Layers(NamedTuple):
    """Nodes as they are met on a shut edge: each stands beside the plain node, once for every set of closures that meets there."""

    node: Ints
    ids: list[Ids]
    at_u: Ints
    at_v: Ints
    edge: Ints


class _Tree(NamedTuple):
    """The tree of the search: for each node the nearest before it, or itself, that was entered in place; the one before; its closures."""

    anchor: Ints
    whence: Ints
    ids: list[Ids]


def crossed_fewest(field: TimeField, bars: pd.DataFrame, nodes: Ints, *, cut: TimeField) -> tuple[list[Ids], Ints]:
    """Give for each node the closures on the way that crosses fewest, and how often one is entered on it.

    ``field`` has the closures open and ``cut`` has them all shut. What is still reached needs none of them, so that the search begins
    there and sees no more of the graph than what is cut off.
    """
    if not len(nodes):
        return [], np.empty(0, dtype=np.int64)
    layers = _layers(field, bars)
    seen = np.isinf(cut.times) & np.isfinite(field.times)
    seen[layers.node] = seen[nodes] = True
    plain = np.flatnonzero(seen)
    cost, before = _fewest_first(field, cut, layers, plain)
    node = np.concatenate([plain, layers.node, [-1]])
    whence = np.where(before >= 0, before, np.arange(len(before)))
    entered = node[whence] == node  # a closure is entered, or left, without leaving the node
    anchor = np.where(entered, np.arange(len(node)), whence)
    while not np.array_equal(further := anchor[anchor], anchor):
        anchor = further
    tree = _Tree(anchor, whence, [frozenset[str]()] * len(plain) + layers.ids + [frozenset[str]()])
    sets: dict[int, Ids] = {}
    asked = np.searchsorted(plain, nodes)
    return [_entered(int(anchor[x]), tree, sets) for x in asked], np.floor(cost[asked] / CROSSING_S).astype(np.int64)


def _entered(at: int, tree: _Tree, sets: dict[int, Ids]) -> Ids:
    """Collect the closures entered on the way from the targets to an anchor; what is found on the way is kept in ``sets``."""
    way: list[int] = []
    while at not in sets and tree.whence[at] != at:
        way.append(at)
        at = int(tree.anchor[tree.whence[at]])
    ids = sets.get(at, frozenset())
    for step in reversed(way):
        ids |= tree.ids[step]
        sets[step] = ids
    return ids


def _layers(field: TimeField, bars: pd.DataFrame) -> _Layers:
    edge, sets = _sets_by_edge(bars)
    code, sets = pd.factorize(sets)
    half = len(field.weights) // 2
    ends = np.concatenate([field.web.to[edge], field.web.to[edge + half]]).astype(np.int64)
    key, where = np.unique(ends * len(sets) + np.tile(code, 2), return_inverse=True)
    at_u, at_v = where.reshape(2, -1)
    return _Layers(key // len(sets), [sets[k] for k in key % len(sets)], at_u, at_v, edge)


def _sets_by_edge(bars: pd.DataFrame) -> tuple[Ints, NDArray[np.object_]]:
    """Give the edges that are shut, and of each the closures that shut it."""
    rows = bars.sort_values("edge", kind="stable")
    edge, first = np.unique(rows["edge"].to_numpy(dtype=np.int64), return_index=True)
    ids = rows["barrier_id"].to_list()
    sets = np.empty(len(edge), dtype=object)
    sets[:] = [frozenset(ids[begin:end]) for begin, end in pairwise([*first.tolist(), len(ids)])]
    return edge, sets


def _fewest_first(field: TimeField, cut: TimeField, layers: _Layers, plain: Ints) -> tuple[Floats, Ints]:
    """Search from what is reached, over plain nodes and layers, for the fewest closures entered and then the least time."""
    from scipy.sparse import csr_array  # noqa: PLC0415  takes long to import
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415

    n, half, shut = len(plain), len(field.weights) // 2, layers.edge
    own = np.full(len(field.times), -1)
    own[plain] = np.arange(n)
    arcs, source = _open_arcs(cut, plain, own)
    starts = np.flatnonzero(np.isfinite(cut.times[plain]))
    total = n + len(layers.node) + 1
    leave, enter, pay = _steps(layers._replace(node=own[layers.node]), n)
    whence = np.concatenate([source, n + layers.at_v, n + layers.at_u, leave, np.full(len(starts), total - 1)])
    toward = np.concatenate([own[cut.web.to[arcs]], n + layers.at_u, n + layers.at_v, enter, starts])
    seconds = (field.weights[arcs], field.weights[shut], field.weights[shut + half], pay, cut.times[plain[starts]])
    order = np.argsort(whence, kind="stable")  # parallel arcs stay apart: made of pairs, the matrix would add them up
    pointer = np.searchsorted(whence[order], np.arange(total + 1))
    graph = csr_array((np.concatenate(seconds)[order], toward[order], pointer), shape=(total, total))
    cost, before = dijkstra(graph, indices=total - 1, return_predecessors=True)
    return cost, before


def _open_arcs(cut: TimeField, plain: Ints, own: Ints) -> tuple[Ints, Ints]:
    """Give the arcs that are not shut among the nodes that are cut off, and for each the number of the node it is followed from."""
    begin, size = cut.web.start[plain], cut.web.start[plain + 1] - cut.web.start[plain]
    source = np.repeat(np.arange(len(plain)), size)
    at = np.arange(len(source)) + np.repeat(begin - np.cumsum(size) + size, size)
    arcs = cut.web.arc[at]
    lost = np.isinf(cut.times)
    end = cut.web.end[at]
    kept = lost[end] & (own[end] >= 0) & lost[plain][source] & np.isfinite(cut.weights[arcs])
    return arcs[kept].astype(np.int64), source[kept]


def _steps(layers: _Layers, n: int) -> tuple[Ints, Ints, Floats]:
    """Join what stands at one node: leaving is free, entering costs one for each closure that one is not on already."""
    all_of_them = pd.DataFrame({"node": layers.node, "layer": np.arange(len(layers.node))})
    pairs = all_of_them.merge(all_of_them, on="node").query("layer_x != layer_y")
    one, other = pairs["layer_x"].to_numpy(), pairs["layer_y"].to_numpy()
    size = np.array([len(ids) for ids in layers.ids], dtype=np.float64)
    more = np.array([len(layers.ids[b] - layers.ids[a]) for a, b in zip(one, other, strict=True)], dtype=np.float64)
    own = n + np.arange(len(layers.node))
    leave, enter = np.concatenate([layers.node, own, n + one]), np.concatenate([own, layers.node, n + other])
    return leave, enter, CROSSING_S * np.concatenate([size, np.zeros(len(own)), more])

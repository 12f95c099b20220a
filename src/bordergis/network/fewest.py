"""The way that crosses the fewest closures: a search over roads on which a closure costs more than any time.

A closure shuts many edges, but is crossed once while the way stays on it. So each end of a shut edge stands beside the plain node once more
for every set of closures that meets there: to step on such a set costs what is new in it, to stay on it and to leave it cost nothing.
"""

from __future__ import annotations

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


def crossed_fewest(field: TimeField, bars: pd.DataFrame, nodes: Ints) -> tuple[list[Ids], Ints]:
    """Give for each node the closures on the way that crosses fewest, and how often one is entered on it."""
    if not len(nodes):
        return [], np.empty(0, dtype=np.int64)
    layers = _layers(field, bars)
    cost, before = _fewest_first(field, layers)
    n = len(field.times)
    node = np.concatenate([np.arange(n), layers.node, [-1]])
    whence = np.where(before >= 0, before, np.arange(len(before)))
    entered = node[whence] == node  # a closure is entered, or left, without leaving the node
    anchor = np.where(entered, np.arange(len(node)), whence)
    while not np.array_equal(further := anchor[anchor], anchor):
        anchor = further
    tree = _Tree(anchor, whence, [frozenset[str]()] * n + layers.ids + [frozenset[str]()])
    sets: dict[int, Ids] = {}
    return [_entered(int(anchor[x]), tree, sets) for x in nodes], np.floor(cost[nodes] / CROSSING_S).astype(np.int64)


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
    by_edge = bars.groupby("edge", sort=True)["barrier_id"].agg(frozenset)
    code, sets = pd.factorize(by_edge.to_numpy(dtype=object))
    edge, half = by_edge.index.to_numpy(), len(field.weights) // 2
    ends = np.concatenate([field.web.to[edge], field.web.to[edge + half]]).astype(np.int64)
    key, where = np.unique(ends * len(sets) + np.tile(code, 2), return_inverse=True)
    at_u, at_v = where.reshape(2, -1)
    return _Layers(key // len(sets), [sets[k] for k in key % len(sets)], at_u, at_v, edge)


def _fewest_first(field: TimeField, layers: _Layers) -> tuple[Floats, Ints]:
    """Search from the targets, over plain nodes and layers, for the fewest closures entered and then the least time."""
    from scipy.sparse import csr_array  # noqa: PLC0415  takes long to import
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415

    n, half, shut = len(field.times), len(field.weights) // 2, layers.edge
    plain = np.flatnonzero(np.isfinite(field.weights) & ~np.isin(np.arange(2 * half) % half, shut))
    starts = np.flatnonzero(np.isfinite(field.seeds))
    total = n + len(layers.node) + 1
    leave, enter, pay = _steps(layers, n)
    from_node, to_node = field.web.to[(plain + half) % (2 * half)].astype(np.int64), field.web.to[plain].astype(np.int64)
    whence = np.concatenate([from_node, n + layers.at_v, n + layers.at_u, leave, np.full(len(starts), total - 1)])
    toward = np.concatenate([to_node, n + layers.at_u, n + layers.at_v, enter, starts])
    costs = np.concatenate([field.weights[plain], field.weights[shut], field.weights[shut + half], pay, field.seeds[starts]])
    order = np.argsort(whence, kind="stable")
    pointer = np.searchsorted(whence[order], np.arange(total + 1))
    graph = csr_array((costs[order], toward[order], pointer), shape=(total, total))
    cost, before = dijkstra(graph, indices=total - 1, return_predecessors=True)
    return cost, before


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

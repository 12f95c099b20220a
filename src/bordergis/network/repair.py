"""What changes when a road closes or opens: the tree of shortest times is repaired where it changes, not grown again.

A :class:`TimeField` says for every node how long the way to the nearest target takes. :func:`repaired` gives the field after a change of
some edges; :func:`trials` asks many such questions of one field, one after the other. Both give what a search from scratch gives.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bordergis.errors import SchemaError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from bordergis.kernels.tree import Change, Growth, Web

    Floats = NDArray[np.float64]
    Int32s = NDArray[np.int32]
    Ints = NDArray[np.int64]

__all__ = ["Closing", "TimeField", "Trial", "repaired", "roots", "time_field", "trials"]

NONE = -1

COMPILED_FROM_S = 0.01
SEARCH_S = 1e-7
"""A search from scratch takes about so long an arc (SciPy); below the other number in all, it is left to SciPy."""


@dataclass(frozen=True, slots=True)
class TimeField:
    """Shortest times to the nearest target, and the tree they run in.

    Attributes
    ----------
    web
        The graph: who is joined to whom (:class:`bordergis.kernels.tree.Web`).
    weights
        Seconds an arc: along every edge, then against every edge; infinite where there is no passage.
    seeds
        Seconds from a node to a target that lies at it or on an edge beside it; infinite at most nodes.
    times
        Seconds from each node to the nearest target; infinite where there is no way.
    via
        The arc by which each node's way begins; -1 where it ends at a target, and where there is none.
    """

    web: Web
    weights: Floats
    seeds: Floats
    times: Floats
    via: Int32s


class Closing(NamedTuple):
    """A change of some edges: their numbers, and the seconds they take from then on; infinite is closed."""

    edges: Ints
    forward_s: Floats
    backward_s: Floats


class Trial(NamedTuple):
    """What one change would do: the nodes it may reach, and their times after it. All others keep theirs."""

    nodes: Int32s
    times: Floats


def time_field(u: Int32s, v: Int32s, forward_s: Floats, backward_s: Floats, *, seeds: Floats) -> TimeField:
    """Grow the tree of shortest times to the nearest target.

    Parameters
    ----------
    u, v
        The two nodes of each edge, numbered from 0.
    forward_s, backward_s
        Seconds from ``u`` to ``v``, and back; infinite where there is no passage. Edges may be parallel, or end where they begin.
    seeds
        One a node: seconds from it to a target that lies there, or on an edge beside it; infinite elsewhere.

    Raises
    ------
    SchemaError
        If a time is negative or missing, or an edge names a node that has no seed.

    Examples
    --------
    A road of three nodes with the target at the first; the second edge is one-way, away from it.

    >>> import numpy as np
    >>> seeds = np.array([0.0, np.inf, np.inf])
    >>> field = time_field(np.array([0, 1]), np.array([1, 2]), np.array([60.0, 90.0]), np.array([60.0, np.inf]), seeds=seeds)
    >>> field.times.tolist()
    [0.0, 60.0, inf]
    """
    weights = np.concatenate([forward_s, backward_s]).astype(np.float64)
    seeds = np.array(seeds, dtype=np.float64)
    _require_times(weights, seeds)
    web = _web(np.asarray(u), np.asarray(v), len(seeds))
    return _grown(web, weights, seeds)


def repaired(field: TimeField, change: Closing, *, seeds: Floats | None = None) -> TimeField:
    """Give the field after some edges have been closed, slowed or opened; the given one stays as it is.

    What the change does not reach is not looked at: one more closure on 300,000 edges takes a millisecond or so, and one on
    which the whole tree hangs about as long as a search from scratch. The result is the same.

    Parameters
    ----------
    field
        The times before.
    change
        The edges that change, and their seconds from then on.
    seeds
        All seeds from then on, where a change lies between a target and the end of its edge; by default those of the field.

    Raises
    ------
    SchemaError
        If a time is negative or missing, or an edge or node does not exist.

    Examples
    --------
    >>> import numpy as np
    >>> two_ways = np.array([60.0, 60.0, 200.0])
    >>> field = time_field(np.array([0, 1, 0]), np.array([1, 2, 2]), two_ways, two_ways, seeds=np.array([0.0, np.inf, np.inf]))
    >>> shut = Closing(np.array([0]), np.array([np.inf]), np.array([np.inf]))
    >>> field.times.tolist(), repaired(field, shut).times.tolist()
    ([0.0, 60.0, 120.0], [0.0, 260.0, 200.0])
    """
    seeds = field.seeds if seeds is None else np.array(seeds, dtype=np.float64)
    arcs, seconds = _arcs(field, change)
    _require_times(seconds, seeds)
    _require_as_many(field, seeds)
    weights = field.weights.copy()
    weights[arcs] = seconds
    if not _pays(field, 1):
        return _grown(field.web, weights, seeds)
    after = replace(field, weights=weights, seeds=seeds, times=field.times.copy(), via=field.via.copy())
    _regrow(after, _kinds(field, arcs, seconds, seeds))
    return after


def trials(field: TimeField, changes: Iterable[Closing]) -> Iterator[Trial]:
    """Try changes one at a time, each on the field as it is, and tell what each would do.

    A trial costs as much as what it reaches; the field stays as it is.

    Examples
    --------
    >>> import numpy as np
    >>> two_ways = np.array([60.0, 60.0])
    >>> field = time_field(np.array([0, 1]), np.array([1, 2]), two_ways, two_ways, seeds=np.array([0.0, np.inf, np.inf]))
    >>> shut = (Closing(np.array([edge]), np.array([np.inf]), np.array([np.inf])) for edge in (0, 1))
    >>> [sorted(trial.nodes.tolist()) for trial in trials(field, shut)]
    [[1, 2], [2]]
    """
    changes = list(changes)
    if not _pays(field, len(changes)):
        yield from (_trial_from_scratch(field, change) for change in changes)
        return
    scratch = replace(field, weights=field.weights.copy(), times=field.times.copy(), via=field.via.copy())
    for change in changes:
        arcs, seconds = _arcs(field, change)
        _require_times(seconds, field.seeds)
        scratch.weights[arcs] = seconds
        nodes = _regrow(scratch, _kinds(field, arcs, seconds, field.seeds))
        yield Trial(nodes, scratch.times[nodes])
        scratch.weights[arcs] = field.weights[arcs]
        scratch.times[nodes], scratch.via[nodes] = field.times[nodes], field.via[nodes]


def roots(field: TimeField) -> Int32s:
    """Give for each node the one at which its way reaches its target; -1 where there is no way.

    Examples
    --------
    >>> import numpy as np
    >>> two_ways = np.array([60.0, 60.0])
    >>> field = time_field(np.array([0, 1]), np.array([1, 2]), two_ways, two_ways, seeds=np.array([0.0, np.inf, np.inf]))
    >>> roots(field).tolist()
    [0, 0, 0]
    """
    root, hung = np.arange(len(field.times), dtype=np.int32), field.via != NONE
    root[hung] = _source(field.web, field.via[hung])
    while True:
        further = root[root]
        if np.array_equal(further, root):
            return np.where(np.isfinite(field.times), root, np.int32(NONE))
        root = further


def _source(web: Web, arcs: Int32s) -> Int32s:
    """Give where arcs are followed from: that is where the traveller goes next."""
    half = len(web.to) // 2
    return web.to[np.where(arcs < half, arcs + half, arcs - half)]


def _web(u: NDArray[np.int_], v: NDArray[np.int_], n_nodes: int) -> Web:
    """Sort the arcs by the node from which they are followed: along an edge (``u`` to ``v``) the search comes from ``v``."""
    from bordergis.kernels.tree import Web  # noqa: PLC0415  numba takes 0.3 s to import

    if len(u) and not 0 <= min(u.min(), v.min()) <= max(u.max(), v.max()) < n_nodes:
        raise SchemaError(
            f"Edges name nodes {min(u.min(), v.min())} to {max(u.max(), v.max())}, but there are {n_nodes} seeds; give one a node."
        )
    source = np.concatenate([v, u])
    start = np.zeros(n_nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(source, minlength=n_nodes), out=start[1:])
    arc, to = np.argsort(source, kind="stable").astype(np.int32), np.concatenate([u, v]).astype(np.int32)
    return Web(start, arc, to, to[arc])


def _grown(web: Web, weights: Floats, seeds: Floats) -> TimeField:
    """Search from scratch, by SciPy, from one more node that is joined to every start."""
    from scipy.sparse import csr_array  # noqa: PLC0415  takes long to import
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415

    n, starts = len(seeds), np.flatnonzero(seeds < np.inf)
    seconds, end = weights[web.arc], web.end
    graph = csr_array(
        (np.concatenate([seconds, seeds[starts]]), np.concatenate([end, starts]), np.append(web.start, len(end) + len(starts))),
        shape=(n + 1, n + 1),
    )  # parallel arcs stay apart: the search looks at each, and only a sum of duplicates, which nobody asks for, would join them
    times, before = dijkstra(graph, indices=n, return_predecessors=True)
    source = np.repeat(np.arange(n, dtype=np.int32), np.diff(web.start))
    in_tree = (before[end] == source) & (times[source] + seconds == times[end]) & (source != end)
    via = np.full(n, NONE, dtype=np.int32)
    via[end[in_tree]] = web.arc[in_tree]
    return TimeField(web, weights, seeds, times[:n], via)


def _pays(field: TimeField, changes: int) -> bool:
    return changes * len(field.weights) * SEARCH_S >= COMPILED_FROM_S


def _trial_from_scratch(field: TimeField, change: Closing) -> Trial:
    arcs, seconds = _arcs(field, change)
    _require_times(seconds, field.seeds)
    weights = field.weights.copy()
    weights[arcs] = seconds
    after = _grown(field.web, weights, field.seeds)
    nodes = np.flatnonzero(after.times != field.times).astype(np.int32)
    return Trial(nodes, after.times[nodes])


def _regrow(after: TimeField, change: Change) -> Int32s:
    from bordergis.kernels.tree import Growth, regrown  # noqa: PLC0415  numba takes 0.3 s to import

    growth: Growth = Growth(after.weights, after.seeds, after.times, after.via)
    return regrown(after.web, growth, change)


def _arcs(field: TimeField, change: Closing) -> tuple[Int32s, Floats]:
    """Give the arcs of a change and their seconds."""
    edges, half = np.asarray(change.edges, dtype=np.int64), len(field.weights) // 2
    if len(edges) and not 0 <= edges.min() <= edges.max() < half:
        raise SchemaError(f"The change names edges {edges.min()} to {edges.max()}, but the edges are 0 to {half - 1}.")
    return np.concatenate([edges, edges + half]).astype(np.int32), np.concatenate([change.forward_s, change.backward_s]).astype(np.float64)


def _kinds(field: TimeField, arcs: Int32s, seconds: Floats, seeds: Floats) -> Change:
    from bordergis.kernels.tree import Change  # noqa: PLC0415  numba takes 0.3 s to import

    before, other = field.weights[arcs], seeds is not field.seeds
    later = np.flatnonzero(seeds > field.seeds) if other else np.empty(0)
    earlier = np.flatnonzero(seeds < field.seeds) if other else np.empty(0)
    return Change(arcs[seconds > before], arcs[seconds < before], later.astype(np.int32), earlier.astype(np.int32))


def _require_as_many(field: TimeField, seeds: Floats) -> None:
    if len(seeds) != len(field.seeds):
        raise SchemaError(f"{len(seeds)} seeds are given for {len(field.seeds)} nodes; give one a node.")


def _require_times(*seconds: Floats) -> None:
    for values in seconds:
        if not (values >= 0).all():
            bad = values[~(values >= 0)][0]
            raise SchemaError(f"A time is {bad}; expected seconds of 0 and more, infinite where there is no passage.")

"""Repair of a tree of shortest times after some roads have changed, and the roads every way goes over.

A tree grows from the targets outward. Where a road of the tree becomes slower, all that hangs on it is taken off and grows again from
what stays; where a road becomes faster, growth starts from its far end (G. Ramalingam, T. Reps, J. Algorithms 21 (1996) 267-305). What
a change does not reach is never looked at. Times are sums along the tree, so that the answer equals one from scratch to the last bit.

A graph of ``m`` edges has ``2 m`` arcs: arc ``k`` is travel along edge ``k`` (``u`` to ``v``), arc ``m + k`` is travel against it. The
search runs against the travel: an arc is followed from where the traveller arrives to where he comes from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bordergis.kernels._jit import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Int32s = NDArray[np.int32]

__all__ = ["Change", "Growth", "Heap", "Web", "behind", "dominators", "popped", "pushed", "regrown", "roomy"]

NONE = -1


class Web(NamedTuple):
    """Who is joined to whom: from node ``x`` the arcs ``arc[start[x]:start[x + 1]]`` are followed, and arc ``a`` leads to ``to[a]``.

    ``end`` says the same as ``to`` in the order of ``arc``: a search that reads it from left to right is a fifth quicker.
    """

    start: Ints
    arc: Int32s
    to: Int32s
    end: Int32s


class Growth(NamedTuple):
    """What a tree grows by, and what it is: seconds an arc, seconds at which a node is a start; seconds a node, and the arc it hangs on."""

    weights: Floats
    seeds: Floats
    times: Floats
    via: Int32s


class Change(NamedTuple):
    """Arcs and starts that have become slower, and that have become faster; the growth holds the new seconds already."""

    slower: Int32s
    faster: Int32s
    later: Int32s
    earlier: Int32s


class Heap(NamedTuple):
    """Nodes by key, the least first; the size is kept beside it."""

    key: Floats
    node: Int32s


def regrown(web: Web, growth: Growth, change: Change) -> Int32s:
    """Repair ``growth.times`` and ``growth.via`` where they stand.

    Returns
    -------
    The nodes that were looked at; all others are as they were.
    """
    touched: Int32s = _regrown(web, growth, change)
    return touched


@compiled
def _regrown(web: Web, growth: Growth, change: Change) -> Int32s:
    touched = np.empty(len(growth.times), np.int32)
    marked = np.zeros(len(growth.times), np.bool_)
    n = _taken_off(web, growth, change, touched, marked)
    room = n + len(change.faster) + len(change.earlier)
    heap, size = Heap(np.empty(room), np.empty(room, np.int32)), 0
    for k in range(n):
        node = touched[k]
        _hang_again(web, growth, marked, node)
        if growth.times[node] < np.inf:
            size = pushed(heap, size, growth.times[node], node)
    for arc in change.faster:
        source, end = web.to[_twin(web, arc)], web.to[arc]
        if _follow(growth, arc, end, growth.times[source]):
            n = _mark(touched, marked, n, end)
            size = pushed(heap, size, growth.times[end], end)
    for node in change.earlier:
        if growth.seeds[node] < growth.times[node]:
            growth.times[node], growth.via[node] = growth.seeds[node], NONE
            n = _mark(touched, marked, n, node)
            size = pushed(heap, size, growth.times[node], node)
    return touched[: _grow(web, growth, (heap, size), (touched, marked, n))].copy()


@compiled
def _grow(web: Web, growth: Growth, front: tuple[Heap, int], looked_at: tuple[Int32s, Bools, int]) -> int:
    """Grow from a front, nearest first; give how many nodes have been looked at."""
    (heap, size), (touched, marked, n) = front, looked_at
    while size > 0:
        key, node = heap.key[0], heap.node[0]
        size = popped(heap, size)
        if key > growth.times[node]:
            continue
        ahead = range(web.start[node], web.start[node + 1])
        if size + len(ahead) > len(heap.key):
            heap = roomy(heap, size + len(ahead))
        for k in ahead:
            end = web.end[k]
            if _follow(growth, web.arc[k], end, key):
                n = _mark(touched, marked, n, end)
                size = pushed(heap, size, growth.times[end], end)
    return n


@compiled
def _twin(web: Web, arc: int) -> int:
    """Give the arc of the same edge in the other direction; it leads to where ``arc`` is followed from."""
    half = len(web.to) // 2
    return arc + half if arc < half else arc - half


@compiled
def _mark(touched: Int32s, marked: Bools, n: int, node: int) -> int:
    if marked[node]:
        return n
    marked[node] = True
    touched[n] = node
    return n + 1


@compiled
def _follow(growth: Growth, arc: int, end: int, since: float) -> bool:
    """Follow an arc to its end; tell whether that is reached sooner so."""
    time = since + growth.weights[arc]
    if not time < growth.times[end]:
        return False
    growth.times[end], growth.via[end] = time, arc
    return True


@compiled
def _taken_off(web: Web, growth: Growth, change: Change, touched: Int32s, marked: Bools) -> int:
    """Take off what hangs on a slower arc or a later start; give how many nodes these are."""
    n = 0
    for arc in change.slower:
        if growth.via[web.to[arc]] == arc:
            n = _mark(touched, marked, n, web.to[arc])
    for node in change.later:
        if growth.via[node] == NONE and growth.times[node] < np.inf:
            n = _mark(touched, marked, n, node)
    k = 0
    while k < n:
        node = touched[k]
        growth.times[node], growth.via[node] = np.inf, NONE
        for i in range(web.start[node], web.start[node + 1]):
            if growth.via[web.end[i]] == web.arc[i]:
                n = _mark(touched, marked, n, web.end[i])
        k += 1
    return n


@compiled
def _hang_again(web: Web, growth: Growth, marked: Bools, node: int) -> None:
    """Hang a node on the best of the neighbours that stayed; those that were taken off come by the search, each once and in order."""
    growth.times[node] = growth.seeds[node]
    for k in range(web.start[node], web.start[node + 1]):
        other = web.end[k]
        if not marked[other]:
            _follow(growth, _twin(web, web.arc[k]), node, growth.times[other])


@compiled
def roomy(heap: Heap, size: int) -> Heap:
    """Give a heap with room for at least ``size``."""
    more = np.empty(max(size, 2 * len(heap.key)) - len(heap.key))
    return Heap(np.concatenate((heap.key, more)), np.concatenate((heap.node, np.empty(len(more), np.int32))))


@compiled
def pushed(heap: Heap, size: int, key: float, node: int) -> int:
    """Put a node in, for which there is room; give how many there are. To give the heap back as well would cost a third of the time."""
    k = size
    while k > 0 and heap.key[(k - 1) // 2] > key:
        heap.key[k], heap.node[k] = heap.key[(k - 1) // 2], heap.node[(k - 1) // 2]
        k = (k - 1) // 2
    heap.key[k], heap.node[k] = key, node
    return size + 1


@compiled
def popped(heap: Heap, size: int) -> int:
    """Take the least key off; give how many stay."""
    size -= 1
    key, node = heap.key[size], heap.node[size]
    k, child = 0, 1
    while child < size:
        if child + 1 < size and heap.key[child + 1] < heap.key[child]:
            child += 1
        if heap.key[child] >= key:
            break
        heap.key[k], heap.node[k] = heap.key[child], heap.node[child]
        k, child = child, 2 * child + 1
    heap.key[k], heap.node[k] = key, node
    return size


class _Walk(NamedTuple):
    """A walk in depth from the start: the nodes in the order they are first met, that order by node, and by order from whom each is met."""

    node: Int32s
    order: Int32s
    parent: Int32s


class _Forest(NamedTuple):
    """The part of the walk that is done, by its order: semidominators, best node above, node above, and room for a way up."""

    semi: Int32s
    label: Int32s
    above: Int32s
    stack: Int32s


def dominators(web: Web, weights: Floats, seeds: Floats) -> tuple[Int32s, Int32s]:
    """Find, for every node, the last node that every way to it from the starts passes.

    The method of semidominators and nearest common ancestors (L. Georgiadis, R. E. Tarjan, R. F. Werneck, J. Graph Algorithms Appl. 10
    (2006) 69-94); it takes one-ways as they are.

    Returns
    -------
    The nodes that are reached, each after the one it depends on; and for each node of the graph that one (-1: none, or not reached).
    """
    order, last = _dominators(web, weights, seeds)
    return order, last


def behind(order: Int32s, last: Int32s) -> tuple[Ints, Ints]:
    """Give each node a range of numbers that holds those of all which depend on it; an empty one to what is not reached.

    Parameters
    ----------
    order, last
        As :func:`dominators` gives them, or those of any other tree: nodes after the ones on which they depend.

    Returns
    -------
    The first number of each node's range, which is its own, and the number after its last.
    """
    first, end = _behind(order, last)
    return first, end


@compiled
def _behind(order: Int32s, last: Int32s) -> tuple[Ints, Ints]:
    first, size = np.zeros(len(last), np.int64), np.zeros(len(last), np.int64)
    for k in range(len(order) - 1, -1, -1):
        size[order[k]] += 1
        if last[order[k]] != NONE:
            size[last[order[k]]] += size[order[k]]
    free, top = np.zeros(len(last), np.int64), 0
    for node in order:
        over = last[node]
        first[node] = top if over == NONE else free[over]
        if over == NONE:
            top += size[node]
        else:
            free[over] += size[node]
        free[node] = first[node] + 1
    return first, first + size


@compiled
def _dominators(web: Web, weights: Floats, seeds: Floats) -> tuple[Int32s, Int32s]:
    """Find semidominators backwards, then nearest common ancestors forwards; number 0 is the common source of the starts."""
    walk = _walked(web, weights, seeds)
    n = len(walk.node)
    semi, label, above = np.arange(n).astype(np.int32), np.arange(n).astype(np.int32), walk.parent.copy()
    forest = _Forest(semi, label, above, np.empty(n, np.int32))
    for w in range(n - 1, 0, -1):
        node = walk.node[w]
        if seeds[node] < np.inf:
            semi[w] = 0
        for k in range(web.start[node], web.start[node + 1]):
            other = web.end[k]
            if weights[_twin(web, web.arc[k])] < np.inf and walk.order[other] != NONE:
                semi[w] = min(semi[w], semi[_least(walk.order[other], w, forest)])
    over = walk.parent.copy()
    last = np.full(len(seeds), NONE, np.int32)
    for w in range(1, n):
        while over[w] > semi[w]:
            over[w] = over[over[w]]
        last[walk.node[w]] = NONE if over[w] == 0 else walk.node[over[w]]
    return walk.node[1:], last


@compiled
def _walked(web: Web, weights: Floats, seeds: Floats) -> _Walk:
    node, parent = np.empty(len(seeds) + 1, np.int32), np.empty(len(seeds) + 1, np.int32)
    order = np.full(len(seeds), NONE, np.int32)
    stack, at = np.empty(len(seeds), np.int32), web.start[:-1].copy()
    node[0], parent[0], n = NONE, 0, 1
    for root in range(len(seeds)):
        if seeds[root] == np.inf or order[root] != NONE:
            continue
        node[n], parent[n], order[root], n = root, 0, n, n + 1
        stack[0], depth = root, 1
        while depth > 0:
            x = stack[depth - 1]
            if at[x] == web.start[x + 1]:
                depth -= 1
                continue
            arc, y = web.arc[at[x]], web.end[at[x]]
            at[x] += 1
            if order[y] == NONE and weights[arc] < np.inf:
                node[n], parent[n], order[y], n = y, order[x], n, n + 1
                stack[depth], depth = y, depth + 1
    return _Walk(node[:n], order, parent[:n])


@compiled
def _least(v: int, w: int, forest: _Forest) -> int:
    """Give, among ``v`` and the nodes above it that come after ``w`` in the walk, the one of least semidominator; shorten the way up."""
    if v <= w:
        return v
    semi, label, above, stack = forest
    depth, x = 0, v
    while above[x] > w:
        stack[depth], depth, x = x, depth + 1, above[x]
    for k in range(depth - 1, -1, -1):
        y = stack[k]
        if semi[label[above[y]]] < semi[label[y]]:
            label[y] = label[above[y]]
        above[y] = above[above[y]]
    return label[v]

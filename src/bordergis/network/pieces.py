"""Edges cut into pieces where villages, targets and barriers lie, so that each of these is a node or a set of whole pieces.

On the pieces nothing is special: a village and its target on one edge, a barrier between them, a village in a barrier's middle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bordergis.errors import SchemaError
from bordergis.network.repair import time_field

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from bordergis.network.graph import RoadNetwork
    from bordergis.network.repair import TimeField

    Floats = NDArray[np.float64]
    Int32s = NDArray[np.int32]
    Ints = NDArray[np.int64]

__all__ = ["Pieces", "cut_edges"]

NOWHERE = -1
ROUNDING_M = 1e-6


@dataclass(frozen=True, eq=False)
class Pieces:
    """The pieces of all edges, each edge's in their order along it.

    Attributes
    ----------
    u, v
        The nodes at which a piece begins and ends: those of the network, then one for each place where an edge is cut.
    forward_s, backward_s
        Seconds along the piece and back, in proportion to its length.
    edge
        The edge it is a piece of.
    n_nodes
        How many nodes there are.
    cut_m
        Metres along its edge of each node at which one is cut; these come after those of the network.
    places
        For each table of places, the node of each row; -1 where it is not on the network.
    barrier_rows, barrier_pieces
        Which row of the barriers covers which piece, pair by pair.
    """

    u: Int32s
    v: Int32s
    forward_s: Floats
    backward_s: Floats
    edge: Ints
    n_nodes: int
    cut_m: Floats
    places: tuple[Ints, ...]
    barrier_rows: Ints
    barrier_pieces: Ints

    def field(self, targets: Ints, factors: Floats | None = None) -> TimeField:
        """Grow the times to targets at these nodes, under barriers that slow or shut the pieces.

        Parameters
        ----------
        targets
            Nodes, as in ``places``; -1 is left out, and so is a target on a shut stretch: nobody reaches it.
        factors
            One a row of the barriers: how many times as long what it covers takes. Where barriers overlap the slowest counts.
        """
        slowest = self.slowest(factors)
        shut = np.isinf(slowest)
        targets = targets[targets != NOWHERE]
        seeds = np.full(self.n_nodes, np.inf)
        seeds[targets[self.standing(slowest)[targets]]] = 0.0
        seconds = (np.where(shut, np.inf, side * np.where(shut, 1.0, slowest)) for side in (self.forward_s, self.backward_s))
        return time_field(self.u, self.v, *seconds, seeds=seeds)

    def slowest(self, factors: Floats | None) -> Floats:
        """Give how many times as long each piece takes under barriers; infinite where nothing passes."""
        slowest = np.ones(len(self.u))
        if factors is not None:
            np.maximum.at(slowest, self.barrier_pieces, factors[self.barrier_rows])
        return slowest

    def standing(self, slowest: Floats) -> NDArray[np.bool_]:
        """Tell which nodes lie on a stretch that is not shut."""
        free = np.isfinite(slowest)
        standing = np.zeros(self.n_nodes, dtype=bool)
        standing[self.u[free]] = standing[self.v[free]] = True
        return standing

    def covered(self, rows: NDArray[np.bool_]) -> tuple[Ints, Ints]:
        """Give the pieces that some rows of the barriers cover, and for each the row."""
        mine = rows[self.barrier_rows]
        return self.barrier_pieces[mine], self.barrier_rows[mine]


def cut_edges(network: RoadNetwork, *places: pd.DataFrame, barriers: pd.DataFrame | None = None) -> Pieces:
    """Cut the edges of a network where places lie and barriers begin and end.

    Parameters
    ----------
    network
        The roads.
    *places
        Tables of :func:`place_on_network`: ``edge`` and ``at_m``; a row without an edge is nowhere.
    barriers
        Intervals ``edge``, ``from_m``, ``to_m``, their ends included: a place at the end of one lies on it, and one of no length still has
        a piece, of no length, since what bars a point bars the passage.

    Raises
    ------
    SchemaError
        If a position does not lie on its edge, or an interval runs backwards.

    Examples
    --------
    A village at 300 m of an edge of 1 km, and a wire across it at 800 m.

    >>> import pandas as pd, numpy as np
    >>> from types import SimpleNamespace
    >>> one = np.array([0], dtype=np.int32), np.array([1], dtype=np.int32), np.array([1_000.0]), np.array([60.0]), np.array([60.0])
    >>> road = SimpleNamespace(**dict(zip(["u", "v", "lengths_m", "forward_s", "backward_s"], one)), nodes=np.zeros((2, 2)))
    >>> wire = pd.DataFrame({"edge": [0], "from_m": [800.0], "to_m": [800.0]})
    >>> pieces = cut_edges(road, pd.DataFrame({"edge": [0], "at_m": [300.0]}), barriers=wire)
    >>> pieces.forward_s.round(3).tolist(), pieces.places, pieces.barrier_pieces
    ([18.0, 30.0, 0.0, 12.0], (array([2]),), array([2]))
    """
    known = [np.flatnonzero(table["edge"].notna().to_numpy()) for table in places]
    bars = _intervals(network, barriers)
    spots = [
        np.column_stack([_numbers(table, rows, "edge"), _numbers(table, rows, "at_m")]) for table, rows in zip(places, known, strict=True)
    ]
    edge, at_m, side = _joined(spots, bars)
    _require_on_edges(network, edge, at_m)

    order = np.lexsort((side, at_m, edge))
    sorted_ = np.column_stack([edge, at_m, side])[order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (sorted_[1:] != sorted_[:-1]).any(axis=1)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.cumsum(new) - 1
    cut_edge, cut_m = sorted_[new, 0].astype(np.int64), sorted_[new, 1]

    first = np.arange(len(network.u)) + np.searchsorted(cut_edge, np.arange(len(network.u)))
    ends = np.cumsum([0, *(len(spot) for spot in spots), len(bars), len(bars)])
    begins, stops = rank[ends[-3] : ends[-2]], rank[ends[-2] :]
    rows = np.repeat(np.arange(len(bars)), stops - begins)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(stops - begins) - (stops - begins), stops - begins)
    covered = cut_edge[begins[rows]] + begins[rows] + 1 + within
    return _pieces(network, first, (cut_edge, cut_m), (_nodes(network, places, known, rank, ends), rows, covered))


def _pieces(network: RoadNetwork, first: Ints, cuts: tuple[Ints, Floats], known: tuple[tuple[Ints, ...], Ints, Ints]) -> Pieces:
    """Chain each edge's beginning, cuts and end."""
    (cut_edge, cut_m), n_cuts = cuts, len(cuts[0])
    n = len(network.u) + n_cuts
    edge = np.repeat(np.arange(len(network.u)), np.diff(np.append(first, n)))
    before = cut_edge + np.arange(n_cuts)  # the piece that ends at a cut; the next one begins there
    node = (len(network.nodes) + np.arange(n_cuts)).astype(np.int32)
    u, v = network.u[edge], network.v[edge]
    from_m, to_m = np.zeros(n), network.lengths_m[edge].copy()
    v[before], to_m[before] = node, cut_m
    u[before + 1], from_m[before + 1] = node, cut_m
    whole = network.lengths_m[edge]
    share = np.divide(to_m - from_m, whole, out=np.ones(n), where=whole > 0)
    share[before[whole[before] == 0]] = 0.0
    forward_s, backward_s = _shared(network.forward_s[edge], share), _shared(network.backward_s[edge], share)
    return Pieces(u, v, forward_s, backward_s, edge, len(network.nodes) + n_cuts, cut_m, *known)


def _shared(seconds: Floats, share: Floats) -> Floats:
    """Share an edge's seconds out; a piece of no length is a place, where no direction is forbidden."""
    some = share > 0
    return np.where(some, seconds * np.where(some, share, 1.0), 0.0)


def _intervals(network: RoadNetwork, barriers: pd.DataFrame | None) -> Floats:
    if barriers is None:
        return np.empty((0, 3))
    bars = barriers[["edge", "from_m", "to_m"]].to_numpy(dtype=np.float64, copy=True)
    ends = network.lengths_m[np.clip(bars[:, 0], 0, len(network.u) - 1).astype(np.int64)]
    past = (bars[:, 2] > ends) & (bars[:, 2] <= ends + ROUNDING_M)
    bars[past, 2] = ends[past]
    return bars


def _numbers(table: pd.DataFrame, rows: Ints, name: str) -> Floats:
    return table[name].iloc[rows].to_numpy(dtype=np.float64)


def _joined(spots: list[Floats], bars: Floats) -> tuple[Floats, Floats, Floats]:
    """List all positions: places, then where barriers begin, then where they end; of what lies at one position, in the order -1, 0, 1."""
    backwards = np.flatnonzero(~(bars[:, 1] <= bars[:, 2]))
    if len(backwards):
        edge, start, stop = bars[backwards[0]]
        raise SchemaError(f"A barrier on edge {edge:.0f} runs from {start:g} m to {stop:g} m; give the lesser first.")
    parts = [*spots, bars[:, [0, 1]], bars[:, [0, 2]]]
    edge, at_m = np.concatenate(parts).T
    side = np.repeat([0.0, -1.0, 1.0], [len(edge) - 2 * len(bars), len(bars), len(bars)])
    return edge, at_m, side


def _nodes(network: RoadNetwork, places: tuple[pd.DataFrame, ...], known: list[Ints], rank: Ints, ends: Ints) -> tuple[Ints, ...]:
    out = []
    for table, rows, first in zip(places, known, ends, strict=False):
        node = np.full(len(table), NOWHERE, dtype=np.int64)
        node[rows] = len(network.nodes) + rank[first : first + len(rows)]
        out.append(node)
    return tuple(out)


def _require_on_edges(network: RoadNetwork, edge: Floats, at_m: Floats) -> None:
    beside = ~((edge >= 0) & (edge < len(network.u)))
    beside[~beside] = ~((at_m[~beside] >= 0) & (at_m[~beside] <= network.lengths_m[edge[~beside].astype(np.int64)]))
    if beside.any():
        k = np.flatnonzero(beside)[0]
        raise SchemaError(
            f"{beside.sum()} positions do not lie on their edge (first: {at_m[k]:g} m along edge {edge[k]:g}); place them again."
        )

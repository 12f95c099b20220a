"""What barriers do to edges: how far a position lies along its edge, counted in slowed metres, and behind how many blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bordergis.errors import SchemaError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bordergis.network.graph import RoadNetwork

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["BARRIER_COLUMNS", "Runs", "no_barriers", "require_barriers"]

BARRIER_COLUMNS = {
    "edge": "int64", "from_m": "float64", "to_m": "float64", "barrier_id": "str", "kind": "str", "certainty": "str", "factor": "float64",
    "candidate": "int64",
}  # fmt: skip
"""What a table of barriers holds, in this order. ``kind``: closure, zone, checkpoint or obstacle. ``certainty``: definite or possible.
``factor``: how many times as long the stretch takes; infinite where nothing passes. ``candidate``: which of the alternative positions of
one barrier, from 0."""


def no_barriers() -> pd.DataFrame:
    """Give a table of barriers without rows.

    Examples
    --------
    >>> list(no_barriers())[:3]
    ['edge', 'from_m', 'to_m']
    """
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in BARRIER_COLUMNS.items()})


def require_barriers(barriers: pd.DataFrame, network: RoadNetwork) -> None:
    """Refuse barriers that do not fit the network.

    Raises
    ------
    SchemaError
        If a column is missing, an edge is not in the network, a stretch is not on its edge, or a factor is less than one.
    """
    missing = [name for name in BARRIER_COLUMNS if name not in barriers]
    if missing:
        raise SchemaError(f"barriers: the columns {', '.join(missing)} are missing; make them with the functions of network.barriers.")
    edge = barriers["edge"].to_numpy(dtype=np.int64)
    strange = (edge < 0) | (edge >= len(network.edges))
    if strange.any():
        raise SchemaError(
            f"barriers: {int(strange.sum())} of {len(edge)} rows speak of edges that the network does not have (first: "
            f"{edge[strange][0]}, of {len(network.edges)}); make them on the network they are used with."
        )
    low, high, factor = (barriers[name].to_numpy(dtype=float) for name in ("from_m", "to_m", "factor"))
    bad = ~((low >= 0) & (low <= high) & (high <= network.lengths_m[edge] + 1e-6) & (factor >= 1))
    if bad.any():
        row = barriers.iloc[int(np.flatnonzero(bad)[0])]
        raise SchemaError(
            f"barriers: {int(bad.sum())} of {len(edge)} rows are no stretch of their edge, or make it faster (first: edge {row['edge']}, "
            f"{row['from_m']:g} to {row['to_m']:g} m, factor {row['factor']:g}); expected 0 <= from_m <= to_m <= its length, factor >= 1."
        )


@dataclass(frozen=True, eq=False)
class Runs:
    """Positions on edges, under barriers.

    Attributes
    ----------
    run_m
        Metres from ``u`` to the position, a slowed stretch counted as often as it takes longer, a blocked one not at all.
    total_m
        The same for the whole edge.
    blocks, total_blocks
        How many blocked stretches, or points, begin between ``u`` and the position, and on the whole edge.
    on_barrier
        Whether the position lies on a blocked stretch, its ends included.
    """

    run_m: Floats
    total_m: Floats
    blocks: Ints
    total_blocks: Ints
    on_barrier: NDArray[np.bool_]

    @property
    def back_m(self) -> Floats:
        """Metres from the position to ``u``; infinite behind a block."""
        return np.where(self.blocks == 0, self.run_m, np.inf)

    @property
    def ahead_m(self) -> Floats:
        """Metres from the position to ``v``; infinite behind a block."""
        return np.where(self.blocks == self.total_blocks, self.total_m - self.run_m, np.inf)

    @property
    def whole_m(self) -> Floats:
        """Metres of the whole edge; infinite where it is blocked anywhere."""
        return np.where(self.total_blocks == 0, self.total_m, np.inf)

    @classmethod
    def of(cls, lengths_m: Floats, barriers: pd.DataFrame | None, edge: Ints, at_m: Floats) -> Runs:
        """Measure positions along edges. Where barriers overlap the slowest counts, not their product.

        Examples
        --------
        >>> wire = pd.DataFrame({"edge": [0, 0], "from_m": [20.0, 60.0], "to_m": [40.0, 60.0], "factor": [2.0, np.inf]})
        >>> runs = Runs.of(np.array([100.0]), wire, np.array([0, 0]), np.array([30.0, 80.0]))
        >>> runs.back_m, runs.ahead_m
        (array([40., inf]), array([inf, 20.]))
        """
        plain = cls(at_m.copy(), lengths_m[edge], np.zeros(len(edge), np.int64), np.zeros(len(edge), np.int64), np.zeros(len(edge), bool))
        if barriers is None or barriers.empty:
            return plain
        mine = np.flatnonzero(np.isin(edge, barriers["edge"].to_numpy(dtype=np.int64)))
        if not len(mine):
            return plain
        some = _barred(lengths_m, barriers, edge[mine], at_m[mine])
        for name in ("run_m", "total_m", "blocks", "total_blocks", "on_barrier"):
            getattr(plain, name)[mine] = getattr(some, name)
        return plain


def _barred(lengths_m: Floats, barriers: pd.DataFrame, edge: Ints, at_m: Floats) -> Runs:
    """Cut the edges at the ends of every barrier and at the positions, and add the parts up."""
    some = barriers[np.isin(barriers["edge"].to_numpy(dtype=np.int64), edge)]
    on, factor = some["edge"].to_numpy(dtype=np.int64), some["factor"].to_numpy(dtype=float)
    low, high = (np.minimum(some[name].to_numpy(dtype=float), lengths_m[on]) for name in ("from_m", "to_m"))
    edges = np.unique(edge)
    marks = pd.DataFrame(
        {"edge": np.concatenate([edges, edges, on, on, edge]), "m": np.concatenate([0 * edges, lengths_m[edges], low, high, at_m])}
    )
    mark = marks.groupby(["edge", "m"]).ngroup().to_numpy()
    cuts = marks.assign(mark=mark).drop_duplicates("mark").sort_values("mark")
    first, last, begin, end, here = np.split(mark, np.cumsum([len(edges), len(edges), len(on), len(on)]))

    slowest, blocked_mark = _slowest(begin, end, factor, len(cuts))
    step = np.diff(cuts["m"].to_numpy(), append=0.0)
    step[np.append(np.diff(cuts["edge"].to_numpy()) != 0, values=True)] = 0.0
    free = np.isfinite(slowest)
    run = np.concatenate([[0.0], np.cumsum(step * np.where(free, slowest, 0.0))])
    begins = blocked_mark & np.concatenate([[True], free[:-1]])  # one however often a blocked stretch is cut, so that runs can be compared
    shut = np.concatenate([[0], np.cumsum(begins)])
    row = np.searchsorted(edges, edge)
    u, v = first[row], last[row]
    return Runs(run[here] - run[u], run[v] - run[u], shut[here] - shut[u], shut[v + 1] - shut[u], blocked_mark[here])


def _slowest(begin: Ints, end: Ints, factor: Floats, n: int) -> tuple[Floats, NDArray[np.bool_]]:
    """For the part after each cut the greatest factor of any barrier on it, and whether the cut itself lies on a blocked barrier."""
    slowest, blocked = np.ones(n), np.zeros(n, dtype=bool)
    barrier, part = _ranges(begin, end - begin)
    np.maximum.at(slowest, part, factor[barrier])
    shut = np.flatnonzero(np.isinf(factor))
    blocked[_ranges(begin[shut], end[shut] - begin[shut] + 1)[1]] = True
    return slowest, blocked


def _ranges(first: Ints, size: Ints) -> tuple[Ints, Ints]:
    """Count up from every first number, and say which of them each belongs to."""
    which = np.repeat(np.arange(len(first)), size)
    return which, first[which] + np.arange(len(which)) - np.repeat(np.cumsum(size) - size, size)

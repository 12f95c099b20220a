"""How long the way to a target takes with nothing closed, with what is certainly closed, and with all that may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bordergis.network.fewest import crossed_fewest
from bordergis.network.reconnect import closing, for_every_position, reconnecting_sets
from bordergis.network.repair import repaired, roots

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bordergis.access.conditions import RoadState
    from bordergis.network.repair import Closing, TimeField

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Travel", "open_field", "travel"]

OFF, MAYBE, SURE = 0, 1, 2


@dataclass(frozen=True, eq=False)
class Travel:
    """The ways from each village to the nearest of some targets; seconds are infinite where there is none.

    Attributes
    ----------
    open_s
        With nothing closed.
    best_s
        Infinite where no way is left for **every** position of what is closed.
    worst_s
        With all that may be closed; infinite where no way is left for **some** position of it.
    target
        Row of the target reached in the worst case; -1 where there is none.
    on_barrier
        2 where the village's road lies inside what is certainly closed, 1 where it may, else 0.
    has_targets
        Whether any target is on the network.
    responsible
        For each village that is cut off by what is closed, the ids of barriers that would reconnect it if opened again, none of them in
        excess; else none.
    """

    open_s: Floats
    best_s: Floats
    worst_s: Floats
    target: Ints
    on_barrier: Ints
    has_targets: bool
    responsible: NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class _Times:
    """Seconds from every node, in the best and in the worst case, and whose target is reached in the worst."""

    best: Floats
    worst: Floats
    reached: Ints


def travel(state: RoadState, targets: Ints, *, blame: bool = True) -> Travel:
    """Measure the ways to the targets of these rows, and search what is to blame where there is none."""
    villages = state.village_nodes
    placed = villages >= 0
    open_ = open_field(state, targets)
    times = _times(state, open_)
    owner = np.full(state.pieces.n_nodes, -1)
    goals = state.target_nodes[targets]
    owner[goals[goals >= 0][::-1]] = targets[goals >= 0][::-1]  # of two targets at one place, the first
    root = times.reached[villages]
    found = Travel(
        open_s=np.where(placed, open_.times[villages], np.inf),
        best_s=np.where(placed, times.best[villages], np.inf),
        worst_s=np.where(placed, times.worst[villages], np.inf),
        target=np.where(placed & (root >= 0), owner[root], -1),
        on_barrier=state.on_barrier,
        has_targets=bool((goals >= 0).any()),
        responsible=np.full(len(villages), None, dtype=object),
    )
    if blame:
        _blame(state, open_, found)
    return found


def open_field(state: RoadState, targets: Ints) -> TimeField:
    """Grow the times to the targets of these rows with nothing closed; the same question is answered once."""
    key = tuple(targets.tolist())
    if key not in state.fields:
        state.fields[key] = state.pieces.field(state.target_nodes[targets])
    return state.fields[key]


def _times(state: RoadState, open_: TimeField) -> _Times:
    """Close what is certain, then what is possible; a closure whose place is uncertain lies at exactly one of its candidates."""
    sure, moving = state.sure, state.moving
    best = _closed(state, open_, sure)
    fixed = state.in_force & ~moving
    worst = best if (sure == fixed).all() else _closed(state, open_, fixed)
    if not moving.any():
        return _Times(best.times, worst.times, roots(worst).astype(np.int64))
    pieces, rows = state.pieces.covered(moving)
    candidates = state.barriers.iloc[rows][["barrier_id", "candidate"]].assign(edge=pieces)
    everywhere = _closed(state, open_, state.in_force)
    cut = for_every_position(best, candidates).definite
    maybe = for_every_position(worst, candidates).possible
    passable = np.isfinite(everywhere.times)
    slowest = np.where(maybe, np.inf, np.where(passable, everywhere.times, worst.times))
    return _Times(np.where(cut, np.inf, best.times), slowest, np.where(passable, roots(everywhere), roots(worst)).astype(np.int64))


def _closed(state: RoadState, open_: TimeField, chosen: Bools) -> TimeField:
    change = _closing(state, open_, chosen)
    return repaired(open_, change) if len(change.edges) else open_


def _closing(state: RoadState, open_: TimeField, chosen: Bools) -> Closing:
    """Make the change that the chosen rows of the barriers are; where several cover a piece, the strongest counts."""
    pieces, rows = state.pieces.covered(chosen)
    factor = np.ones(len(state.pieces.u))
    np.maximum.at(factor, pieces, state.barriers["factor"].to_numpy(dtype=float)[rows])
    shut = np.flatnonzero(factor > 1.0)
    return closing(open_, shut, factor[shut])


def _blame(state: RoadState, open_: TimeField, found: Travel) -> None:
    """Name for each village what cuts it off: of what is certain where that is enough, else of all that may be closed."""
    closable = np.isfinite(found.open_s)
    surely = closable & (np.isinf(found.best_s) | (found.on_barrier == SURE))
    perhaps = closable & ~surely & (np.isinf(found.worst_s) | (found.on_barrier == MAYBE))
    shut = np.isinf(state.barriers["factor"].to_numpy(dtype=float))
    for who, chosen in ((surely, shut & (state.sure | state.moving)), (perhaps, shut & state.in_force)):
        if not who.any():
            continue
        pieces, rows = state.pieces.covered(chosen)
        bars = pd.DataFrame({"edge": pieces, "barrier_id": state.barriers["barrier_id"].to_numpy(dtype=object)[rows]}).drop_duplicates()
        found.responsible[who] = _responsible(open_, bars, state.village_nodes[who])


def _responsible(open_: TimeField, bars: pd.DataFrame, nodes: Ints) -> NDArray[np.object_]:
    """Name for each node the barriers on the way that crosses fewest, less those of them that may stay shut."""
    crossed = pd.Series(crossed_fewest(open_, bars, nodes)[0])
    several = np.flatnonzero(crossed.map(len) > 1)  # one alone cannot be in excess
    if len(several):
        named = bars["barrier_id"].isin(frozenset().union(*crossed.iloc[several]))
        others = closing(open_, bars.loc[~named, "edge"].unique())
        mine = bars[named]
        told = reconnecting_sets(repaired(open_, others), mine["edge"].to_numpy(), mine["barrier_id"].to_list(), nodes=nodes[several])
        crossed.iloc[several] = told["closures_responsible"].to_numpy()
    return np.array([", ".join(sorted(ids)) or None for ids in crossed], dtype=object)

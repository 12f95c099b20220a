"""How long the way to a target takes with nothing closed, with what is certainly closed, and with all that may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from bordergis.network.fewest import crossed_fewest
from bordergis.network.reconnect import Reopening, closing, for_every_position
from bordergis.network.repair import repaired, roots

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bordergis.access.conditions import RoadState
    from bordergis.network.repair import TimeField

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Travel", "open_field", "travel"]

MAYBE, SURE = 1, 2

KEPT = 4
"""How many times under closures are kept for each target set: those of the best and worst case, and those that blame is sought on."""


@dataclass(frozen=True, eq=False)
class Travel:
    """The ways from each village to the nearest of some targets; seconds are infinite where there is none.

    Attributes
    ----------
    open_s
        With nothing closed.
    worst_s
        With all that may be closed; infinite where no way is left for **some** position of it.
    cut_every, cut_some
        Whether no way is left for every, and for some, position of what is closed and of the village itself.
    target
        Row of the target reached in the worst case; -1 where there is none, and where that was not asked.
    on_barrier
        2 where the village's road lies inside what is certainly closed, 1 where it may, else 0.
    has_targets
        Whether any target is on the network.
    responsible
        For each village that is cut off by what is closed, the ids of barriers that would reconnect it if opened again, none of them in
        excess; else none.
    """

    open_s: Floats
    worst_s: Floats
    cut_every: Bools
    cut_some: Bools
    target: Ints
    on_barrier: Ints
    has_targets: bool
    responsible: NDArray[np.object_]


class _Times(NamedTuple):
    """Seconds from every node in the best and in the worst case; and the fields whose targets are reached in the worst, the first first."""

    best: Floats
    worst: Floats
    fields: tuple[TimeField, ...]


def travel(state: RoadState, targets: Ints, *, blame: bool = True) -> Travel:
    """Measure the ways to the targets of these rows, and search, if asked, which is reached and what is to blame where none is."""
    villages = state.village_nodes
    placed = villages >= 0
    open_ = open_field(state, targets).times
    times = _times(state, targets)
    best_s, worst_s = (np.where(placed, seconds[villages], np.inf) for seconds in (times.best, times.worst))
    others = state.other_nodes
    lost = np.isfinite(open_[others]) & np.isinf(times.worst[others])
    goals = state.target_nodes[targets]
    found = Travel(
        open_s=np.where(placed, open_[villages], np.inf),
        worst_s=worst_s,
        cut_every=(np.isinf(best_s) | (state.on_barrier == SURE)) & ~_any_of(state, np.isfinite(times.best[others])),
        cut_some=np.isinf(worst_s) | (state.on_barrier >= MAYBE) | _any_of(state, lost),
        target=np.full(len(villages), -1),
        on_barrier=state.on_barrier,
        has_targets=bool((goals >= 0).any()),
        responsible=np.full(len(villages), None, dtype=object),
    )
    if blame:
        found.target[:] = _reached(state, targets, times.fields)
        _blame(state, targets, found, lost)
    return found


def _any_of(state: RoadState, holds: Bools) -> Bools:
    """Tell for which villages something holds of any of the other roads they may lie on."""
    told = np.zeros(len(state.placed), dtype=bool)
    told[state.others["row"].to_numpy()[holds]] = True
    return told


def _reached(state: RoadState, targets: Ints, fields: tuple[TimeField, ...]) -> Ints:
    """Give for each village the row of the target its way leads to."""
    owner = np.full(state.pieces.n_nodes + 1, -1)
    goals = state.target_nodes[targets]
    owner[goals[goals >= 0][::-1]] = targets[goals >= 0][::-1]  # of two targets at one place, the first
    root = np.full(len(state.village_nodes), -1)
    for field in fields:
        root = np.where((state.village_nodes >= 0) & (root < 0), roots(field)[state.village_nodes], root)
    return owner[root]


def open_field(state: RoadState, targets: Ints) -> TimeField:
    """Grow the times to the targets of these rows with nothing closed; the same question is answered once."""
    key = tuple(targets.tolist())
    if key not in state.fields:
        state.fields[key] = [(np.ones(len(state.pieces.u)), state.pieces.field(state.target_nodes[targets]))]
    return state.fields[key][0][1]


def _times(state: RoadState, targets: Ints) -> _Times:
    """Close what is certain, then what is possible; a closure whose place is uncertain lies at exactly one of its candidates."""
    sure, moving = state.sure, state.moving
    best = _closed(state, targets, sure)
    fixed = state.in_force & ~moving
    worst = best if (sure == fixed).all() else _closed(state, targets, fixed)
    if not moving.any():
        return _Times(best.times, worst.times, (worst,))
    pieces, rows = state.pieces.covered(moving)
    candidates = state.barriers.iloc[rows][["barrier_id", "candidate"]].assign(edge=pieces)
    everywhere = _closed(state, targets, state.in_force)
    cut = for_every_position(best, candidates).definite
    maybe = for_every_position(worst, candidates).possible
    passable = np.isfinite(everywhere.times)
    slowest = np.where(maybe, np.inf, np.where(passable, everywhere.times, worst.times))
    return _Times(np.where(cut, np.inf, best.times), slowest, (everywhere, worst))


def _closed(state: RoadState, targets: Ints, chosen: Bools) -> TimeField:
    """Give the times under the chosen rows of the barriers, repaired from the most alike that is known."""
    open_ = open_field(state, targets)
    factor = _factors(state, chosen)
    known = state.fields[tuple(targets.tolist())]
    before, field = min(known, key=lambda told: np.count_nonzero(told[0] != factor))
    changed = np.flatnonzero(before != factor)
    if not len(changed):
        return field
    after = repaired(field, closing(open_, changed, factor[changed]))
    known[1:] = [(factor, after), *known[1:KEPT]]
    return after


def _factors(state: RoadState, chosen: Bools) -> Floats:
    """Give how many times as long each piece takes; where several barriers cover it, the strongest counts."""
    pieces, rows = state.pieces.covered(chosen)
    factor = np.ones(len(state.pieces.u))
    np.maximum.at(factor, pieces, state.bars.factor[rows])
    return factor


def _blame(state: RoadState, targets: Ints, found: Travel, lost: Bools) -> None:
    """Name for each village what cuts it off: of what is certain where that is enough, else of all that may be closed."""
    closable = np.isfinite(found.open_s)
    surely, perhaps = closable & found.cut_every, closable & found.cut_some & ~found.cut_every
    nodes = state.village_nodes.copy()
    here = np.isinf(found.worst_s) | (found.on_barrier >= MAYBE)
    nodes[state.others["row"].to_numpy()[lost]] = state.other_nodes[lost]
    nodes = np.where(here, state.village_nodes, nodes)
    shut = np.isinf(state.bars.factor)
    for who, chosen in ((surely, shut & (state.sure | state.moving)), (perhaps, shut & state.in_force)):
        if not who.any():
            continue
        pieces, rows = state.pieces.covered(chosen)
        bars = pd.DataFrame({"edge": pieces, "barrier_id": state.barriers["barrier_id"].to_numpy(dtype=object)[rows]}).drop_duplicates()
        reopening = Reopening(open_field(state, targets), _closed(state, targets, chosen), bars)
        found.responsible[who] = _responsible(reopening, nodes[who])


def _responsible(reopening: Reopening, nodes: Ints) -> NDArray[np.object_]:
    """Name for each node the barriers on the way that crosses fewest, less those of them that may stay shut."""
    crossed, _ = crossed_fewest(reopening.open, reopening.bars, nodes, cut=reopening.cut)
    return np.array([", ".join(sorted(ids)) or None for ids in reopening.minimal(crossed, nodes)], dtype=object)

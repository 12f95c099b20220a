"""What closes and opens: repair beside searches from scratch, and least cost over a grid, in one process."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from benchmarks.measure import OURS, Row, race
from benchmarks.routes import world
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from bordergis import geodesy
from bordergis.kernels.surface import spread
from bordergis.network.pieces import cut_edges
from bordergis.network.reconnect import closing
from bordergis.network.repair import TimeField, repaired

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from bordergis.network.pieces import Pieces

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

DATES = 365
EDGES_A_DATE = 20


def rows() -> Iterator[Row]:
    """Run every job."""
    network, targets = world()
    pieces = cut_edges(network, targets)
    field = pieces.field(pieces.places[0])
    rng = np.random.default_rng(11)
    for n in (1, 10, 100):
        yield closures(field, [rng.choice(len(pieces.u), n, replace=False) for _ in range(20)])
    yield nearest_edge(cut_edges(network, targets.iloc[:1]))
    yield dates(field, [rng.choice(len(pieces.u), EDGES_A_DATE, replace=False) for _ in range(DATES)])
    yield grid(2_000, 2_500)


def closures(field: TimeField, sets: list[Ints]) -> Row:
    """Close some edges, twenty times over."""
    truth = np.array([from_scratch(field, edges) for edges in sets])
    return race(
        f"{len(sets)} times: {len(sets[0])} more edges shut, {len(field.times):,} nodes, {len(field.weights) // 2:,} edges",
        {
            OURS: lambda: [repaired(field, closing(field, edges)).times for edges in sets],
            "scipy `dijkstra`, graph at hand": lambda: [from_scratch(field, edges) for edges in sets],
        },
        lambda told: f"{int((np.array(told) != truth).sum())} nodes differ",
    )


def nearest_edge(pieces: Pieces) -> Row:
    """Close the edge on which most of all ways to the only target lie: the worst that can happen to a repair."""
    field = pieces.field(pieces.places[0])
    beside = field.via[np.flatnonzero(field.via >= 0)]
    first = beside[np.argsort(field.times[field.web.to[beside]], kind="stable")[:20]] % (len(field.weights) // 2)
    truth = {int(edge): from_scratch(field, np.array([edge])) for edge in first}
    worst_edge = np.array([max(truth, key=lambda edge: (truth[edge] != field.times).sum())])
    return race(
        f"one edge shut on which {int((truth[int(worst_edge[0])] != field.times).sum()):,} nodes depend, one target",
        {
            OURS: lambda: repaired(field, closing(field, worst_edge)).times,
            "scipy `dijkstra`, graph at hand": lambda: from_scratch(field, worst_edge),
        },
        lambda told: f"{int((told != truth[int(worst_edge[0])]).sum())} nodes differ",
    )


def dates(field: TimeField, sets: list[Ints]) -> Row:
    """Step from date to date: what was shut the day before opens, something else shuts."""
    sample = np.linspace(0, len(sets) - 1, 10).astype(int)
    truth = {int(k): from_scratch(field, sets[k]) for k in sample}

    def ours() -> list[Floats]:
        out, now, before = [], field, np.empty(0, dtype=np.int64)
        for edges in sets:
            both = np.union1d(edges, before)
            now = repaired(now, closing(field, both, np.where(np.isin(both, edges), np.inf, 1.0)))
            out.append(now.times)
            before = edges
        return out

    return race(
        f"{len(sets)} dates, each with {EDGES_A_DATE} other edges shut",
        {OURS: ours, "scipy `dijkstra`, graph at hand": lambda: [from_scratch(field, edges) for edges in sets]},
        lambda told: f"{sum(int((told[k] != truth[k]).sum()) for k in truth)} nodes differ on 10 of the dates",
        rounds=1,  # 365 searches take long enough to be told from chance
    )


def from_scratch(field: TimeField, edges: Ints) -> Floats:
    """Search again, with one more node joined to all targets; only the weights are written anew."""
    half, n = len(field.weights) // 2, len(field.times)
    weights = field.weights.copy()
    weights[edges] = weights[edges + half] = np.inf
    starts = np.flatnonzero(np.isfinite(field.seeds))
    data = np.concatenate([weights[field.web.arc], field.seeds[starts]])
    ends = np.concatenate([field.web.to[field.web.arc], starts])
    graph = csr_array((data, ends, np.append(field.web.start, len(ends))), shape=(n + 1, n + 1))
    return np.asarray(dijkstra(graph, indices=n))[:n]


def grid(high: int, wide: int) -> Row:
    """Spread over a grid from sixty cells."""
    rng = np.random.default_rng(12)
    cost = np.where(rng.random((high, wide)) < 0.05, np.inf, rng.uniform(0.01, 0.05, (high, wide)))  # noqa: PLR2004  one cell in twenty
    lat = 15 - np.arange(high + 1) / 1_000
    west, east = np.zeros(high), np.full(high, 1 / 1_000)
    down_m, along_m = geodesy.distance_m(west, lat[:-1], west, lat[1:]), geodesy.distance_m(west, lat[:-1], east, lat[:-1])
    steps_m = np.column_stack([along_m, down_m, geodesy.distance_m(west, lat[:-1], east, lat[1:])])
    start = np.full(cost.shape, np.inf)
    spots = rng.choice(np.flatnonzero(np.isfinite(cost)), 60, replace=False)
    start.reshape(-1)[spots] = 0.0
    truth, _ = spread(cost, steps_m, start)
    contestants = {OURS: lambda: spread(cost, steps_m, start)[0]}
    row_absent = {}
    try:
        from skimage.graph import MCP_Geometric  # noqa: PLC0415  a peer that may be absent
    except ImportError as error:
        row_absent["scikit-image"] = f"not installed ({error})"
    else:
        sampling = down_m.mean(), along_m.mean()
        blocked = np.where(np.isinf(cost), -1, cost)
        cells = [divmod(int(spot), wide) for spot in spots]
        contestants["scikit-image `MCP_Geometric`, one cell width"] = lambda: MCP_Geometric(blocked, sampling=sampling).find_costs(cells)[0]
    row = race(f"least cost over {cost.size:,} cells from 60", contestants, lambda told: worst(told, truth))
    return replace(row, absent=row.absent | row_absent)


def worst(told: Floats, truth: Floats) -> str:
    """Say by how much the worst cell is off."""
    both = np.isfinite(told) & np.isfinite(truth) & (truth > 0)
    return f"off by at most {np.abs(told[both] / truth[both] - 1).max():.1%}"

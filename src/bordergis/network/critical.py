"""On which roads and bridges most people depend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bordergis.errors import SchemaError, UnitError
from bordergis.network.pieces import Pieces, cut_edges
from bordergis.network.reconnect import closing
from bordergis.network.repair import trials
from bordergis.provenance import inherit

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from bordergis.network.graph import RoadNetwork
    from bordergis.network.repair import TimeField

    Floats = NDArray[np.float64]
    Int32s = NDArray[np.int32]
    Ints = NDArray[np.int64]

__all__ = ["SAMPLE", "critical_edges"]

SAMPLE = 30
"""How many edges that are no bridges are tried: those that carry most. One beside the only target costs a search from scratch."""

COLUMNS = ("n_villages", "people", "n_longer", "added_min", "method")
NONE = -1
MINUTE_S = 60.0


def critical_edges(  # noqa: PLR0913  six: the house's limit
    network: RoadNetwork,
    placed: pd.DataFrame,
    targets: pd.DataFrame,
    *,
    barriers: pd.DataFrame | None = None,
    people: pd.Series | None = None,
    sample: int = SAMPLE,
) -> gpd.GeoDataFrame:
    """Find the edges whose loss cuts most villages off from every target, or makes their way longest.

    A village depends on a stretch of road if every way from it to any target goes over it. That is found for **all** stretches at once, and
    exactly: one-way streets are taken as they are, and so are parallel roads. The loss of any other edge lengthens ways; that is computed
    for those edges that most people use now, by closing one after the other, and marked ``sampled``: an edge that is not listed may
    lengthen ways too, but it carries no more people than the last one sampled, and cuts nobody off.

    Parameters
    ----------
    network
        The roads.
    placed, targets
        Where the villages and the targets lie on it (:func:`place_on_network`); what is off the network counts nowhere.
    barriers
        What is shut or slowed already (``edge``, ``from_m``, ``to_m``, ``factor``); villages cut off by that count nowhere.
    people
        People in each village, on the index of ``placed``; by default nobody is counted. A missing number makes the sums over it missing.
    sample
        How many edges that cut nobody off are tried.

    Returns
    -------
    geopandas.GeoDataFrame
        Edges of the network, by people (villages where nobody is counted) that lose every way, most first, then by time added:
        ``n_villages`` and ``people`` (who lose every way to every target), ``n_longer`` (villages whose way becomes longer) and
        ``added_min`` (minutes it becomes longer, on average over these; missing where none does), ``method``: ``bridge`` (exact) or
        ``sampled``. An edge is taken to be lost at its worst point, and only there: villages on the near side of it keep their way.
        Of a bridge only those who lose every way are counted.

    Raises
    ------
    SchemaError
        If the people are on another index than the villages, or a position is not on its edge.
    UnitError
        If the sample is not a whole number of 0 or more.

    Examples
    --------
    >>> import geopandas as gpd, bordergis as bg
    >>> from shapely import LineString
    >>> roads = gpd.GeoDataFrame(
    ...     {"u": [1, 2], "v": [2, 3], "length_m": [1_300.0, 2_600.0], "highway_class": ["primary", "primary"]},
    ...     geometry=[LineString([(103, 14), (103, 14.01)]), LineString([(103, 14.01), (103, 14.03)])], crs=4326,
    ... )
    >>> network = bg.build_network(roads)
    >>> placed = bg.place_on_network(gpd.GeoDataFrame(geometry=gpd.points_from_xy([103] * 3, [14, 14.01, 14.03]), crs=4326), network)
    >>> critical_edges(network, placed.iloc[1:], placed.iloc[:1])[["n_villages", "method"]]
       n_villages  method
    0           2  bridge
    1           1  bridge
    """
    if not isinstance(sample, int) or sample < 0:
        raise UnitError(f"{sample!r} is not a number of edges to try; give 0 or more.")
    if people is not None and not people.index.equals(placed.index):
        raise SchemaError("The people are not on the index of the villages; give one number a village, on the same index.")
    pieces = cut_edges(network, placed, targets, barriers=barriers)
    field = pieces.field(pieces.places[1], None if barriers is None else barriers["factor"].to_numpy(dtype=float))
    at = pieces.places[0]
    villages = _Villages.of(at, people, field)

    lost = _lost_bridges(pieces, field, villages)
    longer = _longer(pieces, field, villages, lost.index, sample)
    order = ["n_villages", "added_min", "n_longer"]
    table = pd.concat([lost, longer]).sort_values(order if people is None else ["people", *order], ascending=False, kind="stable")
    edges = network.edges.loc[table.index].assign(**{name: table[name] for name in COLUMNS})
    notes = (
        f"{len(lost)} edges cut villages off (exact); of the others the {len(longer)} that carry most are tried, the rest are not.",
        "What is cut off is so on the mapped roads; an unmapped track may lead round.",
    )
    return inherit(edges, network.edges, placed, targets, step=f"critical_edges(sample={sample})", notes=notes)


@dataclass(frozen=True, eq=False)
class _Villages:
    """The villages that have a way: their nodes, and people; both are added up over nodes."""

    node: Ints
    people: pd.Series

    @classmethod
    def of(cls, at: Ints, people: pd.Series | None, field: TimeField) -> _Villages:
        counted = (
            pd.Series(pd.NA, index=range(len(at)), dtype="Float64") if people is None else people.astype("Float64").reset_index(drop=True)
        )
        reached = np.flatnonzero((at != NONE) & np.isfinite(field.times[at]))
        return cls(at[reached], counted.iloc[reached])

    def sums(self, first: Ints, end: Ints) -> tuple[Ints, Floats, Ints]:
        """Add up, over each node and what depends on it: villages, people that are known, villages whose people are not."""
        n = int(end.max(initial=0))
        unknown = self.people.isna().to_numpy()
        parts = (np.ones(len(self.node)), self.people.fillna(0).to_numpy(dtype=float), unknown.astype(float))
        counted = []
        for part in parts:
            before = np.concatenate([[0.0], np.cumsum(np.bincount(first[self.node], weights=part, minlength=n))])
            counted.append(before[end] - before[first])
        return counted[0].round().astype(np.int64), counted[1], counted[2].round().astype(np.int64)


def _lost_bridges(pieces: Pieces, field: TimeField, villages: _Villages) -> pd.DataFrame:
    """List the edges without which villages have no way: the arc on which a node hangs is its only entry but for what depends on itself."""
    from bordergis.kernels.tree import behind, dominators  # noqa: PLC0415  numba takes 0.3 s to import

    order, last = dominators(field.web, field.weights, field.seeds)
    first, end = behind(order, last)
    arcs = _only_entries(field, first, end, last)
    n_villages, people, unknown = villages.sums(first, end)
    ends = field.web.to[arcs]
    table = pd.DataFrame(
        {"n_villages": n_villages[ends], "people": _known(people[ends], unknown[ends]), "edge": pieces.edge[arcs % len(pieces.edge)]}
    )
    worst = table[table["n_villages"] > 0].sort_values("n_villages", ascending=False, kind="stable").drop_duplicates("edge")
    return worst.set_index("edge").assign(n_longer=0, added_min=pd.array([pd.NA] * len(worst), dtype="Float64"), method="bridge")


def _only_entries(field: TimeField, first: Ints, end: Ints, last: Int32s) -> Ints:
    """Find the arcs that are the only way into their end, other than from what itself depends on that end."""
    half = len(field.weights) // 2
    arcs = np.flatnonzero(np.isfinite(field.weights))
    into, source = field.web.to[arcs], field.web.to[(arcs + half) % (2 * half)]
    reached = end > first
    outside = ~((first[source] >= first[into]) & (first[source] < end[into])) & reached[source]
    entries = np.bincount(into[outside], minlength=len(last))
    only = outside & (entries[into] == 1) & (last[into] == source)
    return arcs[only]


def _longer(pieces: Pieces, field: TimeField, villages: _Villages, exact: pd.Index, sample: int) -> pd.DataFrame:
    """Close, one after the other, the pieces that most people use, and see how much longer the ways become; nobody loses every way."""
    worst = _most_used(pieces, field, villages, exact)[:sample]
    before, rows = field.times[villages.node], []
    for trial in trials(field, [closing(field, [piece]) for piece in worst]):
        after = field.times.copy()
        after[trial.nodes] = trial.times
        added = (after[villages.node] - before)[after[villages.node] > before]
        rows.append((len(added), added.mean() / MINUTE_S if len(added) else pd.NA))
    table = pd.DataFrame(rows, columns=["n_longer", "added_min"], index=pd.Index(pieces.edge[worst], name="edge"))
    table = table.astype({"n_longer": "int64", "added_min": "Float64"}).assign(n_villages=0, method="sampled")
    return table.assign(people=pd.array([0.0] * len(table), dtype="Float64"))


def _most_used(pieces: Pieces, field: TimeField, villages: _Villages, exact: pd.Index) -> Ints:
    """Order the edges that carry somebody, other than the exact ones, by people and villages on them; give each one's most used piece."""
    from bordergis.kernels.tree import behind  # noqa: PLC0415  numba takes 0.3 s to import

    half = len(field.weights) // 2
    hung = np.flatnonzero(field.via != NONE)
    over = np.full(len(field.via), NONE, dtype=np.int32)
    over[hung] = field.web.to[(field.via[hung] + half) % (2 * half)]
    n_villages, people, _ = villages.sums(*behind(_by_depth(field, over), over))
    piece = field.via[hung].astype(np.int64) % half
    table = pd.DataFrame({"edge": pieces.edge[piece], "piece": piece, "people": people[hung], "n_villages": n_villages[hung]})
    used = table[(table["n_villages"] > 0) & ~table["edge"].isin(exact)]
    order = used.sort_values(["people", "n_villages", "piece"], ascending=[False, False, True])
    return order.drop_duplicates("edge")["piece"].to_numpy(dtype=np.int64)


def _by_depth(field: TimeField, over: Int32s) -> Int32s:
    """Order the nodes that have a way so that each comes after the next one on its way."""
    at, depth = np.where(over == NONE, np.arange(len(over)), over), (over != NONE).astype(np.int64)
    while (depth[at] > 0).any():
        depth += depth[at]
        at = at[at]
    reached = np.flatnonzero(np.isfinite(field.times))
    return reached[np.argsort(depth[reached], kind="stable")].astype(np.int32)


def _known(people: Floats, unknown: Ints) -> pd.Series:
    return pd.Series(people, dtype="Float64").mask(unknown > 0)

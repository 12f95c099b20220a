"""Which closures cut a place off, and how sure that is where nobody knows the closed place exactly."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from bordergis.errors import SchemaError
from bordergis.network.fewest import crossed_fewest
from bordergis.network.pieces import cut_edges
from bordergis.network.repair import Closing, TimeField, repaired, trials
from bordergis.provenance import inherit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from bordergis.network.fewest import Ids
    from bordergis.network.graph import RoadNetwork

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["CutOff", "Reopening", "closing", "closures_responsible", "cut_off_by_position", "for_every_position", "reconnecting_sets"]


class CutOff(NamedTuple):
    """Which nodes are cut off for every position of the uncertain closures, and which for some."""

    definite: Bools
    possible: Bools


def closing(field: TimeField, edges: Sequence[int] | Ints, factor: float | Floats = np.inf) -> Closing:
    """Make the change by which edges take ``factor`` times as long both ways: infinite closes them, 1 leaves them as in ``field``.

    Examples
    --------
    >>> from bordergis.network.repair import time_field
    >>> field = time_field(np.array([0]), np.array([1]), np.array([60.0]), np.array([90.0]), seeds=np.array([0.0, np.inf]))
    >>> closing(field, [0], 2.0)
    Closing(edges=array([0]), forward_s=array([120.]), backward_s=array([180.]))
    """
    edges, half = np.asarray(edges, dtype=np.int64), len(field.weights) // 2
    both = [field.weights[edges], field.weights[edges + half]]
    shut = np.isinf(np.broadcast_to(factor, edges.shape))
    by = np.where(shut, 1.0, factor)
    return Closing(edges, *(np.where(shut, np.inf, seconds * by) for seconds in both))


def closures_responsible(network: RoadNetwork, placed: pd.DataFrame, targets: pd.DataFrame, *, barriers: pd.DataFrame) -> pd.DataFrame:
    """Name, for places that barriers cut off from every target, barriers that would have to reopen to reconnect them.

    Parameters
    ----------
    network
        The roads.
    placed, targets
        Where the places and the targets lie on it (:func:`place_on_network`).
    barriers
        What cuts or slows edges: ``edge``, ``from_m``, ``to_m``, ``barrier_id``, ``factor``. Every row counts as being there; a barrier
        of uncertain position is one barrier, with all its candidates.

    Returns
    -------
    pandas.DataFrame
        On the index of ``placed``: the columns of :func:`reconnecting_sets`; all missing, or empty, for a place off the network.

    Raises
    ------
    SchemaError
        If a position does not lie on its edge.

    Examples
    --------
    >>> import geopandas as gpd, bordergis as bg
    >>> from shapely import LineString
    >>> roads = gpd.GeoDataFrame(
    ...     {"u": [1], "v": [2], "length_m": [1_300.0], "highway_class": ["primary"]},
    ...     geometry=[LineString([(103, 14), (103, 14.01)])], crs=4326,
    ... )
    >>> network = bg.build_network(roads)
    >>> placed = bg.place_on_network(gpd.GeoDataFrame(geometry=gpd.points_from_xy([103, 103], [14, 14.01]), crs=4326), network)
    >>> wire = pd.DataFrame({"edge": [0], "from_m": [600.0], "to_m": [600.0], "barrier_id": ["wire"], "factor": [np.inf]})
    >>> closures_responsible(network, placed, placed.iloc[:1], barriers=wire)
       cut_off closures_responsible  smallest
    0    False                   ()      <NA>
    1     True              (wire,)      True
    """
    pieces = cut_edges(network, placed, targets, barriers=barriers)
    own, goal = pieces.places
    factor = barriers["factor"].to_numpy(dtype=float)
    shut, rows = pieces.covered(np.isinf(factor))
    field = pieces.field(goal, np.where(np.isinf(factor), 1.0, factor))
    on = np.flatnonzero(own >= 0)
    told = reconnecting_sets(field, shut, barriers["barrier_id"].to_numpy()[rows], nodes=own[on])
    answer = pd.DataFrame(
        {
            "cut_off": pd.array([pd.NA] * len(placed), dtype="boolean"),
            "closures_responsible": pd.Series([()] * len(placed), dtype=object),
            "smallest": pd.array([pd.NA] * len(placed), dtype="boolean"),
        }
    )
    for name in answer:
        answer.loc[on, name] = told[name].to_numpy()
    return inherit(answer.set_axis(placed.index), placed, targets, barriers, step="closures_responsible()")


def cut_off_by_position(network: RoadNetwork, placed: pd.DataFrame, targets: pd.DataFrame, *, barriers: pd.DataFrame) -> pd.DataFrame:
    """Tell which places are cut off wherever uncertain barriers are, and which for some position of them.

    Parameters
    ----------
    network
        The roads.
    placed, targets
        Where the places and the targets lie on it (:func:`place_on_network`).
    barriers
        ``edge``, ``from_m``, ``to_m``, ``barrier_id``, ``factor``, ``certainty`` (definite or possible) and ``candidate``. A possible
        barrier with several candidates lies at exactly one of them; a possible one with a single candidate is there or is not.

    Returns
    -------
    pandas.DataFrame
        On the index of ``placed``: ``definite`` and ``possible``, as :func:`for_every_position` bounds them; missing off the network.

    Raises
    ------
    SchemaError
        If a position does not lie on its edge.

    Examples
    --------
    A bridge was hit, at 300 m or at 900 m of a road of 1,300 m; the town is at its beginning.

    >>> import geopandas as gpd, bordergis as bg
    >>> from shapely import LineString
    >>> roads = gpd.GeoDataFrame(
    ...     {"u": [1], "v": [2], "length_m": [1_300.0], "highway_class": ["primary"]},
    ...     geometry=[LineString([(103, 14), (103, 14.01)])], crs=4326,
    ... )
    >>> network = bg.build_network(roads)
    >>> placed = bg.place_on_network(gpd.GeoDataFrame(geometry=gpd.points_from_xy([103] * 3, [14, 14.005, 14.01]), crs=4326), network)
    >>> hit = pd.DataFrame({"edge": 0, "from_m": [300.0, 900.0], "to_m": [300.0, 900.0], "barrier_id": "hit", "candidate": [0, 1]})
    >>> cut_off_by_position(network, placed, placed.iloc[:1], barriers=hit.assign(certainty="possible", factor=np.inf))
       definite  possible
    0     False     False
    1     False      True
    2      True      True
    """
    pieces = cut_edges(network, placed, targets, barriers=barriers)
    own, goal = pieces.places
    shut = np.isinf(barriers["factor"].to_numpy(dtype=float))
    sure = (barriers["certainty"] == "definite").to_numpy()
    several = (barriers.groupby("barrier_id")["candidate"].transform("nunique") > 1).to_numpy() & ~sure
    field = pieces.field(goal, np.where(sure & shut, np.inf, 1.0))
    edges, rows = pieces.covered(several & shut)
    candidates = barriers[["barrier_id", "candidate"]].iloc[rows].assign(edge=edges)
    cut = for_every_position(field, candidates, maybe=pieces.covered(shut & ~sure & ~several)[0])
    on = own >= 0
    answer = pd.DataFrame(
        {name: pd.array(np.where(on, flags[own], pd.NA), dtype="boolean") for name, flags in cut._asdict().items()}, index=placed.index
    )
    return inherit(answer, placed, targets, barriers, step="cut_off_by_position()")


def reconnecting_sets(field: TimeField, edges: Ints, barrier_ids: Sequence[str], *, nodes: Ints) -> pd.DataFrame:
    """Name, for nodes that closures cut off, closures that would have to reopen to reconnect them.

    One search from the targets finds for every node the way that crosses the fewest closures, and of these the shortest. A closure counts
    once while the way stays on it. What it crosses is then reopened, and left shut one by one, so that no named closure is in excess.

    Parameters
    ----------
    field
        The times with all these closures **open**.
    edges, barrier_ids
        Row by row, an edge and the closure that shuts it. A closure may shut many edges, and an edge be shut by many closures; a closure of
        uncertain position is one closure with all the edges at which it may lie.
    nodes
        The nodes to answer for.

    Returns
    -------
    pandas.DataFrame
        A row for each of ``nodes``, in their order: ``cut_off``; ``closures_responsible`` (the ids, sorted, as a tuple; empty where the
        node is not cut off, and where it has no way with every closure open either); ``smallest``: whether it is proven that no smaller
        set reconnects it (missing where there is none). Another set of the same size may do as well. Of sets of three and more,
        a smaller one may exist where ``smallest`` is False: finding it would mean trying all pairs, triples and so on.

    Raises
    ------
    SchemaError
        If the two lists differ in length, or an edge does not exist.

    Examples
    --------
    >>> from bordergis.network.repair import time_field
    >>> way = np.array([60.0, 60.0])
    >>> field = time_field(np.array([0, 1]), np.array([1, 2]), way, way, seeds=np.array([0.0, np.inf, np.inf]))
    >>> reconnecting_sets(field, np.array([0, 1]), ["bridge", "wire"], nodes=np.array([1, 2]))
       cut_off closures_responsible  smallest
    0     True            (bridge,)      True
    1     True       (bridge, wire)      True
    """
    edges, nodes = np.asarray(edges, dtype=np.int64), np.asarray(nodes, dtype=np.int64)
    if len(edges) != len(barrier_ids):
        raise SchemaError(f"{len(edges)} edges are shut by {len(barrier_ids)} closures; give one id an edge, and a row for each pair.")
    bars = pd.DataFrame({"edge": edges, "barrier_id": barrier_ids}).drop_duplicates()
    cut = repaired(field, closing(field, bars["edge"].unique()))
    lost = np.isinf(cut.times[nodes]) & np.isfinite(field.times[nodes])
    crossed, count = crossed_fewest(field, bars, nodes[lost], cut=cut)
    reopening = Reopening(field, cut, bars)
    needed = reopening.minimal(crossed, nodes[lost])
    proven = reopening.proven(needed, count, nodes[lost])

    answer = pd.Series([()] * len(nodes), dtype=object)
    answer[lost] = [tuple(sorted(ids)) for ids in needed]
    smallest = pd.array([pd.NA] * len(nodes), dtype="boolean")
    smallest[lost] = proven
    return pd.DataFrame({"cut_off": np.isinf(cut.times[nodes]), "closures_responsible": answer, "smallest": smallest})


def for_every_position(field: TimeField, candidates: pd.DataFrame, *, maybe: Sequence[int] | Ints = ()) -> CutOff:
    """Tell which nodes uncertain closures cut off wherever they are, and which somewhere.

    Parameters
    ----------
    field
        The times under all that is certain.
    candidates
        Where uncertain closures may be: ``edge``, ``barrier_id`` and ``candidate``; a closure lies at exactly one of its candidates, and
        shuts all edges of that one.
    maybe
        Edges that may be shut besides, or may not: they count for ``possible`` only.

    Returns
    -------
    CutOff
        One flag a node. With one uncertain closure both are exact: each candidate is tried. With several, ``definite`` tries each with the
        others nowhere, and ``possible`` each with the others at all their candidates at once: what is called definite is so, what is not
        called possible is not, and between the two more may be possible than is.

    Raises
    ------
    SchemaError
        If a column is missing, or an edge does not exist.

    Examples
    --------
    A bridge on a road to two villages was hit, but nobody says on which side of the first.

    >>> from bordergis.network.repair import time_field
    >>> way = np.array([60.0, 60.0])
    >>> field = time_field(np.array([0, 1]), np.array([1, 2]), way, way, seeds=np.array([0.0, np.inf, np.inf]))
    >>> cut = for_every_position(field, pd.DataFrame({"edge": [0, 1], "barrier_id": ["hit", "hit"], "candidate": [0, 1]}))
    >>> cut.definite.tolist(), cut.possible.tolist()
    ([False, False, True], [False, True, True])
    """
    missing = [name for name in ("edge", "barrier_id", "candidate") if name not in candidates]
    if missing:
        raise SchemaError(f"The candidates lack {', '.join(missing)}; expected edge, barrier_id and candidate.")
    tried = candidates.groupby(["barrier_id", "candidate"], sort=True)["edge"].unique()
    never = np.isinf(field.times)
    definite = never | (_cut_by_every(field, tried) if len(tried) else never)
    everywhere = repaired(field, closing(field, np.union1d(candidates["edge"], np.asarray(maybe, dtype=np.int64))))
    possible = never | (_cut_by_some(field, everywhere, candidates, maybe) if len(tried) else np.isinf(everywhere.times))
    return CutOff(definite, possible)


def _cut_by_every(field: TimeField, tried: pd.Series) -> Bools:
    """Tell what some closure cuts off from each of its candidates."""
    out = np.zeros(len(field.times), dtype=bool)
    told = trials(field, [closing(field, edges) for edges in tried])
    for _, group in tried.groupby(level=0):
        times_cut = np.zeros(len(out), dtype=np.int64)
        for _, trial in zip(group, told, strict=False):
            times_cut[trial.nodes[np.isinf(trial.times)]] += 1
        out |= times_cut == len(group)
    return out


def _cut_by_some(field: TimeField, everywhere: TimeField, candidates: pd.DataFrame, maybe: Sequence[int] | Ints) -> Bools:
    """Tell what stays cut off in some trial in which one closure has one position, and the others all of theirs."""
    out = np.zeros(len(field.times), dtype=bool)
    shut, changes = np.isinf(everywhere.times), []
    for barrier, own in candidates.groupby("barrier_id", sort=True):
        others = np.union1d(candidates.loc[candidates["barrier_id"] != barrier, "edge"], np.asarray(maybe, dtype=np.int64))
        for _, here in own.groupby("candidate", sort=True):
            changes.append(closing(field, np.setdiff1d(own["edge"], np.union1d(here["edge"], others)), 1.0))
    for trial in trials(everywhere, changes):
        still = shut.copy()
        still[trial.nodes] = np.isinf(trial.times)
        out |= still
    return out


@dataclass(frozen=True, eq=False)
class Reopening:
    """What reopening some closures does, where all are shut."""

    open: TimeField
    cut: TimeField
    bars: pd.DataFrame

    def reached(self, sets: Iterable[Ids], nodes: Sequence[Ints]) -> list[Bools]:
        """Tell which nodes are reached when a set of closures, and no other, is reopened; for each set its own nodes."""
        out = []
        for trial, asked in zip(trials(self.cut, [self._opened(ids) for ids in sets]), nodes, strict=True):
            told = np.zeros(len(self.cut.times), dtype=bool)
            told[trial.nodes] = np.isfinite(trial.times)
            out.append(told[asked] | np.isfinite(self.cut.times[asked]))
        return out

    @cached_property
    def _edges(self) -> dict[str, Ints]:
        return {name: edges.to_numpy(dtype=np.int64) for name, edges in self.bars.groupby("barrier_id", sort=False)["edge"]}

    @cached_property
    def _shut_by(self) -> Ints:
        return np.bincount(self.bars["edge"].to_numpy(dtype=np.int64))

    def _opened(self, ids: Ids) -> Closing:
        """Open the edges that nothing else shuts."""
        edges, by = np.unique(np.concatenate([self._edges[name] for name in ids]), return_counts=True)
        return closing(self.open, edges[by == self._shut_by[edges]], 1.0)

    def minimal(self, crossed: list[Ids], nodes: Ints) -> list[Ids]:
        """Leave shut, one after the other, what a node does not need open."""
        needed = list(crossed)
        waiting = [(ids, rows, tuple(sorted(ids))) for ids, rows in _groups(crossed).items() if len(ids) > 1]
        while waiting:
            reached = self.reached([ids - {rest[0]} for ids, _, rest in waiting], [nodes[rows] for _, rows, _ in waiting])
            following = []
            for (ids, rows, rest), without in zip(waiting, reached, strict=True):
                for row in rows[without]:
                    needed[row] = ids - {rest[0]}
                following += [(ids - {rest[0]}, rows[without], rest[1:]), (ids, rows[~without], rest[1:])]
            waiting = [(ids, rows, rest) for ids, rows, rest in following if len(rows) and rest and len(ids) > 1]
        return needed

    def proven(self, needed: list[Ids], count: Ints, nodes: Ints) -> Bools:
        """Tell which sets no smaller one could replace: one closure; two where no single one will do; as many as must be crossed."""
        sizes = np.array([len(ids) for ids in needed], dtype=np.int64)
        most = np.cumsum(np.sort(self.bars["barrier_id"].value_counts().to_numpy())[::-1])
        least = np.searchsorted(most, count) + 1
        proven = sizes <= np.maximum(least, 1)
        pairs = np.flatnonzero(~proven & (sizes == 2))  # noqa: PLR2004  two is what the line above says
        if len(pairs):
            singles = [frozenset([name]) for name in self.bars["barrier_id"].unique()]
            alone = self.reached(singles, [nodes[pairs]] * len(singles))
            proven[pairs] = ~np.any(alone, axis=0)
        return proven


def _groups(sets: list[Ids]) -> dict[Ids, Ints]:
    rows: dict[Ids, list[int]] = {}
    for row, ids in enumerate(sets):
        rows.setdefault(ids, []).append(row)
    return {ids: np.array(some) for ids, some in rows.items()}

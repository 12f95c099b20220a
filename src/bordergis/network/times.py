"""Travel times: from every node, and from every place on the network, to the nearest of some targets under some barriers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bordergis.errors import UnknownNameError
from bordergis.network.runs import Runs, require_barriers
from bordergis.provenance import inherit

if TYPE_CHECKING:
    from collections.abc import Hashable

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from bordergis.network.graph import RoadNetwork

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Route", "TravelTimes", "route", "times_of", "travel_times"]


@dataclass(frozen=True, eq=False)
class Legs:
    """The way between positions on edges and the ends of their edges, in seconds; infinite where there is none.

    Attributes
    ----------
    row
        Row of each position in the table it comes from.
    edge, at_m
        Its edge, and the metres along it from ``u``.
    runs
        How far it lies along the edge, and behind how many blocks.
    to_u, to_v
        Seconds from the position to the ends.
    from_u, from_v
        Seconds from the ends to the position.
    """

    row: Ints
    edge: Ints
    at_m: Floats
    runs: Runs
    to_u: Floats
    to_v: Floats
    from_u: Floats
    from_v: Floats

    @classmethod
    def of(cls, network: RoadNetwork, placed: pd.DataFrame, barriers: pd.DataFrame | None) -> Legs:
        """Give the legs of the rows that lie on an edge."""
        row = np.flatnonzero(placed["edge"].notna().to_numpy())
        edge, at_m = placed["edge"].iloc[row].to_numpy(dtype=np.int64), placed["at_m"].iloc[row].to_numpy(dtype=float)
        runs = Runs.of(network.lengths_m, barriers, edge, at_m)
        forward, backward = (pace(network, seconds)[edge] for seconds in (network.forward_s, network.backward_s))
        back_m, ahead_m = runs.back_m, runs.ahead_m
        return cls(
            row, edge, at_m, runs, spent(back_m, backward), spent(ahead_m, forward), spent(back_m, forward), spent(ahead_m, backward)
        )


def pace(network: RoadNetwork, seconds: Floats) -> Floats:
    """Seconds a metre along every edge."""
    whole = network.lengths_m > 0
    return np.where(whole, seconds / np.where(whole, network.lengths_m, 1.0), np.where(np.isfinite(seconds), 0.0, np.inf))


def spent(metres: Floats, seconds_a_metre: Floats) -> Floats:
    """Seconds for some metres; none are spent on none, whatever the direction."""
    free = np.isfinite(metres)
    some = free & (metres > 0)
    return np.where(free, np.where(some, metres, 0.0) * np.where(some, seconds_a_metre, 1.0), np.inf)


@dataclass(frozen=True, eq=False)
class TravelTimes:
    """The time from every node to the nearest target.

    Attributes
    ----------
    network
        The roads.
    targets
        The targets as placed; ``target`` below is a row of it.
    barriers
        What cuts or slows edges; none if nothing does.
    forward_s, backward_s
        Seconds along each edge under the barriers.
    seconds
        For each node the seconds to its nearest target; infinite where there is no way.
    target
        Row of that target; -1 where there is none.
    next_node
        The next node on the way; -1 where the way ends on an edge at the node, or there is none.
    """

    network: RoadNetwork
    targets: pd.DataFrame
    barriers: pd.DataFrame | None
    forward_s: Floats
    backward_s: Floats
    seconds: Floats
    target: Ints
    next_node: Ints

    @cached_property
    def edge(self) -> Ints:
        """For each node the edge on which its way goes on: to the next node, or to the target itself; -1 where there is no way."""
        arcs = self.network.arcs
        on = np.flatnonzero(self.next_node >= 0)
        _, fastest = arcs.fastest(self.forward_s, self.backward_s)
        edge = np.full(len(self.seconds), -1, dtype=np.int64)
        edge[on] = fastest[arcs.group_of(self.next_node[on], on)]
        last = np.flatnonzero((self.next_node < 0) & (self.target >= 0))
        edge[last] = self.targets["edge"].iloc[self.target[last]].to_numpy(dtype=np.int64)
        return edge


def travel_times(network: RoadNetwork, targets: pd.DataFrame, *, barriers: pd.DataFrame | None = None) -> TravelTimes:
    """Compute the shortest time from every node of a network to the nearest of some targets.

    Parameters
    ----------
    network
        The roads.
    targets
        Where the targets lie on it (:func:`place_on_network`); a target off the network is reached by nobody, and neither is one that
        lies on a blocked stretch.
    barriers
        What cuts or slows edges (:mod:`bordergis.network.barriers`); **every** row counts, so choose the certain ones, or all, yourself.

    Returns
    -------
    TravelTimes
        The time is to the target: directions and one-way streets are taken the way a traveller goes.

    Raises
    ------
    SchemaError
        If the barriers speak of edges that the network does not have.

    Examples
    --------
    >>> import geopandas as gpd, bordergis as bg
    >>> from shapely import LineString
    >>> roads = gpd.GeoDataFrame(
    ...     {"u": [1, 2], "v": [2, 3], "length_m": [1_300.0, 2_600.0], "highway_class": ["primary", "primary"]},
    ...     geometry=[LineString([(103, 14), (103, 14.01)]), LineString([(103, 14.01), (103, 14.03)])], crs=4326,
    ... )
    >>> network = bg.build_network(roads)
    >>> town = bg.place_on_network(gpd.GeoDataFrame(geometry=gpd.points_from_xy([103], [14]), crs=4326), network)
    >>> bg.travel_times(network, town).seconds.round()
    array([  0.,  72., 216.])
    """
    if barriers is not None:
        require_barriers(barriers, network)
    forward_s, backward_s = barred_seconds(network, barriers)
    graph = network.reversed_graph if barriers is None else network.arcs.matrix(forward_s, backward_s)
    legs = Legs.of(network, targets, barriers)
    n, nodes = len(network.nodes), len(network.nodes) + len(legs.row)
    seconds, next_node, target = np.full(n, np.inf), np.full(n, -1, dtype=np.int64), np.full(n, -1, dtype=np.int64)
    if len(legs.row):
        from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415  only where times are asked for

        joined = _with_targets(graph, network, legs)
        found = dijkstra(joined, indices=np.arange(n, nodes), min_only=True, return_predecessors=True)
        seconds, before, source = (part[:n] for part in found)
        reached = np.isfinite(seconds)
        next_node = np.where(reached & (before < n), before, -1).astype(np.int64)
        target[reached] = legs.row[source[reached] - n]
    return TravelTimes(network, targets, barriers, forward_s, backward_s, seconds, target, next_node)


def barred_seconds(network: RoadNetwork, barriers: pd.DataFrame | None) -> tuple[Floats, Floats]:
    """Seconds along each edge, both ways, under barriers; infinite for an edge that is cut anywhere."""
    forward_s, backward_s = network.forward_s, network.backward_s
    if barriers is None or barriers.empty:
        return forward_s, backward_s
    edge = np.unique(barriers["edge"].to_numpy(dtype=np.int64))
    whole_m = Runs.of(network.lengths_m, barriers, edge, np.zeros(len(edge))).whole_m
    slowed = []
    for seconds in (forward_s, backward_s):
        new = seconds.copy()
        new[edge] = np.where(np.isfinite(seconds[edge]), spent(whole_m, pace(network, seconds)[edge]), np.inf)
        slowed.append(new)
    return slowed[0], slowed[1]


def _with_targets(graph: csr_array, network: RoadNetwork, legs: Legs) -> csr_array:
    """Add a node for each target to the reversed graph, joined to the ends of its edge."""
    from scipy.sparse import csr_array  # noqa: PLC0415

    ends = np.stack([network.u[legs.edge], network.v[legs.edge]], axis=-1).astype(np.int32)
    seconds = np.stack([legs.from_u, legs.from_v], axis=-1)
    loop = ends[:, 0] == ends[:, 1]
    seconds[loop] = np.stack([seconds[loop].min(axis=1), np.full(loop.sum(), np.inf)], axis=-1)
    open_ = np.isfinite(seconds) & ~legs.runs.on_barrier[:, None]
    n = len(network.nodes) + len(legs.row)
    begins = np.concatenate([graph.indptr, graph.indptr[-1] + np.cumsum(open_.sum(axis=1))]).astype(np.int32)
    data = np.concatenate([graph.data, seconds[open_]]), np.concatenate([graph.indices, ends[open_]]), begins
    return csr_array(data, shape=(n, n))


def times_of(placed: pd.DataFrame, field: TravelTimes) -> pd.DataFrame:
    """Give the time from places on the network to the nearest target.

    Parameters
    ----------
    placed
        Where the places lie (:func:`place_on_network`).
    field
        The times of the nodes (:func:`travel_times`).

    Returns
    -------
    pandas.DataFrame
        On the index of ``placed``: ``answer`` (``reached``; ``cut_off``: no way on the mapped roads; ``on_barrier``: the place itself
        lies on a blocked stretch, so that no way is asked for; ``not_on_network``; ``no_position``), ``time_s`` (missing unless reached),
        ``target`` (row of the targets; missing unless reached) and ``through`` (``u``, ``v``: the end of its edge by which the way
        begins; ``edge``: the target is on the same edge). The way from the place to the road is not in the time.

    Examples
    --------
    >>> import geopandas as gpd, bordergis as bg
    >>> from shapely import LineString
    >>> roads = gpd.GeoDataFrame(
    ...     {"u": [1], "v": [2], "length_m": [1_300.0], "highway_class": ["primary"]},
    ...     geometry=[LineString([(103, 14), (103, 14.01)])], crs=4326,
    ... )
    >>> network = bg.build_network(roads)
    >>> places = gpd.GeoDataFrame(geometry=gpd.points_from_xy([103, 103, 103], [14, 14.005, 15]), crs=4326)
    >>> placed = bg.place_on_network(places, network)
    >>> bg.times_of(placed, bg.travel_times(network, placed.iloc[:1]))["answer"].to_list()
    ['reached', 'reached', 'not_on_network']
    """
    network = field.network
    legs = Legs.of(network, placed, field.barriers)
    ways = pd.DataFrame({"u": legs.to_u + field.seconds[network.u[legs.edge]], "v": legs.to_v + field.seconds[network.v[legs.edge]]})
    direct_s, direct_target = _on_same_edge(network, legs, field)
    ways["edge"] = direct_s
    ways[legs.runs.on_barrier] = np.inf

    seconds = ways.min(axis=1).to_numpy(dtype=float)
    through = ways[["edge", "u", "v"]].to_numpy().argmin(axis=1)
    target = np.choose(through, [direct_target, field.target[network.u[legs.edge]], field.target[network.v[legs.edge]]])
    reached = np.isfinite(seconds)

    words = np.where(placed["on_network"].isna(), "no_position", "not_on_network").astype(object)
    words[legs.row] = np.select([legs.runs.on_barrier, reached], ["on_barrier", "reached"], "cut_off")
    result = pd.DataFrame({"answer": words.astype("str"), "time_s": np.nan}, index=pd.RangeIndex(len(placed)))
    hit = legs.row[reached]
    result.loc[hit, "time_s"] = seconds[reached]
    result["target"] = pd.Series(target[reached], index=hit, dtype="Int64").reindex(result.index)
    result["through"] = pd.Series(np.array(["edge", "u", "v"])[through[reached]], index=hit, dtype="str").reindex(result.index)
    return inherit(result.set_axis(placed.index), placed, field.targets, step="times_of()")


def _on_same_edge(network: RoadNetwork, legs: Legs, field: TravelTimes) -> tuple[Floats, Ints]:
    """Seconds from each place to the best target on its own edge, and that target; infinite and -1 where there is none."""
    seconds, target = np.full(len(legs.row), np.inf), np.full(len(legs.row), -1, dtype=np.int64)
    goal = Legs.of(network, field.targets, field.barriers)
    pairs = pd.DataFrame({"edge": legs.edge, "place": np.arange(len(legs.edge))}).merge(
        pd.DataFrame({"edge": goal.edge, "goal": np.arange(len(goal.edge))}), on="edge"
    )
    if pairs.empty:
        return seconds, target
    place, at, edge = (pairs[name].to_numpy() for name in ("place", "goal", "edge"))
    here, there = legs.runs, goal.runs
    step_m = goal.at_m[at] - legs.at_m[place]  # the direction is told by this, for the sums in the runs are rounded each on its own
    apart_m = np.where(step_m == 0, 0.0, np.abs(there.run_m[at] - here.run_m[place]))
    ahead = step_m >= 0
    each = np.where(ahead, pace(network, network.forward_s)[edge], pace(network, network.backward_s)[edge])
    free = (here.blocks[place] == there.blocks[at]) & ~there.on_barrier[at]
    pairs["seconds"] = np.where(free, spent(apart_m, each), np.inf)
    best = pairs.sort_values(["place", "seconds", "goal"], kind="stable").drop_duplicates("place")
    best = best[np.isfinite(best["seconds"])]
    seconds[best["place"]], target[best["place"]] = best["seconds"], goal.row[best["goal"]]
    return seconds, target


@dataclass(frozen=True, eq=False)
class Route:
    """One way on the network.

    Attributes
    ----------
    steps
        The edges in the order of travel: ``edge``, ``from_m`` and ``to_m`` along it (``to_m`` is less where it is gone against its
        direction).
    length_m, time_s
        Of the whole way on the network.
    target
        Row of the target it leads to.
    """

    steps: pd.DataFrame
    length_m: float
    time_s: float
    target: int


def route(placed: pd.DataFrame, field: TravelTimes, label: Hashable) -> Route:
    """Trace the way from one place to its nearest target.

    Parameters
    ----------
    placed
        Where the places lie (:func:`place_on_network`).
    field
        The times of the nodes (:func:`travel_times`).
    label
        Which place: its label in the index of ``placed``.

    Raises
    ------
    UnknownNameError
        If there is no such place, or no way from it.

    Examples
    --------
    >>> import geopandas as gpd, bordergis as bg
    >>> from shapely import LineString
    >>> roads = gpd.GeoDataFrame(
    ...     {"u": [1], "v": [2], "length_m": [1_300.0], "highway_class": ["primary"]},
    ...     geometry=[LineString([(103, 14), (103, 14.01)])], crs=4326,
    ... )
    >>> network = bg.build_network(roads)
    >>> places = gpd.GeoDataFrame(geometry=gpd.points_from_xy([103, 103], [14, 14.01]), crs=4326)
    >>> placed = bg.place_on_network(places, network)
    >>> bg.route(placed, bg.travel_times(network, placed.iloc[:1]), 1).length_m
    1300.0
    """
    if label not in placed.index:
        raise UnknownNameError(f"There is no place {label!r} among the {len(placed)} placed.")
    one = placed.loc[[label]]
    answer = times_of(one, field).iloc[0]
    if answer["answer"] != "reached":
        raise UnknownNameError(f"There is no way from {label!r} to trace: {answer['answer']}.")
    steps = _steps(field, (int(one["edge"].iloc[0]), float(one["at_m"].iloc[0])), str(answer["through"]), int(answer["target"]))
    table = pd.DataFrame(steps, columns=["edge", "from_m", "to_m"])
    length_m = float((table["to_m"] - table["from_m"]).abs().sum())
    return Route(table, length_m, float(answer["time_s"]), int(answer["target"]))


def _steps(field: TravelTimes, start: tuple[int, float], through: str, target: int) -> list[tuple[int, float, float]]:
    """Follow the nodes from a position on an edge to a target."""
    network = field.network
    goal = field.targets.iloc[[target]]
    goal_edge, goal_m = int(goal["edge"].iloc[0]), float(goal["at_m"].iloc[0])
    edge, at_m = start
    if through == "edge":
        return [(edge, at_m, goal_m)]

    steps = [(edge, at_m, 0.0 if through == "u" else float(network.lengths_m[edge]))]
    node = int((network.u if through == "u" else network.v)[edge])
    while field.next_node[node] >= 0:
        edge, long_m = int(field.edge[node]), float(network.lengths_m[field.edge[node]])
        steps.append((edge, 0.0, long_m) if network.u[edge] == node else (edge, long_m, 0.0))
        node = int(field.next_node[node])
    legs = Legs.of(network, goal, field.barriers)
    loop = network.u[goal_edge] == network.v[goal_edge]
    from_u = legs.from_u[0] <= legs.from_v[0] if loop else network.u[goal_edge] == node
    return [*steps, (goal_edge, 0.0 if from_u else float(network.lengths_m[goal_edge]), goal_m)]

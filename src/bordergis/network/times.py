"""Travel times: from places on the network, and from its nodes, to the nearest of some targets under some barriers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bordergis.errors import UnknownNameError
from bordergis.network.barrier_table import require_barriers
from bordergis.network.pieces import cut_edges
from bordergis.network.repair import roots
from bordergis.provenance import inherit

if TYPE_CHECKING:
    from collections.abc import Hashable

    from numpy.typing import NDArray

    from bordergis.network.graph import RoadNetwork
    from bordergis.network.pieces import Pieces
    from bordergis.network.repair import TimeField

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Route", "TravelTimes", "route", "travel_times"]

PLACES, TARGETS = 0, 1
NOWHERE = -1


@dataclass(frozen=True, eq=False)
class TravelTimes:
    """The times from places, and from every node, to the nearest target.

    Attributes
    ----------
    network
        The roads.
    places, targets
        Where they lie on it.
    table
        On the index of the places: ``answer`` (``reached``; ``cut_off``: no way on the mapped roads; ``on_barrier``: the place itself lies
        on a blocked stretch, so that no way is asked for; ``not_on_network``; ``no_position``), ``time_s`` and ``target`` (row of the
        targets), both missing unless reached. The way from the place to the road is not in the time.
    pieces, field
        The edges cut where places, targets and barriers lie, and the times at their nodes.
    """

    network: RoadNetwork
    places: pd.DataFrame
    targets: pd.DataFrame
    table: pd.DataFrame
    pieces: Pieces
    field: TimeField

    @property
    def seconds(self) -> Floats:
        """For each node of the network the seconds to its nearest target; infinite where there is no way."""
        return self.field.times[: len(self.network.nodes)]


def travel_times(network: RoadNetwork, places: pd.DataFrame, targets: pd.DataFrame, *, barriers: pd.DataFrame | None = None) -> TravelTimes:
    """Compute the shortest time from places to the nearest of some targets.

    Parameters
    ----------
    network
        The roads.
    places
        Where the places lie on it (:func:`place_on_network`).
    targets
        Where the targets lie; a target off the network is reached by nobody, and neither is one that lies on a blocked stretch.
    barriers
        What cuts or slows edges (:mod:`bordergis.network.barriers`); **every** row counts, so choose the certain ones, or all, yourself.

    Returns
    -------
    TravelTimes
        The time is to the target: directions and one-way streets are taken the way a traveller goes.

    Raises
    ------
    SchemaError
        If the barriers speak of edges that the network does not have, or a position does not lie on its edge.

    Examples
    --------
    >>> import geopandas as gpd, bordergis as bg
    >>> from shapely import LineString
    >>> roads = gpd.GeoDataFrame(
    ...     {"u": [1, 2], "v": [2, 3], "length_m": [1_300.0, 2_600.0], "highway_class": ["primary", "primary"]},
    ...     geometry=[LineString([(103, 14), (103, 14.01)]), LineString([(103, 14.01), (103, 14.03)])], crs=4326,
    ... )
    >>> network = bg.build_network(roads)
    >>> places = gpd.GeoDataFrame(geometry=gpd.points_from_xy([103, 103, 103], [14, 14.03, 15]), crs=4326)
    >>> placed = bg.place_on_network(places, network)
    >>> times = bg.travel_times(network, placed, placed.iloc[:1])
    >>> times.table["answer"].to_list()
    ['reached', 'reached', 'not_on_network']
    >>> times.seconds.round()
    array([  0.,  72., 216.])
    """
    factors = None
    if barriers is not None:
        require_barriers(barriers, network)
        factors = barriers["factor"].to_numpy(dtype=float)
    pieces = cut_edges(network, places, targets, barriers=barriers)
    field = pieces.field(pieces.places[TARGETS], factors)
    table = _answers(pieces, field, places["on_network"], standing=pieces.standing(pieces.slowest(factors)))
    return TravelTimes(network, places, targets, inherit(table, places, targets, step="travel_times()"), pieces, field)


def _answers(pieces: Pieces, field: TimeField, known: pd.Series, *, standing: NDArray[np.bool_]) -> pd.DataFrame:
    """Say of each place whether it reaches a target, which, and how long it takes."""
    nodes, placed = pieces.places[PLACES], pieces.places[PLACES] != NOWHERE
    barred = placed & ~standing[nodes]
    reached = placed & ~barred & np.isfinite(field.times[nodes])
    answer = np.select([known.isna(), ~placed, barred, reached], ["no_position", "not_on_network", "on_barrier", "reached"], "cut_off")
    target = np.where(reached, _owner(pieces, pieces.places[TARGETS])[roots(field)[nodes]], NOWHERE)
    return pd.DataFrame(
        {
            "answer": pd.Series(answer, dtype="str"),
            "time_s": np.where(reached, field.times[nodes], np.nan),
            "target": pd.Series(target, dtype="Int64").mask(~reached),
        }
    ).set_axis(known.index)


def _owner(pieces: Pieces, targets: Ints) -> Ints:
    """Give for each node the row of the target at it, of two the first."""
    owner = np.full(pieces.n_nodes, NOWHERE)
    rows = np.flatnonzero(targets != NOWHERE)[::-1]
    owner[targets[rows]] = rows
    return owner


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


def route(times: TravelTimes, label: Hashable) -> Route:
    """Trace the way from one place to its nearest target.

    Parameters
    ----------
    times
        What :func:`travel_times` found.
    label
        Which place: its label in the index of the places.

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
    >>> bg.route(bg.travel_times(network, placed, placed.iloc[:1]), 1).length_m
    1300.0
    """
    if label not in times.table.index:
        raise UnknownNameError(f"There is no place {label!r} among the {len(times.table)} placed.")
    row = times.table.index.get_loc(label)
    answer = times.table.iloc[row]
    if answer["answer"] != "reached":
        raise UnknownNameError(f"There is no way from {label!r} to trace: {answer['answer']}.")
    steps = _steps(times, int(times.pieces.places[PLACES][row])) or [_standstill(times, row)]
    table = pd.DataFrame(steps, columns=["edge", "from_m", "to_m"])
    length_m = float((table["to_m"] - table["from_m"]).abs().sum())
    return Route(table, length_m, float(answer["time_s"]), int(answer["target"]))


def _standstill(times: TravelTimes, row: int) -> tuple[int, float, float]:
    """Give the one step of a place that lies at its target."""
    place = times.places.iloc[row]
    return int(place["edge"]), float(place["at_m"]), float(place["at_m"])


def _steps(times: TravelTimes, node: int) -> list[tuple[int, float, float]]:
    """Follow the pieces from a node to its target; those that follow one another along an edge are one step."""
    pieces, via = times.pieces, times.field.via
    n, last = len(pieces.u), None
    steps: list[tuple[int, float, float]] = []
    while via[node] != NOWHERE:
        back, piece = divmod(int(via[node]), n)
        from_m, to_m = _ends_m(times, piece)[:: -1 if back else 1]
        if last == (back, piece + (1 if back else -1)) and steps[-1][0] == pieces.edge[piece]:
            steps[-1] = (steps[-1][0], steps[-1][1], to_m)
        else:
            steps.append((int(pieces.edge[piece]), from_m, to_m))
        last = (back, piece)
        node = int((pieces.u if back else pieces.v)[piece])
    return steps


def _ends_m(times: TravelTimes, piece: int) -> tuple[float, float]:
    """Give the metres along its edge at which a piece begins and ends."""
    pieces, n = times.pieces, len(times.network.nodes)
    u, v = int(pieces.u[piece]), int(pieces.v[piece])
    return (
        0.0 if u < n else float(pieces.cut_m[u - n]),
        float(times.network.lengths_m[pieces.edge[piece]]) if v < n else float(pieces.cut_m[v - n]),
    )

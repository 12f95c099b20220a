"""Roads, and all that bears on them on a date: zones, closures, obstacles, and the checkpoints on the line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from bordergis.access.nearby import other_roads, surely_near
from bordergis.errors import SchemaError, UnknownNameError
from bordergis.network import (
    RoadNetwork,
    build_network,
    closure_barriers,
    crossing_barriers,
    obstacle_barriers,
    place_on_network,
    zone_barriers,
)
from bordergis.network.barrier_table import no_barriers
from bordergis.network.pieces import cut_edges
from bordergis.schema import TARGETS

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray

    from bordergis.network.pieces import Pieces
    from bordergis.network.repair import TimeField

__all__ = ["RoadConditions", "RoadState", "changed", "open_roads"]

LIMIT_M = 2_000.0
"""Metres from the nearest mapped road beyond which a village is not on the mapped network; an assumption, stated in every answer."""


@dataclass(frozen=True, eq=False)
class RoadConditions:
    """Roads with what stands on them beside zones and closures.

    Attributes
    ----------
    roads
        Roads (:data:`bordergis.schema.ROADS`) or a network built of them (:func:`bordergis.build_network`).
    border, checkpoints
        The line of one source and the checkpoints with their status on the date: a road across the line is passable only at a checkpoint
        that is open. Without them every mapped road across it is.
    obstacles
        Wire, fences, trenches and cordons that cut the roads they cross.
    limit_m
        Metres from the nearest mapped road beyond which a village is not on the network.
    friction
        A GeoTIFF of minutes a metre for walks over land from villages off the roads (:func:`bordergis.walking_minutes`); by default the
        embedded land cover, whose cells of 5.5 km tell forest from field and no more.

    Examples
    --------
    >>> import bordergis as bg
    >>> bg.RoadConditions(bg.schema.ROADS.empty(), border=bg.load_border("osm-2026c"), checkpoints=bg.load_checkpoints()).limit_m
    2000.0
    """

    roads: gpd.GeoDataFrame | RoadNetwork
    border: gpd.GeoDataFrame | None = None
    checkpoints: gpd.GeoDataFrame | None = None
    obstacles: gpd.GeoDataFrame | None = None
    limit_m: float = LIMIT_M
    friction: Path | str | None = None


@dataclass(frozen=True, eq=False)
class RoadState:
    """A network with the villages and targets on it, and all that bars it on a date.

    Attributes
    ----------
    network
        The roads.
    placed
        Where the villages lie on them.
    targets, target_places
        The targets, numbered from 0, and where they lie.
    barriers
        What may close or slow which stretch of which edge, a row a stretch.
    in_force
        Which rows of the barriers count.
    others
        The other roads within each village's own precision: ``row`` of the village, and where on which edge.
    other_nodes
        For each of these the node whence one leaves it.
    near
        Which villages lie within the limit of a mapped road wherever in their precision they are.
    pieces
        The edges, cut where villages, targets and barriers lie.
    bars
        What never changes of the barriers, in arrays.
    fields
        The times that were found before, by the rows of the targets: with nothing closed, then those under what was closed latest, each
        with how many times as long every piece takes. The next is repaired from the one that is most like it.
    limit_m
        Metres from the nearest road beyond which a village is not on the network.
    friction
        The raster for walks over land; none for the embedded land cover.
    notes
        What a reader must know.
    """

    network: RoadNetwork
    placed: pd.DataFrame
    targets: gpd.GeoDataFrame
    target_places: pd.DataFrame
    barriers: pd.DataFrame
    in_force: NDArray[np.bool_]
    others: pd.DataFrame
    other_nodes: NDArray[np.int64]
    near: NDArray[np.bool_]
    pieces: Pieces
    bars: Bars
    fields: dict[tuple[int, ...], list[tuple[NDArray[np.float64], TimeField]]]
    limit_m: float
    friction: Path | str | None = None
    notes: tuple[str, ...] = ()

    @property
    def village_nodes(self) -> NDArray[np.int64]:
        """Give the node of each village; -1 where it is not on the network."""
        return self.pieces.places[0]

    @property
    def target_nodes(self) -> NDArray[np.int64]:
        """Give the node of each target; -1 where it is not on the network."""
        return self.pieces.places[1]

    @cached_property
    def sure(self) -> NDArray[np.bool_]:
        """Tell which rows of the barriers count and are certain."""
        return self.in_force & self.bars.sure

    @cached_property
    def moving(self) -> NDArray[np.bool_]:
        """Tell which rows count and are one of several positions that a closure may have."""
        return self.in_force & self.bars.moving

    @cached_property
    def on_barrier(self) -> NDArray[np.int64]:
        """Tell of each village: 2 where its road lies inside what is certainly closed, 1 where it may, else 0."""
        shut = self.in_force[self.bars.around] & np.isinf(self.bars.factor[self.bars.around])
        rank = np.zeros(len(self.placed), dtype=np.int64)
        np.maximum.at(rank, self.bars.village[shut], np.where(self.bars.sure[self.bars.around[shut]], 2, 1))
        return rank


class Bars(NamedTuple):
    """What never changes of the barriers, a row a stretch.

    How many times as long it takes, whether it is certain, and whether it is one of several positions of a blocked closure; and the
    villages whose place lies inside a stretch, its ends included, each with the row of it.
    """

    factor: NDArray[np.float64]
    sure: NDArray[np.bool_]
    moving: NDArray[np.bool_]
    village: NDArray[np.int64]
    around: NDArray[np.int64]


def _cut(network: RoadNetwork, places: tuple[pd.DataFrame, ...], barriers: pd.DataFrame) -> tuple[Pieces, NDArray[np.int64]]:
    """Cut the edges where villages, targets and barriers lie, and find the node whence one leaves each of the other roads of villages.

    An edge on which nothing stands need not be cut for them: whoever is on it gets on from its end.
    """
    placed, goals, others = places
    edge = others["edge"].to_numpy(dtype=np.int64)
    plain = ~np.isin(edge, np.concatenate([barriers["edge"].to_numpy(), goals["edge"].dropna().to_numpy(dtype=np.int64)]))
    pieces = cut_edges(network, placed, goals, others[~plain], barriers=barriers)
    ahead = np.isfinite(network.forward_s[edge]) & (others["at_m"].to_numpy(dtype=float) > 0)
    nodes = np.where(ahead, network.v[edge], network.u[edge]).astype(np.int64)
    nodes[~plain] = pieces.places[2]
    return pieces, nodes


def _bars(placed: pd.DataFrame, barriers: pd.DataFrame) -> Bars:
    factor, sure = barriers["factor"].to_numpy(dtype=float), (barriers["certainty"] == "definite").to_numpy(dtype=bool)
    of_many = (barriers.groupby("barrier_id")["candidate"].transform("nunique") > 1).to_numpy(dtype=bool)
    place = pd.DataFrame({"edge": placed["edge"].to_numpy(), "at_m": placed["at_m"].to_numpy(), "row": range(len(placed))})
    stretch = barriers[["edge", "from_m", "to_m"]].assign(barrier=range(len(barriers)))
    pairs = place.dropna(subset=["edge"]).astype({"edge": "int64"}).merge(stretch, on="edge")
    inside = pairs[(pairs["from_m"] <= pairs["at_m"]) & (pairs["at_m"] <= pairs["to_m"])]
    village, around = (inside[name].to_numpy(dtype=np.int64) for name in ("row", "barrier"))
    return Bars(factor, sure, of_many & ~sure & np.isinf(factor), village, around)


def open_roads(  # noqa: PLR0913  one layer of evidence each
    villages: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame | RoadNetwork | RoadConditions | None,
    *,
    zones: gpd.GeoDataFrame,
    closures: gpd.GeoDataFrame | None,
    targets: gpd.GeoDataFrame | None,
    as_of: dt.date | str | None,
) -> RoadState | None:
    """Put villages, targets and barriers on the roads; none where there are no roads.

    Raises
    ------
    SchemaError
        If roads come without targets, or closures without a date.
    """
    if roads is None:
        return None
    conditions = roads if isinstance(roads, RoadConditions) else RoadConditions(roads)
    network = conditions.roads if isinstance(conditions.roads, RoadNetwork) else build_network(conditions.roads)
    if network.edges.empty:
        return None
    if targets is None or targets.empty:
        raise SchemaError("cut off from what? With roads give the named target sets: `targets=bordergis.target_sets(…)`.")
    TARGETS.validate(targets)
    goals = targets.reset_index(drop=True)
    placed, goal_places = (place_on_network(layer, network, limit_m=conditions.limit_m) for layer in (villages, goals))
    barriers = _barriers(network, conditions, zones, closures, as_of)
    others = other_roads(villages, network, placed, limit_m=conditions.limit_m)
    pieces, other_nodes = _cut(network, (placed, goal_places, others), barriers)
    return RoadState(
        network=network,
        placed=placed,
        targets=goals,
        target_places=goal_places,
        barriers=barriers,
        in_force=np.ones(len(barriers), bool),
        others=others,
        other_nodes=other_nodes,
        near=surely_near(villages, placed, conditions.limit_m),
        pieces=pieces,
        bars=_bars(placed, barriers),
        fields={},
        limit_m=conditions.limit_m,
        friction=conditions.friction,
        notes=_notes(placed, conditions),
    )


def _barriers(
    network: RoadNetwork,
    conditions: RoadConditions,
    zones: gpd.GeoDataFrame,
    closures: gpd.GeoDataFrame | None,
    as_of: dt.date | str | None,
) -> pd.DataFrame:
    parts = [zone_barriers(zones, network) if len(zones) else no_barriers()]
    if closures is not None and len(closures):
        if as_of is None:
            raise SchemaError("closures: say for which date with `as_of=…`, so that only those in force count.")
        parts.append(_closed(closures, network, as_of))
    if conditions.obstacles is not None and len(conditions.obstacles):
        parts.append(obstacle_barriers(conditions.obstacles, network, as_of=as_of))
    if conditions.border is not None and conditions.checkpoints is not None:
        parts.append(crossing_barriers(network, conditions.border, conditions.checkpoints))
    return pd.concat(parts, ignore_index=True)


def _closed(closures: gpd.GeoDataFrame, network: RoadNetwork, as_of: dt.date | str) -> pd.DataFrame:
    """Give the barriers of closures; one that may not bar anything at all cuts nothing for certain, whichever candidate it is."""
    barriers = closure_barriers(closures, network, as_of=as_of)
    if "passability" not in closures:
        return barriers
    doubted = barriers["barrier_id"].isin(closures.loc[closures["passability"] == "unknown", "closure_id"])
    return barriers.assign(candidate=barriers["candidate"].mask(doubted, 0))


def _notes(placed: pd.DataFrame, conditions: RoadConditions) -> tuple[str, ...]:
    off, n = int((placed["on_network"] == False).sum()), len(placed)  # noqa: E712  missing is no position, not off the network
    share = f" ({off / n:.0%})" if n else ""
    off_road = (
        f"{off} of {n} villages{share} lie more than {conditions.limit_m:,.0f} m from a mapped road and have no answer on roads. "
        "No path means no mapped path: roads are missing on maps near the line."
    )
    notes = [off_road, "A mapped road says nothing of the ground: no village is reachable by the map alone."]
    if conditions.border is None or conditions.checkpoints is None:
        notes.append("No border and checkpoints were given with the roads: every mapped road across the line counts as passable.")
    return tuple(notes)


def changed(state: RoadState, *, reopen: tuple[str, ...], close: gpd.GeoDataFrame | None) -> RoadState:
    """Give the roads with some barriers gone and some closures added.

    Raises
    ------
    UnknownNameError
        If nothing of an id bars the roads.
    """
    known = state.barriers.loc[state.in_force, "barrier_id"].unique()
    strangers = [name for name in reopen if name not in set(known)]
    if strangers:
        few = ", ".join(sorted(map(str, known))[:10]) or "none"
        raise UnknownNameError(f"Nothing that bars the roads is called {', '.join(map(repr, strangers))}; some that do: {few}.")
    opened = replace(state, in_force=state.in_force & ~state.barriers["barrier_id"].isin(reopen).to_numpy())
    words = [f"reopened: {', '.join(reopen)}"] * bool(reopen)
    if close is not None and len(close):
        opened = _with_closures(opened, close)
        words.append(f"closed: {', '.join(close['closure_id'])}")
    return replace(opened, notes=(*state.notes, f"What if: {'; '.join(words) or 'nothing changed'}."))


def _with_closures(state: RoadState, close: gpd.GeoDataFrame) -> RoadState:
    """Add closures whatever their dates; the edges are cut anew where they lie."""
    new = _closed(close.assign(valid_to=pd.NaT), state.network, close["valid_from"].max())
    barriers = pd.concat([state.barriers[state.in_force], new], ignore_index=True)
    pieces, other_nodes = _cut(state.network, (state.placed, state.target_places, state.others), barriers)
    told = {"barriers": barriers, "in_force": np.ones(len(barriers), bool), "bars": _bars(state.placed, barriers)}
    return replace(state, pieces=pieces, other_nodes=other_nodes, fields={}, **told)

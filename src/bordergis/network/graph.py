"""The road network: edges with their time each way, and the nodes they join."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from bordergis.network.shapes import Shapes, end_points
from bordergis.network.speeds import load_speeds, road_speeds
from bordergis.provenance import inherit
from bordergis.schema import ROAD_SPEEDS, ROADS

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Nodes = NDArray[np.int32]

__all__ = ["RoadNetwork", "build_network"]

KMH = 1 / 3.6
"""Metres a second in one kilometre an hour."""

LENGTH_M = 1.0
LENGTH_SHARE = 0.01
"""A stated length that differs by more than both from that of the shape is counted."""


@dataclass(frozen=True, eq=False)
class RoadNetwork:
    """Roads as a graph, with the time each way.

    Attributes
    ----------
    edges
        The roads (:data:`bordergis.schema.ROADS`), numbered from 0.
    nodes
        Longitude and latitude of every node, ``(n, 2)``.
    u, v
        For each edge the node at which it begins and ends; nodes are numbered from 0.
    lengths_m
        Metres along each edge.
    forward_s, backward_s
        Seconds from ``u`` to ``v`` and back; infinite where the direction is not allowed.
    """

    edges: gpd.GeoDataFrame
    nodes: Floats
    u: Nodes
    v: Nodes
    lengths_m: Floats
    forward_s: Floats
    backward_s: Floats

    @cached_property
    def shapes(self) -> Shapes:
        """Give the vertices of the edges in one row, with the metres along."""
        return Shapes.of(np.asarray(self.edges.geometry.array))

    @cached_property
    def plane(self) -> NDArray[np.object_]:
        """Give the shapes of the edges in the plane of :func:`bordergis.geodesy.conformal`, where the nearest is searched."""
        return np.asarray(shapely.linestrings(self.shapes.plane, indices=np.repeat(np.arange(len(self.edges)), np.diff(self.shapes.first))))

    @cached_property
    def plane_tree(self) -> shapely.STRtree:
        """Give the index of :attr:`plane`."""
        return shapely.STRtree(self.plane)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Give the index of the shapes in longitude and latitude, where outlines and lines are crossed."""
        return shapely.STRtree(np.asarray(self.edges.geometry.array))


def build_network(roads: gpd.GeoDataFrame, *, speeds: pd.DataFrame | None = None) -> RoadNetwork:
    """Make a network of an edge table.

    Parameters
    ----------
    roads
        Edges that share nodes by number (:data:`bordergis.schema.ROADS`); tables that number their own nodes are joined by
        :func:`join_roads`. ``oneway`` of 1 and -1 is obeyed; where it is missing both directions are open. The length of an edge is the
        stated one, but never less than that of its shape: shapes are simplified, so that a road is at least as long as its drawing.
    speeds
        Speeds by class and surface (:data:`bordergis.schema.ROAD_SPEEDS`); by default those of :func:`load_speeds`.

    Returns
    -------
    RoadNetwork
        How many lengths differ from the shapes stands in the notes of its edges.

    Raises
    ------
    SchemaError
        If the roads or the speeds break their contract.
    RuleError
        If a class of road has no speed.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString
    >>> roads = gpd.GeoDataFrame(
    ...     {"u": [7], "v": [9], "length_m": [1_000.0], "highway_class": ["primary"], "oneway": [1]},
    ...     geometry=[LineString([(103, 14), (103, 14.009)])], crs=4326,
    ... )
    >>> network = build_network(roads)
    >>> network.forward_s.round(1), network.backward_s
    (array([55.4]), array([inf]))
    """
    ROADS.validate(roads)
    speeds = load_speeds() if speeds is None else speeds
    ROAD_SPEEDS.validate(speeds)

    edges = roads.reset_index(drop=True)
    shapes = np.asarray(edges.geometry.array)
    numbers, nodes = np.unique(edges[["u", "v"]].to_numpy(dtype=np.int64).T.reshape(-1), return_inverse=True)
    u, v = nodes.astype(np.int32).reshape(2, -1)
    lonlat = np.empty((len(numbers), 2))
    lonlat[np.stack([u, v], axis=1)] = end_points(shapes)

    stated, drawn = edges["length_m"].to_numpy(dtype=float), Shapes.of(shapes).lengths_m
    lengths_m = np.maximum(stated, drawn)
    seconds = lengths_m / (road_speeds(edges, speeds) * KMH)
    way = edges["oneway"].fillna(0).to_numpy(dtype=int) if "oneway" in edges else np.zeros(len(edges), dtype=int)
    labelled = inherit(edges, roads, speeds, step="build_network()", notes=_length_words(stated, drawn))
    return RoadNetwork(labelled, lonlat, u, v, lengths_m, np.where(way < 0, np.inf, seconds), np.where(way > 0, np.inf, seconds))


def _length_words(stated: Floats, drawn: Floats) -> list[str]:
    apart = np.abs(stated - drawn)
    wide = (apart > LENGTH_M) & (apart > LENGTH_SHARE * drawn)
    if not wide.any():
        return []
    longer = int((wide & (stated > drawn)).sum())
    count = f"{int(wide.sum()):,} of {len(stated):,} edges state a length that differs by more than 1 % from that of their shape"
    return [f"{count}, {longer:,} of them a longer one; the longer of the two counts, since shapes are simplified."]

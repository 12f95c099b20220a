"""Where edges cross lines, and which stretches of them lie inside areas. Planar in longitude and latitude, as outlines are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bordergis.network.graph import RoadNetwork

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]

__all__ = ["crossings", "stretches_inside"]

ROUND = 9
"""Decimals of a share at which two crossings are one: a vertex that lies on a line belongs to two pieces."""


def crossings(network: RoadNetwork, lines: Shapes) -> pd.DataFrame:
    """Find where edges meet lines; to touch counts, to run along does not.

    Returns
    -------
    pandas.DataFrame
        A row a meeting: ``edge``, ``line`` (row of ``lines``), ``share`` of the edge's length, ``lon``, ``lat``; by edge and share.

    Examples
    --------
    >>> import geopandas as gpd, bordergis as bg
    >>> roads = gpd.GeoDataFrame(
    ...     {"u": [1], "v": [2], "length_m": [1_110.0], "highway_class": ["primary"]},
    ...     geometry=[shapely.LineString([(103, 14), (103, 14.01)])], crs=4326,
    ... )
    >>> wire = np.array([shapely.LineString([(102.9, 14.005), (103.1, 14.005)])])
    >>> crossings(bg.build_network(roads), wire)[["edge", "share"]].round(3).to_numpy().tolist()
    [[0.0, 0.5]]
    """
    found = _meetings(network, lines)
    return found.drop_duplicates(["edge", "line", "share"]).sort_values(["edge", "share", "line"], ignore_index=True)


def stretches_inside(network: RoadNetwork, areas: Shapes) -> pd.DataFrame:
    """Find the stretches of edges that lie inside areas.

    Returns
    -------
    pandas.DataFrame
        A row a stretch: ``edge``, ``area`` (row of ``areas``), ``low`` and ``high``: the shares of the edge's length it lies between.

    Examples
    --------
    >>> import geopandas as gpd, bordergis as bg
    >>> roads = gpd.GeoDataFrame(
    ...     {"u": [1], "v": [2], "length_m": [1_110.0], "highway_class": ["primary"]},
    ...     geometry=[shapely.LineString([(103, 14), (103, 14.01)])], crs=4326,
    ... )
    >>> stretches_inside(bg.build_network(roads), np.array([shapely.box(102.9, 14.005, 103.1, 14.1)])).round(3).to_numpy().tolist()
    [[0.0, 0.0, 0.5, 1.0]]
    """
    rings = np.array([shapely.boundary(area) for area in areas], dtype=object)
    met = _meetings(network, rings).rename(columns={"line": "area"})[["edge", "area", "share"]]
    rim = met[["edge", "area"]].drop_duplicates()
    cuts = pd.concat([rim.assign(share=0.0), rim.assign(share=1.0), met]).drop_duplicates()
    cuts = cuts.sort_values(["area", "edge", "share"], ignore_index=True)
    same = ((cuts["edge"] == cuts["edge"].shift(-1)) & (cuts["area"] == cuts["area"].shift(-1))).to_numpy()
    part = pd.DataFrame({"edge": cuts["edge"], "area": cuts["area"], "low": cuts["share"], "high": cuts["share"].shift(-1)})[same]

    shapes = shapely.from_wkb(shapely.to_wkb(areas))  # preparing would leave its mark on the caller's
    shapely.prepare(shapes)
    middle = network.shapes.at(part["edge"].to_numpy(dtype=np.int64), ((part["low"] + part["high"]) / 2).to_numpy(dtype=float))
    inside = part[shapely.contains_xy(shapes[part["area"].to_numpy(dtype=np.int64)], middle)]
    stretches = pd.concat([_whole(network, shapes, rim), _merged(inside)])
    return stretches.sort_values(["area", "edge", "low"], ignore_index=True)


def _whole(network: RoadNetwork, areas: Shapes, rim: pd.DataFrame) -> pd.DataFrame:
    """Find the edges that lie inside areas with all their length: those that begin there and do not meet the rim."""
    parts, area = shapely.get_parts(areas, return_index=True)
    shapely.prepare(parts)
    part, edge = network.tree.query(parts)
    start = network.shapes.lonlat[network.shapes.first[edge]]
    inside = shapely.contains_xy(parts[part], start)
    pairs = pd.DataFrame({"edge": edge[inside], "area": area[part[inside]], "low": 0.0, "high": 1.0})
    return pairs[~pd.MultiIndex.from_frame(pairs[["edge", "area"]]).isin(pd.MultiIndex.from_frame(rim))]


def _merged(stretches: pd.DataFrame) -> pd.DataFrame:
    """Join stretches of an edge in an area that follow each other."""
    before = stretches.shift(1)
    new = (stretches[["edge", "area"]] != before[["edge", "area"]]).any(axis=1) | (stretches["low"] != before["high"])
    return stretches.groupby(new.cumsum()).agg(edge=("edge", "first"), area=("area", "first"), low=("low", "first"), high=("high", "last"))


def _meetings(network: RoadNetwork, lines: Shapes) -> pd.DataFrame:
    """Cut the pieces of edges with the pieces of lines."""
    parts, line = shapely.get_parts(lines, return_index=True)
    xy, part_of = shapely.get_coordinates(parts, return_index=True)
    inner = np.flatnonzero(part_of[1:] == part_of[:-1])  # a line of many parts has gaps
    other, other_step = xy[inner], xy[inner + 1] - xy[inner]
    theirs = _segments(other, other_step)

    edges = np.unique(network.tree.query(theirs)[1])
    row, begin = network.shapes.pieces(edges)
    start, step = network.shapes.lonlat[begin], network.shapes.lonlat[begin + 1] - network.shapes.lonlat[begin]
    i, j = shapely.STRtree(theirs).query(_segments(start, step), predicate="intersects")
    cross = _cross(step[i], other_step[j])
    i, j, cross = i[cross != 0], j[cross != 0], cross[cross != 0]
    part = np.clip(_cross(other[j] - start[i], other_step[j]) / cross, 0.0, 1.0)
    edge = edges[row[i]]
    share = network.shapes.share_at(edge, begin[i], part).round(ROUND)
    lon, lat = (start[i] + part[:, None] * step[i]).T
    return pd.DataFrame({"edge": edge, "line": line[part_of[inner[j]]], "share": share, "lon": lon, "lat": lat})


def _segments(start: Floats, step: Floats) -> Shapes:
    return np.asarray(shapely.linestrings(np.stack([start, start + step], axis=1)))


def _cross(one: Floats, other: Floats) -> Floats:
    return one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]

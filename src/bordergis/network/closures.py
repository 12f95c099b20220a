"""Closures on the network: which edge a closed road, bridge or checkpoint means."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from bordergis import geodesy
from bordergis.crs import require_same_crs
from bordergis.errors import RuleError
from bordergis.network.barrier_table import no_barriers
from bordergis.network.barriers import in_force, table_of
from bordergis.network.crossings import crossings, stretches_inside
from bordergis.network.snapping import foot_on_edges
from bordergis.provenance import inherit
from bordergis.schema import CLOSURES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from bordergis.network.graph import RoadNetwork

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["PASSABILITY", "closure_barriers"]

PASSABILITY: Mapping[str, tuple[float, bool]] = {
    "blocked": (np.inf, True),
    "slow": (2.0, True),
    "convoy only": (4.0, True),
    "unknown": (np.inf, False),
}
"""How many times as long a stretch takes, and whether that is certain: our assumptions, for no source gives numbers. What is reported
closed without a word on passability is blocked; of what is unknown, that it is blocked is possible."""

REACH_M = 100.0
"""How far from a closure without a stated precision its road may lie, and how far beyond a stated one: our assumption."""

ALONG_M = 30.0
"""A closed line means the roads that run along it within this, or its own precision: our assumption."""

PARALLEL_DEG = 30.0
SAMPLE_M = 10.0


def closure_barriers(
    closures: gpd.GeoDataFrame,
    network: RoadNetwork,
    *,
    as_of: dt.date | str,
    passability: Mapping[str, tuple[float, bool]] = PASSABILITY,
) -> pd.DataFrame:
    """Find the edges that closures mean.

    A **point** means one edge. Of the edges within its ``position_radius_m`` (or the nearest within 100 m, if none is that near) those
    count that fit what is told: first its ``ref``, then its ``name``, then, of a bridge, ``brunnel=bridge``; what fits no edge is passed
    over. If one edge is left it is meant for certain. If several are, each is a *candidate* with a number of its own, and possible; the
    carriageways of one road, which are open one way each, are one candidate. A blocked point cuts its edge there, a blocked bridge the
    whole edge, and a slowed point slows the whole edge.

    A **line** means the stretches of roads that run along it, a cordon's line the roads it crosses, an **area** the stretches inside it.

    Parameters
    ----------
    closures
        Closures (:data:`bordergis.schema.CLOSURES`); one without a position cuts nothing, and is counted.
    network
        The roads.
    as_of
        The date, local: only what is in force counts.
    passability
        For each word the factor and whether it is certain; by default :data:`PASSABILITY`.

    Returns
    -------
    pandas.DataFrame
        Barriers of kind ``closure``. Which closures found no road stands in the notes.

    Raises
    ------
    SchemaError
        If the closures break their contract.
    RuleError
        If the table of passability lacks a word that a closure uses, or ``blocked``, which holds where none is told.

    Examples
    --------
    >>> import bordergis as bg, geopandas as gpd, pandas as pd
    >>> from shapely import LineString, Point
    >>> roads = gpd.GeoDataFrame(
    ...     {"u": [1, 2], "v": [2, 3], "length_m": [1_106.0, 1_106.0], "highway_class": ["primary"] * 2, "brunnel": [None, "bridge"]},
    ...     geometry=[LineString([(103, 14), (103, 14.01)]), LineString([(103, 14.01), (103, 14.02)])], crs=4326,
    ... )
    >>> bridge = gpd.GeoDataFrame(
    ...     {"closure_id": ["b"], "kind": ["bridge"], "valid_from": pd.to_datetime(["2025-12-19"]), "valid_to": pd.to_datetime([None]),
    ...      "position_radius_m": [500.0]},
    ...     geometry=[Point(103, 14.0095)], crs=4326,
    ... )
    >>> bg.closure_barriers(bridge, bg.build_network(roads), as_of="2026-01-14")[["edge", "certainty"]].to_dict("records")
    [{'edge': 1, 'certainty': 'definite'}]
    """
    CLOSURES.validate(closures)
    require_same_crs(closures, network.edges)
    now = in_force(closures, as_of).reset_index(drop=True)
    located = now[now.geometry.notna()]
    kind = located.geometry.geom_type.str.removeprefix("Multi")
    found = pd.concat(
        [
            _at_points(located[kind == "Point"], network),
            _along_lines(located[(kind == "LineString") & (located["kind"] != "cordon")], network),
            _across(located[(kind == "LineString") & (located["kind"] == "cordon")], network),
            _inside(located[kind == "Polygon"], network),
        ],
        ignore_index=True,
    ).astype({"row": "int64", "edge": "int64", "candidate": "int64"})
    table = _graded(found, now, network, passability)
    note = _words(now, located, found)
    return inherit(table, closures, network.edges, step=f"closure_barriers(as_of={as_of})", notes=[note])


def _graded(found: pd.DataFrame, closures: gpd.GeoDataFrame, network: RoadNetwork, words: Mapping[str, tuple[float, bool]]) -> pd.DataFrame:
    """Give each stretch its factor and certainty."""
    if found.empty:
        return no_barriers()
    rows = closures.iloc[found["row"]]
    told = rows["passability"] if "passability" in rows else pd.Series(None, rows.index, dtype="object")
    told = told.fillna("blocked")
    if strange := sorted(set(told) - set(words)):
        raise RuleError(
            f"The table of passability does not speak of {', '.join(strange)}; add each with a factor and whether it is certain."
        )
    factor, certain = (np.array(part) for part in zip(*(words[word] for word in told), strict=True))
    alone = found.groupby("row")["candidate"].transform("max").to_numpy() == 0
    spread = np.isfinite(factor) & (found["from_m"] == found["to_m"]).to_numpy()  # a slowed point slows its edge
    return table_of(
        edge=found["edge"], from_m=np.where(spread, 0.0, found["from_m"]),
        to_m=np.where(spread, network.lengths_m[found["edge"]], found["to_m"]), barrier_id=rows["closure_id"].to_numpy(), kind="closure",
        certainty=np.where(alone & certain.astype(bool), "definite", "possible"), factor=factor, candidate=found["candidate"],
    ).sort_values(["barrier_id", "candidate", "edge", "from_m"], kind="stable", ignore_index=True)  # fmt: skip


def _at_points(closures: gpd.GeoDataFrame, network: RoadNetwork) -> pd.DataFrame:
    """Find the candidates for every point."""
    lonlat = shapely.get_coordinates(np.asarray(closures.geometry.array))
    row = closures.index.to_numpy(dtype=np.int64)
    radius_m = closures.get("position_radius_m", pd.Series(np.nan, closures.index)).fillna(0.0)
    near = _near(network, lonlat, radius_m.to_numpy(dtype=float))
    if near.empty:
        return near.assign(row=[], candidate=[], from_m=[], to_m=[])
    near["row"] = row[near["point"]]
    edges = network.edges.iloc[near["edge"]]
    rows = closures.loc[near["row"]]
    near = near[_fitting(near, edges, rows)].reset_index(drop=True)

    edges = network.edges.iloc[near["edge"]]
    near["candidate"] = _candidates(near, edges)
    bridge = (closures.loc[near["row"], "kind"].to_numpy() == "bridge") & (_text(edges, "brunnel") == "bridge")
    near["from_m"] = np.where(bridge, 0.0, near["at_m"])
    near["to_m"] = np.where(bridge, network.lengths_m[near["edge"]], near["at_m"])
    return near[["row", "edge", "from_m", "to_m", "candidate"]]


def _near(network: RoadNetwork, lonlat: Floats, radius_m: Floats) -> pd.DataFrame:
    """Find the edges within the radius of points, or the nearest edge a little farther."""
    if not len(lonlat) or not len(network.edges):
        return pd.DataFrame({"point": [], "edge": [], "at_m": [], "off_m": []}, dtype="float64")
    plane = shapely.points(geodesy.conformal(*lonlat.T))
    scale = 1 / np.cos(np.radians(lonlat[:, 1]))
    tree = network.plane_tree
    pairs = np.concatenate(
        [tree.query(plane, predicate="dwithin", distance=(radius_m + REACH_M) * scale), tree.query_nearest(plane)], axis=1
    )
    point, edge = np.unique(pairs, axis=1)
    at_m, off_m = foot_on_edges(network, edge, lonlat[point])
    near = pd.DataFrame({"point": point, "edge": edge, "at_m": at_m, "off_m": off_m})
    nearest = near["off_m"] <= near.groupby("point")["off_m"].transform("min")
    within = near["off_m"] <= radius_m[point]
    none = ~within.groupby(near["point"]).transform("any")
    return near[within | (none & nearest & (near["off_m"] <= radius_m[point] + REACH_M))].reset_index(drop=True)


def _fitting(near: pd.DataFrame, edges: gpd.GeoDataFrame, closures: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Keep the edges that fit what is told; what fits no edge near the point is passed over."""
    told = closures["kind"].to_numpy() == "bridge"
    tests = [
        [_has_number(mine, theirs) for mine, theirs in zip(_text(closures, "ref"), _text(edges, "ref"), strict=True)],
        (_text(closures, "name") != "") & (_text(closures, "name") == _text(edges, "name")),
        told & (_text(edges, "brunnel") == "bridge"),
    ]
    keep = np.ones(len(near), dtype=bool)
    point = near["point"].to_numpy()
    for test in tests:
        fits = np.asarray(test, dtype=bool) & keep
        keep = np.where(np.isin(point, point[fits]), fits, keep)
    return keep


def _candidates(near: pd.DataFrame, edges: gpd.GeoDataFrame) -> Ints:
    """Give the alternatives of each point numbers from 0, nearest first; the carriageways of one road are one."""
    oneway = edges["oneway"].fillna(0).to_numpy(dtype=int) if "oneway" in edges else np.zeros(len(edges), dtype=int)
    road = pd.Series(_text(edges, "highway_class") + "|" + _text(edges, "ref") + "|" + _text(edges, "name"))
    named = (_text(edges, "ref") + _text(edges, "name")) != ""
    what = np.where((oneway != 0) & named, road, near["edge"].astype("str"))
    told = pd.DataFrame({"point": near["point"], "what": what, "off_m": near["off_m"]})
    nearest = told.groupby(["point", "what"])["off_m"].transform("min")
    return (told.assign(nearest=nearest).groupby("point")["nearest"].rank(method="dense").astype(int) - 1).to_numpy()


def _along_lines(closures: gpd.GeoDataFrame, network: RoadNetwork) -> pd.DataFrame:
    """Find the stretches of edges that run along closed lines, by looking every few metres."""
    lines = np.asarray(shapely.transform(np.asarray(closures.geometry.array), lambda lonlat: geodesy.conformal(*lonlat.T)))
    middle = shapely.get_y(shapely.centroid(np.asarray(closures.geometry.array)))
    radius_m = closures.get("position_radius_m", pd.Series(np.nan, closures.index)).fillna(0.0).to_numpy(dtype=float)
    reach = np.maximum(radius_m, ALONG_M) / np.cos(np.radians(middle))
    which, edge = network.plane_tree.query(lines, predicate="dwithin", distance=reach)
    n = np.maximum(2, np.ceil(network.lengths_m[edge] / SAMPLE_M).astype(int) + 1)
    pair = np.repeat(np.arange(len(edge)), n)
    share = (np.arange(len(pair)) - np.repeat(np.cumsum(n) - n, n)) / (n[pair] - 1)

    xy = geodesy.conformal(*network.shapes.at(edge[pair], share).T)
    vertex = network.shapes.piece_at(edge[pair], share)
    own = network.shapes.plane[vertex + 1] - network.shapes.plane[vertex]
    line, points = lines[which[pair]], shapely.points(xy)
    there = shapely.line_locate_point(line, points)
    step = 1.0  # a metre on the line tells its direction
    ahead, behind = (shapely.get_coordinates(shapely.line_interpolate_point(line, there + by)) for by in (step, -step))
    size = np.hypot(*own.T) * np.hypot(*(ahead - behind).T)
    cosine = np.divide(np.abs(np.einsum("ij,ij->i", own, ahead - behind)), size, out=np.zeros(len(size)), where=size > 0)
    seen = (shapely.distance(line, points) <= reach[which[pair]]) & (cosine >= np.cos(np.radians(PARALLEL_DEG)))

    looks = pd.DataFrame({"pair": pair, "share": share, "run": np.cumsum(np.diff(pair, prepend=-1) + np.abs(np.diff(seen, prepend=False)))})
    runs = looks[seen].groupby("run").agg(pair=("pair", "first"), low=("share", "min"), high=("share", "max"))
    runs = runs[runs["high"] > runs["low"]]
    of = runs["pair"].to_numpy(dtype=np.int64)
    long_m = network.lengths_m[edge[of]]
    rows = closures.index.to_numpy(dtype=np.int64)[which[of]]
    return pd.DataFrame(
        {"row": rows, "edge": edge[of], "from_m": runs["low"] * long_m, "to_m": runs["high"] * long_m, "candidate": 0}
    ).reset_index(drop=True)


def _across(closures: gpd.GeoDataFrame, network: RoadNetwork) -> pd.DataFrame:
    met = crossings(network, np.asarray(closures.geometry.array))
    at_m = met["share"] * network.lengths_m[met["edge"]]
    rows = closures.index.to_numpy(dtype=np.int64)[met["line"]]
    return pd.DataFrame({"row": rows, "edge": met["edge"], "from_m": at_m, "to_m": at_m, "candidate": 0})


def _inside(closures: gpd.GeoDataFrame, network: RoadNetwork) -> pd.DataFrame:
    found = stretches_inside(network, np.asarray(closures.geometry.array))
    long_m = network.lengths_m[found["edge"]]
    rows = closures.index.to_numpy(dtype=np.int64)[found["area"]]
    return pd.DataFrame(
        {"row": rows, "edge": found["edge"], "from_m": found["low"] * long_m, "to_m": found["high"] * long_m, "candidate": 0}
    )


def _words(now: gpd.GeoDataFrame, located: gpd.GeoDataFrame, found: pd.DataFrame) -> str:
    lost = sorted(now.loc[now.index.isin(located.index) & ~now.index.isin(found["row"]), "closure_id"])
    several = int((found.groupby("row")["candidate"].max() > 0).sum())
    names = f" ({', '.join(lost[:10])})" if lost else ""
    return (
        f"{len(now)} closures in force: {found['row'].nunique()} on mapped roads, of which {several} may mean one of several; "
        f"{len(lost)} near no mapped road{names}; {len(now) - len(located)} without a position."
    )


def _text(rows: pd.DataFrame, name: str) -> NDArray[np.object_]:
    if name not in rows:
        return np.full(len(rows), "", dtype=object)
    return rows[name].astype("str").fillna("").str.strip().str.casefold().to_numpy(dtype=object)


def _has_number(mine: str, theirs: str) -> bool:
    """Tell whether a road number is among those of an edge, which are separated by semicolons or strokes."""
    return mine != "" and mine in (part.strip() for part in theirs.replace("|", ";").split(";"))

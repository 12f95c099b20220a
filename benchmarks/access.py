"""The whole answer on access, one question more, and a year of them, beside the way one would write it with networkx, in one process."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from benchmarks import routes
from benchmarks.measure import OURS, Row, race
from scipy.spatial import cKDTree

import bordergis as bg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

VILLAGES, ZONES, DATE = 14_500, 1_000, "2026-01-14"
NEAR_DEG = 0.004
"""How far a village lies from a crossing, at most: some 400 m."""


def rows() -> Iterator[Row]:
    """Run the whole answer on one world, ask once more with something reopened, and ask for every day of a year."""
    villages, zones, conditions, targets = world()
    ask = {"zones": zones, "roads": conditions, "targets": targets, "as_of": DATE}
    roads = conditions.roads
    size = f"{len(roads.nodes):,} nodes, {len(roads.u):,} edges, {ZONES:,} zones, {routes.TARGETS} targets, {VILLAGES:,} villages"
    answer = bg.inaccessible_villages(villages, **ask)
    truth = answer.routes["answer"].isin(["reachable_by_road"]).to_numpy()
    yield race(
        f"whole answer on access, {size}",
        {
            OURS: lambda: bg.inaccessible_villages(villages, **ask),
            "networkx, times alone": lambda: by_networkx(villages, zones, conditions, targets),
        },
        lambda found: f"{int((reached_of(found) != truth).sum())} villages differ",
    )
    yield one_more(answer, lambda: bg.inaccessible_villages(villages, **ask))
    yield year(villages, zones, conditions, targets)


def one_more(answer: bg.InaccessibleVillages, anew: Callable[[], Any]) -> Row:
    """Ask what if one zone were gone: another each time, so that nothing is found ready."""
    names = iter(answer.state.barriers["barrier_id"].unique())
    return race(
        "what if one zone were gone, all answers and reasons",
        {OURS: lambda: answer.what_if(reopen=[next(names)]), "the whole answer again": anew},
        lambda found: f"{len(found.table):,} villages",
        rounds=5,
    )


def year(villages: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, conditions: bg.RoadConditions, targets: gpd.GeoDataFrame) -> Row:
    """Ask for each of 365 dates, on which three zones come and three go; the peer is told by one date in thirty."""
    days = pd.date_range("2025-07-01", periods=365)
    first = np.random.default_rng(3).integers(0, 365, len(zones))
    shown = {"shown_from": days[first].astype("datetime64[s]"), "shown_to": days[np.minimum(first + 30, 364)].astype("datetime64[s]")}
    known = zones.assign(**shown)

    def peer() -> NDArray[np.bool_]:
        for day in days[::30]:
            found = by_networkx(villages, known[(known["shown_from"] <= day) & (known["shown_to"] >= day)], conditions, targets)
        return found

    return race(
        f"access on 365 dates, {len(zones):,} zones of a month each",
        {
            OURS: lambda: bg.access_over_time(villages, days.date, zones=known, roads=conditions, targets=targets),
            "networkx, times alone, 13 of the dates": peer,
        },
        lambda found: f"{len(found):,} rows" if isinstance(found, pd.DataFrame) else "13 dates",
        rounds=1,
    )


def reached_of(found: Any) -> NDArray[np.bool_]:  # noqa: ANN401  ours, or a peer's
    """Tell which villages are reached."""
    return found if isinstance(found, np.ndarray) else found.routes["answer"].eq("reachable_by_road").to_numpy()


def world(seed: int = 11) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, bg.RoadConditions, gpd.GeoDataFrame]:
    """Give villages near crossings, zones of a kilometre, roads, and targets at crossings."""
    rng = np.random.default_rng(seed)
    bare, goals = routes.world()
    lines = shapely.linestrings(np.stack([bare.nodes[bare.u], bare.nodes[bare.v]], axis=1))
    told = {"u": bare.u, "v": bare.v, "length_m": bare.lengths_m, "highway_class": "primary"}
    network = replace(bare, edges=gpd.GeoDataFrame(told, geometry=lines, crs=4326))
    spot = bare.nodes[rng.integers(0, len(bare.nodes), VILLAGES)] + rng.uniform(-NEAR_DEG, NEAR_DEG, (VILLAGES, 2))
    name = [f"v{n}" for n in range(VILLAGES)]
    villages = gpd.GeoDataFrame({"place_id": name, "name": name, "position_radius_m": 0.0}, geometry=gpd.points_from_xy(*spot.T), crs=4326)
    towns = bare.nodes[bare.u[goals["edge"].to_numpy(dtype=np.int64)]]
    ids = [f"t{n}" for n in range(len(towns))]
    targets = gpd.GeoDataFrame({"target_set": "town", "target_id": ids, "name": ids}, geometry=gpd.points_from_xy(*towns.T), crs=4326)
    return villages, zones_of(rng), bg.RoadConditions(network), targets


def zones_of(rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Give a zone of one kilometre round each of many places."""
    day = pd.Timestamp("2026-01-01").as_unit("s")
    spot = rng.uniform([102.3, 13.2], [105.3, 14.9], (ZONES, 2))
    discs = bg.geodesic_buffer(gpd.GeoDataFrame(geometry=gpd.points_from_xy(*spot.T), crs=4326), 1_000.0)
    parts = [((f"i{n}", lon, lat, 1_000.0, day),) for n, (lon, lat) in enumerate(spot.tolist())]
    told = {
        "zone_id": [f"z{n}" for n in range(ZONES)],
        "certainty": "definite",
        "rule_id": "r",
        "start": day,
        "end": pd.NaT,
        "discs": parts,
    }
    layer = gpd.GeoDataFrame(told, geometry=discs.geometry.to_numpy(), crs=4326)
    return layer.astype({"start": "datetime64[s]", "end": "datetime64[s]"})


def by_networkx(
    villages: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, conditions: bg.RoadConditions, targets: gpd.GeoDataFrame
) -> NDArray[np.bool_]:
    """Leave out every edge that meets a zone, search from all targets, and take each village at its nearest crossing."""
    import networkx as nx  # noqa: PLC0415

    network = conditions.roads
    shut = np.unique(shapely.STRtree(network.edges.geometry.to_numpy()).query(zones.geometry.to_numpy(), predicate="intersects")[1])
    open_ = np.setdiff1d(np.arange(len(network.u)), shut)
    u, v, there, back = (part[open_] for part in (network.u, network.v, network.forward_s, network.backward_s))
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(network.nodes)))
    graph.add_weighted_edges_from(zip(v.tolist(), u.tolist(), there.tolist(), strict=True))
    both = np.isfinite(back)
    graph.add_weighted_edges_from(zip(u[both].tolist(), v[both].tolist(), back[both].tolist(), strict=True))
    tree = cKDTree(network.nodes)
    starts = set(tree.query(shapely.get_coordinates(targets.geometry))[1].tolist())
    found = nx.multi_source_dijkstra_path_length(graph, starts)
    return np.isin(tree.query(shapely.get_coordinates(villages.geometry))[1], np.fromiter(found, dtype=np.int64))

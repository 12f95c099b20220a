"""Shortest times to the nearest of sixty targets, beside the graph libraries, in one process."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from benchmarks.measure import OURS, Row, race, show
from scipy.spatial import cKDTree

import bordergis as bg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

NODES, NEIGHBOURS, TARGETS = 130_000, 4, 60
FAR_S = 1e6
"""Farther than any way here leads: pandana looks no farther than it is told."""


TOO_LONG_S = 10.0
"""A graph that takes longer to make is made once and not raced."""


def rows() -> Iterator[Row]:
    """Run the job; ours keeps no graph between two questions, for the edges are cut where places and barriers lie."""
    network, targets = world()
    truth = bg.travel_times(network, targets, targets).seconds
    made, absent, slow = graphs(network)
    yield job(f"time to the nearest of {TARGETS} targets, {len(network.nodes):,} nodes, {len(network.u):,} edges, peers' graph at hand", {
        OURS: lambda: bg.travel_times(network, targets, targets).seconds,
        **{name: (lambda search=search, graph=graph: search(graph, targets)) for name, (_, search, graph) in made.items()},
    }, truth, absent)  # fmt: skip
    yield job("the same, with peers' graph made first", {
        OURS: lambda: bg.travel_times(network, targets, targets).seconds,
        **{
            name: (lambda make=make, search=search: search(make(network), targets))
            for name, (make, search, _) in made.items() if name not in slow
        },
    }, truth, absent | slow)  # fmt: skip


def job(name: str, contestants: dict[str, Callable[[], Any]], truth: Floats, absent: dict[str, str]) -> Row:
    """Race, and hold every answer against ours."""
    row = race(name, contestants, lambda seconds: apart(seconds, truth))
    row.absent |= absent
    return row


def apart(seconds: Floats, truth: Floats) -> str:
    """Say how many nodes differ, and by how much at most where both have a way."""
    both = np.isfinite(seconds) & np.isfinite(truth)
    wrong = ~np.isclose(seconds, truth, rtol=1e-9)
    return f"{int(wrong.sum()):,} nodes differ" + (f", by {np.abs(seconds[both] - truth[both]).max():.2g} s at most" if wrong.any() else "")


def world(seed: int = 7) -> tuple[bg.RoadNetwork, pd.DataFrame]:
    """Give nodes scattered over the area, each joined to its nearest; a twentieth of the edges are one way. Targets lie at nodes."""
    rng = np.random.default_rng(seed)
    nodes = rng.uniform([102.3, 13.2], [105.3, 14.9], (NODES, 2))
    near = cKDTree(nodes).query(nodes, k=NEIGHBOURS + 1)[1][:, 1:]
    pairs = np.unique(np.sort(np.stack([np.repeat(np.arange(NODES), NEIGHBOURS), near.ravel()], axis=-1), axis=1), axis=0)[:300_000]
    u, v = pairs.T.astype(np.int32)
    metres = np.hypot(*(nodes[u] - nodes[v]).T) * 110_000
    seconds = metres / rng.choice([4.0, 7.0, 11.0, 18.0], len(u))
    back = np.where(rng.random(len(u)) < 0.05, np.inf, seconds)  # noqa: PLR2004  one in twenty
    network = bg.RoadNetwork(pd.DataFrame(index=pd.RangeIndex(len(u))), nodes, u, v, metres, seconds, back)
    edge = rng.choice(len(u), TARGETS, replace=False)
    placed = {"edge": pd.array(edge, dtype="Int64"), "at_m": np.zeros(TARGETS), "on_network": pd.array([True] * TARGETS, dtype="boolean")}
    return network, pd.DataFrame(placed)


def arcs(network: bg.RoadNetwork) -> tuple[Floats, Floats, Floats]:
    """Give the directions turned round: from where one arrives to where one comes from."""
    both = np.isfinite(network.backward_s)
    reached = np.concatenate([network.v, network.u[both]])
    whence = np.concatenate([network.u, network.v[both]])
    return reached, whence, np.concatenate([network.forward_s, network.backward_s[both]])


def graphs(network: bg.RoadNetwork) -> tuple[dict[str, tuple[Any, Any, Any]], dict[str, str], dict[str, str]]:
    """Make the peers' graphs: how each is made, how it searches, and one made; who is not installed; whose graph takes too long to race."""
    made: dict[str, tuple[Any, Any, Any]] = {}
    slow: dict[str, str] = {}
    absent = {"osmnx": "searches with networkx, and not from many at once: see there"}
    peers = (("networkx", of_networkx, by_networkx), ("igraph", of_igraph, by_igraph), ("pandana", of_pandana, by_pandana))
    for name, make, search in peers:
        try:
            began = time.perf_counter()
            made[name] = (make, search, make(network))
            if (took := time.perf_counter() - began) > TOO_LONG_S:
                slow[name] = f"{show(took)} to make the graph, once"
        except ImportError as error:
            absent[name] = f"not installed ({error})"
    return made, absent, slow


def seeds(targets: pd.DataFrame, network: bg.RoadNetwork) -> list[int]:
    """Give the nodes at which the targets lie."""
    return sorted({int(node) for node in network.u[targets["edge"].to_numpy(dtype=np.int64)]})


def of_networkx(network: bg.RoadNetwork) -> Any:  # noqa: ANN401  the library has no types
    """Make a directed graph; of parallel edges the fastest."""
    import networkx as nx  # noqa: PLC0415

    reached, whence, seconds = arcs(network)
    order = np.argsort(-seconds, kind="stable")  # a later edge displaces an earlier one
    graph = nx.DiGraph(network=network)
    graph.add_nodes_from(range(len(network.nodes)))
    graph.add_weighted_edges_from(zip(reached[order].tolist(), whence[order].tolist(), seconds[order].tolist(), strict=True))
    return graph


def by_networkx(graph: Any, targets: pd.DataFrame) -> Floats:  # noqa: ANN401
    """Search from all targets at once."""
    import networkx as nx  # noqa: PLC0415

    found = nx.multi_source_dijkstra_path_length(graph, set(seeds(targets, graph.graph["network"])), weight="weight")
    return np.array([found.get(node, np.inf) for node in range(len(graph))])


def of_igraph(network: bg.RoadNetwork) -> Any:  # noqa: ANN401
    """Make a directed graph with one more node that leads to every target: igraph searches from one at a time."""
    import igraph  # noqa: PLC0415

    reached, whence, seconds = arcs(network)
    graph = igraph.Graph(n=len(network.nodes), edges=np.stack([reached, whence], axis=-1), directed=True)
    graph.es["s"] = seconds
    graph["network"] = network
    return graph


def by_igraph(graph: Any, targets: pd.DataFrame) -> Floats:  # noqa: ANN401
    """Search from the node that leads to every target."""
    nodes = seeds(targets, graph["network"])
    source = graph.vcount()
    joined = graph.copy()
    joined.add_vertices(1)
    joined.add_edges([(source, node) for node in nodes], attributes={"s": [0.0] * len(nodes)})
    return np.array(joined.distances(source=[source], weights="s")[0][:source])


def of_pandana(network: bg.RoadNetwork) -> Any:  # noqa: ANN401
    """Make a directed network, which contracts it; travel is the way it leads, for it looks from every node to the nearest place."""
    import pandana  # noqa: PLC0415

    reached, whence, seconds = arcs(network)
    x, y = (pd.Series(part) for part in network.nodes.T)
    made = pandana.Network(x, y, pd.Series(whence), pd.Series(reached), pd.DataFrame({"s": seconds}), twoway=False)
    made.network = network
    return made


def by_pandana(graph: Any, targets: pd.DataFrame) -> Floats:  # noqa: ANN401
    """Look from every node for the nearest target; it gives the limit where there is none."""
    at = pd.DataFrame(graph.network.nodes[seeds(targets, graph.network)], columns=["x", "y"])
    graph.set_pois("target", FAR_S, 1, at["x"], at["y"])
    found = graph.nearest_pois(FAR_S, "target", num_pois=1)[1].to_numpy(dtype=float)
    return np.where(found >= FAR_S, np.inf, found)


if __name__ == "__main__":
    for _ in rows():
        pass

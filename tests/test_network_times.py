"""Travel times beside networkx, on small random networks: one-way streets, parallel edges, loops, barriers, places between nodes."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bordergis as bg
from bordergis import errors
from bordergis.network.barrier_table import no_barriers

LENGTHS = (0.0, 4.0, 8.0, 12.0, 20.0)
SHARES = (0.0, 0.25, 0.5, 1.0)


@st.composite
def worlds(draw):
    """A network, places and targets on it, and barriers; numbers are such that sums are exact."""
    n, m = draw(st.integers(1, 6)), draw(st.integers(1, 10))
    pick = lambda values, size: np.array([draw(st.sampled_from(values)) for _ in range(size)])  # noqa: E731  short and local
    u, v = pick(range(n), m).astype(np.int32), pick(range(n), m).astype(np.int32)
    long_m, way = pick(LENGTHS, m), pick((-1, 0, 0, 0, 1), m)
    slow = pick((1.0, 2.0), m)
    network = bg.RoadNetwork(
        pd.DataFrame(index=pd.RangeIndex(m)),
        np.zeros((n, 2)),
        u,
        v,
        long_m,
        np.where(way < 0, np.inf, long_m * slow),
        np.where(way > 0, np.inf, long_m * 2),
    )
    k = draw(st.integers(0, 4))
    edge, ends = pick(range(m), k).astype(int), np.sort(np.stack([pick(SHARES, k), pick(SHARES, k)], axis=-1).reshape(-1, 2), axis=1)
    barriers = pd.DataFrame(
        {
            "edge": edge,
            "from_m": ends[:, 0] * long_m[edge],
            "to_m": ends[:, 1] * long_m[edge],
            "factor": pick((1.0, 2.0, 4.0, np.inf, np.inf), k),
        }
    ).assign(barrier_id="b", kind="closure", certainty="definite", candidate=0)
    return network, placed(draw, network), placed(draw, network), barriers


def placed(draw, network):
    edge = [draw(st.sampled_from([*range(len(network.u)), None])) for _ in range(draw(st.integers(0, 4)))]
    share = [draw(st.sampled_from(SHARES)) for _ in edge]
    at_m = [np.nan if one is None else part * network.lengths_m[one] for one, part in zip(edge, share, strict=True)]
    on = [one is not None for one in edge]
    return pd.DataFrame(
        {"edge": pd.array(edge, dtype="Int64"), "at_m": np.array(at_m, dtype=float), "on_network": pd.array(on, dtype="boolean")}
    )


def by_networkx(network, places, targets, barriers):  # noqa: C901  one plain way through, told in one place
    """Every edge cut at every mark, a node a mark; what is blocked is left out. Knows nothing of pieces or sparse matrices."""
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(network.nodes)))
    shut = lambda e, m: any((barriers.edge == e) & (barriers.factor == np.inf) & (barriers.from_m <= m) & (m <= barriers.to_m))  # noqa: E731

    def arc(one, other, seconds):
        if np.isfinite(seconds) and not (graph.has_edge(one, other) and graph[one][other]["s"] <= seconds):
            graph.add_edge(one, other, s=seconds)

    for e, long_m in enumerate(network.lengths_m):
        told = [*barriers.from_m[barriers.edge == e], *barriers.to_m[barriers.edge == e]]
        spots = sorted(
            {0.0, long_m, *told, *places.at_m[places.edge.eq(e).fillna(value=False)], *targets.at_m[targets.edge.eq(e).fillna(value=False)]}
        )
        names = [(e, 0.0, "u"), (e, long_m, "v")] if long_m == 0 else [(e, m) for m in spots]
        marks = [0.0, 0.0] if long_m == 0 else spots
        open_ = [not shut(e, m) for m in marks]
        for name, node, free in ((names[0], int(network.u[e]), open_[0]), (names[-1], int(network.v[e]), open_[-1])):
            if free:
                arc(name, node, 0.0)
                arc(node, name, 0.0)
        for i in range(len(names) - 1):
            on = barriers[(barriers.edge == e) & (barriers.from_m < marks[i + 1]) & (barriers.to_m > marks[i])]
            factor = max([1.0, *on.factor])
            if open_[i] and open_[i + 1] and np.isfinite(factor):
                metres = marks[i + 1] - marks[i]
                a_metre = [s / long_m if long_m else s for s in (network.forward_s[e], network.backward_s[e])]
                arc(names[i], names[i + 1], metres * factor * a_metre[0] if metres else a_metre[0])
                arc(names[i + 1], names[i], metres * factor * a_metre[1] if metres else a_metre[1])

    def spots_of(row):
        spot = (row.edge, 0.0, "u") if network.lengths_m[row.edge] == 0 else (row.edge, row.at_m)  # 0 m is where an edge begins
        return [] if shut(row.edge, row.at_m) else [spot]

    for what, table in (("place", places), ("target", targets)):
        for i, row in enumerate(table.itertuples()):
            graph.add_node((what, i))
            for spot in [] if pd.isna(row.edge) else spots_of(row):
                arc(*((what, i), spot) if what == "place" else (spot, (what, i)), 0.0)
    goals = [("target", i) for i in range(len(targets))]
    times = nx.multi_source_dijkstra_path_length(graph.reverse(), set(goals), weight="s") if goals else {}

    def answer(i, row):
        if pd.isna(row.edge):
            return "not_on_network"
        return "on_barrier" if shut(row.edge, row.at_m) else "reached" if ("place", i) in times else "cut_off"

    answers = [answer(i, row) for i, row in enumerate(places.itertuples())]
    return times, answers


@settings(max_examples=25)
@given(worlds())
def test_times_are_those_of_networkx(world):
    network, places, targets, barriers = world
    found = bg.travel_times(network, places, targets, barriers=barriers)
    table = found.table
    times, answers = by_networkx(network, places, targets, barriers)
    assert found.seconds.tolist() == [times.get(node, np.inf) for node in range(len(network.nodes))]
    assert table["answer"].to_list() == answers
    for i, row in enumerate(table.itertuples()):
        assert row.time_s == times[("place", i)] if row.answer == "reached" else np.isnan(row.time_s)


@settings(max_examples=25)
@given(worlds())
def test_a_route_is_a_way_that_takes_the_time_it_says(world):
    network, places, targets, barriers = world
    times = bg.travel_times(network, places, targets, barriers=barriers)
    for label in places.index[times.table["answer"] == "reached"]:
        found = bg.route(times, label)
        steps = found.steps
        goal = targets.iloc[found.target]
        assert (steps["edge"].iloc[0], steps["from_m"].iloc[0]) == (places["edge"][label], places["at_m"][label])
        assert (steps["edge"].iloc[-1], steps["to_m"].iloc[-1]) == (goal["edge"], goal["at_m"])
        assert found.time_s == sum(taken(network, barriers, *step) for step in steps.itertuples(index=False))
        for (_, _, left), (edge, begun, _) in zip(ends(network, steps), ends(network, steps)[1:], strict=False):
            assert left == begun, edge


def ends(network, steps):
    """For each step the edge and the nodes at its two ends, or the position between nodes; nodes no metre apart are one."""
    nowhere = network.lengths_m == 0
    at_once = nx.Graph(zip(network.u[nowhere].tolist(), network.v[nowhere].tolist(), strict=True))
    one = {node: min(group) for group in nx.connected_components(at_once) for node in group}

    def node(edge, at_m):
        end = {0.0: int(network.u[edge]), network.lengths_m[edge]: int(network.v[edge])}.get(at_m)
        return (edge, at_m) if end is None else one.get(end, end)

    return [(e, node(e, a), node(e, b)) for e, a, b in steps.itertuples(index=False) if network.lengths_m[e] > 0]


def taken(network, barriers, edge, from_m, to_m):
    """Seconds of one step, piece by piece of a quarter of a metre."""
    if from_m == to_m:
        return 0.0
    whole = network.forward_s[edge] if to_m > from_m else network.backward_s[edge]
    low, high = sorted((from_m, to_m))
    middle = np.arange(low, high, 0.25) + 0.125
    on = barriers[barriers["edge"] == edge]
    factor = [max([1.0, *on.factor[(on.from_m < m) & (on.to_m > m)]]) for m in middle]
    return sum(0.25 * one * whole / network.lengths_m[edge] for one in factor)


@settings(max_examples=25)
@given(worlds())
def test_more_barriers_never_shorten_or_reopen_a_way(world):
    network, places, targets, barriers = world
    fewer = bg.travel_times(network, places, targets, barriers=barriers.iloc[: len(barriers) // 2]).seconds
    assert (bg.travel_times(network, places, targets, barriers=barriers).seconds >= fewer).all()
    assert (fewer >= bg.travel_times(network, places, targets).seconds).all()


@settings(max_examples=30)
@given(worlds())
def test_the_order_of_rows_changes_nothing_and_nothing_is_mutated(world):
    network, places, targets, barriers = world
    before = [table.copy() for table in (places, targets, barriers)]
    told = bg.travel_times(network, places, targets, barriers=barriers).table
    again = bg.travel_times(network, places[::-1], targets[::-1], barriers=barriers[::-1]).table[::-1]
    pd.testing.assert_frame_equal(told[["answer", "time_s"]], again[["answer", "time_s"]])
    for table, old in zip((places, targets, barriers), before, strict=True):
        pd.testing.assert_frame_equal(table, old)


def plain(n=2, way=0):
    """0 ── 1 ── 2 …, 100 m and 10 s each; ``way`` as in a table of roads."""
    u = np.arange(n, dtype=np.int32)
    forward, backward = np.full(n, np.inf if way < 0 else 10.0), np.full(n, np.inf if way > 0 else 10.0)
    edges = pd.DataFrame(index=pd.RangeIndex(n))
    return bg.RoadNetwork(edges, np.zeros((n + 1, 2)), u, u + 1, np.full(n, 100.0), forward, backward)


def at(*positions):
    edge, at_m = zip(*positions, strict=True)
    return pd.DataFrame({"edge": pd.array(edge, dtype="Int64"), "at_m": np.array(at_m, float), "on_network": pd.array([True] * len(edge))})


def block(edge, from_m, to_m, factor=np.inf):
    told = {"edge": [edge], "from_m": [from_m], "to_m": [to_m], "factor": [factor]}
    return pd.DataFrame(told).assign(barrier_id="b", kind="closure", certainty="definite", candidate=0)


def test_a_place_beside_its_target_on_one_edge_needs_no_node():
    told = bg.travel_times(plain(1), at((0, 60.0)), at((0, 20.0))).table
    assert told.iloc[0].to_dict() == {"answer": "reached", "time_s": 4.0, "target": 0}


def test_a_one_way_street_is_gone_the_way_it_leads():
    """target ──> v, one way: nobody beyond can come back."""
    told = bg.travel_times(plain(1, way=1), at((0, 10.0), (0, 30.0)), at((0, 20.0))).table
    assert told["answer"].to_list() == ["reached", "cut_off"]


def test_a_place_at_its_target_is_there_whatever_the_way_leads_and_however_sums_round():
    """On the edge, slowed stretches are cut for the place, and again for the targets: 0.1 + 0.2 is not 0.3."""
    slow = pd.concat([block(0, 10, 20, 1.1), block(0, 33, 70, 1.3)])
    for way in (1, -1):
        told = bg.travel_times(plain(1, way=way), at((0, 80.0), (0, 10.3)), at((0, 13.7), (0, 80.0), (0, 10.3)), barriers=slow).table
        assert told["answer"].to_list() == ["reached", "reached"]
        assert told["time_s"].to_list() == [0.0, 0.0]


def test_a_block_between_a_place_and_its_target_on_one_edge_is_seen():
    """20 target ── x 50 ── place 60"""
    told = bg.travel_times(plain(1), at((0, 60.0), (0, 40.0)), at((0, 20.0)), barriers=block(0, 50, 50)).table
    assert told["answer"].to_list() == ["cut_off", "reached"]


def test_a_neighbour_inside_the_blocked_stretch_does_not_come_between_a_place_and_its_target():
    """── xxx 25 xxx ── target 60 ── 80: the stretch is cut at 25 for the neighbour, and not for the target."""
    told = bg.travel_times(plain(1, way=-1), at((0, 25.0), (0, 80.0)), at((0, 60.0)), barriers=block(0, 10, 40)).table
    assert told["answer"].to_list() == ["on_barrier", "reached"]
    assert told["time_s"].iloc[1] == 2.0


def test_a_place_on_a_barrier_is_answered_not_lost():
    told = bg.travel_times(plain(1), at((0, 50.0), (0, 70.0)), at((0, 20.0)), barriers=block(0, 40, 60)).table
    assert told["answer"].to_list() == ["on_barrier", "cut_off"]
    assert told["time_s"].isna().all()


def test_a_target_on_a_barrier_is_reached_by_nobody():
    assert np.isinf(bg.travel_times(plain(1), at((0, 50.0)), at((0, 50.0)), barriers=block(0, 40, 60)).seconds).all()


def test_a_slowed_stretch_takes_as_often_as_long():
    """10 s, of which a half is doubled."""
    assert bg.travel_times(plain(1), at((0, 0.0)), at((0, 0.0)), barriers=block(0, 50, 100, 2.0)).seconds.tolist() == [0.0, 15.0]


def test_without_targets_all_is_cut_off_and_without_places_nothing_is_answered():
    none = at((0, 0.0)).iloc[:0]
    found = bg.travel_times(plain(1), at((0, 5.0)), none)
    assert np.isinf(found.seconds).all()
    assert found.table["answer"].to_list() == ["cut_off"]
    assert bg.travel_times(plain(1), none, at((0, 5.0))).table.empty


def test_no_barriers_are_no_change():
    assert bg.travel_times(plain(), at((0, 0.0)), at((0, 0.0)), barriers=no_barriers()).seconds.tolist() == [0.0, 10.0, 20.0]


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (block(7, 0, 1), "do not speak|does not have"),
        (block(0, 2, 1), "no stretch"),
        (block(0, 0, 101), "no stretch"),
        (block(0, 0, 1, 0.5), "factor >= 1"),
        (block(0, 0, 1).drop(columns="factor"), "factor are missing"),
    ],
)
def test_barriers_that_do_not_fit_are_refused(bad, words):
    with pytest.raises(errors.SchemaError, match=words):
        bg.travel_times(plain(1), at((0, 0.0)), at((0, 0.0)), barriers=bad)


def test_a_route_that_is_not_there_is_refused_with_the_answer():
    times = bg.travel_times(plain(1), at((0, 50.0)), at((0, 20.0)), barriers=block(0, 40, 60))
    with pytest.raises(errors.UnknownNameError, match="on_barrier"):
        bg.route(times, 0)
    with pytest.raises(errors.UnknownNameError, match="no place 'x'"):
        bg.route(times, "x")


def test_a_route_is_told_edge_by_edge_however_finely_these_are_cut():
    """0 ── place 20, neighbour 50 ── 1 ── 2, slowed from 30 to 60 ── target 90"""
    places = at((0, 20.0), (0, 50.0))
    times = bg.travel_times(plain(3), places, at((2, 90.0)), barriers=block(1, 30, 60, 2.0))
    found = bg.route(times, 0)
    assert found.steps.to_numpy().tolist() == [[0, 20, 100], [1, 0, 100], [2, 0, 90]]
    assert (found.length_m, round(found.time_s, 9)) == (270.0, 30.0)

"""A repaired tree of shortest times is the tree a search from scratch would find, whatever closes and opens."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bordergis.errors import SchemaError
from bordergis.network import repair
from bordergis.network.repair import Closing, repaired, roots, time_field, trials

SHUT = float("inf")
SECONDS = st.sampled_from([0.0, 0.0, 1.0, 1.0, 2.0, 3.5, 0.1, 0.7, SHUT])  # zeros, ties, sums that round, one-ways


@st.composite
def worlds(draw):
    """A graph with parallel edges, self loops, zero edges, one-ways and parts apart; targets at or beside nodes; changes in turn."""
    n, m = draw(st.integers(1, 9)), draw(st.integers(1, 18))
    node, edge = st.integers(0, n - 1), st.integers(0, m - 1)
    u, v = (np.array(draw(st.lists(node, min_size=m, max_size=m)), dtype=np.int32) for _ in range(2))
    forward, backward = (np.array(draw(st.lists(SECONDS, min_size=m, max_size=m))) for _ in range(2))
    seeds = np.array(draw(st.lists(st.sampled_from([0.0, 0.5, SHUT, SHUT]), min_size=n, max_size=n)))
    changes = []
    for edges in draw(st.lists(st.lists(edge, min_size=1, max_size=4, unique=True), min_size=1, max_size=4)):
        new = [np.array(draw(st.lists(SECONDS, min_size=len(edges), max_size=len(edges)))) for _ in range(2)]
        changes.append(Closing(np.array(edges), *new))
    return u, v, forward, backward, seeds, changes


def by_networkx(u, v, forward, backward, seeds):
    """Shortest times by another library, along the travel turned round."""
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(seeds)))
    arcs = [*zip(v, u, forward, strict=True), *zip(u, v, backward, strict=True), *(("all", k, s) for k, s in enumerate(seeds))]
    for source, end, seconds in arcs:
        if np.isfinite(seconds) and seconds < graph.get_edge_data(source, end, {"weight": SHUT})["weight"]:
            graph.add_edge(source, end, weight=seconds)
    found = nx.single_source_dijkstra_path_length(graph, "all") if "all" in graph else {}
    return np.array([found.get(k, SHUT) for k in range(len(seeds))])


def applied(forward, backward, change):
    forward, backward = forward.copy(), backward.copy()
    forward[change.edges], backward[change.edges] = change.forward_s, change.backward_s
    return forward, backward


def walked(field):
    """Walk every node's way in the tree, and add up its seconds from the target's end."""
    half, out = len(field.weights) // 2, []
    for node in range(len(field.times)):
        way, at = [], node
        while np.isfinite(field.times[node]) and field.via[at] != -1:
            way.append(field.via[at])
            at = field.web.to[(way[-1] + half) % (2 * half)]
            assert len(way) <= len(field.times), "the tree has a loop"
        seconds = field.seeds[at] if np.isfinite(field.times[node]) else SHUT
        for arc in reversed(way):
            seconds = seconds + field.weights[arc]
        out.append(seconds)
    return np.array(out)


@pytest.fixture(params=["compiled", "scipy"])
def _both_ways(request, monkeypatch):
    monkeypatch.setattr(repair, "COMPILED_FROM_S", 0.0 if request.param == "compiled" else SHUT)


both_ways = pytest.mark.usefixtures("_both_ways")


def check_changes(world):
    u, v, forward, backward, seeds, changes = world
    field = time_field(u, v, forward, backward, seeds=seeds)
    assert field.times.tolist() == pytest.approx(by_networkx(u, v, forward, backward, seeds))
    for change in changes:
        before = [np.copy(part) for part in (field.times, field.via, field.weights, field.seeds)]
        forward, backward = applied(forward, backward, change)
        seeds = np.roll(seeds, 1)
        after = repaired(field, change, seeds=seeds)
        assert np.array_equal(after.times, time_field(u, v, forward, backward, seeds=seeds).times)
        assert after.times.tolist() == pytest.approx(by_networkx(u, v, forward, backward, seeds))
        assert np.array_equal(walked(after), after.times)
        assert all(np.array_equal(*pair) for pair in zip(before, (field.times, field.via, field.weights, field.seeds), strict=True))
        field = after


@settings(max_examples=150)
@given(worlds())
def test_a_repaired_field_equals_one_from_scratch_and_networkx(world):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repair, "COMPILED_FROM_S", 0.0)
        check_changes(world)


@settings(max_examples=30)
@given(worlds())
def test_the_way_without_compiled_code_gives_the_same(world):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repair, "COMPILED_FROM_S", SHUT)
        check_changes(world)


@settings(max_examples=60)
@given(worlds())
def test_trials_tell_what_repairs_would_give_and_leave_the_field(world):
    u, v, forward, backward, seeds, changes = world
    field = time_field(u, v, forward, backward, seeds=seeds)
    times = field.times.copy()
    for limit in (0.0, SHUT):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(repair, "COMPILED_FROM_S", limit)
            for change, trial in zip(changes, trials(field, changes), strict=True):
                told = times.copy()
                told[trial.nodes] = trial.times
                assert np.array_equal(told, repaired(field, change).times)
    assert np.array_equal(field.times, times)


@settings(max_examples=60)
@given(worlds())
def test_closing_never_reconnects_and_its_order_never_matters(world):
    u, v, forward, backward, seeds, changes = world
    first = field = time_field(u, v, forward, backward, seeds=seeds)
    shut = [Closing(change.edges, np.full(len(change.edges), SHUT), np.full(len(change.edges), SHUT)) for change in changes]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repair, "COMPILED_FROM_S", 0.0)
        for change in shut:
            after = repaired(field, change)
            assert (after.times >= field.times).all()
            field = after
        other = first
        for change in reversed(shut):
            other = repaired(other, change)
        assert np.array_equal(other.times, field.times)
        edges = np.arange(len(u))
        assert np.array_equal(repaired(field, Closing(edges, forward, backward)).times, first.times)


def ring():
    """Four nodes round a square, a target at 0; node 4 is beyond 2, by a bridge.

    0 ── 1
    │    │
    3 ── 2 ══ 4
    """
    u, v = np.array([0, 1, 2, 3, 2]), np.array([1, 2, 3, 0, 4])
    seconds = np.array([10.0, 10.0, 10.0, 15.0, 5.0])
    return u, v, seconds, seconds, np.array([0.0, SHUT, SHUT, SHUT, SHUT])


def closed(*edges):
    return Closing(np.array(edges), np.full(len(edges), SHUT), np.full(len(edges), SHUT))


@both_ways
def test_a_closed_side_sends_traffic_round_the_other():
    *edges, seeds = ring()
    field = time_field(*edges, seeds=seeds)
    assert field.times.tolist() == [0, 10, 20, 15, 25]
    assert repaired(field, closed(0)).times.tolist() == [0, 35, 25, 15, 30]


@both_ways
def test_beyond_a_closed_bridge_there_is_no_way_and_reopened_there_is():
    *edges, seeds = ring()
    field = repaired(time_field(*edges, seeds=seeds), closed(4))
    assert field.times.tolist() == [0, 10, 20, 15, SHUT]
    assert repaired(field, Closing(np.array([4]), np.array([5.0]), np.array([5.0]))).times[4] == 25


@both_ways
def test_one_way_closed_is_the_way_of_travel_not_of_the_search():
    *edges, seeds = ring()
    field = time_field(*edges, seeds=seeds)
    outward = Closing(np.array([4]), np.array([SHUT]), np.array([5.0]))  # from 2 to 4 is shut; from 4 to 2 is not
    assert repaired(field, outward).times[4] == 25


@both_ways
def test_the_edge_on_which_all_hangs_shuts_and_opens_again():
    """A long road with the target at its head: nearly every node is taken off, and hung again where there is a way round."""
    n = 5_000
    u, v = np.append(np.arange(n), n), np.append(np.arange(1, n + 1), 0)  # a circle
    seconds = np.append(np.full(n, 1.0), 3.0 * n)
    field = time_field(u, v, seconds, seconds, seeds=np.append(0.0, np.full(n, SHUT)))
    assert field.times.tolist() == list(range(n + 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repair, "COMPILED_FROM_S", 0.0)
        shut = repaired(field, closed(0))
        assert shut.times.tolist() == [0.0, *(3.0 * n + np.arange(n)[::-1])]
        opened = repaired(shut, Closing(np.array([0]), np.array([1.0]), np.array([1.0])))
    assert opened.times.tolist() == field.times.tolist()


def test_a_target_that_closes_and_one_that_opens():
    *edges, seeds = ring()
    field = time_field(*edges, seeds=seeds)
    moved = np.array([SHUT, SHUT, SHUT, SHUT, 1.0])
    assert repaired(field, closed(), seeds=moved).times.tolist() == [26, 16, 6, 16, 1]


def test_every_way_ends_at_the_target_it_is_timed_to():
    *edges, _ = ring()
    field = time_field(*edges, seeds=np.array([0.0, SHUT, SHUT, SHUT, 2.0]))
    assert roots(field).tolist() == [0, 0, 4, 0, 4]
    assert roots(repaired(field, closed(0, 3, 4))).tolist() == [0, -1, -1, -1, 4]


def test_a_target_no_road_touches_and_a_graph_without_edges():
    empty = np.empty(0)
    field = time_field(empty.astype(int), empty.astype(int), empty, empty, seeds=np.array([3.0, SHUT]))
    assert field.times.tolist() == [3, SHUT]
    assert roots(field).tolist() == [0, -1]


@pytest.mark.parametrize("seconds", [-1.0, float("nan")])
def test_a_time_that_is_none_is_refused(seconds):
    *edges, seeds = ring()
    field = time_field(*edges, seeds=seeds)
    bad = Closing(np.array([0]), np.array([seconds]), np.array([1.0]))
    for refused in (lambda: repaired(field, bad), lambda: list(trials(field, [bad])), lambda: time_field(*edges, seeds=seeds + seconds)):
        with pytest.raises(SchemaError, match="expected seconds of 0 and more"):
            refused()


def test_edges_and_nodes_that_do_not_exist_are_refused():
    *edges, seeds = ring()
    field = time_field(*edges, seeds=seeds)
    with pytest.raises(SchemaError, match="edges 5 to 5, but the edges are 0 to 4"):
        repaired(field, closed(5))
    with pytest.raises(SchemaError, match="nodes 0 to 4, but there are 4 seeds"):
        time_field(*edges, seeds=seeds[:4])
    with pytest.raises(SchemaError, match="4 seeds are given for 5 nodes"):
        repaired(field, closed(0), seeds=seeds[:4])

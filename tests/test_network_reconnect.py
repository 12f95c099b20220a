"""Which closures cut a place off: every set is checked by reopening it, and every claim of smallest by trying all sets."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bordergis.errors import SchemaError
from bordergis.network import repair
from bordergis.network.reconnect import closing, for_every_position, reconnecting_sets
from bordergis.network.repair import repaired, time_field

SHUT = float("inf")
NAMES = ["a", "b", "c", "d"]


@st.composite
def closed_worlds(draw):
    """A graph, and closures that shut one edge or many, some edges several times."""
    n, m = draw(st.integers(2, 7)), draw(st.integers(1, 12))
    node, seconds = st.integers(0, n - 1), st.sampled_from([0.0, 1.0, 2.0, SHUT])
    u, v = (np.array(draw(st.lists(node, min_size=m, max_size=m)), dtype=np.int32) for _ in range(2))
    forward, backward = (np.array(draw(st.lists(seconds, min_size=m, max_size=m))) for _ in range(2))
    seeds = np.array([0.0, *[SHUT] * (n - 1)])
    bars = draw(st.lists(st.tuples(st.integers(0, m - 1), st.sampled_from(NAMES)), min_size=1, max_size=12))
    return time_field(u, v, forward, backward, seeds=seeds), pd.DataFrame(bars, columns=["edge", "barrier_id"])


def reached(field, bars, reopened):
    """Tell what is reached when only these closures are reopened, by a search from scratch."""
    shut = bars.loc[~bars["barrier_id"].isin(reopened), "edge"].unique()
    weights = field.weights.copy()
    weights[shut] = weights[shut + len(weights) // 2] = SHUT
    half = len(weights) // 2
    return np.isfinite(time_field(field.web.to[:half], field.web.to[half:], weights[:half], weights[half:], seeds=field.seeds).times)


def compiled(limit, call):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repair, "COMPILED_FROM_S", limit)
        return call()


@settings(max_examples=150)
@given(closed_worlds())
def test_what_is_named_reconnects_none_of_it_is_in_excess_and_smallest_is_smallest(world):
    field, bars = world
    nodes = np.arange(len(field.times))
    told = compiled(0.0, lambda: reconnecting_sets(field, bars["edge"], bars["barrier_id"], nodes=nodes))
    opened = {ids: reached(field, bars, ids) for size in range(5) for ids in combinations(NAMES, size)}
    assert told["cut_off"].tolist() == (~opened[()]).tolist()
    for node, (cut_off, ids, smallest) in enumerate(told.itertuples(index=False)):
        if not cut_off or np.isinf(field.times[node]):
            assert (ids, smallest is pd.NA) == ((), True)
            continue
        assert opened[ids][node]
        assert not any(opened[fewer][node] for fewer in combinations(ids, len(ids) - 1))
        least = min(len(some) for some in opened if opened[some][node])
        assert not smallest or len(ids) == least
        assert smallest or len(ids) > 1


@settings(max_examples=25)
@given(closed_worlds())
def test_the_way_without_compiled_code_names_the_same(world):
    field, bars = world
    nodes = np.arange(len(field.times))
    ours, scipys = (
        compiled(limit, lambda: reconnecting_sets(field, bars["edge"], bars["barrier_id"], nodes=nodes)) for limit in (0.0, SHUT)
    )
    pd.testing.assert_frame_equal(ours, scipys)


@settings(max_examples=40)
@given(closed_worlds(), st.randoms(use_true_random=False))
def test_the_order_of_closures_does_not_matter(world, random):
    field, bars = world
    nodes, order = np.arange(len(field.times)), list(range(len(bars)))
    random.shuffle(order)
    told = [reconnecting_sets(field, some["edge"], some["barrier_id"], nodes=nodes) for some in (bars, bars.iloc[order])]
    assert told[0]["cut_off"].equals(told[1]["cut_off"])
    assert told[0]["closures_responsible"].map(len).equals(told[1]["closures_responsible"].map(len)) or not told[0]["smallest"].all()


def line(n=5, seconds=60.0):
    """A road 0 ── 1 ── 2 ── … with the target at 0."""
    way = np.full(n - 1, seconds)
    return time_field(np.arange(n - 1), np.arange(1, n), way, way, seeds=np.array([0.0, *[SHUT] * (n - 1)]))


def test_a_zone_over_a_long_stretch_counts_once_and_a_bridge_beyond_it_is_named_too():
    field = line(8)
    told = reconnecting_sets(field, np.array([1, 2, 3, 4, 6]), ["zone"] * 4 + ["bridge"], nodes=np.array([1, 3, 6, 7]))
    assert told["closures_responsible"].tolist() == [(), ("zone",), ("zone",), ("bridge", "zone")]
    assert told["smallest"].tolist() == [pd.NA, True, True, True]


def test_one_long_zone_is_preferred_to_three_bridges():
    """The target 0 reaches 4 by the bridges (above) or through the zone (below).

    0 ═a═ 1 ═b═ 2 ═c═ 4
    0 ─z─ 5 ─z─ 6 ─z─ 7 ─z─ 4
    """
    u, v = np.array([0, 1, 2, 0, 5, 6, 7]), np.array([1, 2, 4, 5, 6, 7, 4])
    way = np.full(7, 10.0)
    field = time_field(u, v, way, way, seeds=np.array([0.0, *[SHUT] * 7]))
    told = reconnecting_sets(field, np.arange(7), list("abczzzz"), nodes=np.array([4]))
    assert told.loc[0].tolist() == [True, ("z",), True]


def test_an_edge_shut_twice_needs_both():
    told = reconnecting_sets(line(2), np.array([0, 0]), ["wire", "mines"], nodes=np.array([1]))
    assert told.loc[0].tolist() == [True, ("mines", "wire"), True]


def test_a_village_without_any_way_is_cut_off_by_no_closure():
    field = time_field(np.array([0]), np.array([1]), np.array([1.0]), np.array([1.0]), seeds=np.array([0.0, SHUT, SHUT]))
    told = reconnecting_sets(field, np.array([0]), ["bridge"], nodes=np.array([2, 1]))
    assert told["cut_off"].tolist() == [True, True]
    assert told["closures_responsible"].tolist() == [(), ("bridge",)]


def test_nothing_shut_is_nothing_to_name():
    told = reconnecting_sets(line(), np.array([], dtype=int), [], nodes=np.array([1, 2]))
    assert told["cut_off"].tolist() == [False, False]


def test_lists_that_do_not_fit_are_refused():
    with pytest.raises(SchemaError, match="2 edges are shut by 1 closures"):
        reconnecting_sets(line(), np.array([0, 1]), ["bridge"], nodes=np.array([1]))


# ── uncertain positions ───────────────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=100)
@given(closed_worlds())
def test_one_uncertain_closure_is_tried_exactly(world):
    field, bars = world
    candidates = bars.rename(columns={"barrier_id": "candidate"}).assign(barrier_id="hit")
    told = compiled(0.0, lambda: for_every_position(field, candidates))
    cut = np.array([~reached(field, some.assign(barrier_id="hit"), []) for _, some in bars.groupby("barrier_id")])
    assert told.definite.tolist() == cut.all(axis=0).tolist()
    assert told.possible.tolist() == cut.any(axis=0).tolist()


@settings(max_examples=60)
@given(closed_worlds())
def test_of_several_uncertain_closures_definite_is_so_and_what_is_not_possible_is_not(world):
    field, bars = world
    candidates = bars.assign(candidate=np.arange(len(bars)))
    told = for_every_position(field, candidates)
    choices = [some["edge"].tolist() for _, some in candidates.groupby("barrier_id")]
    picks = np.array(np.meshgrid(*choices)).T.reshape(-1, len(choices))[:60]
    cut = [~reached(field, pd.DataFrame({"edge": pick, "barrier_id": "x"}), []) for pick in picks]
    if len(cut) < 60:
        assert not (told.definite & ~np.all(cut, axis=0)).any()
    assert not (~told.possible & np.any(cut, axis=0)).any()
    assert not (told.definite & ~told.possible).any()


def test_a_table_without_candidates_is_refused():
    with pytest.raises(SchemaError, match="lack candidate"):
        for_every_position(line(), pd.DataFrame({"edge": [0], "barrier_id": ["hit"]}))


def test_slowing_takes_as_many_times_as_long_and_what_was_shut_stays_shut():
    field = time_field(
        np.array([0, 1]), np.array([1, 2]), np.array([60.0, 60.0]), np.array([60.0, SHUT]), seeds=np.array([SHUT, SHUT, 0.0])
    )
    slow = repaired(field, closing(field, [0, 1], np.array([2.0, 3.0])))
    assert slow.times.tolist() == [300, 180, 0]
    assert np.isinf(repaired(field, closing(field, [1])).times[:2]).all()
    assert repaired(slow, closing(field, [0, 1], 1.0)).times.tolist() == field.times.tolist()

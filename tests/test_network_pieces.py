"""Edges in pieces: nothing of them is lost, and what is said to be responsible agrees with the times."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString

from bordergis.errors import SchemaError
from bordergis.network.graph import build_network
from bordergis.network.pieces import cut_edges
from bordergis.network.reconnect import closures_responsible, cut_off_by_position
from bordergis.network.times import travel_times

SHUT = float("inf")


def network_of(edges):
    """Make a network of (u, v, oneway); every edge is a line of its own."""
    lines = [
        LineString([(103 + u / 1e3, 14), (103 + (u + v) / 2e3, 14 + k / 1e4), (103 + v / 1e3, 14)]) for k, (u, v, _) in enumerate(edges)
    ]
    table = pd.DataFrame(edges, columns=["u", "v", "oneway"]).assign(length_m=1_000.0, highway_class="primary")
    return build_network(gpd.GeoDataFrame(table, geometry=lines, crs=4326))


def placed(network, spots):
    edge = np.array([spot[0] for spot in spots], dtype=int)
    at_m = np.array([spot[1] for spot in spots]) * network.lengths_m[edge]
    return pd.DataFrame(
        {
            "edge": pd.array(edge, dtype="Int64"),
            "at_m": at_m,
            "off_network_m": 0.0,
            "on_network": pd.array([True] * len(spots), dtype="boolean"),
        }
    )


def barriers_on(network, rows):
    table = pd.DataFrame(rows, columns=["edge", "from_m", "to_m", "barrier_id", "factor", "certainty", "candidate"]).assign(kind="closure")
    return table.assign(**{name: table[name] * network.lengths_m[table["edge"]] for name in ("from_m", "to_m")})


@st.composite
def worlds(draw):
    n, m = draw(st.integers(2, 6)), draw(st.integers(1, 8))
    node, edge, share = st.integers(0, n - 1), st.integers(0, m - 1), st.sampled_from([0.0, 0.2, 0.35, 0.5, 0.8, 1.0])
    network = network_of(draw(st.lists(st.tuples(node, node, st.sampled_from([0, 0, 1, -1])), min_size=m, max_size=m)))
    spots = [draw(st.lists(st.tuples(edge, share), min_size=1, max_size=5)) for _ in range(2)]
    ends = st.tuples(st.sampled_from([0.1, 0.3, 0.6, 0.9]), st.sampled_from([0.0, 0.0, 0.3])).map(
        lambda pair: (pair[0], min(1.0, sum(pair)))
    )
    row = st.tuples(
        edge, ends, st.sampled_from("ab"), st.sampled_from([SHUT, SHUT, 2.0]), st.sampled_from(["definite", "possible"]), st.integers(0, 1)
    )
    rows = [(k, *pair, *rest) for k, pair, *rest in draw(st.lists(row, min_size=1, max_size=5))]
    return network, placed(network, spots[0]), placed(network, spots[1]), barriers_on(network, rows)


@settings(max_examples=30)
@given(worlds())
def test_closures_named_for_villages_reconnect_them_on_the_whole_edges(world):
    network, villages, towns, barriers = world
    told = closures_responsible(network, villages, towns, barriers=barriers)
    answers = travel_times(network, villages, towns, barriers=barriers).table["answer"]
    assert (told["cut_off"][answers == "cut_off"]).all()
    assert not (told["cut_off"][answers == "reached"]).any()
    for village, ids in told["closures_responsible"].items():
        if ids:
            rest = barriers[~barriers["barrier_id"].isin(ids)]
            assert travel_times(network, villages, towns, barriers=rest).table["answer"][village] != "cut_off"


@settings(max_examples=30)
@given(worlds())
def test_what_is_cut_off_for_every_position_lies_between_the_least_and_the_most(world):
    network, villages, towns, barriers = world
    told = cut_off_by_position(network, villages, towns, barriers=barriers)
    least, most = (
        travel_times(network, villages, towns, barriers=some).table["answer"]
        for some in (barriers[barriers["certainty"] == "definite"], barriers)
    )
    assert told["definite"][least == "cut_off"].all()
    assert not told["possible"][most == "reached"].any()
    assert not (told["definite"] & ~told["possible"]).any()


def test_every_edge_keeps_its_time_and_order():
    network = network_of([(0, 1, 0), (1, 2, 1)])
    villages = placed(network, [(1, 0.5), (0, 0.25), (0, 0.25), (0, 0.0)])
    pieces = cut_edges(network, villages)
    assert np.bincount(pieces.edge, weights=pieces.forward_s).tolist() == pytest.approx(network.forward_s.tolist())
    assert np.isinf(pieces.backward_s[pieces.edge == 1]).all()
    assert pieces.places[0][1] == pieces.places[0][2]
    assert (pieces.v[:-1] == pieces.u[1:])[pieces.edge[:-1] == pieces.edge[1:]].all()


def test_a_place_off_the_network_has_no_node():
    network = network_of([(0, 1, 0)])
    off = pd.DataFrame({"edge": pd.array([pd.NA, 0], dtype="Int64"), "at_m": [np.nan, 0.0]})
    assert cut_edges(network, off).places[0].tolist() == [-1, 2]
    told = closures_responsible(network, off, off, barriers=barriers_on(network, [(0, 0.5, 0.5, "a", SHUT, "definite", 0)]))
    assert told["cut_off"].isna().tolist() == [True, False]
    by_position = cut_off_by_position(network, off, off, barriers=barriers_on(network, [(0, 0.5, 0.5, "a", SHUT, "definite", 0)]))
    assert by_position["possible"].isna().tolist() == [True, False]


def test_the_end_of_a_stretch_may_be_past_its_edge_by_a_rounding():
    network = network_of([(0, 1, 0)])
    wire = pd.DataFrame({"edge": [0], "from_m": [10.0], "to_m": network.lengths_m + 1e-7})
    assert cut_edges(network, barriers=wire).barrier_pieces.tolist() == [1]


@pytest.mark.parametrize(("edge", "at_m"), [(0, -1.0), (0, 1e9), (7, 0.0)])
def test_a_position_beside_its_edge_is_refused(edge, at_m):
    with pytest.raises(SchemaError, match="do not lie on their edge"):
        cut_edges(network_of([(0, 1, 0)]), pd.DataFrame({"edge": [edge], "at_m": [at_m]}))


def test_a_stretch_that_runs_backwards_is_refused():
    with pytest.raises(SchemaError, match="from 20 m to 10 m; give the lesser first"):
        cut_edges(network_of([(0, 1, 0)]), barriers=pd.DataFrame({"edge": [0], "from_m": [20.0], "to_m": [10.0]}))

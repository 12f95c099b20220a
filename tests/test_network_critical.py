"""Which edges people depend on: held against closing every single edge and searching again."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString

from bordergis import provenance
from bordergis.errors import SchemaError, UnitError
from bordergis.network.critical import critical_edges
from bordergis.network.graph import build_network
from bordergis.network.pieces import cut_edges
from bordergis.network.reconnect import closing
from bordergis.network.repair import repaired

SHUT = float("inf")


def roads(u, v, oneway=0, length_m=None):
    """Edges between nodes that stand on a line, a hundredth of a degree apart; lengths as stated."""
    u, v = np.asarray(u), np.asarray(v)
    lines = [
        LineString([(103 + a / 1e4, 14), (103 + (a + b) / 2e4, 14 + k / 1e5), (103 + b / 1e4, 14)])
        for k, (a, b) in enumerate(zip(u, v, strict=True))
    ]
    table = {"u": u, "v": v, "length_m": length_m if length_m is not None else 1_000.0, "highway_class": "primary", "oneway": oneway}
    return gpd.GeoDataFrame(
        pd.DataFrame(table, index=range(len(u))).astype({"length_m": float, "oneway": "Int64"}), geometry=lines, crs=4326
    )


def placed(network, **at):
    """Place v1=(edge, share of the edge)."""
    edge = [spot[0] for spot in at.values()]
    return pd.DataFrame(
        {"edge": pd.array(edge, dtype="Int64"), "at_m": [spot[1] * network.lengths_m[spot[0]] for spot in at.values()]}, index=list(at)
    )


@pytest.fixture
def two_bridges():
    """The town t; v1 behind the first bridge, v2 and v3 behind both; a ring between the two.

    t ══0══ 1 ──1── 2 ══3══ 3 (v2, v3)
            └───2───┘ v1 on 2
    """
    network = build_network(roads([0, 1, 1, 2], [1, 2, 2, 3], length_m=[1_000.0, 1_000.0, 5_000.0, 1_000.0]))
    return network, placed(network, t=(0, 0.0)), placed(network, v1=(2, 0.5), v2=(3, 1.0), v3=(3, 0.9))


def test_bridges_come_first_by_who_is_behind_them(two_bridges):
    network, town, villages = two_bridges
    found = critical_edges(network, villages, town)
    assert found.index.tolist() == [0, 3, 1, 2]
    assert found["n_villages"].tolist() == [3, 2, 0, 0]
    assert found["method"].tolist() == ["bridge", "bridge", "sampled", "sampled"]
    assert found["people"].isna().tolist() == [True, True, False, False]
    assert found.loc[1, "n_longer"] == 2
    # 4 km more at the speed of the primary road
    assert found.loc[1, "added_min"] == pytest.approx(4 * network.forward_s[0] / 60)


def test_people_decide_the_order_where_they_are_counted(two_bridges):
    network, town, villages = two_bridges
    people = pd.Series([10.0, 500.0, 1.0], index=villages.index)
    found = critical_edges(network, villages, town, people=people, sample=0)
    assert found["people"].tolist() == [511, 501]
    unknown = critical_edges(network, villages, town, people=people.replace(10.0, np.nan), sample=0)
    assert unknown["people"].isna().tolist() == [False, True]
    assert unknown.index.tolist() == [3, 0]


def test_what_is_shut_already_makes_a_bridge_of_the_way_round(two_bridges):
    network, town, villages = two_bridges
    shut = pd.DataFrame({"edge": [1], "from_m": [0.0], "to_m": [1.0], "factor": [SHUT]})
    found = critical_edges(network, villages, town, barriers=shut)
    assert found.loc[2, ["n_villages", "method"]].tolist() == [3, "bridge"]


def test_a_one_way_way_round_is_a_way_only_for_those_who_may_take_it():
    """v is at 2; edge 1 leads from 1 to 2 only, so that the way to the town t at 0 is edge 2 alone."""
    network = build_network(roads([0, 1, 2], [1, 2, 0], oneway=[0, 1, 0]))
    found = critical_edges(network, placed(network, v=(2, 0.0)), placed(network, t=(0, 0.0)))
    assert found.loc[2, ["n_villages", "method"]].tolist() == [1, "bridge"]


def test_villages_that_have_no_way_or_no_road_count_nowhere(two_bridges):
    network, town, villages = two_bridges
    lost = pd.DataFrame({"edge": pd.array([pd.NA], dtype="Int64"), "at_m": [np.nan]}, index=["nowhere"])
    more = critical_edges(network, pd.concat([villages, lost]), town)
    assert more["n_villages"].tolist() == critical_edges(network, villages, town)["n_villages"].tolist()
    assert critical_edges(network, lost, town).empty
    assert critical_edges(network, villages, lost).empty


def test_the_table_is_of_the_network_and_nothing_is_changed(two_bridges):
    network, town, villages = two_bridges
    before = villages.copy(), town.copy()
    found = critical_edges(network, villages, town)
    assert found.crs == network.edges.crs
    assert found.geometry.equals(network.edges.geometry.loc[found.index])
    assert "exact" in " ".join(provenance.of(found).notes)
    pd.testing.assert_frame_equal(villages, before[0])
    pd.testing.assert_frame_equal(town, before[1])


@st.composite
def worlds(draw):
    n, m = draw(st.integers(2, 7)), draw(st.integers(1, 11))
    node, share = st.integers(0, n - 1), st.sampled_from([0.0, 0.25, 0.5, 1.0])
    u, v = (draw(st.lists(node, min_size=m, max_size=m)) for _ in range(2))
    network = build_network(roads(u, v, oneway=draw(st.lists(st.sampled_from([0, 0, 1, -1]), min_size=m, max_size=m))))
    spots = draw(st.lists(st.tuples(st.integers(0, m - 1), share), min_size=2, max_size=6))
    return network, placed(network, t=spots[0]), placed(network, **{f"v{k}": spot for k, spot in enumerate(spots[1:])})


@settings(max_examples=120)
@given(worlds())
def test_every_edge_counts_whom_its_loss_cuts_off(world):
    network, town, villages = world
    found = critical_edges(network, villages, town)
    pieces = cut_edges(network, villages, town)
    field, own = pieces.field(pieces.places[1]), pieces.places[0]
    lost = pd.Series(0, index=range(len(network.edges)))
    for piece in range(len(pieces.u)):
        after = repaired(field, closing(field, [piece])).times[own]
        lost[pieces.edge[piece]] = max(lost[pieces.edge[piece]], int((np.isinf(after) & np.isfinite(field.times[own])).sum()))
    bridges = found.loc[found["method"] == "bridge", "n_villages"]
    assert bridges.to_dict() == lost[lost > 0].to_dict()
    longer = found[found["method"] == "sampled"]
    assert (longer["n_longer"].gt(0) == longer["added_min"].notna()).all()


def test_the_order_of_villages_does_not_matter(two_bridges):
    network, town, villages = two_bridges
    pd.testing.assert_frame_equal(critical_edges(network, villages, town), critical_edges(network, villages[::-1], town))


def test_people_of_other_villages_and_a_sample_of_nothing_are_refused(two_bridges):
    network, town, villages = two_bridges
    with pytest.raises(SchemaError, match="not on the index of the villages"):
        critical_edges(network, villages, town, people=pd.Series([1.0, 2.0, 3.0]))
    with pytest.raises(UnitError, match="-1 is not a number of edges"):
        critical_edges(network, villages, town, sample=-1)

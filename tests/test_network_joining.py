"""Joining tables of roads that number their own nodes: what is one road stays one, what only crosses stays apart."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod
from shapely import LineString, Point

import bordergis as bg
from bordergis import errors, provenance
from bordergis.network.splitting import Cut, split_edges

GEOD = Geod(ellps="WGS84")
ROADS = Path(__file__).parents[2] / "shared/data/roads"
M = 1 / 111_320  # degrees in a metre, nearly


def table(*lines, **columns):
    """Edges that share a node where they share an end, numbered from 0 in every table."""
    ends = [[line[0] for line in lines], [line[-1] for line in lines]]
    number = {place: i for i, place in enumerate(dict.fromkeys(ends[0] + ends[1]))}
    told = {"u": [number[one] for one in ends[0]], "v": [number[one] for one in ends[1]]}
    length = [GEOD.geometry_length(LineString(line)) for line in lines]
    return gpd.GeoDataFrame(
        told | {"length_m": length, "highway_class": "primary"} | columns, geometry=[LineString(line) for line in lines], crs=4326
    )


def graph(roads):
    made = nx.MultiGraph()
    made.add_edges_from((int(u), int(v), {"m": m}) for u, v, m in zip(roads["u"], roads["v"], roads["length_m"], strict=True))
    return made


def parts(roads):
    return nx.number_connected_components(graph(roads))


def test_nodes_at_the_same_coordinates_are_one():
    roads = bg.join_roads(table([(103, 14), (103.1, 14)]), table([(103.1, 14), (103.2, 14)]))
    assert roads[["u", "v"]].to_numpy().tolist() == [[0, 1], [1, 2]]


def test_the_same_road_stays_once_whichever_way_it_is_drawn():
    one = table([(103, 14), (103.05, 14.01), (103.1, 14)])
    other = table([(103.1, 14), (103.05, 14.01), (103, 14)])
    assert len(bg.join_roads(one, other)) == 1


def test_a_long_edge_along_a_chain_of_short_ones_is_left_out():
    """
    detailed:  0 ─── 1 ─── 2      with a lane at 1
                     │
    coarse:    0 ───────── 1      drawn 5 m beside it
    """
    lanes = table([(103, 14), (103.01, 14)], [(103.01, 14), (103.02, 14)], [(103.01, 14), (103.01, 14.01)])
    coarse = table([(103, 14 + 5 * M), (103.02, 14 + 5 * M)])
    roads = bg.join_roads(lanes, coarse)
    assert len(roads) == 3
    assert "1 of 1 edges lie along roads of an earlier table and were left out" in provenance.of(roads).notes[-1]


def test_a_road_that_goes_on_beyond_a_clipped_file_is_joined_where_the_file_ends():
    """
    clipped:   0 ─── 1            ends at 103.01
    coarse:    0 ───────────── 1  goes on to 103.03
    """
    roads = bg.join_roads(table([(103, 14), (103.01, 14)]), table([(103, 14 + 5 * M), (103.03, 14 + 5 * M)]))
    assert parts(roads) == 1
    whole = nx.shortest_path_length(graph(roads), weight="m")
    assert max(max(to.values()) for _, to in whole) == pytest.approx(GEOD.line_length([103, 103.03], [14, 14]), abs=20)


def test_a_free_end_near_the_others_road_is_joined_and_the_road_split_there():
    """A lane of one file ends 10 m short of the other file's road."""
    road, lane = table([(103, 14), (103.02, 14)]), table([(103.01, 14.01), (103.01, 14 + 10 * M)])
    roads = bg.join_roads(road, lane)
    assert (len(roads), parts(roads)) == (3, 1)
    assert sorted(dict(graph(roads).degree).values()) == [1, 1, 1, 3]


def test_an_end_farther_than_the_snap_distance_stays_free():
    road, lane = table([(103, 14), (103.02, 14)]), table([(103.01, 14.01), (103.01, 14 + 40 * M)])
    assert parts(bg.join_roads(road, lane)) == 2
    assert parts(bg.join_roads(road, lane, snap_m=50)) == 1


def test_a_bridge_over_a_road_is_not_joined_to_it():
    roads = bg.join_roads(table([(103, 14), (103.02, 14)]), table([(103.01, 13.99), (103.01, 14.01)]))
    assert (len(roads), parts(roads)) == (2, 2)


def test_the_other_carriageway_is_no_duplicate():
    """One file has the way there, the other the way back, 10 m beside it."""
    there = table([(103, 14), (103.02, 14)], oneway=[1])
    back = table([(103.02, 14 + 10 * M), (103, 14 + 10 * M)], oneway=[1])
    assert len(bg.join_roads(there, back)) == 2
    assert len(bg.join_roads(there.assign(oneway=0), back)) == 1


def test_a_table_joined_to_itself_is_itself():
    one = table([(103, 14), (103.01, 14)], [(103.01, 14), (103.02, 14.01)], [(103.01, 14), (103.01, 14.01)])
    pd.testing.assert_frame_equal(pd.DataFrame(bg.join_roads(one, one)), pd.DataFrame(bg.join_roads(one)))


def test_nothing_is_mutated_and_the_origin_is_kept():
    one = provenance.attach(table([(103, 14), (103.1, 14)]), provenance.Provenance(sources=("osm",)))
    other = table([(103.1, 14), (103.2, 14)]).set_axis(["x"])
    before = one.copy(), other.copy()
    assert provenance.of(bg.join_roads(one, other)).sources == ("osm",)
    for now, then in zip((one, other), before, strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(now), pd.DataFrame(then))


def test_nothing_to_join_is_refused():
    with pytest.raises(errors.SchemaError, match="at least one table"):
        bg.join_roads()
    with pytest.raises(errors.UnitError, match="-1"):
        bg.join_roads(table([(103, 14), (103.1, 14)]), snap_m=-1)


def test_an_edge_split_keeps_its_length_and_its_way():
    line = [(103, 14), (103.01, 14.01), (103.02, 14), (103.05, 14)]
    roads = table(line, line)
    split = split_edges(roads, Cut(np.array([1, 1, 1]), np.array([0.7, 0.2, 0.7])), first_node=10)
    assert split.roads[["u", "v"]].to_numpy().tolist() == [[0, 1], [0, 10], [10, 11], [11, 1]]
    assert split.node_of_cut.tolist() == [11, 10, 11]
    assert split.roads["length_m"].sum() == pytest.approx(roads["length_m"].sum())
    drawn = [GEOD.geometry_length(shape) for shape in split.roads.geometry]
    assert drawn == pytest.approx(split.roads["length_m"].to_list(), rel=1e-5)
    again = shapely.line_merge(shapely.union_all(split.roads.geometry.iloc[1:].to_numpy()))
    assert shapely.hausdorff_distance(again, LineString(line)) < 1e-9


# ── the real files ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def real():
    if not ROADS.exists():
        pytest.skip("the real roads (../shared/data/roads) are not on this machine")
    major, motorable = (bg.from_osm(ROADS / f"osm_roads_{name}.parquet").layer for name in ("major_aoi", "motorable_border50km"))
    return major, bg.join_roads(motorable, major)


TOWNS = {
    "Samraong": (103.50923, 14.17581), "Anlong Veng": (104.0812, 14.23318), "Sra Em": (104.72369, 14.25245),
    "Siem Reap": (103.8597, 13.3618), "Tbaeng Meanchey": (104.98046, 13.80731),
}  # fmt: skip


@pytest.fixture(scope="module")
def even(real):
    """Both tables at one speed on all major roads, so that the fastest way is the shortest; minor roads are too slow to be taken."""
    speeds = bg.load_speeds().assign(kmh=60.0)
    speeds.loc[speeds["highway_class"] == "minor", "kmh"] = 0.6
    return [bg.build_network(roads, speeds=speeds) for roads in real]


@pytest.fixture(scope="module")
def directed(even):
    """The major roads for networkx."""
    network, made = even[0], nx.MultiDiGraph()
    for a, b, m, there, back in zip(network.u, network.v, network.lengths_m, network.forward_s, network.backward_s, strict=True):
        made.add_edges_from([(a, b, {"m": m})] * bool(np.isfinite(there)) + [(b, a, {"m": m})] * bool(np.isfinite(back)))
    return made


def node_near(network, town):
    lonlat = np.broadcast_to(TOWNS[town], network.nodes.shape)
    return int(np.argmin(np.asarray(GEOD.inv(*lonlat.T, *network.nodes.T)[2])))


@pytest.mark.parametrize(
    ("one", "other", "km"), [("Samraong", "Siem Reap", 119.5), ("Anlong Veng", "Siem Reap", 124.4), ("Sra Em", "Tbaeng Meanchey", 84.5)]
)
def test_the_joined_roads_lead_where_the_major_ones_do_and_as_far(even, directed, one, other, km):
    towns = gpd.GeoDataFrame(index=list(TOWNS), geometry=[Point(place) for place in TOWNS.values()], crs=4326)
    lengths = []
    for network in even:
        placed = bg.place_on_network(towns, network)
        lengths.append(bg.route(bg.travel_times(network, placed, placed.loc[[other]]), one).length_m)
    independent = nx.dijkstra_path_length(directed, node_near(even[0], one), node_near(even[0], other), weight="m")
    assert lengths[0] == pytest.approx(independent, abs=2_500)  # a town is not on a node
    assert lengths[1] == pytest.approx(lengths[0], abs=1_000)  # it may lie nearer to a minor road
    assert lengths[0] / 1000 == pytest.approx(km, rel=0.035)


def test_the_bridge_is_joined_and_its_loss_lengthens_the_way(real):
    _, joined = real
    network = bg.build_network(joined)
    told = {"closure_id": ["ochik"], "kind": ["bridge"], "valid_from": pd.to_datetime(["2025-12-19"]), "valid_to": pd.to_datetime([None])}
    bridge = gpd.GeoDataFrame(told | {"position_radius_m": [500.0]}, geometry=[Point(103.535545, 13.898975)], crs=4326)
    shut = bg.closure_barriers(bridge, network, as_of="2026-01-14")
    edge = network.edges.loc[shut["edge"]]
    assert edge[["ref", "brunnel"]].to_numpy().tolist() == [["68", "bridge"]]
    assert edge["length_m"].round().to_list() == [82]
    assert shut["certainty"].to_list() == ["definite"]

    placed = bg.place_on_network(gpd.GeoDataFrame(geometry=[Point(TOWNS["Samraong"]), Point(TOWNS["Siem Reap"])], crs=4326), network)
    times = [bg.travel_times(network, placed, placed.iloc[[1]], barriers=b).table["time_s"].iloc[0] for b in (None, shut)]
    assert 1.3 < times[1] / times[0] < 2.5


def test_the_bridge_isolates_nobody_and_other_roads_do(real, situation):
    """Between Samraong and Siem Reap there is a way round O'Chik; on one road of Banteay Meanchey fifteen villages depend."""
    places = ROADS.parent / "places/khm_villages_open_ncdd_geonames.csv"
    villages, network = bg.read_layer(places, "villages").layer, bg.build_network(real[1])
    towns = bg.target_sets(["district-town"], places=situation.places)
    placed = bg.place_on_network(villages, network)
    found = bg.critical_edges(network, placed, bg.place_on_network(towns, network))
    assert found["n_villages"].head(5).tolist() == [15, 13, 10, 7, 7]
    assert (found["method"].head(5) == "bridge").all()
    lines = found.geometry.to_numpy()
    assert shapely.distance(lines[:5], Point(103.1, 13.475)).max() < 0.08
    near = shapely.distance(lines, Point(103.535545, 13.898975)) < 0.003
    assert not (near & (found["method"] == "bridge")).any()


def test_what_the_lengths_state_is_told(real):
    major, _ = real
    assert provenance.of(bg.build_network(major).edges).notes[-1].startswith("2,602 of 39,211 edges state a length that differs")

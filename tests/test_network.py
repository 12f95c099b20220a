"""The network of roads: nodes, lengths, speeds, directions, and where places lie on it; small worlds drawn here."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod
from shapely import LineString, Point

import bordergis as bg
from bordergis import errors, geodesy, provenance
from bordergis.network.shapes import Shapes
from bordergis.network.snapping import positions_on_edges

GEOD = Geod(ellps="WGS84")


def roads(*lines, **columns):
    """One edge a line, between numbered nodes that are the same where coordinates are."""
    ends = [[line[0] for line in lines], [line[-1] for line in lines]]
    number = {place: 10 * i for i, place in enumerate(dict.fromkeys(ends[0] + ends[1]))}
    table = {"u": [number[one] for one in ends[0]], "v": [number[one] for one in ends[1]]}
    length = [GEOD.geometry_length(LineString(line)) for line in lines]
    told = {"length_m": length, "highway_class": "primary", **columns}
    return gpd.GeoDataFrame(table | told, geometry=[LineString(line) for line in lines], crs=4326)


def points(*lonlat):
    return gpd.GeoDataFrame(geometry=[None if one is None else Point(one) for one in lonlat], crs=4326)


# ── nodes, lengths, speeds ────────────────────────────────────────────────────────────────────────────────────────────


def test_nodes_are_numbered_from_0_and_lie_where_the_edges_end():
    network = bg.build_network(roads([(103, 14), (103.1, 14)], [(103.1, 14), (103.1, 14.1)]))
    assert (network.u.tolist(), network.v.tolist()) == ([0, 1], [1, 2])
    assert network.nodes.tolist() == [[103, 14], [103.1, 14], [103.1, 14.1]]


@pytest.mark.parametrize(("way", "open_"), [(0, (True, True)), (1, (True, False)), (-1, (False, True)), (None, (True, True))])
def test_directions_are_obeyed_and_an_unknown_one_is_open(way, open_):
    network = bg.build_network(roads([(103, 14), (103.1, 14)], oneway=pd.array([way], dtype="Int64")))
    assert (np.isfinite(network.forward_s[0]), np.isfinite(network.backward_s[0])) == open_


def test_the_time_is_length_by_speed():
    """108 km at 65 km/h."""
    network = bg.build_network(roads([(103, 14), (104, 14)], length_m=[108_333.0]))
    assert network.forward_s[0] == pytest.approx(108.333 / 65 * 3600)


def test_the_longer_of_the_stated_and_the_drawn_length_counts_and_is_counted():
    straight = GEOD.geometry_length(LineString([(103, 14), (103.01, 14)]))
    table = roads(*[[(103 + i, 14), (103.01 + i, 14)] for i in range(3)], length_m=[straight, straight * 1.2, straight * 0.5])
    network = bg.build_network(table)
    assert network.lengths_m == pytest.approx([straight, straight * 1.2, straight])
    note = provenance.of(network.edges).notes[-1]
    assert note.startswith("2 of 3 edges state a length that differs by more than 1 % from that of their shape, 1 of them a longer one")


def test_lengths_that_fit_need_no_word():
    assert not provenance.of(bg.build_network(roads([(103, 14), (103.1, 14)])).edges).notes


def test_the_table_keeps_its_origin_and_is_not_changed():
    table = provenance.attach(roads([(103, 14), (103.1, 14)]), provenance.Provenance(sources=("osm",)))
    before = table.copy()
    network = bg.build_network(table)
    assert provenance.of(network.edges).sources == ("osm", "osrm-car", "accessmod")
    pd.testing.assert_frame_equal(table, before)


def test_speeds_can_be_replaced():
    slow = pd.DataFrame({"highway_class": ["*"], "kmh": [36.0], "citation": ["a test"]})
    assert bg.build_network(roads([(103, 14), (103.1, 14)], length_m=[20_000.0]), speeds=slow).forward_s.tolist() == [2_000.0]


@pytest.mark.parametrize(
    ("road", "ground", "kmh"),
    [
        ("primary", None, 65), ("primary", "asphalt", 65), ("primary", "gravel", 40), ("minor", "gravel", 25), ("track", "mud", 10),
        ("ferry", None, 5), ("path", None, 5), ("primary", "moon dust", 65),
    ],
)  # fmt: skip
def test_a_surface_only_slows(road, ground, kmh):
    network = bg.build_network(roads([(103, 14), (103.1, 14)], highway_class=[road], surface=[ground], length_m=[20_000.0]))
    assert network.forward_s[0] == pytest.approx(20 / kmh * 3600)


def test_a_ferry_on_a_highway_is_as_slow_as_a_ferry_and_a_ford_and_a_bridge_as_fast_as_their_road():
    lines = [[(103, 14), (103.1, 14)], [(103.1, 14), (103.2, 14)], [(103.2, 14), (103.3, 14)], [(103.3, 14), (103.4, 14)]]
    table = roads(*lines, highway_class="primary", brunnel=["ferry", "ford", "bridge", None], length_m=[20_000.0] * 4)
    network = bg.build_network(table)
    assert (20 / network.forward_s * 3600).round(6).tolist() == [5, 65, 65, 65]
    land_only = bg.load_speeds().query("highway_class == 'primary'")
    with pytest.raises(errors.RuleError, match="ferry; add a row"):
        bg.build_network(table, speeds=land_only)


def test_a_ferry_joins_its_banks_and_its_loss_parts_them():
    """town ── bank ~~~ bank ── v, one boat a way: 1 km of boat takes 12 minutes."""
    lines = [[(103, 14), (103.05, 14)], [(103.05, 14), (103.06, 14)], [(103.06, 14), (103.1, 14)]]
    network = bg.build_network(roads(*lines, brunnel=[None, "ferry", None], length_m=[6_500.0, 2_000.0, 6_500.0]))
    placed = bg.place_on_network(points((103, 14), (103.1, 14)), network)
    reached = bg.travel_times(network, placed, placed.iloc[:1]).table
    assert reached["time_s"].iloc[1] == pytest.approx(2 * 6.5 / 65 * 3600 + 2 / 5 * 3600)
    found = bg.critical_edges(network, placed.iloc[1:], placed.iloc[:1])
    assert found.loc[1, ["n_villages", "method"]].tolist() == [1, "bridge"]


def test_a_row_for_class_and_surface_goes_before_all():
    told = [("primary", None, 60.0), ("*", "gravel", 30.0), ("primary", "gravel", 50.0)]
    speeds = pd.DataFrame(told, columns=["highway_class", "surface", "kmh"]).assign(citation="a test")
    network = bg.build_network(roads([(103, 14), (103.1, 14)], surface=["gravel"], length_m=[50_000.0]), speeds=speeds)
    assert network.forward_s[0] == pytest.approx(3600)


def test_a_class_without_a_speed_is_refused_by_name():
    with pytest.raises(errors.RuleError, match="monorail, runway; add a row"):
        bg.build_network(roads([(103, 14), (103.1, 14)], [(103, 15), (103.1, 15)], highway_class=["runway", "monorail"]))


def test_two_speeds_for_one_class_are_refused():
    with pytest.raises(errors.RuleError, match="primary; keep one"):
        bg.build_network(roads([(103, 14), (103.1, 14)]), speeds=pd.concat([bg.load_speeds(), bg.load_speeds().iloc[[2]]]))


def test_a_speed_without_a_citation_is_refused():
    with pytest.raises(errors.SchemaError, match="citation"):
        bg.build_network(roads([(103, 14), (103.1, 14)]), speeds=bg.load_speeds().assign(citation=None))


def test_an_unknown_table_of_speeds_is_refused():
    with pytest.raises(errors.UnknownNameError, match="osrm-car"):
        bg.load_speeds("warp")


def test_roads_that_break_their_contract_are_refused():
    with pytest.raises(errors.SchemaError, match="highway_class"):
        bg.build_network(roads([(103, 14), (103.1, 14)]).drop(columns="highway_class"))


def test_the_fastest_of_parallel_edges_is_the_way():
    """town ── track, primary ══ then a lane ── v"""
    table = roads(
        [(103, 14), (103.1, 14)], [(103, 14), (103.1, 14)], [(103.1, 14), (103.2, 14)], highway_class=["track", "primary", "track"]
    )
    network = bg.build_network(table)
    placed = bg.place_on_network(points((103, 14), (103.2, 14)), network)
    found = bg.route(bg.travel_times(network, placed, placed.iloc[:1]), 1)
    assert 1 in found.steps["edge"].to_list()
    assert found.time_s == pytest.approx(network.forward_s[1] + network.forward_s[2])


def test_a_network_without_roads_has_no_ways_and_no_places():
    network = bg.build_network(roads([(103, 14), (103.1, 14)]).iloc[:0])
    assert bg.place_on_network(points((103, 14)), network)["on_network"].to_list() == [False]


# ── the plane in which the nearest is sought ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lat", [0.0, 14.0, -33.0, 60.0])
def test_the_plane_enlarges_the_same_every_way(lat):
    away = [GEOD.fwd(103, lat, bearing, 100.0)[:2] for bearing in range(0, 360, 30)]
    plane = geodesy.conformal(*np.array([(103, lat), *away]).T)
    reach = np.hypot(*(plane[1:] - plane[0]).T)
    assert reach == pytest.approx(np.full(12, reach[0]), rel=1e-4)


# ── where places lie ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_place_lies_on_the_nearest_of_two_parallel_roads():
    """
    ───────────────────── 14.010
              v           14.004
    ───────────────────── 14.000
    """
    network = bg.build_network(roads([(103, 14), (103.1, 14)], [(103, 14.01), (103.1, 14.01)]))
    placed = bg.place_on_network(points((103.05, 14.004)), network).iloc[0]
    half = GEOD.line_length([103, 103.05], [14, 14])
    off = GEOD.line_length([103.05, 103.05], [14, 14.004])
    assert placed["edge"] == 0
    assert placed["at_m"] == pytest.approx(half, abs=1)
    assert placed["off_network_m"] == pytest.approx(off, abs=0.01)


def test_places_answer_for_themselves_whatever_is_unknown():
    network = bg.build_network(roads([(103, 14), (103.1, 14)]))
    table = points((103.05, 14), None, (103.05, 14.1), (103.05, 14.01)).set_axis(["a", "a", "c", "d"])
    placed = bg.place_on_network(table, network, limit_m=1_500)
    assert placed.index.to_list() == ["a", "a", "c", "d"]
    assert placed["on_network"].to_list() == [True, pd.NA, False, True]
    assert placed["edge"].isna().to_list() == [False, True, True, False]
    assert placed["off_network_m"].round(-2).to_list()[2] == 11_100  # told also beyond the limit
    assert np.isnan(placed["off_network_m"].iloc[1])
    assert "2 of 4 places lie within 1500 m of a mapped road; 1 lie farther, 1 have no position" in provenance.of(placed).notes[-1]


def test_the_nearest_edge_is_that_of_brute_force():
    rng = np.random.default_rng(5)
    starts = rng.uniform([103, 14], [103.3, 14.3], (60, 2))
    lines = [
        [tuple(one), tuple(one + step), tuple(one + step + bend)]
        for one, step, bend in zip(starts, *rng.normal(0, 0.02, (2, 60, 2)), strict=True)
    ]
    network = bg.build_network(roads(*lines))
    places = rng.uniform([103, 14], [103.3, 14.3], (40, 2))
    placed = bg.place_on_network(points(*places), network, limit_m=50_000)
    for (lon, lat), off_m in zip(places, placed["off_network_m"], strict=True):
        dense = np.concatenate([shapely.get_coordinates(shapely.segmentize(LineString(line), 0.0002)) for line in lines])
        nearest = min(GEOD.inv(np.full(len(dense), lon), np.full(len(dense), lat), *dense.T)[2])
        assert off_m <= nearest * 1.001
        assert off_m >= nearest - 25  # the dense line has a vertex every 20 m


def test_a_position_told_in_metres_is_found_again():
    network = bg.build_network(roads([(103, 14), (103.02, 14.03), (103.05, 14.01)], length_m=[9_000.0]))
    at_m = np.array([0.0, 1.0, 2_000.0, 5_000.0, 8_999.0, 9_000.0])
    there = positions_on_edges(network, np.zeros(6, dtype=int), at_m)
    again = bg.place_on_network(points(*there), network)
    assert again["at_m"].to_numpy() == pytest.approx(at_m, abs=0.5)
    assert again["off_network_m"].to_numpy() == pytest.approx(np.zeros(6), abs=0.05)


def test_only_points_are_placed():
    network = bg.build_network(roads([(103, 14), (103.1, 14)]))
    with pytest.raises(errors.GeometryKindError, match="LineString"):
        bg.place_on_network(network.edges, network)


@pytest.mark.parametrize("limit", [-1, np.inf, "far"])
def test_a_limit_that_is_no_distance_is_refused(limit):
    with pytest.raises(errors.UnitError):
        bg.place_on_network(points((103, 14)), bg.build_network(roads([(103, 14), (103.1, 14)])), limit_m=limit)


def test_places_without_a_crs_are_refused():
    with pytest.raises(errors.MissingCRSError):
        bg.place_on_network(points((103, 14)).set_crs(None, allow_override=True), bg.build_network(roads([(103, 14), (103.1, 14)])))


def test_shapes_measure_as_geod_does():
    lines = np.array([LineString([(103, 14), (103.5, 14.2), (103.6, 13)]), LineString([(104, 14), (104, 14)])])
    assert Shapes.of(lines).lengths_m == pytest.approx([GEOD.geometry_length(line) for line in lines])

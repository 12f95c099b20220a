"""What cuts roads: closures find the road they mean, zones and obstacles cut what they reach, the border lets nobody through unasked."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import Geod
from shapely import LineString, MultiLineString, Point, Polygon, box

import bordergis as bg
from bordergis import errors, provenance
from bordergis.network.crossings import stretches_inside

GEOD = Geod(ellps="WGS84")
DATE = "2026-01-14"


def net(*lines, **columns):
    ends = [[line[0] for line in lines], [line[-1] for line in lines]]
    number = {place: i for i, place in enumerate(dict.fromkeys(ends[0] + ends[1]))}
    table = {"u": [number[one] for one in ends[0]], "v": [number[one] for one in ends[1]]}
    told = {"length_m": 1.0, "highway_class": "primary", **columns}
    return bg.build_network(gpd.GeoDataFrame(table | told, geometry=[LineString(line) for line in lines], crs=4326))


def closure(geometry, kind="road", **columns):
    told = {"closure_id": "c", "kind": kind, "valid_from": pd.Timestamp("2025-12-19"), "valid_to": pd.NaT, **columns}
    table = pd.DataFrame([told]).astype({"valid_from": "datetime64[s]", "valid_to": "datetime64[s]"})
    return gpd.GeoDataFrame(table, geometry=[geometry], crs=4326)


def cut(closures, network, **options):
    return bg.closure_barriers(closures, network, as_of=DATE, **options)


@pytest.fixture
def parallel():
    """Two roads 111 m apart, the lower one in two edges; a lane joins their western ends.

    1 ────────── highway 68 ───────── 2     14.001
    │ lane
    0 ─── service ─── 3 ─── service ─ 4     14.000
    """
    return net(
        [(103.0, 14.001), (103.02, 14.001)], [(103.0, 14.0), (103.01, 14.0)],
        [(103.01, 14.0), (103.02, 14.0)], [(103.0, 14.0), (103.0, 14.001)],
        ref=["68;AH1", None, None, None], name=["National Road", "Service lane", "Service lane", None],
    )  # fmt: skip


# ── closures ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_closure_cuts_its_road_and_not_the_parallel_one(parallel):
    found = cut(closure(Point(103.015, 14.0009), position_radius_m=20.0), parallel)
    assert found[["edge", "certainty", "candidate", "factor"]].to_numpy().tolist() == [[0, "definite", 0, np.inf]]
    assert found["from_m"].iloc[0] == found["to_m"].iloc[0] == pytest.approx(GEOD.line_length([103, 103.015], [14.001] * 2), abs=1)


def test_a_closure_as_wide_as_the_gap_may_mean_either_road(parallel):
    found = cut(closure(Point(103.015, 14.0008), position_radius_m=100.0), parallel)
    assert found[["edge", "certainty", "candidate"]].to_numpy().tolist() == [[0, "possible", 0], [2, "possible", 1]]


@pytest.mark.parametrize("told", [{"ref": "68"}, {"ref": "ah1"}, {"name": "national road"}])
def test_what_is_told_of_the_road_decides(parallel, told):
    """Nearer to the service lane, but told to be on the highway."""
    found = cut(closure(Point(103.015, 14.0001), position_radius_m=150.0, **told), parallel)
    assert found[["edge", "certainty"]].to_numpy().tolist() == [[0, "definite"]]


def test_a_number_that_no_road_nearby_has_is_passed_over(parallel):
    found = cut(closure(Point(103.015, 14.0009), position_radius_m=20.0, ref="6"), parallel)
    assert found["edge"].to_list() == [0]


def test_without_a_precision_the_nearest_road_within_a_hundred_metres_is_meant(parallel):
    assert cut(closure(Point(103.015, 14.0016)), parallel)["edge"].to_list() == [0]
    far = cut(closure(Point(103.015, 14.003)), parallel)
    assert far.empty
    assert "1 near no mapped road (c)" in provenance.of(far).notes[-1]


def test_a_bridge_is_the_bridge_and_is_cut_from_end_to_end():
    """0 ── road ── 1 ═ bridge ═ 2 ── road ── 3, and a road under it that is not joined to it"""
    network = net(
        [(103.0, 14), (103.01, 14)], [(103.01, 14), (103.011, 14)], [(103.011, 14), (103.02, 14)], [(103.0105, 13.99), (103.0105, 14.01)],
        brunnel=[None, "bridge", None, None],
    )  # fmt: skip
    found = cut(closure(Point(103.0105, 14), kind="bridge", position_radius_m=500.0), network)
    assert found[["edge", "certainty", "from_m"]].to_numpy().tolist() == [[1, "definite", 0.0]]
    assert found["to_m"].iloc[0] == network.lengths_m[1]
    town = bg.place_on_network(gpd.GeoDataFrame(geometry=[Point(103, 14)], crs=4326), network)
    times = bg.travel_times(network, town, town, barriers=found)
    assert np.isfinite(times.seconds).tolist() == [True, True, False, False, False, False]  # the road under it leads elsewhere


def test_both_carriageways_of_one_road_are_one_closure():
    network = net([(103, 14), (103.02, 14)], [(103.02, 14.0002), (103, 14.0002)], oneway=[1, 1], ref=["68", "68"])
    found = cut(closure(Point(103.01, 14.0001), position_radius_m=60.0), network)
    assert found[["edge", "certainty", "candidate"]].to_numpy().tolist() == [[0, "definite", 0], [1, "definite", 0]]


@pytest.mark.parametrize(
    ("word", "factor", "certainty"),
    [
        ("blocked", np.inf, "definite"),
        (None, np.inf, "definite"),
        ("slow", 2.0, "definite"),
        ("convoy only", 4.0, "definite"),
        ("unknown", np.inf, "possible"),
    ],
)
def test_passability_is_graded_by_a_table(parallel, word, factor, certainty):
    found = cut(closure(Point(103.015, 14.0009), position_radius_m=20.0, passability=word), parallel)
    assert found[["factor", "certainty"]].to_numpy().tolist() == [[factor, certainty]]
    whole = found["from_m"].iloc[0] == 0 and found["to_m"].iloc[0] == parallel.lengths_m[0]
    assert whole == np.isfinite(factor)


def test_the_table_of_passability_can_be_replaced(parallel):
    found = cut(
        closure(Point(103.015, 14.0009), passability="slow"), parallel, passability={"slow": (3.0, True), "blocked": (np.inf, True)}
    )
    assert found["factor"].to_list() == [3.0]


@pytest.mark.parametrize("word", ["convoy only", None])
def test_a_word_that_the_table_of_passability_lacks_is_refused(parallel, word):
    with pytest.raises(errors.RuleError, match=f"does not speak of {word or 'blocked'}"):
        cut(closure(Point(103.015, 14.0009), passability=word), parallel, passability={"slow": (3.0, True)})


@pytest.mark.parametrize(("as_of", "rows"), [("2025-12-18", 0), ("2025-12-19", 1), ("2026-01-04", 1), ("2026-01-05", 0)])
def test_a_closure_holds_from_its_first_day_to_its_last(parallel, as_of, rows):
    one = closure(Point(103.015, 14.0009), valid_to=pd.Timestamp("2026-01-04"))
    assert len(bg.closure_barriers(one, parallel, as_of=as_of)) == rows


def test_a_closed_line_means_the_road_along_it_and_no_crossing(parallel):
    found = cut(closure(LineString([(102.99, 14.0002), (103.005, 14.0002)])), parallel)
    assert found["edge"].to_list() == [1]
    assert found["to_m"].iloc[0] == pytest.approx(GEOD.line_length([103, 103.005], [14, 14]), abs=15)


def test_a_cordon_cuts_every_road_it_crosses_and_an_area_what_lies_in_it(parallel):
    fence = cut(closure(LineString([(103.015, 13.99), (103.015, 14.01)]), kind="cordon"), parallel)
    assert fence["edge"].to_list() == [0, 2]
    area = cut(closure(box(103.015, 13.99, 104, 14.0005), kind="cordon"), parallel)
    assert area["edge"].to_list() == [2]
    assert area["to_m"].iloc[0] == parallel.lengths_m[2]


def test_a_closure_without_a_place_cuts_nothing_and_is_counted(parallel):
    found = cut(pd.concat([closure(Point(103.015, 14.0)), closure(None, closure_id="lost")], ignore_index=True), parallel)
    assert found[["edge", "certainty", "barrier_id"]].to_numpy().tolist() == [[2, "definite", "c"]]
    assert "2 closures in force: 1 on mapped roads, of which 0 may mean one of several; 0 near no mapped road; 1 without a position." in (
        provenance.of(found).notes
    )


def test_no_closure_cuts_nothing(parallel):
    assert cut(closure(Point(103, 14)).iloc[:0], parallel).empty


# ── zones ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def zones(*shapes, certainty="definite"):
    rows = [
        {"zone_id": f"z{i}", "certainty": certainty, "rule_id": "r", "start": pd.Timestamp("2025-12-10"), "end": pd.NaT, "discs": []}
        for i in range(len(shapes))
    ]
    table = pd.DataFrame(rows).astype({"start": "datetime64[s]", "end": "datetime64[s]"})
    return gpd.GeoDataFrame(table, geometry=list(shapes), crs=4326)


def test_a_zone_cuts_the_stretches_inside_it():
    """A road in and out twice, through a zone with a hole, one wholly inside, and one beside."""
    ring = Polygon(box(103.2, 13.9, 103.8, 14.1).exterior, [box(103.4, 13.95, 103.6, 14.05).exterior])
    network = net([(103, 14), (104, 14)], [(103.25, 14.05), (103.3, 14.06)], [(103, 15), (104, 15)], [(103.45, 14), (103.55, 14.01)])
    found = bg.zone_barriers(zones(ring, certainty="possible"), network)
    share = (found[["from_m", "to_m"]].to_numpy() / network.lengths_m[found["edge"]][:, None]).round(3).tolist()
    assert list(zip(found["edge"], share, strict=True)) == [(0, [0.2, 0.4]), (0, [0.6, 0.8]), (1, [0, 1])]
    assert found[["barrier_id", "kind", "certainty"]].drop_duplicates().to_numpy().tolist() == [["z0", "zone", "possible"]]


def test_stretches_are_those_of_shapely_on_random_roads():
    rng = np.random.default_rng(3)
    lines = [list(map(tuple, rng.uniform([103, 14], [103.1, 14.1], (5, 2)))) for _ in range(60)]
    areas = np.array(
        [Point(*rng.uniform([103, 14], [103.1, 14.1])).buffer(0.02).union(Point(103.05, 14.05).buffer(0.01)) for _ in range(8)]
    )
    network = net(*lines)
    found = stretches_inside(network, areas)
    for i, area in enumerate(areas):
        for e, line in enumerate(lines):
            mine = found[(found["area"] == i) & (found["edge"] == e)]
            metres = ((mine["high"] - mine["low"]) * network.shapes.lengths_m[e]).sum()
            inside = LineString(line).intersection(area)
            assert metres == pytest.approx(0 if inside.is_empty else GEOD.geometry_length(inside), abs=1.0)


def test_no_zones_cut_nothing():
    assert bg.zone_barriers(zones(box(0, 0, 1, 1)), net([(103, 14), (104, 14)])).empty


# ── obstacles ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def obstacle(geometry, valid_to=None):
    table = {"obstacle_id": ["w"], "kind": ["wire"], "valid_from": pd.to_datetime(["2025-07-01"]), "valid_to": pd.to_datetime([valid_to])}
    return gpd.GeoDataFrame(table, geometry=[geometry], crs=4326)


def test_wire_cuts_a_road_once_even_at_a_vertex_and_its_gap_cuts_nothing():
    """
         w          w
    ─────┼── gate ──┼────   the wire has a gap, and its first part stands on a vertex of the road
    """
    network = net([(103, 14), (103.01, 14), (103.03, 14)], [(103, 13.99), (103.03, 13.99)])
    wire = MultiLineString([[(103.01, 13.995), (103.01, 14.01)], [(103.02, 13.995), (103.02, 14.01)]])
    found = bg.obstacle_barriers(obstacle(wire), network)
    assert (found["from_m"] / network.lengths_m[0]).round(3).to_list() == [0.333, 0.667]
    assert found[["edge", "barrier_id", "kind"]].drop_duplicates().to_numpy().tolist() == [[0, "w", "obstacle"]]


def test_a_village_beyond_the_wire_is_cut_off():
    """town ──── v1 ──x── v2"""
    network = net([(103, 14), (103.1, 14)])
    places = bg.place_on_network(gpd.GeoDataFrame(geometry=gpd.points_from_xy([103, 103.04, 103.06], [14] * 3), crs=4326), network)
    wire = bg.obstacle_barriers(obstacle(LineString([(103.05, 13.9), (103.05, 14.1)])), network, as_of=DATE)
    told = bg.travel_times(network, places, places.iloc[:1], barriers=wire).table
    assert told["answer"].to_list() == ["reached", "reached", "cut_off"]


def test_wire_that_was_taken_away_cuts_nothing():
    wire = obstacle(LineString([(103.05, 13.9), (103.05, 14.1)]), valid_to="2025-12-31")
    assert bg.obstacle_barriers(wire, net([(103, 14), (103.1, 14)]), as_of=DATE).empty


# ── the border ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def border():
    """A line along 14.35° N, Thailand to the north."""
    told = {"border_id": "b", "claimed_by": "a test", "accuracy_m": 50.0, "left_side": "THA", "right_side": "KHM"}
    return gpd.GeoDataFrame([told], geometry=[LineString([(102, 14.35), (105, 14.35)])], crs=4326)


def checkpoints(**status):
    rows = [{"checkpoint_id": name, "name": name, "status": word} for name, word in status.items()]
    columns = ["checkpoint_id", "name", "status"]
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry=[Point(103.5, 14.351)] * len(rows), crs=4326)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({"gate": "open"}, []),
        ({"gate": "closed"}, [["gate", "definite"]]),
        ({"gate": "restricted"}, [["gate", "possible"]]),
        ({"gate": "unknown"}, [["gate", "possible"]]),
        ({}, [["no-checkpoint", "definite"]]),
    ],
)
def test_a_road_over_the_border_is_open_only_where_a_checkpoint_is(border, status, expected):
    found = bg.crossing_barriers(net([(103.5, 14.3), (103.5, 14.4)]), border, checkpoints(**status))
    assert found[["barrier_id", "certainty"]].to_numpy().tolist() == expected


def test_a_road_away_from_the_checkpoint_is_not_the_checkpoints(border):
    found = bg.crossing_barriers(net([(103.51, 14.3), (103.51, 14.4)]), border, checkpoints(gate="open"))
    assert found[["barrier_id", "certainty", "kind"]].to_numpy().tolist() == [["no-checkpoint", "definite", "checkpoint"]]


def test_a_road_that_runs_along_the_line_and_comes_back_is_cut_possibly(border):
    found = bg.crossing_barriers(net([(103, 14.349), (103.1, 14.351), (103.2, 14.349)]), border, checkpoints())
    assert found["certainty"].to_list() == ["possible", "possible"]


def test_a_gate_that_is_open_to_some_is_open_to_them_alone(border):
    road, gate = net([(103.5, 14.3), (103.5, 14.4)]), checkpoints(gate="open").assign(for_whom="patients")
    assert bg.crossing_barriers(road, border, gate, for_whom="patients").empty
    assert bg.crossing_barriers(road, border, gate)["certainty"].to_list() == ["possible"]
    assert bg.crossing_barriers(road, border, gate, for_whom="cargo")["certainty"].to_list() == ["possible"]


def test_a_village_across_the_line_is_reached_by_those_alone_to_whom_the_gate_is_open(border):
    """hospital ──── | gate, open to patients ──── v; the next road, without a gate, is nobody's way round."""
    network = net([(103.5, 14.3), (103.5, 14.4)], [(103.5, 14.4), (103.6, 14.4), (103.6, 14.3), (103.5, 14.3)])
    gate = checkpoints(gate="open").assign(for_whom="patients")
    placed = bg.place_on_network(gpd.GeoDataFrame(geometry=gpd.points_from_xy([103.5, 103.5], [14.3, 14.4]), crs=4326), network)

    def answers(for_whom, which):
        shut = bg.crossing_barriers(network, border, gate, for_whom=for_whom)
        shut = shut[shut["certainty"].isin(which)]
        return bg.travel_times(network, placed, placed.iloc[:1], barriers=shut).table["answer"].iloc[1]

    both = ["definite", "possible"]
    assert [answers(whom, both) for whom in ("patients", "cargo", None)] == ["reached", "cut_off", "cut_off"]
    assert answers("cargo", ["definite"]) == "reached"  # of another's status nothing follows: cut off possibly, not for certain


def test_a_road_that_ends_at_the_border_keeps_its_stub(border):
    """town ──── v ──── | 14.35: the road was clipped at the line"""
    network = net([(103.7, 14.3), (103.7, 14.35)])
    shut = bg.crossing_barriers(network, border, checkpoints())
    places = bg.place_on_network(gpd.GeoDataFrame(geometry=gpd.points_from_xy([103.7, 103.7], [14.3, 14.349]), crs=4326), network)
    assert bg.travel_times(network, places, places.iloc[:1], barriers=shut).table["answer"].to_list() == ["reached", "reached"]


def test_how_many_crossings_there_are_is_told(border):
    found = bg.crossing_barriers(net([(103.5, 14.3), (103.5, 14.4)], [(103.7, 14.3), (103.7, 14.4)]), border, checkpoints(gate="open"))
    assert "2 crossings of the border by mapped roads: 1 at a checkpoint reported open for everyone, 0 at another, 1 at none." in (
        provenance.of(found).notes
    )


def test_two_lines_are_two_claims_and_refused(border):
    two = pd.concat([border, border.assign(border_id="c")], ignore_index=True)
    with pytest.raises(errors.SchemaError, match="2 lines came"):
        bg.crossing_barriers(net([(103.5, 14.3), (103.5, 14.4)]), two, checkpoints())


def test_barriers_keep_the_origin_of_what_they_are_made_from(border):
    network = net([(103.5, 14.3), (103.5, 14.4)])
    found = bg.crossing_barriers(network, provenance.attach(border, provenance.Provenance(sources=("osm-timezones",))), checkpoints())
    assert "osm-timezones" in provenance.of(found).sources

"""Cut off from what, by what, and how surely: small worlds that a reader can check by eye, and laws."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely import LineString, Point

import bordergis as bg
from bordergis import provenance
from bordergis.errors import SchemaError, UnknownNameError

DAY = "2026-01-14"
STEP = 0.01  # of longitude: 1.08 km at 14 N


def at(column, row=0.0):
    """Give a crossing of the drawn grid: columns go east, rows north, one kilometre each."""
    return 103 + STEP * column, 14 + STEP * row


@pytest.fixture
def road():
    """Make roads between crossings of the grid: one edge an argument, ((column, row), (column, row)); keywords are columns."""

    def make(*edges, **columns):
        ends = [tuple(map(float, end)) for edge in edges for end in edge]
        number = {end: n for n, end in enumerate(dict.fromkeys(ends))}
        told = {
            "u": [number[tuple(map(float, first))] for first, _ in edges],
            "v": [number[tuple(map(float, last))] for _, last in edges],
            "highway_class": "primary",
            "length_m": 0.0,  # never less than the drawing
        }
        shapes = [LineString([at(*first), at(*last)]) for first, last in edges]
        return gpd.GeoDataFrame({**told, **columns}, geometry=shapes, crs="EPSG:4326")

    return make


@pytest.fixture
def town():
    """One town at the west end of the road, as the set `town`."""
    return targets(town=at(0))


def targets(set_name="town", **points):
    return gpd.GeoDataFrame(
        {"target_set": set_name, "target_id": list(points), "name": [name.title() for name in points]},
        geometry=[Point(point) for point in points.values()],
        crs="EPSG:4326",
    )


@pytest.fixture
def no_zones():
    return bg.schema.ZONES.empty()


@pytest.fixture
def wire():
    """Make obstacles: a wire from south to north across the grid at each column."""

    def make(**columns):
        return gpd.GeoDataFrame(
            {
                "obstacle_id": list(columns),
                "kind": "wire",
                "valid_from": pd.Timestamp("2025-12-10").as_unit("s"),
                "valid_to": pd.Series(pd.NaT, range(len(columns)), dtype="datetime64[s]"),
            },
            geometry=[LineString([at(column, -0.4), at(column, 0.4)]) for column in columns.values()],
            crs="EPSG:4326",
        )

    return make


@pytest.fixture
def closure():
    """Make closures: a point each, (column, row, metres of precision); keywords with a star are columns."""

    def make(passability="blocked", start="2025-12-19", end=None, **points):
        return gpd.GeoDataFrame(
            {
                "closure_id": list(points),
                "kind": "road",
                "passability": passability,
                "valid_from": pd.to_datetime([start] * len(points)).as_unit("s"),
                "valid_to": pd.to_datetime([end] * len(points)).as_unit("s"),
                "position_radius_m": [float(point[2]) for point in points.values()],
            },
            geometry=[Point(at(*point[:2])) for point in points.values()],
            crs="EPSG:4326",
        )

    return make


@pytest.fixture
def line(road):
    """A road with a town and two villages.

    town ──── v1 ──── ┼ ──── v2
    0         1       2      3
    """
    return road([(0, 0), (1, 0)], [(1, 0), (2, 0)], [(2, 0), (3, 0)])


@pytest.fixture
def two(village):
    return village(v1=at(1), v2=at(3))


def route(access, place_id, column, set_name="town"):
    rows = access.routes.set_index(["place_id", "target_set"])
    return rows.loc[(place_id, set_name), column]


# ── one set, by eye ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_village_beyond_the_wire_is_cut_off_and_the_wire_is_named(line, two, town, wire, no_zones):
    roads = bg.RoadConditions(line, obstacles=wire(wire=1.5))
    access = bg.inaccessible_villages(two, zones=no_zones, roads=roads, targets=town, as_of=DAY)
    assert access.routes["answer"].tolist() == ["reachable_by_road", "cut_off"]
    assert access.routes["certainty"].tolist() == ["definite", "definite"]
    assert access.routes["closures_responsible"].tolist()[1] == "wire"
    assert access.table["cut_off"].tolist() == ["no", "definite"]
    assert access.table["cut_off_by"].tolist() == ["none", "closures"]
    assert access.table["status"].tolist() == ["unknown", "inaccessible"]


def test_times_are_those_of_the_road_and_missing_where_there_is_none(line, two, town, wire, no_zones):
    """1.08 km at 65 km/h are 1.0 min; what is cut off has no time, never a large number."""
    roads = bg.RoadConditions(line, obstacles=wire(wire=1.5))
    access = bg.inaccessible_villages(two, zones=no_zones, roads=roads, targets=town, as_of=DAY)
    speed = bg.build_network(line)
    minute = speed.forward_s[0] / 60
    assert route(access, "v1", "time_min") == pytest.approx(minute, rel=1e-6)
    assert route(access, "v2", "time_open_min") == pytest.approx(3 * minute, rel=1e-6)
    assert np.isnan(route(access, "v2", "time_min"))
    assert np.isnan(route(access, "v2", "detour_min"))
    assert pd.isna(route(access, "v2", "target_id"))
    assert route(access, "v1", "target_id") == "town"


def test_a_way_round_is_a_detour_not_a_cut(road, village, town, wire, no_zones):
    """
         ┌─────────────┐
    town ┴─ x ──────── v
    """
    ring = road([(0, 0), (2, 0)], [(0, 0), (0, 2)], [(0, 2), (2, 2)], [(2, 2), (2, 0)])
    roads = bg.RoadConditions(ring, obstacles=wire(wire=1))
    access = bg.inaccessible_villages(village(v=at(2)), zones=no_zones, roads=roads, targets=town, as_of=DAY)
    assert route(access, "v", "answer") == "reachable_by_road"
    ratio = route(access, "v", "time_min") / route(access, "v", "time_open_min")
    assert ratio == pytest.approx(3, rel=0.05)
    assert route(access, "v", "detour_min") == pytest.approx(route(access, "v", "time_min") - route(access, "v", "time_open_min"))
    assert "more than with nothing closed" in route(access, "v", "reason")


def test_a_mapped_road_alone_makes_no_village_reachable(line, two, town, no_zones):
    access = bg.inaccessible_villages(two, zones=no_zones, roads=line, targets=town)
    assert access.table["cut_off"].tolist() == ["no", "no"]
    assert access.table["status"].tolist() == ["unknown", "unknown"]


def test_where_the_map_never_joined_a_village_that_is_not_called_a_closure(road, village, town, no_zones):
    """town ────    ──── v: mapped apart."""
    apart = road([(0, 0), (1, 0)], [(5, 0), (6, 0)])
    access = bg.inaccessible_villages(village(v=at(6)), zones=no_zones, roads=apart, targets=town)
    assert route(access, "v", "answer") == "cut_off"
    assert route(access, "v", "reason").startswith("no mapped road leads there even with nothing closed")
    assert pd.isna(route(access, "v", "closures_responsible"))
    assert access.table[["cut_off", "cut_off_by", "status"]].iloc[0].tolist() == ["definite", "map", "unknown"]


def test_a_village_far_from_every_road_or_without_a_position_is_answered_and_not_lost(line, village, town, no_zones):
    places = village(far=at(3, 30), lost=at(1))
    places = places.set_geometry(gpd.GeoSeries([places.geometry[0], None], crs=places.crs))
    access = bg.inaccessible_villages(places, zones=no_zones, roads=line, targets=town)
    assert access.routes["answer"].tolist() == ["not_on_network", "not_computed"]
    assert access.routes["off_network_m"].round(-2).tolist()[0] == pytest.approx(33_200, abs=100)
    assert access.table["cut_off"].tolist() == ["unknown", "not_computed"]
    assert access.routes["time_min"].isna().all()


def test_off_the_roads_the_walk_over_land_is_told_and_makes_nobody_reachable(line, village, town, no_zones):
    """33 km at 2 to 5 km/h: between 6 and 17 hours, by land cover that tells forest from field and no more."""
    access = bg.inaccessible_villages(village(far=at(3, 30)), zones=no_zones, roads=line, targets=town)
    told = access.routes.iloc[0]
    assert (told["answer"], told["method"]) == ("not_on_network", "raster")
    assert 6 * 60 < told["walk_min"] < 17 * 60
    assert "beyond 2,000 m; over land about " in told["reason"]
    assert told["reason"].endswith(" min on foot to Town")
    assert access.table[["cut_off", "status"]].iloc[0].tolist() == ["unknown", "unknown"]


def test_where_nobody_can_walk_that_is_said_too(line, village, town, no_zones, tmp_path):
    """A raster that holds the town and not the village."""
    file = tmp_path / "friction.tif"
    shape = {"width": 20, "height": 20, "count": 1, "dtype": "float64", "crs": "EPSG:4326", "nodata": -1}
    with rasterio.open(file, "w", driver="GTiff", transform=rasterio.Affine(0.01, 0, 102.9, 0, -0.01, 14.1), **shape) as raster:
        raster.write(np.full((1, 20, 20), 0.012))
    roads = bg.RoadConditions(line, friction=file)
    access = bg.inaccessible_villages(village(far=at(3, 30)), zones=no_zones, roads=roads, targets=town)
    assert access.routes[["answer", "method"]].iloc[0].tolist() == ["not_on_network", "none"]
    assert access.routes["walk_min"].isna().all()
    assert access.routes["reason"].item().endswith("; over land: outside the raster")


def test_a_village_inside_a_zone_is_on_the_barrier_and_one_beyond_it_is_cut_off(road, village, town, incident, one_rule):
    """The clash at column 8, known to 1 km, closes 4 km each way for certain and 6 km possibly: columns 4.3 to 11.7, and 2.5 to 13.5."""
    zones = bg.exclusion_zones(incident(k=(*at(8), 1_000)), as_of=DAY, rules=one_rule)
    long = road(*[[(n, 0), (n + 1, 0)] for n in range(20)])
    places = village(near=at(1), maybe=at(3), inside=at(8), beyond=at(16))
    access = bg.inaccessible_villages(places, zones=zones, roads=long, targets=town, as_of=DAY)
    assert access.routes["answer"].tolist() == ["reachable_by_road", "on_barrier", "on_barrier", "cut_off"]
    assert access.routes["certainty"].tolist() == ["definite", "possible", "definite", "definite"]
    assert access.table["cut_off"].tolist() == ["no", "possible", "definite", "definite"]
    assert route(access, "beyond", "closures_responsible") == "clash:definite"
    assert route(access, "inside", "closures_responsible") == "clash:definite"


def test_a_road_across_the_line_needs_an_open_checkpoint(village, road, no_zones):
    """The line runs from south to north at column 2; the village is in the east, the town in the west."""
    border = gpd.GeoDataFrame(
        {"border_id": ["b"], "claimed_by": ["a test"], "accuracy_m": [10.0], "left_side": ["THA"], "right_side": ["KHM"]},
        geometry=[LineString([at(2, -5), at(2, 5)])],
        crs="EPSG:4326",
    )
    gate = gpd.GeoDataFrame(
        {"checkpoint_id": ["gate"], "name": ["Gate"], "status": ["closed"], "position_radius_m": [300.0]},
        geometry=[Point(at(2))],
        crs="EPSG:4326",
    )
    across = road([(0, 0), (4, 0)])
    answers = {}
    for status in ("open", "closed", "unknown"):
        roads = bg.RoadConditions(across, border=border, checkpoints=gate.assign(status=status))
        access = bg.inaccessible_villages(village(v=at(4)), zones=no_zones, roads=roads, targets=targets(town=at(0)), as_of=DAY)
        answers[status] = (route(access, "v", "answer"), route(access, "v", "certainty"), route(access, "v", "closures_responsible"))
    assert answers["open"][:2] == ("reachable_by_road", "definite")
    assert answers["closed"] == ("cut_off", "definite", "gate")
    assert answers["unknown"] == ("cut_off", "possible", "gate")  # never drawn as passable


# ── uncertain places ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_closure_on_one_of_two_roads_in_a_row_cuts_for_every_position(line, two, town, closure, no_zones):
    """It lies on one of the two edges between v1 and v2: wherever it is, v2 is cut off."""
    access = bg.inaccessible_villages(two, zones=no_zones, roads=line, closures=closure(hit=(2, 0, 900)), targets=town, as_of=DAY)
    assert route(access, "v2", "answer") == "cut_off"
    assert route(access, "v2", "certainty") == "definite"
    assert route(access, "v2", "closures_responsible") == "hit"


def test_a_closure_on_one_of_two_ways_to_different_villages_may_cut_either(road, village, town, closure, no_zones):
    """
    town ──┬── a
           └── b      the closure lies near the fork, on the road to a or on that to b
    """
    fork = road([(0, 0), (1, 0)], [(1, 0), (3, 0.5)], [(1, 0), (3, -0.5)])
    access = bg.inaccessible_villages(
        village(a=at(3, 0.5), b=at(3, -0.5)), zones=no_zones, roads=fork, closures=closure(hit=(2, 0, 400)), targets=town, as_of=DAY
    )
    assert access.routes["answer"].tolist() == ["cut_off", "cut_off"]
    assert access.routes["certainty"].tolist() == ["possible", "possible"]
    assert access.table["cut_off"].tolist() == ["possible", "possible"]
    assert access.table["status"].tolist() == ["unknown", "unknown"]


def test_a_closure_on_one_of_two_parallel_roads_cuts_nobody_off(road, village, town, closure, no_zones):
    """Both roads lead to v, and the closure lies on one of them, wherever it is: the other stays open."""
    pair = road([(0, 0), (0, 0.3)], [(0, 0.3), (4, 0.3)], [(4, 0.3), (4, 0)], [(0, 0), (4, 0)])
    access = bg.inaccessible_villages(
        village(v=at(4)), zones=no_zones, roads=pair, closures=closure(hit=(2, 0.15, 400)), targets=town, as_of=DAY
    )
    assert route(access, "v", "answer") == "reachable_by_road"


def test_a_closure_of_unknown_passability_cuts_nobody_off_for_certain(line, two, town, closure, no_zones):
    told = closure(passability="unknown", hit=(2, 0, 900))
    access = bg.inaccessible_villages(two, zones=no_zones, roads=line, closures=told, targets=town, as_of=DAY)
    assert (route(access, "v2", "answer"), route(access, "v2", "certainty")) == ("cut_off", "possible")


def test_a_slow_road_is_slower_and_cuts_nobody_off(line, two, town, closure, no_zones):
    told = closure(passability="slow", repair=(1.5, 0, 0))
    access = bg.inaccessible_villages(two, zones=no_zones, roads=line, closures=told, targets=town, as_of=DAY)
    assert route(access, "v2", "answer") == "reachable_by_road"
    assert route(access, "v2", "detour_min") > 0.5
    assert route(access, "v1", "detour_min") == 0


def test_only_closures_in_force_on_the_date_count(line, two, town, closure, no_zones):
    told = closure(start="2025-12-19", end="2026-01-10", bridge=(1.5, 0, 0))
    days = {"2025-12-18": "reachable_by_road", "2025-12-19": "cut_off", "2026-01-10": "cut_off", "2026-01-11": "reachable_by_road"}
    for day, expected in days.items():
        access = bg.inaccessible_villages(two, zones=no_zones, roads=line, closures=told, targets=town, as_of=day)
        assert route(access, "v2", "answer") == expected


# ── several sets ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_cut_off_from_one_set_of_two_is_restricted_and_both_are_named(line, two, wire, no_zones):
    both = pd.concat([targets(town=at(0)), targets("hospital", clinic=at(3))], ignore_index=True)
    roads = bg.RoadConditions(line, obstacles=wire(wire=1.5))
    access = bg.inaccessible_villages(two, zones=no_zones, roads=roads, targets=both, as_of=DAY)
    assert access.table["cut_off"].tolist() == ["no", "no"]
    assert access.table["cut_off_some"].tolist() == ["definite", "definite"]
    assert access.table["cut_off_from"].tolist() == ["hospital", "town"]
    assert access.table["status"].tolist() == ["restricted", "restricted"]
    assert access.table["cut_off_reason"].iloc[0] == "cut off from hospital; a mapped road leads to town"


def test_a_set_that_cannot_be_built_is_not_computed_with_its_reason_and_hides_nothing(line, two, wire, no_zones):
    sets = pd.concat([targets(town=at(0)), bg.target_sets(["hospital"])], ignore_index=True)
    roads = bg.RoadConditions(line, obstacles=wire(wire=1.5))
    access = bg.inaccessible_villages(two, zones=no_zones, roads=roads, targets=sets, as_of=DAY)
    assert route(access, "v2", "answer", "hospital") == "not_computed"
    assert route(access, "v2", "reason", "hospital") == "no layer of facilities was given"
    assert access.table["cut_off"].tolist() == ["no", "definite"]


def test_targets_off_the_network_are_no_targets_not_a_cut(line, two, no_zones):
    access = bg.inaccessible_villages(two, zones=no_zones, roads=line, targets=targets(town=at(0, 40)))
    assert access.routes["answer"].tolist() == ["no_target", "no_target"]
    assert access.table["cut_off"].tolist() == ["unknown", "unknown"]


def test_targets_of_a_country_are_those_of_its_own_villages(line, village, no_zones):
    places = village(k=at(1), t=at(1), x=at(1)).assign(country=["KHM", "THA", None])
    own = targets("own-network", west=at(0), east=at(3)).assign(for_country=["KHM", "THA"])
    access = bg.inaccessible_villages(places, zones=no_zones, roads=line, targets=own)
    assert access.routes["target_id"].fillna("").tolist() == ["west", "east", ""]
    assert access.routes["answer"].tolist()[2] == "not_computed"
    assert access.routes["reason"].tolist()[2].startswith("its country is not told")


# ── what if, over time, most needed ───────────────────────────────────────────────────────────────────────────────────


def test_reopening_what_is_responsible_reconnects_and_the_answer_before_stays(line, two, town, wire, no_zones):
    roads = bg.RoadConditions(line, obstacles=wire(west=1.2, east=1.7))
    access = bg.inaccessible_villages(two, zones=no_zones, roads=roads, targets=town, as_of=DAY)
    named = route(access, "v2", "closures_responsible").split(", ")
    assert sorted(named) == ["east", "west"]
    assert route(access.what_if(reopen=named), "v2", "answer") == "reachable_by_road"
    assert route(access.what_if(reopen=named[:1]), "v2", "answer") == "cut_off"
    assert route(access, "v2", "answer") == "cut_off"
    assert access.what_if(reopen=named).road_notes()[-1] == "What if: reopened: " + ", ".join(named) + "."


def test_closing_one_more_thing_is_what_that_closure_would_have_done(line, two, town, closure, no_zones):
    told = closure(bridge=(2.5, 0, 0))
    access = bg.inaccessible_villages(two, zones=no_zones, roads=line, targets=town, as_of=DAY)
    asked = access.what_if(close=told)
    same = bg.inaccessible_villages(two, zones=no_zones, roads=line, closures=told, targets=town, as_of=DAY)
    pd.testing.assert_frame_equal(asked.routes, same.routes)
    assert asked.table["status"].tolist() == same.table["status"].tolist() == ["unknown", "inaccessible"]


@pytest.fixture
def a_clash(incident, one_rule):
    """A clash on 12 January, far off, and the rule for it."""
    return incident(start="2026-01-12", k=(*at(30), 0)), one_rule


def test_answers_over_time_are_those_of_each_date(line, village, town, closure, a_clash):
    clash, one_rule = a_clash
    closures = pd.concat(
        [closure(start="2025-12-19", end="2026-01-10", bridge=(1.5, 0, 0)), closure(start="2025-12-25", wall=(2.5, 0, 0))],
        ignore_index=True,
    )
    days = ["2025-12-18", "2025-12-20", "2025-12-26", "2026-01-09", "2026-01-11", "2026-01-13"]
    places = village(v1=at(1), v2=at(3), in_zone=at(30))
    zones = bg.zones_over_time(clash, days, rules=one_rule)
    spans = bg.access_over_time(places, days, zones=zones, roads=line, closures=closures, targets=town)
    for day in days:
        now = bg.exclusion_zones(clash, as_of=day, rules=one_rule)
        one = bg.inaccessible_villages(places, zones=now, roads=line, closures=closures, targets=town, as_of=day).table
        shown = spans[(spans["shown_from"] <= day) & (spans["shown_to"] >= day)].set_index("place_id").loc[one["place_id"]]
        for column in ("in_zone", "cut_off", "cut_off_by", "reported", "status"):
            assert shown[column].tolist() == one[column].tolist(), (day, column)
    assert provenance.of(spans).steps[-1] == "access_over_time(6 days, 3 of them different)"


def test_the_edge_on_which_most_depend_is_the_one_all_go_over(line, village, town, no_zones):
    places = village(v1=at(1), v2=at(3), v3=at(3)).assign(population=[10.0, 20.0, 30.0])
    access = bg.inaccessible_villages(places, zones=no_zones, roads=line, targets=town)
    critical = access.critical_edges()
    assert critical.index[0] == 0
    assert critical[["n_villages", "people", "method"]].iloc[0].tolist() == [3, 60.0, "bridge"]


# ── words, counts, decisions ──────────────────────────────────────────────────────────────────────────────────────────


def said(*rows):
    table = pd.DataFrame(rows, columns=["place_id", "status", "as_of", "reported_by", "for_whom"])
    return table.assign(as_of=pd.to_datetime(table["as_of"]), kind="security")


def test_a_report_against_the_map_makes_a_question_not_a_status(line, two, town, wire, no_zones):
    roads = bg.RoadConditions(line, obstacles=wire(wire=1.5))
    told = said(("v1", "accessible", DAY, "A", None), ("v2", "accessible", DAY, "A", None))
    access = bg.inaccessible_villages(two, zones=no_zones, roads=roads, targets=town, reports=told, as_of=DAY)
    assert access.table["status"].tolist() == ["reachable", "unknown"]
    assert access.table["decided_by"].tolist() == ["reported-accessible", "report-against-map"]


def test_a_report_for_some_restricts(two, no_zones):
    told = said(("v1", "inaccessible", DAY, "A", "aid convoys"), ("v2", "accessible", DAY, "A", "observers"))
    access = bg.inaccessible_villages(two, zones=no_zones, reports=told, as_of=DAY)
    assert access.table["reported"].tolist() == ["yes", "no"]
    assert access.table["reported_for"].tolist() == ["some", "some"]
    assert access.table["status"].tolist() == ["restricted", "restricted"]
    assert "inaccessible according to A, security, for aid convoys (2026-01-14)" in access.table["reasons"].iloc[0]


def test_every_report_is_kept_and_the_latest_word_of_an_author_is_marked(two, no_zones):
    told = said(
        ("v1", "inaccessible", "2026-01-01", "A", None), ("v1", "accessible", DAY, "A", None), ("v1", "inaccessible", DAY, "B", None)
    )
    access = bg.inaccessible_villages(two, zones=no_zones, reports=told, as_of=DAY)
    assert access.reports["counts"].tolist() == [False, True, True]
    assert access.table["reported"].tolist() == ["conflicting", "missing"]


def test_the_words_on_a_village_say_what_is_known_by_whom_and_what_is_not(line, two, town, wire, no_zones):
    roads = bg.RoadConditions(line, obstacles=wire(wire=1.5))
    told = said(("v2", "inaccessible", "2026-01-02", "A", "residents"))
    access = bg.inaccessible_villages(two, zones=no_zones, roads=roads, targets=town, reports=told, as_of=DAY)
    words = access.explain("v2")
    why = "Somebody says that it is inaccessible, but only for some, such as aid convoys or observers."
    assert words.splitlines() == [
        "V2 (v2) as of 2026-01-14: access restricted.",
        f"Why: {why} (row `reported-for-some` of the decision table)",
        "Zones: It lies in no zone of the layer.",
        "Road to town: No mapped road is open. Opened again, these would reconnect it: wire.",
        "Report: inaccessible according to A, 2026-01-02; kind: security; for whom: residents.",
        "Not known: the state of the ground: no map and no missing mark is evidence of safety or passability.",
    ]


def test_counts_add_up_and_the_unknown_stand_first(line, village, town, wire, no_zones):
    places = village(a=at(1), b=at(3), c=at(3), d=at(3, 50)).assign(adm1=["North", "North", "South", None], sector="one")
    roads = bg.RoadConditions(line, obstacles=wire(wire=1.5))
    access = bg.inaccessible_villages(places, zones=no_zones, roads=roads, targets=town, as_of=DAY)
    assert str(access).startswith("Access is unknown for 2 of 4 villages (50%); 2 inaccessible")
    assert str(access) in provenance.of(access.table).notes
    for by in ("adm1", "sector"):
        counts = access.summary(by).set_index(by)
        parts = counts.drop(index="total")
        numbers = counts.columns.drop("unknown_share")
        assert counts.loc["total", numbers].astype(int).tolist() == parts[numbers].sum().astype(int).tolist()
        assert (counts[["unknown", "inaccessible", "restricted", "reachable"]].sum(axis=1) == counts["villages"]).all()
        for name in ("in_zone", "cut_off", "reported", "inaccessible"):
            assert (counts[name] <= counts[f"{name}_at_most"]).all()
    counts = access.summary().set_index("adm1")
    assert list(counts.index) == ["North", "South", "not stated", "total"]
    assert counts["cut_off"].tolist() == [1, 1, 0, 2]


def test_villages_are_counted_by_the_sector_of_the_line_they_are_nearest_to(village, no_zones):
    sectors = gpd.GeoDataFrame(
        {"name": ["west", "east"]}, geometry=[LineString([at(0), at(5)]), LineString([at(5), at(10)])], crs="EPSG:4326"
    )
    places = village(a=at(1, 2), b=at(9, 3), c=at(8, -1))
    lost = places.set_geometry(gpd.GeoSeries([*places.geometry[:2], None], crs=places.crs))
    counts = bg.inaccessible_villages(lost, zones=no_zones).summary("sector", sectors=sectors).set_index("sector")
    assert counts["villages"].to_dict() == {"east": 1, "not stated": 1, "west": 1, "total": 3}


def test_another_table_of_decisions_gives_another_status_and_the_same_parts(line, two, town, wire, no_zones):
    roads = bg.RoadConditions(line, obstacles=wire(wire=1.5))
    access = bg.inaccessible_villages(two, zones=no_zones, roads=roads, targets=town, as_of=DAY)
    own = pd.DataFrame({"decision_id": ["road", "rest"], "cut_off": ["no", None], "status": ["reachable", "unknown"], "why": "a test"})
    changed = access.decide(own)
    assert changed.table["status"].tolist() == ["reachable", "unknown"]
    assert access.table["status"].tolist() == ["unknown", "inaccessible"]
    assert changed.table["cut_off"].tolist() == access.table["cut_off"].tolist()


@pytest.mark.parametrize(
    ("told", "match"),
    [
        ({"cut_off": ["maybe"]}, "cut_off: 'maybe' .known: definite, possible"),
        ({"status": ["safe"]}, "status"),
        ({"cut_off": ["definite"]}, "no row decides 2 villages, such as one with"),
    ],
)
def test_a_table_of_decisions_that_cannot_decide_is_refused(told, match, two, no_zones):
    table = pd.DataFrame({"decision_id": ["x"], "status": ["unknown"], "why": ["a test"], **told})
    with pytest.raises(SchemaError, match=match):
        bg.inaccessible_villages(two, zones=no_zones).decide(table)


# ── refusals ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_roads_without_targets_are_refused(line, two, no_zones):
    with pytest.raises(SchemaError, match="cut off from what"):
        bg.inaccessible_villages(two, zones=no_zones, roads=line)


def test_closures_without_a_date_are_refused(line, two, town, closure, no_zones):
    with pytest.raises(SchemaError, match="say for which date"):
        bg.inaccessible_villages(two, zones=no_zones, roads=line, closures=closure(b=(2, 0, 0)), targets=town)


def test_a_notebook_shows_the_unknown_first_and_what_must_be_known_of_the_roads(line, village, town, no_zones):
    access = bg.inaccessible_villages(village(v1=at(1)).assign(adm1="<North>"), zones=no_zones, roads=line, targets=town, as_of=DAY)
    page = access._repr_html_()
    assert page.index("Access is unknown for 1 of 1 villages") < page.index("&lt;North&gt;") < page.index("No path means no mapped path")
    assert "<North>" not in page
    assert access.critical_edges("town").shape[0] == access.critical_edges().shape[0]
    plain = bg.inaccessible_villages(village(v1=at(1)), zones=no_zones)._repr_html_()
    assert "<table" not in plain


def test_no_dates_and_no_roads_have_an_answer_too(two, no_zones):
    none = bg.access_over_time(two, [], zones=no_zones)
    assert none.empty
    spans = bg.access_over_time(two, ["2025-12-01", "2025-12-02"], zones=no_zones)
    assert spans["cut_off"].tolist() == ["not_computed", "not_computed"]
    assert spans["shown_to"].dt.day.tolist() == [2, 2]


def test_no_roads_at_all_are_the_same_as_none_given(two, town, no_zones):
    access = bg.inaccessible_villages(two, zones=no_zones, roads=bg.schema.ROADS.empty(), targets=town)
    assert access.routes.empty
    assert access.table["cut_off"].tolist() == ["not_computed"] * 2
    assert "bordergis data fetch osm-roads-kh" in access.table["cut_off_reason"].iloc[0]


def test_without_roads_there_is_nothing_to_reopen_or_to_depend_on(two, no_zones):
    access = bg.inaccessible_villages(two, zones=no_zones)
    for ask in (access.what_if, access.critical_edges):
        with pytest.raises(SchemaError, match="made without roads"):
            ask()


def test_names_that_do_not_exist_are_refused_with_those_that_do(line, two, town, wire, no_zones):
    roads = bg.RoadConditions(line, obstacles=wire(wire=1.5))
    access = bg.inaccessible_villages(two, zones=no_zones, roads=roads, targets=town, as_of=DAY)
    with pytest.raises(UnknownNameError, match="called 'bridge'; some that do: wire"):
        access.what_if(reopen=["bridge"])
    with pytest.raises(UnknownNameError, match="no village 'V2' among the 2 of the layer; by that name: v2"):
        access.explain("V2")
    with pytest.raises(UnknownNameError, match="no target set 'school'"):
        access.critical_edges("school")
    with pytest.raises(UnknownNameError, match="cannot be counted by 'village'; known: adm1, adm2, sector"):
        access.summary("village")
    with pytest.raises(SchemaError, match="there is no column 'sector' to count by"):
        access.summary("sector")
    with pytest.raises(UnknownNameError, match="no target set 'school'"):
        bg.target_sets(["school"])


# ── target sets ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_target_sets_hold_towns_hospitals_in_use_and_open_checkpoints():
    kinds = ["hospital", "hospital", "clinic", "hospital"]
    facilities = gpd.GeoDataFrame(
        {"facility_id": list("abcd"), "name": [None, "B", "C", "D"], "kind": kinds, "status": [None, "destroyed", "open", "open"]},
        geometry=[Point(103, 14)] * 3 + [None],
        crs="EPSG:4326",
    )
    checkpoints = bg.load_checkpoints("2026-01-14")
    checkpoints.loc[0, "status"] = "open"
    sets = bg.target_sets(["hospital", "checkpoint", "camp"], facilities=facilities, checkpoints=checkpoints, camps=bg.load_camps())
    assert sets.loc[sets["target_set"] == "hospital", "target_id"].tolist() == ["a"]
    assert sets.loc[sets["target_set"] == "hospital", "name"].tolist() == ["a"]
    assert sets.loc[sets["target_set"] == "checkpoint", "target_id"].tolist() == [checkpoints["checkpoint_id"][0]]
    assert sets.loc[sets["target_set"] == "camp", "note"].tolist() == ["of 1 camps none is known to a point"]
    bg.schema.TARGETS.validate(sets)


def test_a_network_without_main_roads_or_without_any_inland_has_no_own_network(road):
    border = bg.load_border("osm-2026c")
    for roads, words in ((road([(0, 0), (1, 0)], highway_class="minor"), "no road of class"), (road([(0, 40), (1, 40)]), "or more from")):
        sets = bg.own_network(bg.build_network(roads), border)
        assert words in sets["note"].item()
        assert sets.geometry.isna().all()


# ── laws ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def make(road, village, closure, no_zones):
    return road, village, closure, no_zones


@pytest.fixture
def layers(line, two, town, wire, closure):
    """Roads, villages, targets, obstacles and closures, whose sources are told."""
    closed = closure(b=(2.5, 0, 0))
    closed.attrs["bordergis"] = {"sources": ["press"], "steps": [], "notes": []}
    return [line, two.set_axis([7, 7]), town, wire(wire=1.5), closed]


GRID = [((c, r), (c + 1, r)) for c in range(3) for r in range(4)] + [((c, r), (c, r + 1)) for c in range(4) for r in range(3)]
SPOTS = st.lists(st.tuples(st.floats(0, 3), st.floats(0, 3), st.sampled_from([0.0, 300.0, 900.0])), max_size=6)


@example(  # a village that the map never joined, on one of the places of a closure
    edges=[((0, 1), (0, 2)), ((0, 0), (1, 0)), ((1, 0), (2, 0))], spots=[], more=[(0.0, 0.0, 0.0), (1.58, 0.0, 900.0)]
)
@given(edges=st.lists(st.sampled_from(GRID), min_size=3, max_size=20, unique=True), spots=SPOTS, more=SPOTS)
@settings(max_examples=10, deadline=None, suppress_health_check=["function_scoped_fixture"])
def test_more_closures_never_reconnect_and_order_never_matters(edges, spots, more, make):
    road, village, closure, no_zones = make
    roads = road(*edges)
    places = village(**{f"v{c}{r}": at(c, r) for c in range(4) for r in range(4)})
    goal = targets(town=at(*edges[0][0]))

    def ask(closed, layer=places):
        named = {f"c{n}": spot for n, spot in enumerate(closed)}
        told = closure(**named) if named else None
        access = bg.inaccessible_villages(layer, zones=no_zones, roads=roads, closures=told, targets=goal, as_of=DAY)
        return access.table.set_index("place_id")["cut_off"]

    rank = {"no": 0, "possible": 1, "definite": 2, "unknown": 0, "not_computed": 0}
    fewer, all_ = ask(spots), ask([*spots, *more])
    assert (fewer.map(rank) <= all_.map(rank)).all()
    assert ask([*spots, *more], places[::-1]).sort_index().equals(all_.sort_index())


def test_nothing_is_changed_the_index_is_kept_and_sources_travel(layers, no_zones):
    before = [layer.copy() for layer in layers]
    roads = bg.RoadConditions(layers[0], obstacles=layers[3])
    access = bg.inaccessible_villages(layers[1], zones=no_zones, roads=roads, closures=layers[4], targets=layers[2], as_of=DAY)
    assert all(layer.equals(copy) for layer, copy in zip(layers, before, strict=True))
    assert access.table.index.tolist() == [7, 7]
    assert "press" in provenance.of(access.table).sources
    assert access.what_if(reopen=["wire"]).table.index.tolist() == [7, 7]


def test_an_empty_layer_of_villages_has_empty_routes(line, two, town, no_zones):
    access = bg.inaccessible_villages(two[:0], zones=no_zones, roads=line, targets=town)
    assert access.routes.empty
    assert access.table.empty
    assert "status" in access.table

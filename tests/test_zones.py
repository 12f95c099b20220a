from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely import LineString, MultiPoint, Point, Polygon, box

import bordergis as bg
from bordergis import provenance
from bordergis.errors import (
    CRSMismatchError,
    GeometryKindError,
    MissingCRSError,
    RuleError,
    SchemaError,
    UnitError,
    UnknownNameError,
)

GEOD = Geod(ellps="WGS84")


def layer(*shapes):
    return gpd.GeoDataFrame({"n": range(len(shapes))}, geometry=list(shapes), crs="EPSG:4326")


def area_km2(shape):
    return abs(GEOD.geometry_area_perimeter(shapely.orient_polygons(shape))[0]) / 1e6


def reach_m(outline, lon, lat):
    """Geodesic distance from a point to every vertex of an outline."""
    vertices = shapely.get_coordinates(outline)
    return np.asarray(GEOD.inv(np.full(len(vertices), lon), np.full(len(vertices), lat), *vertices.T)[2])


@given(st.floats(102, 106), st.floats(10, 15.5), st.floats(10, 100_000))
@settings(max_examples=50)
def test_every_vertex_of_a_buffer_lies_at_its_radius(lon, lat, radius):
    outline = bg.geodesic_buffer(layer(Point(lon, lat)), radius).geometry.item()
    assert np.abs(reach_m(outline, lon, lat) - radius).max() < 1e-3


def test_a_buffer_of_10_km_has_the_area_of_its_circle_less_the_sagitta():
    assert area_km2(bg.geodesic_buffer(layer(Point(104, 14)), 10_000).geometry.item()) == pytest.approx(np.pi * 100, rel=2e-4)


def test_planar_degrees_would_be_far_off():
    """10 km as degrees / 111.32 reaches as little as 9,688 m (methods.md); ours reaches 10,000 m."""
    flat = Point(104, 14).buffer(10_000 / 111_320, 64)
    assert reach_m(flat, 104, 14).min() < 9_950
    assert reach_m(bg.geodesic_buffer(layer(Point(104, 14)), 10_000).geometry.item(), 104, 14).min() == pytest.approx(10_000, abs=1e-3)


def test_each_row_has_its_own_radius():
    radius = pd.Series([1_000.0, 2_000.0])
    areas = [area_km2(shape) for shape in bg.geodesic_buffer(layer(Point(104, 14), Point(105, 14)), radius).geometry]
    assert areas == pytest.approx([np.pi, 4 * np.pi], rel=2e-3)


def test_the_buffer_of_a_line_covers_what_is_near_and_nothing_else():
    line = LineString([(103, 14), (103.2, 14.1), (103.3, 14.0)])
    outline = bg.geodesic_buffer(layer(line), 2_000).geometry.item()
    tries = np.random.default_rng(3).uniform((102.9, 13.9), (103.4, 14.2), (3_000, 2))
    fix = bg.geodesy.locate_on_line(tries[:, 0], tries[:, 1], shapely.get_coordinates(line))
    inside = shapely.contains_xy(outline, tries)
    clear = np.abs(fix.distance_m - 2_000) > 1.5  # the sagitta is 1 m
    assert (inside == (fix.distance_m < 2_000))[clear].all()


def test_the_buffer_of_an_area_keeps_its_inside_and_its_hole():
    ring = Polygon(box(103, 14, 103.2, 14.2).exterior.coords, [box(103.05, 14.05, 103.15, 14.15).exterior.coords])
    outline = bg.geodesic_buffer(layer(ring), 1_000).geometry.item()
    assert outline.covers(ring)
    assert not outline.covers(Point(103.1, 14.1))
    assert len(outline.interiors) == 1


def test_several_points_in_a_row_make_one_buffer():
    outline = bg.geodesic_buffer(layer(MultiPoint([(103, 14), (104, 14)])), 1_000).geometry.item()
    assert shapely.get_num_geometries(outline) == 2


def test_a_row_without_a_shape_stays_without_one():
    assert bg.geodesic_buffer(layer(Point(104, 14), None), 500).geometry.isna().tolist() == [False, True]


@pytest.mark.parametrize("radius", [0, -5, np.nan, np.inf, "10 km"])
def test_a_radius_that_is_no_length_is_refused(radius):
    with pytest.raises(UnitError, match="metres"):
        bg.geodesic_buffer(layer(Point(104, 14)), radius)


@pytest.mark.parametrize("point", [(104, 89), (179.95, 14), (-179.95, 14), (104, -89)])
def test_poles_and_the_date_line_are_refused(point):
    with pytest.raises(GeometryKindError, match="pole"):
        bg.geodesic_buffer(layer(Point(point)), 100_000)


def test_a_layer_without_crs_or_in_metres_is_refused():
    with pytest.raises(MissingCRSError):
        bg.geodesic_buffer(gpd.GeoDataFrame(geometry=[Point(104, 14)]), 500)
    with pytest.raises(CRSMismatchError):
        bg.geodesic_buffer(layer(Point(104, 14)).to_crs("EPSG:3857"), 500)


def test_a_buffer_changes_nothing_and_says_what_it_is():
    points = layer(Point(104, 14))
    before = points.copy()
    buffered = bg.geodesic_buffer(points, 500)
    assert points.equals(before)
    assert provenance.of(buffered).steps == ("geodesic_buffer(distance_m=500)",)


def test_definite_and_possible_differ_by_the_precision_of_the_incident(incident, one_rule):
    """A clash known to 2 km, a rule of 5 km: surely within 3 km of the point, possibly within 7."""
    zones = bg.exclusion_zones(incident(k1=(104, 14, 2_000)), as_of="2026-01-14", rules=one_rule).set_index("certainty")
    assert reach_m(zones.geometry["definite"], 104, 14) == pytest.approx(3_000, abs=1e-3)
    assert reach_m(zones.geometry["possible"], 104, 14) == pytest.approx(7_000, abs=1e-3)
    assert zones.loc["definite", "members"] == ("k1",)


def test_an_incident_less_precise_than_its_rule_has_no_definite_zone(incident, one_rule):
    zones = bg.exclusion_zones(incident(k1=(104, 14, 5_500)), as_of="2026-01-14", rules=one_rule)
    assert zones["certainty"].tolist() == ["possible"]


@pytest.mark.parametrize(("as_of", "n"), [("2025-12-09", 0), ("2025-12-10", 2), ("2026-12-10", 2), ("2026-12-11", 0)])
def test_a_zone_lasts_from_the_first_day_until_its_lifetime_after_the_last(as_of, n, incident, one_rule):
    zones = bg.exclusion_zones(incident(k1=(104, 14, 0)), as_of=as_of, rules=one_rule)
    assert len(zones) == n


@pytest.mark.parametrize("coarse", ["subdistrict", "district", "province", "border-wide", "unlocatable"])
def test_an_incident_known_only_coarsely_makes_no_zone_but_is_counted(coarse, incident, one_rule):
    zones = bg.exclusion_zones(incident(k1=(104, 14, 9_000)).assign(position_class=coarse), as_of="2026-01-14", rules=one_rule)
    assert zones.empty
    assert "or to no stated precision, so in no zone: 1" in provenance.of(zones).notes[-1]


def test_an_incident_of_no_stated_precision_makes_no_zone_but_is_counted(incident, one_rule):
    zones = bg.exclusion_zones(incident(k1=(104, 14, np.nan)), as_of="2026-01-14", rules=one_rule)
    assert zones.empty
    assert "or to no stated precision, so in no zone: 1" in provenance.of(zones).notes[-1]


def test_an_event_type_without_a_rule_is_refused_not_dropped(incident, one_rule):
    with pytest.raises(RuleError, match="Grenade"):
        bg.exclusion_zones(incident("Grenade", k1=(104, 14, 0)), as_of="2026-01-14", rules=one_rule)


def test_a_rule_without_radius_says_that_there_is_no_zone(incident, one_rule):
    zones = bg.exclusion_zones(incident(k1=(104, 14, 0)), as_of="2026-01-14", rules=one_rule.assign(radius_m=np.nan))
    assert zones.empty
    assert "makes no zone (finds, visits, agreements, statements): 1" in provenance.of(zones).notes[-1]


def test_a_rule_without_a_citation_is_refused(incident, one_rule):
    with pytest.raises(SchemaError, match=r"citation.*must have a value"):
        bg.exclusion_zones(incident(k1=(104, 14, 0)), as_of="2026-01-14", rules=one_rule.assign(citation=None))


def test_overlapping_zones_are_one_area(incident, one_rule):
    near = incident(k1=(104, 14, 0), k2=(104.01, 14, 0))
    zone = bg.exclusion_zones(near, as_of="2026-01-14", rules=one_rule).geometry.iloc[0]
    assert shapely.get_num_geometries(zone) == 1
    assert np.pi * 25 < area_km2(zone) < 2 * np.pi * 25


DISCS = st.dictionaries(
    st.sampled_from([f"k{n}" for n in range(6)]),
    st.tuples(st.floats(103, 104), st.floats(13.5, 14.5), st.floats(0, 6_000)),
    min_size=2,
    max_size=6,
)
VILLAGES = st.dictionaries(
    st.sampled_from([f"v{n}" for n in range(9)]), st.tuples(st.floats(103, 104), st.floats(13.5, 14.5)), min_size=1, max_size=9
)


@given(DISCS, VILLAGES)
@settings(max_examples=60, deadline=None, suppress_health_check=["function_scoped_fixture"])
def test_membership_equals_measuring_and_grows_with_incidents(incident, village, one_rule, discs, places):
    places = village(**places)
    zones = bg.exclusion_zones(incident(**discs), as_of="2026-01-14", rules=one_rule)
    pairs = bg.points_in_zones(places, zones)
    found = set(zip(pairs["point"], pairs["certainty"], strict=True))
    expected = {
        (row, certainty)
        for row, point in enumerate(places.geometry)
        for certainty, sign in (("definite", -1), ("possible", 1))
        if any(
            5_000 + sign * doubt > 0 and GEOD.inv(point.x, point.y, lon, lat)[2] <= 5_000 + sign * doubt
            for lon, lat, doubt in discs.values()
        )
    }
    assert found == expected

    fewer = dict(list(discs.items())[1:])
    less = bg.points_in_zones(places, bg.exclusion_zones(incident(**fewer), as_of="2026-01-14", rules=one_rule))
    assert set(zip(less["point"], less["certainty"], strict=True)) <= found


@given(DISCS)
@settings(max_examples=30, deadline=None, suppress_health_check=["function_scoped_fixture"])
def test_zones_are_valid_grow_with_the_radius_and_do_not_care_for_order(incident, one_rule, discs):
    incidents = incident(**discs)
    small, large = (bg.exclusion_zones(incidents, as_of="2026-01-14", rules=one_rule.assign(radius_m=r)) for r in (5_000.0, 8_000.0))
    turned = bg.exclusion_zones(incidents[::-1], as_of="2026-01-14", rules=one_rule)
    assert small.geometry.is_valid.all()
    assert small["members"].tolist() == turned["members"].tolist()
    assert small.geometry.to_wkb().equals(turned.geometry.to_wkb())
    possible = [zones.geometry[zones["certainty"] == "possible"].item() for zones in (small, large)]
    assert possible[1].buffer(1e-9).covers(possible[0])


def test_points_without_a_position_are_in_no_pair_and_only_points_are_taken(incident, village, one_rule):
    zones = bg.exclusion_zones(incident(k1=(104, 14, 0)), as_of="2026-01-14", rules=one_rule)
    lost = village(v=(104, 14)).set_geometry([None], crs="EPSG:4326")
    assert bg.points_in_zones(lost, zones).empty
    with pytest.raises(GeometryKindError, match="LineString"):
        bg.points_in_zones(layer(LineString([(104, 14), (105, 14)])), zones)


def test_near_the_zones_is_told_for_certain_or_possibly(incident, village, one_rule):
    """A clash known to 1 km makes a definite zone of 4 km and a possible one of 6 km; villages lie 0, 5.5, 8 and 20 km east of it."""
    zones = bg.exclusion_zones(incident(k1=(104, 14, 1_000)), as_of="2026-01-14", rules=one_rule)
    east = {f"km{km}": GEOD.fwd(104, 14, 90, km * 1_000)[:2] for km in (5.5, 8, 20)}
    near = bg.near_zones(village(centre=(104, 14), **east), zones, 3_000).set_index("place_id")
    assert near["distance_m"].to_dict() == pytest.approx({"centre": -6_000, "km5.5": -500, "km8": 2_000}, abs=1e-3)
    assert near["certain"].to_dict() == {"centre": "definite", "km5.5": "definite", "km8": "possible"}


def test_a_village_known_to_2_km_is_inside_only_possibly_near_the_rim(incident, village, one_rule):
    zones = bg.exclusion_zones(incident(k1=(104, 14, 0)), as_of="2026-01-14", rules=one_rule)
    east = GEOD.fwd(104, 14, 90, 4_000)[:2]
    near = bg.near_zones(village(sharp=east, blurred=(*east, 2_000)), zones)
    assert dict(zip(near["place_id"], near["certain"], strict=True)) == {"sharp": "definite", "blurred": "possible"}


def test_a_distance_from_zones_that_is_no_length_is_refused(incident, village, one_rule):
    zones = bg.exclusion_zones(incident(k1=(104, 14, 0)), as_of="2026-01-14", rules=one_rule)
    with pytest.raises(UnitError, match="metres"):
        bg.near_zones(village(v=(104, 14)), zones, -1)


def test_each_pair_names_its_incident_and_the_day_it_began(incident, village, one_rule):
    both = pd.concat([incident(k1=(104, 14, 0)), incident(start="2025-12-20", k2=(104.02, 14, 0))], ignore_index=True)
    zones = bg.exclusion_zones(both, as_of="2026-01-14", rules=one_rule)
    pairs = bg.points_in_zones(village(v=(104.06, 14)), zones)
    assert pairs["incident_id"].tolist() == ["k2", "k2"]
    assert pairs["start"].dt.strftime("%Y-%m-%d").unique().tolist() == ["2025-12-20"]


def test_every_preset_has_its_numbers_and_citations():
    for preset in bg.rule_presets().index:
        rules = bg.load_rules(preset)
        assert rules["citation"].str.len().gt(10).all()
        assert provenance.of(rules).sources
    assert bg.load_rules("acled-2km").set_index("event_type").loc["Attack", "radius_m"] == 2_000
    with pytest.raises(UnknownNameError, match="acled-by-type"):
        bg.load_rules("no such")


def test_the_embedded_incidents_are_all_accounted_for(situation):
    zones = bg.exclusion_zones(situation.incidents, as_of=situation.date)
    numbers = [int(part.rsplit(": ", 1)[1].rstrip(".")) for part in provenance.of(zones).notes[-1].split("; ")]
    assert numbers[0] == len(situation.incidents) == sum(numbers[1:])
    assert numbers[-1] == len({member for members in zones["members"] for member in members})


def test_a_rule_for_a_weapon_goes_before_the_rule_for_its_type(incident, one_rule):
    rocket = one_rule.assign(rule_id="rocket", weapon="BM-21", radius_m=9_000.0)
    rules = pd.concat([one_rule, rocket], ignore_index=True)
    both = incident(k1=(104, 14, 0), k2=(105, 14, 0)).assign(weapon_as_reported=["BM-21 rockets", None])
    zones = bg.exclusion_zones(both, as_of="2026-01-14", rules=rules)
    possible = zones[zones["certainty"] == "possible"].set_index("rule_id")
    assert possible["members"].to_dict() == {"clash": ("k2",), "rocket": ("k1",)}
    assert possible["radius_m"].to_dict() == {"clash": 5_000, "rocket": 9_000}


def test_two_rules_for_one_type_are_refused(incident, one_rule):
    twice = pd.concat([one_rule, one_rule.assign(rule_id="other")], ignore_index=True)
    with pytest.raises(RuleError, match="Two rules for the same event type: Armed clash"):
        bg.exclusion_zones(incident(k1=(104, 14, 0)), as_of="2026-01-14", rules=twice)


def test_the_zone_of_the_icj_order_stood_until_the_judgment(situation):
    named = {
        day: [
            zone
            for zone in bg.exclusion_zones(situation.incidents, as_of=day, areas=bg.load_designated_areas())["zone_id"]
            if "icj" in zone
        ]
        for day in ("2011-07-17", "2011-07-18", "2013-11-12")
    }
    assert named == {"2011-07-17": [], "2011-07-18": ["demilitarized:icj-2011-pdz"], "2013-11-12": []}

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod
from shapely import MultiPolygon, Point, Polygon, box

import bordergis as bg
from bordergis import provenance
from bordergis.errors import SchemaError, UnknownNameError

GEOD = Geod(ellps="WGS84")


def area_km2(shape):
    return sum(abs(GEOD.geometry_area_perimeter(shapely.orient_polygons(part))[0]) for part in shapely.get_parts(shape)) / 1e6


def hazards(*records):
    """Records of (hazard_id, kind, day, shape) or, with a radius of precision, (…, metres)."""
    return gpd.GeoDataFrame(
        {
            "hazard_id": [record[0] for record in records],
            "kind": [record[1] for record in records],
            "recorded_on": pd.to_datetime([record[2] for record in records]),
            "reported_by": "a test",
            "position_radius_m": [float(record[4]) if len(record) > 4 else np.nan for record in records],
        },
        geometry=[record[3] for record in records],
        crs="EPSG:4326",
    )


def areas(*records):
    """Areas of (area_id, zone_class, first day, last day or None, shape)."""
    return gpd.GeoDataFrame(
        {
            "area_id": [record[0] for record in records],
            "zone_class": [record[1] for record in records],
            "valid_from": pd.to_datetime([record[2] for record in records]),
            "valid_to": pd.to_datetime([record[3] for record in records]),
            "citation": "a test",
        },
        geometry=[record[4] for record in records],
        crs="EPSG:4326",
    )


@pytest.fixture
def build(incident, one_rule):
    """Zones of a date from recorded areas alone, or with incidents."""

    def make(as_of, incidents=None, **layers):
        incidents = incident(k1=(100, 10, 0)).head(0) if incidents is None else incidents
        return bg.exclusion_zones(incidents, as_of=as_of, rules=layers.pop("rules", one_rule), **layers)

    return make


FIELD = box(104, 14, 104.02, 14.02)
HALF = box(104, 14, 104.01, 14.02)


@pytest.fixture
def life():
    """A suspected area of 2024, reduced to its western half in 2025, cleared in 2026; made up."""
    return hazards(("H1", "suspected", "2024-03-01", FIELD), ("H1", "reduced", "2025-06-01", HALF), ("H1", "cleared", "2026-01-10", HALF))


@pytest.mark.parametrize(
    ("as_of", "kind", "shape"),
    [
        ("2024-02-29", None, None),
        ("2024-03-01", "suspected", FIELD),
        ("2025-05-31", "suspected", FIELD),
        ("2025-06-01", "reduced", HALF),
        ("2026-01-09", "reduced", HALF),
        ("2026-01-10", None, None),
    ],
)
def test_a_hazard_area_is_what_its_latest_record_says(as_of, kind, shape, life, build):
    zones = build(as_of, hazards=life)
    assert zones["zone_id"].to_list() == ([f"hazard-{kind}:H1"] if kind else [])
    assert [found.equals(shape) for found in zones.geometry] == [True] * len(zones)


def test_the_order_of_records_never_matters(life, build):
    for day in ("2024-06-01", "2025-12-01", "2026-06-01"):
        assert build(day, hazards=life[::-1]).equals(build(day, hazards=life))


def test_records_joined_from_several_files_may_share_row_labels(life, build):
    assert len(build("2025-12-01", hazards=life.set_axis([0, 0, 0]))) == 1


@pytest.mark.parametrize(("kind", "n"), [("suspected", 1), ("confirmed", 1), ("reduced", 1), ("cancelled", 0), ("cleared", 0)])
def test_released_areas_leave_and_the_others_stay(kind, n, build):
    records = hazards(("H1", "suspected", "2024-01-01", FIELD), ("H1", kind, "2025-01-01", FIELD))
    assert len(build("2025-12-01", hazards=records)) == n


def test_clearing_one_area_leaves_the_others(build):
    records = hazards(
        ("H1", "confirmed", "2024-01-01", FIELD), ("H2", "confirmed", "2024-01-01", HALF), ("H1", "cleared", "2025-01-01", FIELD)
    )
    assert build("2025-12-01", hazards=records)["members"].to_list() == [("H2",)]


def test_a_recorded_zone_says_who_recorded_it_since_when_and_has_no_end(life, build):
    zone = build("2025-12-01", hazards=life).iloc[0]
    assert zone["citation"] == "recorded area: a test"
    assert zone["start"] == pd.Timestamp("2025-06-01")
    assert pd.isna(zone["end"])
    assert [zone["certainty"], zone["n_members"], zone["discs"]] == ["definite", 1, ()]


def test_a_record_without_a_reporter_is_called_a_mine_action_record(life, build):
    assert build("2025-12-01", hazards=life.drop(columns="reported_by"))["citation"].item() == "recorded area: mine-action record"


def test_a_recorded_point_is_drawn_as_the_disc_of_its_precision(build):
    records = hazards(("H1", "confirmed", "2025-01-01", Point(104, 14), 300), ("H2", "suspected", "2025-01-01", FIELD))
    zones = build("2025-12-01", hazards=records)
    disc, field = zones.geometry
    assert zones["discs"].to_list() == [(("H1", 104.0, 14.0, 300.0, "2025-01-01"),), ()]
    reached = GEOD.inv(*np.full((2, len(disc.exterior.coords)), [[104], [14]]), *shapely.get_coordinates(disc).T)[2]
    assert reached == pytest.approx(300, abs=1e-3)
    assert field.equals(FIELD)


def test_a_recorded_point_makes_a_possible_zone_only_and_an_outline_a_definite_one(build, village):
    """Of a hazard known as a point alone nothing holds for every position it may have: a village on the point is possibly in it."""
    records = hazards(("H1", "confirmed", "2025-01-01", Point(103, 14), 300), ("H2", "suspected", "2025-01-01", FIELD))
    zones = build("2025-12-01", hazards=records)
    assert zones["certainty"].to_list() == ["possible", "definite"]
    rim = [GEOD.fwd(103, 14, 20, metres)[:2] for metres in (299.9, 300.1)]
    places = village(on=(103, 14), just=rim[0], off=rim[1], field=(104.01, 14.01))
    pairs = bg.points_in_zones(places, zones)
    assert sorted(zip(pairs["point"], pairs["certainty"], strict=True)) == [
        (0, "possible"),
        (1, "possible"),
        (3, "definite"),
        (3, "possible"),
    ]
    near = bg.near_zones(places, zones).set_index("place_id")
    assert near["certain"].to_dict() == {"field": "definite", "on": "possible", "just": "possible"}
    assert near.loc["just", "distance_m"] == pytest.approx(-0.1, abs=1e-3)


def test_an_outline_of_a_stated_precision_is_definite_where_it_is_deeper_than_that_and_possible_as_far_out(build, village):
    """A square known to 200 m: places on a line through its eastern side, 1 to 2 m on either side of the two rims."""
    records = hazards(("H1", "confirmed", "2025-01-01", box(104, 14, 104.05, 14.05), 200), ("H2", "suspected", "2025-01-01", FIELD))
    zones = build("2025-12-01", hazards=records).set_index("zone_id", drop=False)
    assert zones["certainty"].to_dict() == {
        "hazard-confirmed:H1:definite": "definite",
        "hazard-confirmed:H1:possible": "possible",
        "hazard-suspected:H2": "definite",
    }
    places = village(
        **{f"at{m}": (*GEOD.fwd(104.05, 14.025, -90, m)[:2],) for m in (1_000, 203, 199, 0)},
        **{f"off{m}": (*GEOD.fwd(104.05, 14.025, 90, m)[:2],) for m in (199, 203)},
    )
    pairs = bg.points_in_zones(places.set_index("place_id"), zones.reset_index(drop=True))
    told = pairs.groupby("certainty")["point"].apply(sorted).to_dict()
    assert told == {"definite": ["at1000", "at203"], "possible": sorted(["at1000", "at203", "at199", "at0", "off199"])}
    depth_m = pairs.set_index(["point", "certainty"])["depth_m"]
    assert depth_m["at1000", "definite"] == pytest.approx(800, abs=2)
    assert depth_m["at1000", "possible"] == pytest.approx(1_200, abs=2)
    assert depth_m["at1000", "definite"] < 800  # never to the careless side
    assert depth_m["at1000", "possible"] > 1_200


def test_an_outline_narrower_than_its_precision_is_nowhere_definite(build):
    narrow = box(104, 14, 104.002, 14.05)  # 216 m wide
    zones = build("2025-12-01", hazards=hazards(("H1", "confirmed", "2025-01-01", narrow, 200)))
    assert zones["certainty"].to_list() == ["possible"]
    assert zones.geometry.item().contains(narrow)


@pytest.mark.parametrize("radius", [np.nan, 0])
def test_an_outline_of_no_stated_precision_stays_as_it_was_recorded(radius, build):
    zones = build("2025-12-01", hazards=hazards(("H1", "confirmed", "2025-01-01", FIELD, radius)))
    assert zones["zone_id"].to_list() == ["hazard-confirmed:H1"]
    assert zones.geometry.item().equals(FIELD)


def test_the_hole_of_an_outline_shrinks_as_the_outline_grows(build):
    ring = box(104, 14, 104.1, 14.1).difference(box(104.04, 14.04, 104.06, 14.06))
    definite, possible = build("2025-12-01", hazards=hazards(("H1", "confirmed", "2025-01-01", ring, 300))).geometry
    assert possible.contains(ring)
    assert ring.contains(definite)
    assert area_km2(shapely.Polygon(definite.interiors[0])) > area_km2(box(104.04, 14.04, 104.06, 14.06))
    assert area_km2(shapely.Polygon(possible.interiors[0])) < area_km2(box(104.04, 14.04, 104.06, 14.06))


@pytest.mark.parametrize("radius", [np.nan, 0, -5])
def test_a_recorded_point_of_no_stated_precision_is_refused_by_name(radius, build):
    records = hazards(("H1", "confirmed", "2025-01-01", Point(104, 14), 300), ("H2", "confirmed", "2025-01-01", Point(104, 15), radius))
    with pytest.raises(SchemaError, match=r"H2|position_radius_m = -5"):
        build("2025-12-01", hazards=records)


def test_a_recorded_point_in_a_layer_without_precision_is_refused(build):
    records = hazards(("H1", "confirmed", "2025-01-01", Point(104, 14))).drop(columns="position_radius_m")
    with pytest.raises(SchemaError, match="missing for H1"):
        build("2025-12-01", hazards=records)


def test_an_unknown_class_is_refused(life, build):
    with pytest.raises(SchemaError, match="must be one of suspected, confirmed, cancelled, reduced, cleared"):
        build("2025-12-01", hazards=life.assign(kind="safe"))


@pytest.mark.parametrize(("as_of", "n"), [("2025-12-06", 0), ("2025-12-07", 1), ("2025-12-27", 1), ("2025-12-28", 0)])
def test_a_restricted_area_is_in_force_from_its_first_to_its_last_day(as_of, n, build):
    assert len(build(as_of, areas=areas(("A1", "evacuation", "2025-12-07", "2025-12-27", FIELD)))) == n


def test_a_restricted_area_without_a_last_day_lasts(build):
    zones = build("2035-01-01", areas=areas(("A1", "demilitarized", "2011-07-18", None, FIELD)))
    assert zones["zone_id"].to_list() == ["demilitarized:A1"]
    assert zones["end"].isna().all()


def test_recorded_areas_stand_beside_the_zones_of_incidents(life, incident, build):
    listed = areas(("A1", "red", "2025-12-07", None, FIELD))
    zones = build("2025-12-20", incident(k1=(104, 14, 0)), hazards=life, areas=listed)
    assert zones["zone_id"].to_list() == ["clash:definite", "clash:possible", "hazard-reduced:H1", "red:A1"]


def test_nothing_is_changed_and_the_origin_of_every_layer_is_kept(life, build):
    records = provenance.attach(life, provenance.Provenance(("test-records",), ("read",), ("made up",)))
    before = records.copy()
    told = provenance.of(build("2025-12-01", hazards=records))
    assert records.equals(before)
    assert "test-records" in told.sources
    assert "made up" in told.notes


@pytest.fixture
def units():
    return gpd.GeoDataFrame(
        {"pcode": ["TH3304", "TH3301"], "level": 2, "name": ["East", "West"], "country": "THA"},
        geometry=[box(104, 14, 105, 15), box(103, 14, 104, 15)],
        crs="EPSG:4326",
    )


def listed(*rows):
    """Rows of (pcode, zone_class, first day, last day or None)."""
    table = pd.DataFrame(rows, columns=["pcode", "zone_class", "valid_from", "valid_to"]).assign(citation="a test")
    return table.assign(valid_from=pd.to_datetime(table["valid_from"]), valid_to=pd.to_datetime(table["valid_to"]))


def test_a_list_of_units_becomes_areas_with_their_shapes_and_names(units):
    found = bg.areas_of_units(units, listed(("TH3301", "red", "2025-12-07", None), ("TH3304", "yellow", "2025-12-07", "2025-12-27")))
    assert found["area_id"].to_list() == ["TH3301:2025-12-07", "TH3304:2025-12-07"]
    assert found["name"].to_list() == ["West", "East"]
    assert found.geometry.to_list() == [units.geometry[1], units.geometry[0]]


def test_a_unit_listed_twice_is_an_area_for_each_time(units, build):
    twice = listed(("TH3304", "red", "2025-07-24", "2025-07-28"), ("TH3304", "red", "2025-12-07", None))
    found = bg.areas_of_units(units, twice)
    days = ("2025-07-23", "2025-07-25", "2025-08-10", "2026-01-14")
    assert [build(day, areas=found)["zone_id"].to_list() for day in days] == [
        [],
        ["red:TH3304:2025-07-24"],
        [],
        ["red:TH3304:2025-12-07"],
    ]


def test_every_unit_that_is_not_in_the_layer_is_named(units):
    rows = listed(("TH9999", "red", "2025-12-07", None), ("TH3304", "red", "2025-12-07", None), ("TH8888", "red", "2025-12-07", None))
    with pytest.raises(SchemaError, match="2 of the listed units are not in the layer: TH8888, TH9999"):
        bg.areas_of_units(units, rows)


def test_one_unit_on_one_list_twice_from_one_day_is_refused(units):
    with pytest.raises(SchemaError, match="must be unique"):
        bg.areas_of_units(units, listed(("TH3304", "red", "2025-12-07", None), ("TH3304", "red", "2025-12-07", "2025-12-27")))


def test_a_listed_unit_without_a_citation_is_refused(units):
    with pytest.raises(SchemaError, match="citation"):
        bg.areas_of_units(units, listed(("TH3304", "red", "2025-12-07", None)).assign(citation=None))


def test_two_units_of_one_code_are_refused(units):
    with pytest.raises(SchemaError, match="must be unique"):
        bg.areas_of_units(units.assign(pcode="TH3304"), listed(("TH3304", "red", "2025-12-07", None)))


BLOCK = Polygon(box(104, 14, 104.1, 14.1).exterior.coords, [box(104.04, 14.04, 104.06, 14.06).exterior.coords])
"""A square of 11 km with a square hole of 2 km."""


def rim_m(lon, lat, shape):
    """Distance to the outline by brute force: every 5 m along every side."""
    tried = []
    for ring in shapely.get_rings(shapely.get_parts(shape)):
        for start, end in zip(ring.coords, ring.coords[1:], strict=False):
            bearing, _, metres = GEOD.inv(*start, *end)
            steps = np.append(np.arange(0, metres, 5), metres)
            tried.append(GEOD.fwd(*(np.full(len(steps), value) for value in (*start, bearing)), steps)[:2])
    along_lon, along_lat = np.concatenate(tried, axis=1)
    return GEOD.inv(np.full(len(along_lon), lon), np.full(len(along_lon), lat), along_lon, along_lat)[2].min()


def test_the_depth_in_a_recorded_area_is_the_distance_to_its_outline(build, village):
    shape = MultiPolygon([BLOCK, box(104.2, 14, 104.25, 14.05)])
    zones = build("2025-12-20", areas=areas(("A1", "red", "2025-12-07", None, shape)))
    tries = np.random.default_rng(8).uniform((103.98, 13.98), (104.27, 14.12), (60, 2))
    places = village(**{f"v{k}": tuple(place) for k, place in enumerate(tries)})
    depth = bg.points_in_zones(places, zones, margin_m=50_000).query("certainty == 'definite'").set_index("point")["depth_m"]
    inside = shapely.contains_xy(shape, tries)
    expected = [rim_m(*place, shape) * (1 if within else -1) for place, within in zip(tries, inside, strict=True)]
    assert depth.loc[range(60)].to_list() == pytest.approx(expected, abs=0.1)
    assert 10 < inside.sum() < 50


def test_the_hole_of_a_recorded_area_is_outside_it(build, village):
    zones = build("2025-12-20", areas=areas(("A1", "red", "2025-12-07", None, BLOCK)))
    pairs = bg.points_in_zones(village(hole=(104.05, 14.05), solid=(104.02, 14.02), outside=(104.2, 14)), zones)
    assert pairs["point"].unique().tolist() == [1]
    assert sorted(pairs["certainty"]) == ["definite", "possible"]
    assert pairs[["incident_id", "start"]].iloc[0].to_list() == ["A1", pd.Timestamp("2025-12-07")]


def test_a_margin_reaches_out_of_a_recorded_area(build, village):
    zones = build("2025-12-20", areas=areas(("A1", "red", "2025-12-07", None, FIELD)))
    east = GEOD.fwd(104.02, 14.01, 90, 700)[:2]
    found = bg.points_in_zones(village(v=east), zones, margin_m=701)
    assert found["depth_m"].to_list() == pytest.approx([-700, -700], abs=0.05)
    assert bg.points_in_zones(village(v=east), zones, margin_m=699).empty


def test_no_point_at_all_is_in_no_recorded_area(build, village):
    zones = build("2025-12-20", areas=areas(("A1", "red", "2025-12-07", None, FIELD)))
    assert bg.points_in_zones(village(v=(104.01, 14.01)).head(0), zones).empty
    assert bg.points_in_zones(village(v=(104.01, 14.01)).set_geometry([None], crs="EPSG:4326"), zones).empty


def test_near_a_recorded_area_is_told_with_the_distance_from_its_rim(build, village):
    """1 km inside, 500 m and 5 km outside the eastern side of a recorded square, and one whose own place is only known to 800 m."""
    zones = build("2025-12-20", hazards=hazards(("H1", "confirmed", "2025-01-01", box(104, 14, 104.05, 14.05))))
    inside, close, far = (GEOD.fwd(104.05, 14.025, bearing, m)[:2] for bearing, m in ((-90, 1_000), (90, 500), (90, 5_000)))
    near = bg.near_zones(village(inside=inside, close=close, far=far, blurred=(*close, 800)), zones, 1_000).set_index("place_id")
    assert near["distance_m"].to_dict() == pytest.approx({"inside": -1_000, "close": 500, "blurred": 500}, abs=0.1)
    assert near["certain"].to_dict() == {"inside": "definite", "close": "definite", "blurred": "possible"}


def test_near_zones_takes_recorded_areas_and_incidents_together(build, incident, village):
    zones = build("2025-12-20", incident(k1=(103, 14, 0)), hazards=hazards(("H1", "confirmed", "2025-01-01", FIELD)))
    near = bg.near_zones(village(clash=(103.01, 14), field=(104.01, 14.01), neither=(103.5, 14)), zones)
    assert sorted(near["place_id"]) == ["clash", "field"]


def test_a_hazard_outside_the_area_of_interest_reaches_in(build, incident, village):
    """The villages of interest lie east of 104° E; a clash 4 km and a recorded area 300 m west of that reach them all the same."""
    clash = incident(k1=(*GEOD.fwd(104, 14, -90, 4_000)[:2], 0))
    west, south, east, north = 103.9, 14.1, GEOD.fwd(104, 14.1, -90, 300)[0], 14.2
    zones = build("2025-12-20", clash, hazards=hazards(("H1", "confirmed", "2025-01-01", box(west, south, east, north))))
    places = village(a=(*GEOD.fwd(104, 14, 90, 900)[:2],), b=(*GEOD.fwd(104, 14.15, 90, 100)[:2],))
    assert box(104, 13, 105, 15).intersects(zones.geometry[zones["rule_id"] == "clash"].iloc[0])
    assert bg.near_zones(places.head(1), zones)["place_id"].to_list() == ["a"]
    assert bg.near_zones(places, zones, 500)["place_id"].to_list() == ["a", "b"]


GROUPINGS = ("rule", "category", "event_type", "all")


def test_the_grouping_never_changes_the_area_nor_who_is_inside(situation):
    """Grouped zones overlap, so their union is compared; a group's discs are drawn with the facets of its largest, which is 0.01 %."""
    made = {by: bg.exclusion_zones(situation.incidents, as_of="2026-01-14", by=by) for by in GROUPINGS}
    villages = situation.villages
    for certainty in ("definite", "possible"):
        chosen = {by: zones[zones["certainty"] == certainty] for by, zones in made.items()}
        km2 = [area_km2(zones.geometry.union_all()) for zones in chosen.values()]
        assert km2 == pytest.approx([km2[0]] * len(km2), rel=3e-4)
        members = [{name for names in zones["members"] for name in names} for zones in chosen.values()]
        assert all(names == members[0] for names in members)
        inside = [set(bg.points_in_zones(villages, zones)["point"]) for zones in chosen.values()]
        assert all(points == inside[0] for points in inside)
    assert made["all"]["zone_id"].to_list() == ["all:definite", "all:possible"]


def test_recorded_areas_are_the_same_under_every_grouping(life, incident, build):
    zones = [build("2025-12-20", incident(k1=(104, 14, 0)), hazards=life, by=by) for by in GROUPINGS]
    assert {tuple(some["zone_id"].iloc[2:]) for some in zones} == {("hazard-reduced:H1",)}


def test_an_unknown_grouping_is_refused(build):
    with pytest.raises(UnknownNameError, match="grouping"):
        build("2025-12-20", by="colour")


def test_a_date_without_zones_has_the_columns_and_kinds_of_one_with_zones(life, incident, build):
    none, some = build("2020-01-01", hazards=life), build("2025-12-20", incident(k1=(104, 14, 0)), hazards=life)
    assert none.empty
    assert none.dtypes.equals(some.dtypes)

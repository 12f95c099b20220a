from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely import LineString, Point, box

import bordergis as bg
from bordergis import provenance
from bordergis.errors import GeometryKindError, SchemaError, UnitError

GEOD = Geod(ellps="WGS84")


def border(*vertices, left="THA", right="KHM"):
    row = {"border_id": ["m"], "claimed_by": ["a test"], "accuracy_m": [0.0], "left_side": [left], "right_side": [right]}
    return gpd.GeoDataFrame(row, geometry=[LineString(vertices)], crs="EPSG:4326")


def metres(*vertices):
    return GEOD.line_length(*zip(*vertices, strict=True))


@pytest.fixture
def meridian():
    """North along 104° E, THA to the west: the chainage of a latitude is a length of meridian."""
    return border((104, 13), (104, 13.4), (104, 14))


@pytest.fixture
def osm():
    return bg.load_border("osm-2026c")


def as_places(points):
    return gpd.GeoDataFrame(geometry=points, crs="EPSG:4326")


def test_the_chainage_of_a_place_is_the_length_of_line_before_it(meridian, village):
    address = bg.chainage(village(east=(104.1, 13.5), west=(103.9, 13.5)), meridian)
    foot = bg.nearest_point_on_border(village(east=(104.1, 13.5)), meridian).item()
    assert address["chainage_m"].to_list() == pytest.approx([metres((104, 13), (104, foot.y))] * 2, abs=1e-3)


def test_the_offset_is_positive_on_the_right_hand(meridian, village):
    offset = bg.chainage(village(east=(104.1, 13.5), west=(103.9, 13.5)), meridian)["offset_m"]
    away = bg.distance_to_border(village(east=(104.1, 13.5)), meridian).item()
    assert offset.to_list() == pytest.approx([away, -away], abs=1e-6)
    assert away == pytest.approx(GEOD.inv(104, 13.5, 104.1, 13.5)[2], abs=5)


def test_a_place_before_the_first_vertex_is_at_0_and_one_beyond_the_last_at_the_whole_length(meridian, village):
    along = bg.chainage(village(south=(104, 12.5), north=(104, 14.5)), meridian)["chainage_m"]
    assert along.to_list() == pytest.approx([0, metres((104, 13), (104, 14))], abs=1e-6)


def test_a_place_without_position_has_no_address(meridian, village):
    places = village(known=(104.1, 13.5), lost=(0, 0)).set_geometry([Point(104.1, 13.5), None], crs="EPSG:4326")
    assert bg.chainage(places, meridian).isna().all(axis=1).tolist() == [False, True]


def test_only_points_have_an_address(meridian):
    with pytest.raises(GeometryKindError, match="LineString"):
        bg.chainage(as_places([LineString([(103, 13), (103, 14)])]), meridian)


STEPS = st.lists(st.tuples(st.floats(0.02, 0.5), st.floats(-0.5, 0.5)), min_size=1, max_size=8)


@given(STEPS, st.lists(st.floats(0, 1), min_size=1, max_size=20))
@settings(max_examples=60)
def test_point_at_and_chainage_undo_each_other_on_a_line_that_never_turns_back(steps, shares):
    line = border(*(np.array([102.0, 13.0]) + np.cumsum([(0.0, 0.0), *steps], axis=0)))
    wanted = np.array(shares) * bg.border_length(line).item() * 1_000
    address = bg.chainage(as_places(bg.point_at(line, wanted)), line)
    assert address["chainage_m"].to_numpy() == pytest.approx(wanted, abs=1e-3)
    assert address["offset_m"].abs().max() < 1e-3


def test_point_at_and_chainage_undo_each_other_on_the_embedded_line(osm):
    wanted = np.random.default_rng(4).uniform(0, bg.border_length(osm).item() * 1_000, 2_000)
    address = bg.chainage(as_places(bg.point_at(osm, wanted)), osm)
    assert np.abs(address["chainage_m"] - wanted).max() < 1e-3
    assert address["offset_m"].abs().max() < 1e-3


def test_a_chainage_at_a_vertex_gives_that_vertex(meridian):
    points = bg.point_at(meridian, [0, metres((104, 13), (104, 13.4)), metres((104, 13), (104, 14))])
    assert points.y.to_list() == pytest.approx([13, 13.4, 14], abs=1e-9)


def test_a_repeated_vertex_changes_no_chainage(meridian, village):
    doubled = border((104, 13), (104, 13.4), (104, 13.4), (104, 14))
    place = village(v=(104.1, 13.6))
    assert bg.chainage(place, doubled)["chainage_m"].item() == pytest.approx(bg.chainage(place, meridian)["chainage_m"].item(), abs=1e-6)
    assert bg.point_at(doubled, [50_000]).item().equals_exact(bg.point_at(meridian, [50_000]).item(), 1e-12)


def test_point_at_keeps_the_index_and_the_origin(meridian):
    points = bg.point_at(meridian, pd.Series({"gate": 1_000.0}))
    assert list(points.index) == ["gate"]
    assert provenance.of(points).steps == ("point_at(m)",)


@pytest.mark.parametrize("chainage_m", [-1, np.nan, np.inf, 120_000])
def test_a_chainage_that_is_not_on_the_line_is_refused(chainage_m, meridian):
    with pytest.raises(UnitError, match=r"is not on the line, which is 110,\d{3}\.\d m long"):
        bg.point_at(meridian, [0.0, chainage_m])


def require_partition(sectors, line):
    """Sectors cover the line once: lengths add up, each begins where the last one ended, and their own lengths are as told."""
    whole = bg.border_length(line).item() * 1_000
    assert sectors["length_m"].sum() == pytest.approx(whole, abs=1e-3)
    assert sectors["from_m"].iloc[0] == 0
    assert sectors["from_m"].to_list()[1:] == sectors["to_m"].to_list()[:-1]
    vertices = [shapely.get_coordinates(shape) for shape in sectors.geometry]
    assert all((a[-1] == b[0]).all() for a, b in itertools.pairwise(vertices))
    assert [metres(*shape) for shape in vertices] == pytest.approx(sectors["length_m"].to_list(), abs=1e-3)
    assert sectors["sector_id"].is_unique


@given(STEPS, st.floats(0.03, 1.5))
@settings(max_examples=40)
def test_sectors_of_equal_length_partition_any_line(steps, share):
    line = border(*(np.array([102.0, 13.0]) + np.cumsum([(0.0, 0.0), *steps], axis=0)))
    length_m = share * bg.border_length(line).item() * 1_000
    sectors = bg.sectors_by_length(line, length_m)
    require_partition(sectors, line)
    assert sectors["length_m"].iloc[:-1].to_numpy() == pytest.approx(length_m, abs=1e-6)


@pytest.mark.parametrize("parts", range(1, 60))
def test_a_length_that_divides_the_line_leaves_no_sliver(parts, meridian):
    assert len(bg.sectors_by_length(meridian, bg.border_length(meridian).item() * 1_000 / parts)) == parts


def test_sectors_of_the_embedded_line_partition_it_and_are_named_by_their_kilometres(osm):
    sectors = bg.sectors_by_length(osm, 100_000)
    require_partition(sectors, osm)
    assert sectors["name"].to_list()[::8] == ["km 0 to 100", "km 800 to 824.602"]


@pytest.mark.parametrize("length_m", [250, 2_500, 33_333])
def test_no_two_sectors_have_one_name(length_m, meridian):
    assert bg.sectors_by_length(meridian, length_m)["name"].is_unique


@pytest.mark.parametrize("length_m", [0, -1, np.nan, np.inf])
def test_a_sector_needs_a_length(length_m, meridian):
    with pytest.raises(UnitError, match="metres"):
        bg.sectors_by_length(meridian, length_m)


def test_sectors_between_pillars_are_named_by_the_pillars_at_their_ends(meridian):
    """Pillars at 13.7, 13.2 and 13.5° N, in no order and a little off the line."""
    pillars = gpd.GeoDataFrame({"name": ["P3", "P1", "P2"]}, geometry=gpd.points_from_xy([104.001] * 3, [13.7, 13.2, 13.5]), crs=4326)
    sectors = bg.sectors_at(meridian, pillars)
    require_partition(sectors, meridian)
    assert sectors["name"].to_list() == ["start to P1", "P1 to P2", "P2 to P3", "P3 to end"]
    by_hand = [metres((104, low), (104, high)) for low, high in ((13, 13.2), (13.2, 13.5), (13.5, 13.7), (13.7, 14))]
    assert sectors["length_m"].to_list() == pytest.approx(by_hand, abs=0.2)


def test_a_pillar_at_the_end_of_the_line_leaves_no_empty_sector(meridian):
    pillars = gpd.GeoDataFrame({"name": ["first", "last"]}, geometry=[Point(104, 13), Point(104, 14)], crs=4326)
    assert bg.sectors_at(meridian, pillars)["name"].to_list() == ["first to last"]


def test_a_pillar_without_position_or_name_is_refused(meridian):
    marks = gpd.GeoDataFrame({"name": ["P1", "P2"]}, geometry=[Point(104, 13.5), None], crs=4326)
    with pytest.raises(SchemaError, match="needs a position and a name"):
        bg.sectors_at(meridian, marks)
    with pytest.raises(SchemaError, match="needs a position and a name"):
        bg.sectors_at(meridian, marks.assign(name=[None, "P2"]).head(1))


@pytest.fixture
def provinces():
    """Two provinces a side, a gap of 2 km to the line on the Thai side, where they change at 13.3° N; the Cambodian at 13.5° N."""
    sides = {
        "Khm South": ("KHM", box(104, 12.9, 105, 13.5)),
        "Khm North": ("KHM", box(104, 13.5, 105, 14.1)),
        "Tha South": ("THA", box(103, 12.9, 103.98, 13.3)),
        "Tha North": ("THA", box(103, 13.3, 103.98, 14.1)),
    }
    countries, shapes = zip(*sides.values(), strict=True)
    return gpd.GeoDataFrame({"name": list(sides), "country": countries}, geometry=list(shapes), crs="EPSG:4326")


def test_sectors_change_where_a_province_of_either_side_changes(meridian, provinces):
    sectors = bg.sectors_by_province(meridian, provinces)
    require_partition(sectors, meridian)
    assert sectors["name"].to_list() == ["Khm South / Tha South", "Khm South / Tha North", "Khm North / Tha North"]
    by_hand = [metres((104, 13), (104, high)) for high in (13.3, 13.5, 14)]
    assert sectors["to_m"].to_list() == pytest.approx(by_hand, abs=100)


def test_the_order_of_provinces_never_matters(meridian, provinces):
    assert bg.sectors_by_province(meridian, provinces[::-1]).equals(bg.sectors_by_province(meridian, provinces))


def test_a_country_without_provinces_is_named(meridian, provinces):
    with pytest.raises(SchemaError, match="no province of THA"):
        bg.sectors_by_province(meridian, provinces[provinces["country"] == "KHM"])


def test_nothing_is_changed_and_the_line_is_named(meridian, provinces, village):
    before, places = meridian.copy(), village(v=(104.1, 13.5))
    for result in (bg.chainage(places, meridian), bg.sectors_by_length(meridian, 9_000), bg.sectors_by_province(meridian, provinces)):
        assert provenance.of(result).steps
    assert meridian.equals(before)
    assert places.equals(village(v=(104.1, 13.5)))

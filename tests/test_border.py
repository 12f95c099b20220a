from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod
from shapely import LineString, MultiPoint, Point

import bordergis as bg
from bordergis import provenance
from bordergis.errors import CRSMismatchError, GeometryKindError, SchemaError

GEOD = Geod(ellps="WGS84")


@pytest.fixture
def meridian():
    """A border along 104° E: west is THA, east is KHM, mapped to 100 m."""
    return gpd.GeoDataFrame(
        {
            "border_id": ["m"], "claimed_by": ["a test"], "accuracy_m": [100.0], "accuracy_note": ["drawn by hand"],
            "left_side": ["THA"], "right_side": ["KHM"],
        },
        geometry=[LineString([(104, 13), (104, 15)])],
        crs="EPSG:4326",
    )  # fmt: skip


def test_a_tenth_of_a_degree_from_a_meridian(meridian, village):
    metres = bg.distance_to_border(village(east=(104.1, 14.0), west=(103.9, 14.0)), meridian)
    assert metres.to_numpy() == pytest.approx(GEOD.inv(104, 14, 104.1, 14)[2], abs=5)
    assert list(metres.index) == [0, 1]


def test_the_side_needs_more_than_the_doubt_of_line_and_place(meridian, village):
    """150 m east: told from a line of 100 m, undetermined once the place itself is only known to 60 m."""
    east = 104 + 150 / 108_000
    places = village(sharp=(east, 14.0), blurred=(east, 14.0, 60), west=(103.9, 14.0))
    side = bg.side_of_border(places, meridian, accuracy_m=places["position_radius_m"])
    assert side.tolist() == ["KHM", "undetermined", "THA"]


def test_a_place_of_unknown_precision_has_no_side(meridian, village):
    places = village(somewhere=(104.5, 14.0))
    places["position_radius_m"] = np.nan
    assert bg.side_of_border(places, meridian, accuracy_m=places["position_radius_m"]).tolist() == ["undetermined"]


def test_turning_the_line_round_turns_its_sides(meridian, village):
    turned = meridian.assign(left_side="KHM", right_side="THA").set_geometry(meridian.reverse())
    places = village(east=(104.1, 14.0), west=(103.9, 14.0))
    assert bg.side_of_border(places, turned).equals(bg.side_of_border(places, meridian))


def test_a_place_without_position_stays_without_an_answer(meridian, village):
    places = village(known=(104.1, 14.0), lost=(0, 0)).set_geometry([Point(104.1, 14.0), None], crs="EPSG:4326")
    assert bg.distance_to_border(places, meridian).isna().tolist() == [False, True]
    assert bg.side_of_border(places, meridian).tolist() == ["KHM", "undetermined"]


def test_lines_of_two_sources_are_not_measured_as_one(meridian, village):
    both = gpd.GeoDataFrame(__import__("pandas").concat([meridian, meridian.assign(border_id="n")], ignore_index=True))
    with pytest.raises(SchemaError, match=r"got 2 \(m, n\)"):
        bg.distance_to_border(village(v=(104.1, 14.0)), both)


def test_only_points_are_measured(meridian):
    many = gpd.GeoDataFrame({"place_id": ["x"]}, geometry=[MultiPoint([(103, 14), (104, 14)])], crs="EPSG:4326")
    with pytest.raises(GeometryKindError, match="MultiPoint"):
        bg.distance_to_border(many, meridian)


def test_places_in_another_system_are_refused(meridian, village):
    with pytest.raises(CRSMismatchError, match="EPSG:32648"):
        bg.distance_to_border(village(v=(104.1, 14.0)).to_crs("EPSG:32648"), meridian)


def test_nothing_is_changed_and_the_line_says_how_good_it_is(meridian, village):
    places = village(v=(104.1, 14.0))
    before = places.copy()
    metres = bg.distance_to_border(places, meridian)
    assert places.equals(before)
    assert provenance.of(metres).notes == ("Line m: drawn by hand",)


def test_order_of_rows_never_matters(situation):
    border = bg.load_border("osm-2026c")
    shuffled = situation.villages.sample(frac=1, random_state=1)
    straight, mixed = bg.distance_to_border(situation.villages, border), bg.distance_to_border(shuffled, border)
    assert mixed.sort_index().equals(straight)


@pytest.mark.parametrize(
    ("place", "side"),
    [("samraong", "KHM"), ("pailin", "KHM"), ("aranyaprathet", "THA"), ("kantharalak", "THA"), ("prey-chan", "undetermined")],
)
def test_known_towns_lie_on_their_side(place, side, situation):
    """Samraong and Pailin are where an end-to-end chord goes wrong; Prey Chan is nearer than the lines of the two sides differ."""
    places = situation.places
    named = places[(places["place_id"] == place) | (places["name"].str.lower() == place)].head(1)
    assert bg.side_of_border(named, bg.load_border("osm-2026c")).tolist() == [side]


def test_every_geonames_place_lies_where_geonames_lists_it_or_is_undetermined(situation):
    places = situation.places[situation.places["source_id"] == "geonames"]
    side = bg.side_of_border(places, bg.load_border("osm-2026c"), accuracy_m=places["position_radius_m"])
    told = side != "undetermined"
    assert (side[told] == places["country"][told]).all()
    assert told.sum() > 150


def test_the_embedded_line_is_824_6_km():
    length = bg.border_length(bg.load_border("osm-2026c")).item()
    line = bg.load_border("osm-2026c").geometry.item()
    assert length == pytest.approx(824.6, abs=0.05)
    assert shapely.count_coordinates(line) == 5_770

"""Displacement sites and shelters on the map: a cell of a fixed grid that holds each, and nowhere the place itself."""

from __future__ import annotations

import base64
import gzip
import json
import re

import geopandas as gpd
import geopandas.testing
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely import Point

import bordergis as bg
from bordergis.maps import cells, coarse
from bordergis.maps.coarse import coarse_discs, coarse_sites, discs_holding
from bordergis.maps.island import pack_coordinates
from bordergis.maps.profile import apply_profile, without_sensitive
from bordergis.words import LANGUAGES, words_for

GEOD = Geod(ellps="WGS84")
CELL_DEG = 0.1
NORTH, SOUTH, EAST, COARSE, SHELTER = (
    Point(103.512345, 14.276543),
    Point(103.587654, 14.212345),  # in the same cell
    Point(104.312345, 14.123456),
    Point(102.612345, 13.723456),
    Point(103.123456, 14.234567),
)
CENTRES = {(103.55, 14.25), (104.35, 14.15), (102.65, 13.75), (103.15, 14.25)}


@pytest.fixture(scope="module")
def camps():
    """Sites of an analyst; each tells its place in every column that could."""
    names = ["North", "South 14.21, 103.59", "East", "Coarse", "Unplaced", "Vague"]
    where = [NORTH, SOUTH, EAST, COARSE, None, Point(103.71234, 14.31234)]
    told = "at N 14.276543 E 103.512345"
    return gpd.GeoDataFrame(
        {
            "camp_id": ["c-north", "c-south", "c-east", "c-coarse", "c-unplaced", "c-vague"],
            "name": names,
            "adm1": "Oddar Meanchey",
            "sensitivity": "sensitive",
            "position_class": ["exact", "exact", "place", "district", None, "district"],
            "position_radius_m": [50.0, 50.0, np.nan, 8_000.0, np.nan, np.nan],
            "coord_raw": told,
            "source_id": "seed-002",
            "source_ref": f"field book, {told}",
            "note": told,
            "location_note": told,
            "lon": 103.512345,
        },
        geometry=where,
        crs=4326,
    )


@pytest.fixture(scope="module")
def facilities():
    told = {"facility_id": ["f-school", "f-shelter"], "name": ["Our school", "Our shelter"], "kind": ["school", "emergency_shelter"]}
    urls = ["https://school.example/", "https://map.example/?at=14.234567,103.123456"]
    return gpd.GeoDataFrame({**told, "status": "open", "source_url": urls}, geometry=[Point(103.2, 14.2), SHELTER], crs=4326)


@pytest.fixture(scope="module")
def brought(camps, facilities):
    return bg.load("2026-01-14", camps=camps, facilities=facilities)


@pytest.fixture(scope="module")
def files(brought):
    """The page with the sites, for each profile, and the page of the same situation without any."""
    school = brought.facilities.head(1)
    without = bg.load("2026-01-14", camps=brought.camps.head(0), facilities=school)
    made = {name: bg.situation_map(brought, profile=name, compare=brought.as_of("2025-12-20")) for name in ("internal", "public")}
    made["without"] = bg.situation_map(without, compare=without.as_of("2025-12-20"))
    return {name: Island(one.get_root().render()) for name, one in made.items()}


class Island:
    """What a saved page holds: its data unpacked, and all its text."""

    def __init__(self, page):
        whole = gzip.decompress(base64.b64decode(re.search(r'id="bg-data"[^>]*>([^<]+)<', page)[1]))
        end = 4 + int.from_bytes(whole[:4], "little")
        self.data, self.numbers = json.loads(whole[4:end]), whole[end:]
        self.text = page + whole[4:end].decode()

    def layer(self, layer_id):
        return next((one for one in self.data["layers"] if one["id"] == layer_id), None)

    def integers(self, packed):
        found, value, shift = [], 0, 0
        for octet in self.numbers[packed[0] : sum(packed)]:
            value, shift = value | (octet & 127) << shift, shift + 7
            if octet < 128:
                found, value, shift = [*found, value], 0, 0
        return found

    def lonlat(self, packed):
        steps = [(n >> 1) ^ -(n & 1) for n in self.integers(packed)]
        return {tuple(pair) for pair in (np.cumsum(np.reshape(steps, (-1, 2)), axis=0) / 1e6).tolist()}

    def coordinates(self):
        """Every position in the file, whichever layer it is of."""
        everything, found = [self.data], set()
        while everything:
            part = everything.pop()
            if isinstance(part, dict) and isinstance(part.get("xy"), list):
                found |= self.lonlat(part["xy"])
            everything += part.values() if isinstance(part, dict) else part if isinstance(part, list) else []
        return found

    def column(self, layer_id, key):
        packed = next(field["text"] for field in self.layer(layer_id)["fields"] if field["key"] == key)
        return packed["v"] if "v" in packed else [([None, *packed["d"]])[n] for n in self.integers(packed["i"])]


# --- the file ------------------------------------------------------------------------------------------------------------


def test_all_that_the_sites_add_to_the_file_are_the_centres_of_their_cells(files):
    """Every array of positions is read, of both dates compared: nothing nearer to a site than its cell's centre is among them."""
    assert files["internal"].coordinates() - files["without"].coordinates() == CENTRES


def test_no_text_of_the_file_tells_the_place(files, brought):
    hidden = [str(value)[:-2] for point in (NORTH, SOUTH, EAST, COARSE, SHELTER) for value in (point.x, point.y)]
    told = files["internal"].text
    assert [text for text in (*hidden, "14.21, 103.59", "field book", "map.example", "coord_raw") if text in told] == []
    assert all(name in told for name in ("North", "East", "c-south", "Our shelter", "https://school.example/"))
    assert brought.camps["note"].str.contains("14.276543").all()  # it was there to be told


def test_rows_in_are_rows_drawn_and_undrawn(files, brought):
    layer = files["internal"].layer("camps")
    drawn = len(files["internal"].integers(layer["discs"]["of"]))
    assert layer["rows"] == len(brought.camps) + 1 == 7
    assert (drawn, layer["undrawn"]) == (5, 2)


def test_the_panel_tells_the_radius_that_is_drawn_and_no_other_measure(files):
    page = files["internal"]
    layer = page.layer("camps")
    told = {"name", "kind", "status", "radius_m", "adm1", "confidence", "source", "camp_id", "facility_id"}
    assert {field["key"] for field in layer["fields"]} <= told
    assert page.integers(layer["discs"]["radius"]) == [8_000, 8_000, 8_000, 16_000, 8_000]
    assert page.column("camps", "radius_m")[:5] == ["8 km", "8 km", "8 km", "16 km", None]


def test_a_shelter_is_no_point_and_a_school_is(files):
    page = files["internal"]
    assert page.layer("facilities")["rows"] == 1
    assert page.lonlat(page.layer("facilities")["shape"]["xy"]) == {(103.2, 14.2)}
    assert [layer["id"] for layer in page.data["layers"] if layer["kind"] in ("point", "ring") and layer["id"] == "camps"] == []


def test_the_public_file_has_no_site_and_says_how_many_went(files):
    page = files["public"]
    assert page.layer("camps") is None
    assert not page.coordinates() & CENTRES
    assert [name for name in ("c-north", "Coarse", "Our shelter", "Unplaced") if name in page.text] == []
    rows = {row["name"]["en"]: row["note"]["en"] for row in page.data["absent"]}
    assert rows["Displacement sites and shelters"].startswith("6 left out")
    assert len(rows) == len(page.data["absent"])  # not told twice
    assert rows["Schools and health care"].startswith("1 left out")


@pytest.mark.parametrize("profile", ["internal", "public"])
def test_where_no_site_is_known_that_is_said(profile, camps):
    content = bg.situation_map(bg.load("2026-01-14", camps=camps.head(0)), profile=profile).content
    notes = [row["note"] for row in content["absent"] if row["name"]["en"] == "Displacement sites and shelters"]
    assert notes == [{lang: words_for(lang)["note.camps_none"] for lang in LANGUAGES}]


def test_the_embedded_site_is_listed_and_not_drawn(situation):
    layer = next(layer for layer in bg.situation_map(situation).content["layers"] if layer["id"] == "camps")
    assert (layer["rows"], layer["undrawn"], layer["title"]) == (1, 1, {"v": ["Wat Kandol"]})


# --- other layers --------------------------------------------------------------------------------------------------------


def test_a_site_among_the_places_or_villages_is_not_drawn_there(situation):
    site = {"place_id": ["site"], "name": ["A site"], "kind": ["displacement camp"], "country": ["KHM"], "position_radius_m": [100.0]}
    added = gpd.GeoDataFrame({**site, "population": [90_000.0]}, geometry=[EAST], crs=4326)
    places, villages = (pd.concat([layer, added], ignore_index=True) for layer in (situation.places, situation.villages))
    for own in ({"places": places}, {"villages": villages}):
        told = bg.load("2026-01-14", **own)
        page = Island(bg.situation_map(told).get_root().render())
        assert not {pair for pair in page.coordinates() if GEOD.inv(*pair, EAST.x, EAST.y)[2] < 100}
        assert "A site" in page.text
        shown = apply_profile(told, "public")
        assert shown.withheld[next(iter(own))] >= 1
        assert "A site" not in Island(bg.situation_map(told, profile="public").get_root().render()).text


@pytest.mark.parametrize("kind", ["Shelter", "IDP camp", "displaced-persons site", "evacuation_center", "ศูนย์พักพิงชั่วคราว", "ជំរំភៀសសឹក"])
def test_a_shelter_is_known_by_its_kind_in_any_words(kind):
    rows = pd.DataFrame({"name": ["a", "b", "c", "d"], "kind": [kind, "school", "campus", None]})
    assert cells.withheld(rows).tolist() == [True, False, False, False]
    assert cells.position_classes(rows).to_list() == ["withheld", None, None, None]
    assert without_sensitive(rows)["name"].tolist() == ["b", "c", "d"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Site 14.27, 103.51", False),
        ("១៤.២៧ ១០៣.៥១", False),
        ("14°16\u2032", False),
        ("48P UA 12345 67890", False),
        ("7P55FG4G+3X", False),
        ("Wat Kandol", True),
        ("Camp 12, phase 3", True),
        ("KH-2201-0003", True),
        (None, True),
    ],
)
def test_a_name_that_reads_like_a_coordinate_is_left_out(camps, text, kept):
    named = camps.head(1).assign(name=text, adm1=text)
    sites = coarse_sites(bg.load("2026-01-14", camps=named) if text else bg.load("2026-01-14", camps=named.assign(name="x")))
    assert sites["adm1"].isna().tolist() == [not (kept and text)]
    assert (sites["name"].item() == text) == (kept and text is not None)


def test_a_site_without_a_name_is_numbered_by_the_page(files):
    titles = files["internal"].layer("camps")["title"]
    assert titles["v"][:3] == ["North", None, "East"]


# --- the disc ------------------------------------------------------------------------------------------------------------

LON, LAT = st.floats(-180, 180), st.floats(-90, 90)


@given(LON, LAT, st.floats(0, 1e6))
@settings(max_examples=200)
def test_the_disc_holds_the_true_place_wherever_its_precision_lets_it_be(lon, lat, stated_m):
    (centre,), (radius_m,) = discs_holding(np.array([[lon, lat]]), np.array([stated_m]))
    assert GEOD.inv(*centre, lon, lat)[2] + stated_m <= radius_m
    assert radius_m <= 8_000 + stated_m + 1_000
    assert radius_m % 1_000 == 0


@given(st.integers(-1_800, 1_799), st.integers(-900, 899), st.tuples(*[st.floats(0.001, 0.999)] * 4), st.floats(0, 1e5))
@settings(max_examples=200)
def test_two_places_of_one_cell_have_the_same_disc(column, line, shares, stated_m):
    places = (np.array([[column, line]] * 2) + np.reshape(shares, (2, 2))) * CELL_DEG
    centre, radius_m = discs_holding(places, np.full(2, stated_m))
    assert centre[0].tolist() == centre[1].tolist()
    assert radius_m[0] == radius_m[1]
    assert np.allclose(centre[0], (np.array([column, line]) + 0.5) * CELL_DEG, rtol=0, atol=1e-9)
    assert pack_coordinates(centre[:1]) == pack_coordinates(centre[:1].round(6))  # nothing is lost on the way to the page


@pytest.mark.parametrize("edge", [(103.6, 14.2), (103.6, 14.25), (103.55, 14.2), (180.0, 90.0), (-180.0, -90.0), (0.0, 0.0)])
def test_a_place_on_the_edge_of_a_cell_is_inside_its_disc(edge):
    (centre,), (radius_m,) = discs_holding(np.array([edge]), np.array([np.nan]))
    assert GEOD.inv(*centre, *edge)[2] <= radius_m
    assert (np.abs(centre) < [180, 90]).all()


def test_no_precision_stated_adds_nothing_and_more_adds_more():
    place = np.array([[103.512345, 14.276543]] * 4)
    radius_m = discs_holding(place, np.array([np.nan, 0.0, 2_000.0, np.inf]))[1]
    assert radius_m.tolist() == [8_000, 8_000, 10_000, 8_000]


def test_the_order_of_rows_never_matters_and_nothing_is_changed(brought, camps):
    before = brought.camps.copy()
    sites = coarse_sites(brought)
    discs, radius_m = coarse_discs(sites)
    turned, turned_m = coarse_discs(sites.iloc[::-1])
    assert turned_m[::-1].tolist() == pytest.approx(radius_m.tolist(), nan_ok=True)
    assert turned.lonlat[::-1].tolist() == discs.lonlat.tolist()
    geopandas.testing.assert_geodataframe_equal(brought.camps, before)
    assert brought.camps is camps


def test_the_sources_of_the_sites_are_kept(situation):
    found = bg.provenance.of(coarse_sites(situation))
    assert set(found.sources) == set(bg.provenance.of(situation.camps).sources) | set(bg.provenance.of(situation.facilities).sources)


def test_only_listed_columns_are_carried_on(brought):
    assert set(coarse_sites(brought).columns) <= {*coarse.TOLD, "geometry"}


# --- the sheet -----------------------------------------------------------------------------------------------------------


def drawn_on(axes):
    """Every corner and spot that is drawn, lon/lat."""
    lines = [line.get_xydata() for line in axes.get_lines()]
    paths = [path.vertices for part in axes.collections for path in part.get_paths()]
    texts = [np.array([text.xy]) for text in axes.texts if hasattr(text, "xy")]
    x, y = np.concatenate([*lines, *paths, *texts]).T
    return gpd.GeoSeries(gpd.points_from_xy(x, y), crs="EPSG:3857").to_crs(4326)


def nearest_m(spots, point):
    return np.min(GEOD.inv(spots.x, spots.y, np.full(len(spots), point.x), np.full(len(spots), point.y))[2])


def test_the_sheet_draws_the_same_areas_and_no_place(brought, situation):
    big = gpd.GeoDataFrame({"place_id": ["t"], "name": ["A site"], "kind": ["camp"], "population": [90_000.0]}, geometry=[EAST], crs=4326)
    told = bg.load("2026-01-14", **{**brought.own, "places": pd.concat([situation.places, big], ignore_index=True)})
    figure = bg.plot_situation(told)
    spots = drawn_on(figure.axes[0])
    assert min(nearest_m(spots, point) for point in (NORTH, SOUTH, EAST, COARSE, SHELTER)) > 20
    labels = [text.get_text().replace("\n", " ") for text in figure.axes[0].get_legend().get_texts()]
    assert "Displacement sites and shelters: lies somewhere inside" in labels
    areas = next(part for part in figure.axes[0].collections if part.get_hatch() == "oo")
    assert len(areas.get_paths()) == 5
    corners = gpd.GeoSeries(gpd.points_from_xy(*areas.get_paths()[0].vertices.T), crs="EPSG:3857").to_crs(4326)
    assert GEOD.inv(corners.x, corners.y, np.full(len(corners), 103.55), np.full(len(corners), 14.25))[2] == pytest.approx(8_000, abs=1)


def test_a_public_sheet_and_one_without_positions_have_no_area(brought, situation):
    for figure in (bg.plot_situation(brought, profile="public"), bg.plot_situation(situation)):
        assert [part for part in figure.axes[0].collections if part.get_hatch() == "oo"] == []


def test_a_sensitive_incident_is_on_no_sheet(incident):
    hidden = pd.concat(
        [incident(open=(103, 14, 0)), incident(hidden=(104.31, 14.12, 0)).assign(sensitivity="sensitive")], ignore_index=True
    )
    no_zones = bg.load("2026-01-14").zones.head(0)
    spots = drawn_on(bg.plot_situation(bg.load("2026-01-14", incidents=hidden, zones=no_zones)).axes[0])
    assert nearest_m(spots, Point(103, 14)) < 1
    assert nearest_m(spots, Point(104.31, 14.12)) > 100

"""Rows whose position is withheld: nothing of an internal file tells their place, nothing of a public one tells of them."""

from __future__ import annotations

import base64
import gzip
import json
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from pyproj import Geod
from shapely import LineString, Point, box

import bordergis as bg
from bordergis.maps.coarse import without_coordinate
from bordergis.maps.profile import apply_profile
from bordergis.maps.timeline import past_zones
from bordergis.maps.veil import veiled_cells, veiled_layers

GEOD = Geod(ellps="WGS84")
TRUE = Point(103.512345, 14.276543)
CELL = (103.55, 14.25)  # the middle of its tenth of a degree
MINE = Point(103.612345, 14.376543)
TOLD = "seen at N 14.276543 E 103.512345"
DAY = "2026-01-14"


def page_of(made):
    """Every text of a saved page, and every position that it packs."""
    page = made.get_root().render()
    whole = gzip.decompress(base64.b64decode(re.search(r'id="bg-data"[^>]*>([^<]+)<', page)[1]))
    end = 4 + int.from_bytes(whole[:4], "little")
    data, numbers = json.loads(whole[4:end]), whole[end:]
    everything, found = [data], set()
    while everything:
        part = everything.pop()
        if isinstance(part, dict) and isinstance(part.get("xy"), list):
            found |= positions(numbers[part["xy"][0] : sum(part["xy"])])
        everything += part.values() if isinstance(part, dict) else part if isinstance(part, list) else []
    return data, page + whole[4:end].decode(), found


def positions(octets):
    """Positions as the page packs them: steps of a millionth of a degree, seven bits an octet."""
    steps, value, shift = [], 0, 0
    for octet in octets:
        value, shift = value | (octet & 127) << shift, shift + 7
        if octet < 128:
            steps, value, shift = [*steps, (value >> 1) ^ -(value & 1)], 0, 0
    return {tuple(pair) for pair in (np.cumsum(np.reshape(steps, (-1, 2)), axis=0) / 1e6).tolist()}


def nearest_m(found, point):
    lon, lat = np.array(sorted(found)).T
    return GEOD.inv(lon, lat, np.full(len(lon), point.x), np.full(len(lat), point.y))[2].min()


@pytest.fixture(scope="module")
def incidents():
    """One that is sensitive and tells its place in every column that could, one that is not."""
    return gpd.GeoDataFrame(
        {
            "incident_id": ["hidden", "open"],
            "date_start": pd.to_datetime(["2026-01-10"] * 2),
            "date_end": pd.to_datetime(["2026-01-10"] * 2),
            "category": "armed_clash",
            "event_type": "Armed clash",
            "description": [TOLD, "seen at 14.1 N"],
            "place_as_given": "a named hill",
            "reported_by": "a test",
            "location_note": [TOLD, None],
            "coord_raw": [TOLD, None],
            "position_class": "place",
            "position_radius_m": 100.0,
            "sensitivity": ["sensitive", None],
        },
        geometry=[TRUE, Point(104.2, 14.1)],
        crs=4326,
    )


@pytest.fixture(scope="module")
def villages():
    """Three that certainly lie in the zone of the hidden incident; the first of them is sensitive."""
    told = {"place_id": ["v1", "v2", "v3"], "name": ["Ban One", "Ban Two", "Ban Three"], "position_radius_m": 0.0}
    extra = {"sensitivity": ["sensitive", None, None], "note": [TOLD, None, None]}
    return gpd.GeoDataFrame({**told, **extra}, geometry=[Point(103.51, 14.27), Point(103.52, 14.29), Point(103.53, 14.26)], crs=4326)


@pytest.fixture(scope="module")
def hazards():
    """A sensitive one, and one that may not be passed on."""
    told = {"hazard_id": ["record-one", "record-two"], "kind": "suspected", "recorded_on": pd.to_datetime(["2025-12-01"] * 2)}
    shown = {"reported_by": ["A named surveyor", "Another surveyor"], "position_radius_m": [50.0, np.nan]}
    marks = {"evidence": "direct", "sensitivity": ["sensitive", None], "redistributable": [True, False]}
    return gpd.GeoDataFrame({**told, **shown, **marks}, geometry=[MINE, box(103.701, 14.301, 103.712, 14.313)], crs=4326)


@pytest.fixture(scope="module")
def secret(incidents, villages, hazards):
    return bg.load(DAY, incidents=incidents, villages=villages, hazards=hazards)


@pytest.fixture(scope="module")
def pages(secret):
    return {name: page_of(bg.situation_map(secret, profile=name)) for name in ("internal", "public")}


def layer_of(data, layer_id):
    return next((layer for layer in data["layers"] if layer["id"] == layer_id), None)


# --- the internal file ----------------------------------------------------------------------------------------------------


def test_no_zone_of_an_internal_file_is_drawn_round_the_true_point(pages, secret):
    _, _, found = pages["internal"]
    assert nearest_m(found, TRUE) > 500
    assert CELL in found
    assert TRUE.coords[0] in {disc[1:3] for discs in secret.zones["discs"] for disc in discs}  # it was there to be told


def test_the_zone_of_a_veiled_incident_holds_the_true_one_and_is_possible_only(secret):
    veiled = apply_profile(secret, "internal").situation.zones
    discs = {(zone.certainty, disc[0]): disc for zone in veiled.itertuples() for disc in zone.discs}
    assert ("definite", "hidden") not in discs
    _, lon, lat, radius_m = discs["possible", "hidden"][:4]
    assert (lon, lat) == pytest.approx(CELL)
    assert radius_m >= GEOD.inv(lon, lat, TRUE.x, TRUE.y)[2] + 5_000 + 100
    assert discs["definite", "open"] == next(
        d for z in secret.zones.itertuples() for d in z.discs if d[0] == "open" and z.certainty == "definite"
    )


def test_no_text_of_an_internal_file_tells_the_place_of_a_withheld_row(pages):
    _, text, _ = pages["internal"]
    assert [part for part in ("14.276543", "103.512345") if part in text] == []
    assert all(part in text for part in ("Ban One", "a named hill", "seen at 14.1 N", "A named surveyor"))


def test_no_depths_tell_where_a_veiled_zone_has_its_centre(pages, secret):
    assert secret.access.table["depth_m"].notna().all()  # three of them would
    _, text, _ = pages["internal"]
    assert '\\"depth\\"' not in text
    assert '\\"is\\":\\"definite\\"' in text


def test_no_village_looks_safer_for_a_veiled_zone_on_any_day(pages, secret):
    """What rests on the true zone is told of the map's date; a past made of the veiled one would contradict it."""
    for profile in ("internal", "public"):
        villages = layer_of(pages[profile][0], "villages")
        assert villages["as_of_only"]
        assert villages["changes"] is None
    assert apply_profile(secret, "internal").situation.access.table["status"].tolist() == secret.access.table["status"].tolist()


def test_a_veiled_area_is_inside_its_disc(hazards):
    wide = hazards.head(1).set_geometry([box(103.51, 14.21, 103.66, 14.33)], crs=4326).assign(position_radius_m=np.nan)
    made = veiled_layers(bg.load(DAY, hazards=wide))["hazards"]
    (point,), (radius_m,) = made.geometry, made["position_radius_m"]
    corners = np.array(wide.geometry.iloc[0].exterior.coords)
    away_m = GEOD.inv(*corners.T, np.full(len(corners), point.x), np.full(len(corners), point.y))[2]
    assert away_m.max() <= radius_m
    assert (round(point.x * 100) % 10, round(point.y * 100) % 10) == (5, 5)


def test_where_nothing_is_withheld_nothing_is_made_anew(village):
    assert veiled_layers(bg.load(DAY, incidents=bg.load_incidents().assign(sensitivity=None), villages=village(v=(103, 14)))) == {}


def test_what_makes_no_zone_is_not_moved_and_blurs_no_depth(situation):
    """Of the embedded incidents two are sensitive: one without a position, one a visit."""
    made = veiled_layers(situation)
    assert sorted(made) == ["access", "incidents"]
    assert made["incidents"].geometry.geom_equals(situation.incidents.geometry).sum() == situation.incidents.geometry.notna().sum()
    assert_frame_equal(made["access"].table[["depth_m"]], situation.access.table[["depth_m"]])


def test_nothing_given_is_changed(secret, incidents, hazards):
    before = incidents.copy(), hazards.copy()
    apply_profile(secret, "internal")
    apply_profile(secret, "public")
    assert_frame_equal(incidents, before[0])
    assert_frame_equal(hazards, before[1])


def test_provenance_goes_with_the_veiled_layers(situation):
    assert bg.provenance.of(veiled_layers(situation)["incidents"]) == bg.provenance.of(situation.incidents)


# --- layers of the analyst ------------------------------------------------------------------------------------------------


def test_of_a_withheld_row_of_an_own_layer_no_cell_tells_the_place(situation):
    rows = {
        "name": ["Our shelter", "Our post"],
        "kind": ["shelter", "school"],
        "lon": [TRUE.x, 103.9],
        "easting": [339_512, 1],
        "place": [f"{TRUE.y}, {TRUE.x}", "14.5, 103.9"],
        "osm_id": ["node/5550001112", "node/5550001113"],
        "border_distance_km": [7.25, 8.5],
        "opened": pd.to_datetime(["2025-12-01", "2025-12-02"]),
        "heated": [True, False],
        "true_point": gpd.GeoSeries([TRUE, Point(103.9, 14.5)], crs=4326),
    }
    posts = gpd.GeoDataFrame(rows, geometry=[TRUE, Point(103.9, 14.5)], crs=4326)
    _, text, found = page_of(bg.situation_map(situation, layers={"Posts": posts}))
    assert [part for part in (str(TRUE.x), str(TRUE.y), "339512", "5550001112", "7.25") if part in text] == []
    assert all(part in text for part in ("Our shelter", "node/5550001113", "8.5", "14.5, 103.9"))
    assert veiled_cells(posts)[["opened", "heated"]].equals(posts[["opened", "heated"]])
    assert nearest_m(found, TRUE) > 300


@pytest.mark.parametrize(
    "text",
    [
        "14.27, 103.51", "N 14°16", "14 16 35 N, 103 30 44 E", "N14 16 E103 30", "48P UA 12345 67890", "0339512 1578443",
        "339512E 1578443N", "7P55FG4G+3X", "https://www.openstreetmap.org/node/5550001112", "https://maps.example/@14.2765,103.5123,15z",
    ],
)  # fmt: skip
def test_what_reads_like_a_coordinate_is_known(text):
    assert without_coordinate(text) is None


@pytest.mark.parametrize(
    "text", ["Wat Kandol", "Camp 12, phase 3", "KH-2201-0003", "on 2025-12-10", "about 3 km north", "2025/12", 14, None]
)
def test_what_does_not_is_kept(text):
    assert without_coordinate(text) is text


@given(st.permutations(range(4)))
@settings(max_examples=10)
def test_each_row_is_veiled_for_itself(order):
    rows = pd.DataFrame({"kind": ["camp", "school", None, "shelter"], "note": [TOLD, TOLD, "plain", "plain"], "n": [1, 2, 3, 4]})
    shuffled = rows.iloc[list(order)]
    assert_frame_equal(veiled_cells(shuffled).sort_index(), veiled_cells(rows))
    assert_frame_equal(veiled_cells(veiled_cells(rows)), veiled_cells(rows))


# --- the public file ------------------------------------------------------------------------------------------------------


def test_a_public_file_has_no_withheld_row_of_any_layer(pages):
    data, text, found = pages["public"]
    assert [part for part in ("record-one", "record-two", "surveyor", "Ban One", "a named hill;", TOLD) if part in text] == []
    assert min(nearest_m(found, MINE), nearest_m(found, Point(103.701, 14.301)), nearest_m(found, TRUE)) > 100
    left_out = {row["name"]["en"]: row["note"]["en"] for row in data["absent"]}
    assert left_out["Recorded hazard areas"].startswith("2 left out")
    assert "hazards" not in {layer["id"] for layer in data["layers"]}


@pytest.mark.parametrize("name", ["obstacles", "closures", "restricted_areas"])
def test_areas_that_may_not_be_passed_on_are_in_no_public_file(name):
    kind = "wire" if name == "obstacles" else "road"
    key = {"obstacles": "obstacle_id", "closures": "closure_id", "restricted_areas": "area_id"}[name]
    rows = {
        key: ["private-area"],
        "kind": [kind],
        "zone_class": ["cordon"],
        "valid_from": pd.to_datetime(["2025-12-01"]),
        "reported_by": ["x"],
    }
    held = {"valid_to": pd.to_datetime([None]).astype("datetime64[s]"), "citation": ["x"], "redistributable": [False]}
    shape = LineString([(103.7, 14.3), (103.71, 14.31)]) if name == "obstacles" else box(103.7, 14.3, 103.71, 14.31)
    area = gpd.GeoDataFrame({**rows, **held}, geometry=[shape], crs=4326)
    told = bg.load(DAY, **{name: area})
    texts = {profile: page_of(bg.situation_map(told, profile=profile))[1] for profile in ("internal", "public")}
    assert "private-area" in texts["internal"]
    assert "private-area" not in texts["public"]


def test_a_line_that_may_not_be_passed_on_is_in_no_public_file():
    line = LineString([(102.5, 13.7), (104.5, 14.4)])
    mine = bg.load_border().head(1).set_geometry([line], crs=4326).assign(border_id="our-line", title="Our line", redistributable=False)
    told = bg.load(DAY, border=mine)
    data, text, _ = page_of(bg.situation_map(told, profile="public"))
    assert "Our line" not in text
    assert layer_of(data, "border")["rows"] == len(bg.load_border())  # a map without a line would have no extent


def test_zones_of_a_public_map_have_their_own_days(situation):
    """What a public map leaves out makes no zone here: the zones of every day are those of the internal map."""
    ends = [past_zones(apply_profile(situation, profile).situation) for profile in ("internal", "public")]
    assert_frame_equal(*(past.discs for past in ends))
    assert len(ends[0].discs) > 100


def test_an_own_outline_that_may_be_drawn_round_a_withheld_row_is_made_anew(secret):
    own = bg.load(DAY, **{**secret.own, "zones": secret.zones})
    assert not apply_profile(own, "public").situation.zones.intersects(TRUE).any()


@pytest.mark.parametrize("profile", ["internal", "public"])
def test_what_was_marked_only_later_is_withheld_on_both_sides(secret, incidents, profile):
    """A file of an earlier day has no mark yet: neither the pane beside nor the differences may tell what the later one protects."""
    before = bg.load("2026-01-11", **{**secret.own, "incidents": incidents.assign(sensitivity=None)})
    for made in (bg.changes_map(bg.compare(before, secret), profile=profile), bg.situation_map(secret, profile=profile, compare=before)):
        _, text, found = page_of(made)
        assert nearest_m(found, TRUE) > 500
        assert [part for part in ("14.276543", "103.512345") if part in text] == []


# --- the sheet ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", ["internal", "public"])
def test_the_sheet_draws_no_outline_of_a_withheld_row(secret, hazards, profile):
    swapped = hazards.assign(sensitivity=[None, "sensitive"], redistributable=True)
    figure = bg.plot_situation(bg.load(DAY, **{**secret.own, "hazards": swapped}), profile=profile)
    axes = figure.axes[0]
    x, y = np.concatenate([path.vertices for part in axes.collections for path in part.get_paths()]).T
    spots = gpd.GeoSeries(gpd.points_from_xy(x, y), crs="EPSG:3857").to_crs(4326)
    assert nearest_m(set(zip(spots.x, spots.y, strict=True)), Point(103.701, 14.301)) > 20
    assert "xxxx" not in {part.get_hatch() for part in axes.collections}


def test_the_map_of_changes_tells_no_more(secret):
    change = bg.compare(bg.load("2026-01-09", **secret.own), secret)
    for profile in ("internal", "public"):
        _, text, found = page_of(bg.changes_map(change, profile=profile))
        assert [part for part in ("14.276543", "103.512345") if part in text] == []
        assert min(nearest_m(found, TRUE), nearest_m(found, MINE)) > 100

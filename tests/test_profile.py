"""The public profile: what may hurt somebody is gone before anything is drawn; no village looks safer for it."""

from __future__ import annotations

import datetime as dt
import hashlib

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from fontTools.ttLib import TTFont
from shapely import Point

import bordergis as bg
from bordergis import datasets
from bordergis.errors import MissingTextError, UnknownNameError
from bordergis.maps.basemap import background, relief_picture, relief_shade
from bordergis.maps.fonts import SCRIPTS, font_faces
from bordergis.maps.profile import apply_profile, without_sensitive
from bordergis.maps.title import TitleBlock, title_lines
from bordergis.words import words_for


@pytest.fixture
def secret(incident, village):
    """One village inside the zone of a sensitive incident, and a health post beside it."""
    incidents = pd.concat([incident(open=(103, 14, 0)), incident(hidden=(104, 14, 0)).assign(sensitivity="sensitive")], ignore_index=True)
    posts = {"facility_id": ["h", "s"], "name": ["Post", "School"], "kind": ["health post", "school"]}
    facilities = gpd.GeoDataFrame(posts, geometry=[Point(104, 14), Point(103, 14)], crs="EPSG:4326")
    reports = pd.DataFrame(
        {"place_id": ["v2"], "status": ["inaccessible"], "as_of": pd.to_datetime(["2026-01-10"]), "reported_by": ["A named person"]}
    )
    villages = village(v1=(104.001, 14), v2=(105, 14))
    return bg.load("2026-01-14", incidents=incidents, villages=villages, facilities=facilities, access_reports=reports)


def test_internal_shows_the_situation_as_it_is(secret):
    plain = bg.load(secret.date, **{**secret.own, "incidents": secret.incidents.head(1)})
    shown = apply_profile(plain, "internal")
    assert shown.situation is plain
    assert not shown.withheld
    assert not apply_profile(secret, "internal").withheld


def test_public_has_no_sensitive_row_and_says_how_many_went(secret):
    shown = apply_profile(secret, "public")
    assert shown.situation.incidents["incident_id"].tolist() == ["open"]
    assert shown.situation.facilities["kind"].tolist() == ["school"]
    assert len(shown.situation.camps) == len(shown.situation.visits) == len(shown.situation.access_reports) == 0
    assert shown.withheld["incidents"] == shown.withheld["facilities"] == shown.withheld["access_reports"] == 1
    assert shown.withheld["visits"] == len(secret.visits)


def test_no_zone_gives_the_position_of_a_withheld_incident_away(secret):
    zones = apply_profile(secret, "public").situation.zones
    assert not zones.intersects(Point(104, 14)).any()
    assert zones.intersects(Point(103, 14)).any()
    assert "hidden" not in zones.drop(columns="geometry").astype(str).to_string()


def test_no_village_looks_safer_on_the_public_map(secret):
    before, after = secret.access.table, apply_profile(secret, "public").situation.access.table
    assert after["status"].tolist() == before["status"].tolist() == ["inaccessible", "inaccessible"]


def test_reasons_name_no_reporter_and_no_withheld_incident(secret):
    assert "A named person" in secret.access.table["reasons"].str.cat()
    shown = apply_profile(secret, "public").situation.access
    assert not shown.table["reasons"].str.contains("hidden|named person").any()
    assert shown.table["reasons"].tolist() == [
        "in a zone of reported incidents; no report on this village.",
        "in no zone; reported inaccessible.",
    ]
    assert shown.reports.empty
    assert shown.routes.empty
    assert shown.table["zone_ids"].isna().all()
    assert shown.table["depth_m"].isna().all()


def test_the_situation_given_is_not_touched(secret):
    apply_profile(secret, "public")
    assert len(secret.incidents) == 2
    assert len(secret.facilities) == 2


def test_rows_that_may_not_be_passed_on_stay_at_home():
    rows = pd.DataFrame({"redistributable": pd.array([True, False, None], dtype="boolean")})
    assert without_sensitive(rows).index.tolist() == [0, 2]


def test_rows_of_an_own_layer_that_a_public_map_leaves_out_are_told(situation):
    posts = gpd.GeoDataFrame({"sensitivity": ["sensitive", None]}, geometry=[Point(104, 14), Point(103, 14)], crs="EPSG:4326")
    absent = {
        profile: {
            row["name"]["km"]: row["note"]["en"]
            for row in bg.situation_map(situation, layers={"Posts": posts}, profile=profile).content["absent"]
        }
        for profile in ("internal", "public")
    }
    assert "Posts" not in absent["internal"]
    assert absent["public"]["Posts"].startswith("1 ")


def test_another_profile_is_refused(secret):
    with pytest.raises(UnknownNameError, match="no profile 'press'; known: internal, public"):
        apply_profile(secret, "press")


# ── the title block ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("part", ["title", "area", "disclaimer"])
def test_a_map_cannot_be_left_without_its_words(part):
    with pytest.raises(MissingTextError, match=f"The {part} is empty"):
        TitleBlock(**{part: " \n"})


def test_the_title_block_says_when_it_was_made_and_of_which_day(situation):
    told = title_lines(situation, words_for("en"), TitleBlock(created=dt.date(2026, 1, 16), glide="CE-2025-000001-KHM", disclaimer="Ours."))
    assert told["as_of"] == "14 January 2026"
    assert told["created"] == "16 January 2026"
    assert told["glide"] == "CE-2025-000001-KHM"
    assert told["disclaimer"] == "Ours."


def test_a_build_that_must_repeat_says_its_own_day(situation, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1768410000")  # 14 January 2026, 17:00 UTC: the 15th at the border
    assert title_lines(situation, words_for("en"), TitleBlock())["created"] == "15 January 2026"


# ── the background and the letters ────────────────────────────────────────────────────────────────────────────────────


def test_the_background_draws_no_border():
    """Province lines end before the mapped lines: none comes within 4 km of one, none crosses it."""
    lines = background("province").to_crs("EPSG:32648").union_all()
    osm = bg.load_border("osm-2026c").to_crs("EPSG:32648").geometry.iloc[0]
    assert lines.distance(osm) > 4_000
    assert not lines.crosses(bg.load_border("natural-earth-10m").to_crs("EPSG:32648").geometry.iloc[0])


@pytest.mark.parametrize(("lon", "lat", "wet"), [(104.1, 12.8, True), (101.5, 12.0, True), (103.5, 14.2, False), (104.9, 12.0, False)])
def test_water_is_where_it_should_be(lon, lat, wet):
    """The Tonle Sap, the Gulf of Thailand; Samraong and the plain west of the Mekong are dry."""
    assert background("water").intersects(Point(lon, lat)).any() == wet


def test_the_relief_lies_where_the_hills_are():
    """The scarp of the Dangrek Mountains south of 14.4 N, 103.5-104.5 E is the steepest ground of its meridians: shade, not plain."""
    shade, transform = relief_shade()
    lats = np.linspace(13.6, 15.0, 60)
    lonlat = gpd.points_from_xy(np.repeat(np.linspace(103.5, 104.3, 17), 60), np.tile(lats, 17), crs="EPSG:4326")
    page = gpd.GeoSeries(lonlat).to_crs("EPSG:3857")
    rows, columns = rasterio.transform.rowcol(transform, page.x, page.y)
    relief = np.abs(shade[rows, columns]).reshape(17, 60)
    steepest = lats[relief.mean(axis=0).argmax()]
    assert steepest == pytest.approx(14.38, abs=0.08)


def test_the_relief_picture_covers_the_area():
    picture = relief_picture()
    south, west, north, east = picture["bounds"]
    assert (south < 10.5, west < 102, north > 15, east > 107.5) == (True,) * 4
    assert picture["src"].startswith("data:image/png;base64,")
    assert len(picture["src"]) < 60_000


def test_the_fonts_hold_every_letter_that_the_words_and_names_need():
    letters = {script: set(TTFont(datasets.path(f"built/noto-sans-{script}.woff")).getBestCmap()) for script in SCRIPTS}
    blocks = {"khmer": (0x1780, 0x17FF), "thai": (0x0E00, 0x0E7F)}
    texts = "".join(words_for("km").values()) + "".join(words_for("th").values())
    layers = bg.load_places()[["name_km", "name_th", "name_alt"]], bg.load_checkpoints("2026-01-14")[["name_km", "name_th"]]
    texts += "".join(layer[name].dropna().str.cat() for layer in layers for name in layer)
    for script, (first, last) in blocks.items():
        assert {ord(sign) for sign in texts if first <= ord(sign) <= last} <= letters[script]


def test_the_letters_travel_inside_the_page():
    css = font_faces()
    assert css.count("data:font/woff;base64,") == 2
    assert "http" not in css
    assert len(css) < 60_000


# ── the public map, as a file ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_public_file_holds_nothing_that_was_withheld(secret, told_in):
    """The internal file has the text; the public file has neither it nor the position, wherever one looks."""
    hidden = secret.incidents.assign(description=["open words", "secret words"])
    told = bg.load("2026-01-14", **{**secret.own, "incidents": hidden})
    extra = gpd.GeoDataFrame({"note": ["mine", "not mine"], "sensitivity": [None, "sensitive"]}, geometry=[Point(103, 14)] * 2, crs=4326)
    internal, public = (
        told_in(bg.situation_map(told, profile=name, layers={"extra": extra}).get_root().render()) for name in ("internal", "public")
    )
    for words in ("secret words", "not mine", "A named person", "Post"):
        assert words in internal, words
        assert words not in public, words
    assert "open words" in public
    assert "left out of this public version" in public


def test_the_title_block_is_in_the_page(situation, told_in):
    block = TitleBlock(created=dt.date(2026, 1, 16), glide="CE-2025-000001-KHM", area="Our area")
    page = told_in(bg.situation_map(situation, title=block).get_root().render())
    assert all(text in page for text in ("2026-01-16", "CE-2025-000001-KHM", "Our area"))


def test_the_same_situation_gives_the_same_page(situation):
    block = TitleBlock(created=dt.date(2026, 1, 16))
    one, two = (bg.situation_map(bg.load(situation.date), title=block).get_root().render() for _ in range(2))
    assert hashlib.sha256(one.encode()).hexdigest() == hashlib.sha256(two.encode()).hexdigest()


def test_the_whole_page_is_small(situation):
    assert len(bg.situation_map(situation).get_root().render().encode()) <= 700_000


def test_two_situations_stand_side_by_side(situation):
    content = bg.situation_map(situation, compare=situation.as_of("2025-12-20")).content
    assert content["compare"]["as_of"] == (dt.date(2025, 12, 20) - dt.date(1970, 1, 1)).days
    assert {layer["id"] for layer in content["compare"]["layers"]} <= {layer["id"] for layer in content["layers"]}

"""Displacement sites in a browser: an area that is seen, chosen, listed and found, and no point in it."""

import geopandas as gpd
import numpy as np
import pytest
from shapely import Point

import bordergis as bg
from bordergis.maps import situation_map
from bordergis.maps.style import AREAS
from bordergis.words import words_for

pytestmark = pytest.mark.browser

CENTRE, RADIUS_M, M_A_DEGREE = (103.55, 13.45), 8_000, 108_300  # a degree of longitude there
CAMP = np.array([int(AREAS["camps"]["stroke"][place : place + 2], 16) for place in (1, 3, 5)])


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Two sites of one cell and one without a position, for both profiles."""
    sites = gpd.GeoDataFrame(
        {"camp_id": ["a", "b", "c"], "name": ["Upper site", "Lower site", "Site nowhere"], "sensitivity": "sensitive"},
        geometry=[Point(103.512345, 13.487654), Point(103.587654, 13.412345), None],
        crs=4326,
    )
    folder, told = tmp_path_factory.mktemp("sites"), bg.load("2026-01-14", camps=sites)
    for profile in ("internal", "public"):
        situation_map(told, profile=profile).save(folder / f"{profile}.html")
    return folder


def ink(tab, lon, lat, half=14):
    """How many pixels round a position have about the colour of the sites."""
    x, y = (round(value) for value in tab.pixel(lon, lat))
    part = tab.picture()[:, y - half : y + half, x - half : x + half]
    return int((np.abs(part - CAMP[:, None, None]).sum(axis=0) < 120).sum())


def test_the_area_is_seen_round_its_cell_and_no_place_in_it_is_marked(open_map, files):
    tab = open_map(files / "internal.html")
    tab.view(*CENTRE, 11)
    tab.page.wait_for_timeout(300)
    inside = [ink(tab, *place) for place in (CENTRE, (103.512345, 13.487654), (103.587654, 13.412345))]
    assert min(inside) > 30  # dotted all over
    assert max(inside) < 2 * min(inside)  # alike everywhere: nothing marks where they are
    assert ink(tab, CENTRE[0] + (RADIUS_M + 2_000) / M_A_DEGREE, CENTRE[1]) == 0
    assert ink(tab, CENTRE[0] + RADIUS_M / M_A_DEGREE, CENTRE[1]) > 0
    tab.toggle("camps")
    tab.page.wait_for_timeout(300)
    assert ink(tab, *CENTRE) == 0
    assert (tab.asked_for(), tab.said) == ([], [])


def test_a_click_in_the_area_tells_of_every_site_in_it_and_of_no_place(open_map, files):
    tab = open_map(files / "internal.html")
    tab.view(*CENTRE, 11)
    tab.page.mouse.click(*tab.pixel(103.53, 13.46))
    told = tab.details()
    assert "Upper site" in told
    assert "Lower site" in told
    assert "8 km" in told
    assert "103.5" not in told
    assert "13.4" not in told
    assert words_for("en")["note.camps"] in told


def test_a_site_is_found_by_name_and_shown_by_its_area(open_map, files):
    tab = open_map(files / "internal.html")
    tab.page.fill("#bg-search-text", "Lower si")
    tab.page.click("#bg-found-0")
    tab.page.wait_for_timeout(300)
    assert "Lower site" in tab.details()
    centre = tab.page.evaluate("[bordergis.map.getCenter().lng, bordergis.map.getCenter().lat]")
    assert centre == pytest.approx(CENTRE, abs=0.002)  # of the cell, not of the site, 5 km away
    assert "chosen=camps" in tab.page.evaluate("bordergis.page.permalink.hash()")


@pytest.mark.parametrize("lang", ["en", "km", "th"])
def test_the_list_has_every_site_drawn_or_not(open_map, files, lang):
    tab = open_map(files / "internal.html", link=f"#lang={lang}")
    words = words_for(lang)
    assert words["note.unplaced"].format(n=1) in tab.page.inner_text("#bg-page-layers")
    tab.page.get_by_role("button", name=f"{words['ui.list']}: {words['layer.camps']}").click()
    told = tab.details()
    assert [name in told for name in ("Upper site", "Lower site", "Site nowhere")] == [True] * 3
    assert told.count(words["ui.not_drawn"]) == 1


def test_the_public_page_counts_them_and_draws_none(open_map, files):
    tab = open_map(files / "public.html")
    tab.view(*CENTRE, 11)
    tab.page.wait_for_timeout(300)
    assert ink(tab, *CENTRE) == 0
    assert "3 left out of this public version" in tab.page.inner_text("#bg-page-layers")

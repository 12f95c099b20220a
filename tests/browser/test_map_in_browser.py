"""The map in a real Chromium with the network cut: it draws, answers and asks for nothing."""

import re

import folium
import numpy as np
import pandas as pd
import pytest
from shapely import box

import bordergis as bg
from bordergis.maps import situation_map

pytestmark = pytest.mark.browser

WIDE, TABLET, PHONE = (1280, 800), (768, 1024), (360, 640)


# --- it needs nothing ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [WIDE, TABLET, PHONE])
def test_no_request_and_a_clean_console(open_map, map_file, size):
    tab = open_map(map_file, size)
    assert (tab.asked_for(), tab.said) == ([], [])


@pytest.mark.parametrize("size", [WIDE, TABLET, PHONE])
def test_title_date_period_and_disclaimer_are_in_sight(open_map, map_file, size):
    page = open_map(map_file, size).page
    for element, text in {"#bg-title": "situation map", "#bg-facts": "14 January 2026", "#bg-disclaimer": "not evidence of safety"}.items():
        box_ = page.locator(element).bounding_box()
        assert text in page.inner_text(element)
        assert box_["x"] >= 0
        assert box_["x"] + box_["width"] <= size[0]
        assert box_["y"] + box_["height"] <= size[1]
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_the_policy_forbids_what_was_not_in_the_file(open_map, map_file):
    tab = open_map(map_file)
    tab.page.evaluate("const s = document.createElement('script'); s.textContent = 'window.__pwned = 1'; document.body.append(s)")
    assert tab.page.evaluate("window.__pwned") is None
    assert any("Content Security Policy" in text for text in tab.said)


def test_a_situation_without_events_still_draws(open_map, situation, tmp_path):
    before = situation.as_of("1990-01-01")
    situation_map(before).save(tmp_path / "before.html")
    tab = open_map(tmp_path / "before.html")
    assert tab.page.evaluate("bordergis.layers.find((layer) => layer.id === 'incidents').rows") == 0
    assert tab.said == []


# --- it draws ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer_id", ["villages", "checkpoints", "incidents", "visits", "border", "zones_possible", "precision", "land"])
def test_a_toggled_layer_changes_what_is_seen(open_map, map_file, layer_id):
    tab = open_map(map_file)
    tab.view(103.67, 13.18, 8)  # nearer than the whole border: there the circles of precision lie under their glyphs
    tab.page.wait_for_timeout(200)
    frame = tab.frame()
    before = tab.page.screenshot(clip=frame)
    tab.toggle(layer_id)
    without = tab.page.screenshot(clip=frame)
    tab.toggle(layer_id)
    assert before != without
    assert tab.page.screenshot(clip=frame) == before


def test_a_zone_lies_where_it_should(open_map, situation, tmp_path):
    west, south, east, north = 103.40, 13.10, 103.55, 13.22
    zone = situation.zones.iloc[:1].assign(certainty="definite", start=pd.Timestamp(situation.date), end=pd.NaT)
    zone = zone.set_geometry([box(west, south, east, north)], crs=4326)
    situation_map(bg.load(situation.date, zones=zone)).save(tmp_path / "zone.html")
    tab = open_map(tmp_path / "zone.html")
    tab.view(103.47, 13.15, 11)
    with_zone = tab.picture()
    tab.toggle("zones_definite")
    frame = tab.frame()
    changed = (with_zone != tab.picture()).any(axis=0)[:, : int(frame["x"] + frame["width"])]
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    found = [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]
    assert found == pytest.approx([*tab.pixel(west, north), *tab.pixel(east, south)], abs=2)


def test_the_legend_is_drawn_with_the_glyphs_of_the_map(open_map, map_file):
    tab = open_map(map_file)
    swatches = tab.page.locator("#bg-page-layers canvas")
    legend = tab.page.evaluate("bordergis.layers.reduce((n, l) => n + l.legend.length, 0)")
    assert swatches.count() == legend


# --- it answers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_a_click_on_a_village_opens_its_details(open_map, map_file, situation, size):
    tab = open_map(map_file, size)
    town = situation.villages.set_index("name").geometry["Battambang"]
    tab.view(town.x, town.y + 0.01, 12)
    tab.page.mouse.click(*tab.pixel(town.x, town.y))
    assert "Battambang" in tab.details()
    assert "unknown" in tab.details()
    assert tab.page.locator("#bg-page-details").is_visible()


def test_a_click_on_a_checkpoint_names_both_sides(open_map, map_file, situation):
    tab = open_map(map_file)
    choam = situation.checkpoints.set_index("checkpoint_id").loc["choam"]
    tab.view(choam.geometry.x, choam.geometry.y, 13)
    tab.page.mouse.click(*tab.pixel(choam.geometry.x, choam.geometry.y))
    told = tab.details()
    assert choam["name_khm_side"] in told
    assert choam["name_tha_side"] in told
    assert "Also here" in told


def test_the_coordinates_under_the_pointer(open_map, map_file):
    tab = open_map(map_file)
    tab.view(103.5, 14.0, 10)
    tab.page.mouse.move(*tab.pixel(103.6, 14.1))
    lat, lon = map(float, re.findall(r"[\d.]+(?=°)", tab.page.inner_text(".bg-readout")))
    assert (lon, lat) == pytest.approx((103.6, 14.1), abs=0.002)


def test_every_feature_can_be_reached_without_a_pointer(open_map, map_file, situation):
    tab = open_map(map_file)
    tab.page.focus("#bg-tab-layers")
    for _ in range(200):
        tab.page.keyboard.press("Tab")
        if tab.page.evaluate("document.activeElement.getAttribute('aria-label')") == "List: Reported incidents":
            break
    assert tab.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    tab.page.keyboard.press("Enter")
    assert tab.page.locator("#bg-page-details .bg-item").count() == len(situation.incidents)
    assert "not drawn" in tab.details()
    tab.page.locator("#bg-page-details .bg-item").first.press("Enter")
    assert "Counter-claim or denial" in tab.details()
    tab.page.focus("#bg-tab-details")
    tab.page.keyboard.press("ArrowRight")
    assert "Sources and licences" in tab.page.inner_text("#bg-page-sources")


def test_on_a_phone_the_panel_is_a_sheet(open_map, map_file):
    tab = open_map(map_file, PHONE)
    assert tab.page.locator("#bg-page-layers").is_hidden()
    tab.page.click("#bg-grip")
    assert tab.page.locator("#bg-page-layers").is_visible()
    assert tab.page.get_attribute("#bg-grip", "aria-expanded") == "true"
    assert tab.frame()["y"] < tab.page.locator("#bg-panel").bounding_box()["y"] - 100


# --- with folium layers, and in a notebook -------------------------------------------------------------------------------


def test_folium_markers_and_popups_work_offline(open_map, situation, tmp_path):
    made = situation_map(situation)
    folium.Marker([13.2, 103.8], popup="words of the analyst").add_to(made)
    folium.CircleMarker([13.0, 103.8], tooltip="a circle").add_to(made)
    folium.LayerControl().add_to(made)
    made.save(tmp_path / "own.html")
    tab = open_map(tmp_path / "own.html")
    tab.page.click(".leaflet-marker-icon")
    assert "words of the analyst" in tab.page.inner_text(".leaflet-popup-content")
    assert tab.page.evaluate("document.querySelector('.leaflet-marker-icon').naturalWidth") > 0
    assert (tab.asked_for(), tab.said) == ([], [])


def test_the_notebook_frame_draws_the_map(open_map, situation, tmp_path):
    notebook = tmp_path / "notebook.html"
    notebook.write_text(f"<script>window.bordergis = 'outside'</script>{situation_map(situation)._repr_html_()}", encoding="utf-8")
    tab = open_map(notebook)
    frame = tab.page.frames[1]
    frame.wait_for_selector(".bg-layer")
    assert tab.said == []
    assert [url for url in tab.asked_for() if not url.startswith("about:")] == []

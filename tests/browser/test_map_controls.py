"""Each control of the map page in a real Chromium, by mouse, touch and keyboard; nothing is asked for and the console stays clean."""

import datetime as dt
import json
import re
import unicodedata
from pathlib import Path

import mgrs
import numpy as np
import pandas as pd
import pytest
from pyproj import Geod

import bordergis as bg
from bordergis.maps import situation_map

pytestmark = pytest.mark.browser

WIDE, TABLET, PHONE = (1280, 800), (768, 1024), (360, 640)
AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
EPOCH = dt.date(1970, 1, 1)


def day_number(day):
    return (dt.date.fromisoformat(str(day)[:10]) - EPOCH).days


@pytest.fixture
def use(open_map, map_file):
    """Open the map; when the test is over, nothing was asked for and nothing was said on the console."""
    tabs = []

    def open_one(size=WIDE, link=""):
        tabs.append(open_map(map_file, size, link))
        return tabs[-1]

    yield open_one
    for tab in tabs:
        assert (tab.asked_for(), tab.said) == ([], [])


def state(page):
    return page.evaluate(
        "(({language, day, other, measuring, shown}) => ({language, day, other, measuring, shown}))(bordergis.page.state.values)"
    )


def go_to(page, day, slider="#bg-day"):
    page.eval_on_selector(slider, "(s, v) => { s.value = v; s.dispatchEvent(new Event('input')); }", day_number(day))


def counts(page, layer):
    return page.evaluate("(id) => bordergis.canvas.counts(bordergis.layers.find((l) => l.id === id))", layer)


# --- search --------------------------------------------------------------------------------------------------------------


def search(tab, text):
    tab.page.fill("#bg-search-text", text)
    tab.page.wait_for_selector("#bg-search-list:not([hidden]), #bg-search-none:not([hidden])")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("ប៉ោយប៉ែត", "Poipet"),
        ("ប៉ោយ\u200bប៉ែត", "Poipet"),
        ("PÓIPÉT", "Poipet"),
        ("บ้านคลองลึก", "Poipet / Ban Khlong Luek"),
        ("paoy paet", "Poipet"),
        ("o smach", "O'Smach"),
        ("kt021", None),
    ],
)
def test_search_finds_names_in_every_script_and_codes(use, situation, asked, found):
    tab = use()
    search(tab, asked)
    options = tab.page.locator("#bg-search-list [role=option] b").all_inner_texts()
    if found is None:
        incident = situation.incidents.set_index("incident_id").loc[asked.upper()]
        assert [option for option in options if incident["place_as_given"] in option]
    else:
        assert options[0].startswith(found)


def test_a_chosen_name_is_shown_on_the_map_and_told_in_the_panel(use, situation):
    tab = use()
    search(tab, "Aranyaprathet")
    tab.page.keyboard.press("ArrowDown")
    assert tab.page.get_attribute("#bg-search-text", "aria-activedescendant") == "bg-found-0"
    tab.page.keyboard.press("Enter")
    town = situation.villages.set_index("name").geometry["Aranyaprathet"]
    centre = tab.page.evaluate("bordergis.map.getCenter()")
    assert (centre["lng"], centre["lat"]) == pytest.approx((town.x, town.y), abs=0.01)
    assert tab.page.evaluate("bordergis.map.getZoom()") >= 11
    assert "Aranyaprathet" in tab.details()
    assert tab.page.locator("#bg-search-list").is_hidden()


def test_on_a_phone_the_chosen_place_is_not_under_the_sheet(use, situation):
    tab = use(PHONE)
    search(tab, "Poipet")
    tab.page.keyboard.press("Enter")
    town = situation.villages.set_index("name").geometry["Poipet"]
    y = tab.page.evaluate(f"bordergis.map.latLngToContainerPoint([{town.y}, {town.x}]).y") + tab.frame()["y"]
    search_box, sheet = (tab.page.locator(element).bounding_box() for element in ("#bg-search-text", "#bg-panel"))
    assert search_box["y"] + search_box["height"] < y < sheet["y"]


def test_a_search_without_result_says_so_and_escape_closes_it(use):
    tab = use()
    search(tab, "zzzzzz")
    assert tab.page.locator("#bg-search-none").is_visible()
    assert tab.page.inner_text("#bg-live") == "Nothing found"
    tab.page.keyboard.press("Escape")
    assert tab.page.locator("#bg-search-none").is_hidden()


def test_names_are_folded_as_unicode_says(use, situation):
    def folded(text):
        plain = unicodedata.normalize("NFKD", text)
        kept = [c for c in plain if not "\u0300" <= c <= "\u036f" and unicodedata.category(c)[0] in "LMN"]
        return "".join(str(unicodedata.digit(c)) if unicodedata.category(c) == "Nd" else c for c in kept).lower()

    columns = [situation.villages[name] for name in ("name", "name_km", "name_th", "name_alt")]
    names = [*sorted({name for column in columns for name in column.dropna()}), "Café №๓៥", "a\u200bb\u00adc", "  ", ""]
    assert use().page.evaluate("(names) => names.map(bordergis.tools.fold)", names) == [folded(name) for name in names]


# --- time ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", ["2025-07-23", "2025-07-26", "2025-12-10", "2026-01-14"])
def test_the_day_shown_rules_the_counts_and_the_date(use, situation, day):
    tab = use()
    go_to(tab.page, day)
    known = situation.incidents["date_start"] <= pd.Timestamp(day)
    assert counts(tab.page, "incidents")["n"] == known.sum()
    shown = tab.page.locator(".bg-layer", has=tab.page.locator("#bg-layer-incidents")).locator(".bg-layer-head .bg-count")
    assert shown.inner_text() == str(known.sum())
    words = f"{int(day[8:])} {pd.Timestamp(day):%B %Y}"
    assert tab.page.inner_text("#bg-as-of") == words
    assert words in tab.page.inner_text("#bg-facts")
    assert tab.page.get_attribute("#bg-day", "aria-valuetext").startswith(words)
    assert bg.load(day).period in tab.page.inner_text("#bg-facts")


def test_incidents_are_counted_by_day(use, situation):
    days = use().page.evaluate("bordergis.days")
    expected = [0] * (days["last"] - days["first"] + 1)
    for start in situation.incidents["date_start"].dropna():
        if 0 <= (at := day_number(start) - days["first"]) < len(expected):
            expected[at] += 1
    assert days["incidents"] == expected
    assert days["as_of"] == day_number(situation.date)


def test_the_highest_bar_stands_at_the_day_with_most_incidents(use):
    tops = use().page.evaluate("""() => {
        const {days, page: {time: {bars}}} = bordergis;
        const at = days.incidents.indexOf(Math.max(...days.incidents));
        const x = Math.round(at / (days.last - days.first) * bars.width);
        const {data} = bars.getContext('2d').getImageData(0, 2, bars.width, 1);
        return [data[4 * x + 3], data[4 * (x + 20) + 3]];
    }""")
    assert tops == [255, 0]


def test_dragging_the_slider_goes_through_the_days(use):
    page = use().page
    track = page.locator("#bg-day").bounding_box()
    y = track["y"] + track["height"] / 2
    page.mouse.move(track["x"] + track["width"] - 9, y)
    page.mouse.down()
    page.mouse.move(track["x"] + track["width"] / 2, y, steps=12)
    page.mouse.up()
    days = page.evaluate("bordergis.days")
    assert state(page)["day"] == pytest.approx((days["first"] + days["last"]) / 2, abs=3)


def test_days_are_stepped_by_button_and_by_key(use):
    page = use().page
    last = state(page)["day"]
    page.click("[aria-label='Previous day']")
    page.click("[aria-label='Previous day']")
    page.click("[aria-label='Next day']")
    page.focus("#bg-day")
    page.keyboard.press("ArrowLeft")
    assert state(page)["day"] == last - 2
    page.keyboard.press("End")
    page.click("[aria-label='Next day']")
    assert state(page)["day"] == last
    page.focus("#bg-day")
    page.keyboard.press("Home")
    assert state(page)["day"] == page.evaluate("bordergis.days.first")


def test_play_begins_again_at_the_first_day_goes_on_and_pauses(use):
    page = use().page
    first = page.evaluate("bordergis.days.first")
    page.click("#bg-play")
    assert page.get_attribute("#bg-play", "aria-label") == "Pause"
    page.wait_for_function(f"() => bordergis.page.state.values.day >= {first + 2}")
    page.click("#bg-play")
    stopped = state(page)["day"]
    page.wait_for_timeout(900)
    assert state(page)["day"] == stopped < first + 10
    assert page.get_attribute("#bg-play", "aria-label") == "Play the days"


def test_play_stops_at_the_last_day(use):
    page = use().page
    page.click("[aria-label='Previous day']")
    page.click("#bg-play")
    page.wait_for_function("() => bordergis.page.time.timer === undefined")
    assert state(page)["day"] == page.evaluate("bordergis.days.last")


def test_periods_are_named_and_can_be_gone_to(use, situation):
    page = use().page
    named = page.locator("#bg-periods option").all_inner_texts()
    assert all(any(name in option for option in named) for name in situation.periods["name"])
    page.select_option("#bg-periods", label=next(option for option in named if option.startswith("Fighting of December 2025")))
    assert state(page)["day"] == day_number("2025-12-07")
    assert page.locator(".bg-band").count() == (situation.periods["kind"] != "agreement").sum()
    page.select_option("#bg-periods", "latest")
    assert state(page)["day"] == day_number(situation.date)


def test_an_agreement_is_told_on_its_day(use):
    page = use().page
    go_to(page, "2025-10-26")
    assert "Joint Declaration of Kuala Lumpur" in page.inner_text("#bg-on-day")


# --- layers and details --------------------------------------------------------------------------------------------------


def test_a_layer_that_is_off_takes_its_legend_with_it(use):
    page = use().page
    row = page.locator(".bg-layer", has=page.locator("#bg-layer-incidents"))
    assert row.locator(".bg-legend").is_visible()
    before = page.evaluate("bordergis.page.list.legend(bordergis.page.painters()).length")
    page.click("#bg-layer-incidents")
    assert row.locator(".bg-legend").is_hidden()
    assert page.evaluate("bordergis.page.list.legend(bordergis.page.painters()).length") < before


def test_the_legend_fades_what_does_not_occur_on_the_day(use):
    page = use().page
    go_to(page, "2025-05-01")
    looks, legend = counts(page, "villages")["looks"], page.evaluate("bordergis.layers.find(({id}) => id === 'villages').legend")
    faded = page.locator(".bg-layer", has=page.locator("#bg-layer-villages")).locator(".bg-legend .bg-none")
    assert faded.count() == sum(looks.get(entry["look"], 0) == 0 for entry in legend)


def test_a_village_says_why_it_has_its_status(use, situation):
    tab = use()
    inaccessible = situation.access.table[situation.access.table["status"] == "inaccessible"].iloc[0]
    search(tab, inaccessible["place_id"])
    tab.page.keyboard.press("Enter")
    told = situation.access.explain(inaccessible["place_id"]).splitlines()
    decided, zone = (tab.page.locator(".bg-why dd").nth(at).inner_text() for at in (0, 1))
    assert f"Why: {decided.replace('in-zone', '`in-zone`')}" == told[1]
    assert zone.partition("; its point")[0] == told[2].removeprefix("Zones: ").partition("; its point")[0]
    assert "14 January 2026" not in tab.page.inner_text(".bg-why h3")
    go_to(tab.page, "2025-06-01")
    assert "14 January 2026" in tab.page.inner_text(".bg-why h3")
    assert "1 June 2025" in tab.page.inner_text(".bg-kind")


def test_an_incident_stands_beside_its_denial_with_source_date_and_precision(use, situation):
    tab = use()
    denied = situation.incidents[situation.incidents["counter_claim"].notna() & situation.incidents.geometry.notna()].iloc[0]
    search(tab, denied["incident_id"])
    tab.page.keyboard.press("Enter")
    pair = tab.page.locator(".bg-pair", has_text="Counter-claim or denial")
    assert denied["counter_claim"] in pair.inner_text()
    assert denied["reported_by"] in pair.inner_text()
    assert pair.evaluate("(e) => getComputedStyle(e).gridTemplateColumns.split(' ').length") == 2
    for label in ("Date", "Position", "Source"):
        assert tab.page.locator("#bg-page-details dt", has_text=re.compile(f"^{label}")).count() >= 1


# --- compare -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [WIDE, TABLET, PHONE])
def test_two_dates_stand_side_by_side_and_move_together(use, size):
    tab = use(size)
    page = tab.page
    zoom = page.evaluate("bordergis.map.getZoom()")
    page.click("#bg-do-compare")
    assert page.evaluate("bordergis.map.getBounds().contains([[11.65, 102.35], [14.45, 105.2]])")  # all of the border, in half the room
    page.click("#bg-do-compare")
    assert page.evaluate("bordergis.map.getZoom()") == zoom
    page.click("#bg-do-compare")
    assert page.get_attribute("#bg-do-compare", "aria-pressed") == "true"
    go_to(page, "2025-07-25", "#bg-other")
    first, other = page.locator("#map_bordergis").bounding_box(), page.locator("#bg-map-other").bounding_box()
    assert (first["width"], first["height"]) == pytest.approx((other["width"], other["height"]), abs=4)
    assert "25 July 2025" in page.locator(".bg-chip").first.inner_text()
    page.evaluate("bordergis.map.setView([14.3, 103.2], 9, {animate: false})")
    second = page.evaluate("(({map}) => ({...map.getCenter(), zoom: map.getZoom()}))(bordergis.page.compare.second)")
    assert (second["lat"], second["lng"], second["zoom"]) == pytest.approx((14.3, 103.2, 9), abs=0.01)
    page.evaluate("bordergis.page.compare.second.map.setView([13.6, 102.6], 8, {animate: false})")
    assert page.evaluate("bordergis.map.getZoom()") == 8
    n = page.evaluate("""() => [bordergis.canvas, bordergis.page.compare.second.painter].map(
        (painter) => painter.counts(bordergis.layers.find(({id}) => id === 'incidents')).n)""")
    assert n[1] < n[0]
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.click("#bg-do-compare")
    assert page.locator("#bg-map-other").count() == 0
    assert page.locator("#bg-other").is_hidden()


def test_two_dates_differ_on_the_screen(use):
    tab = use()
    tab.page.click("#bg-do-compare")
    go_to(tab.page, "2025-05-02", "#bg-other")
    tab.page.evaluate("bordergis.map.setView([14.35, 103.3], 9, {animate: false})")
    tab.page.wait_for_timeout(200)
    boxes = [tab.page.locator(element).bounding_box() for element in ("#bg-map-other", "#map_bordergis")]
    vermilion = [
        (np.abs(tab.pixels(tab.page.screenshot(clip=clip)) - np.array([213, 94, 0])[:, None, None]).max(axis=0) < 8).sum() for clip in boxes
    ]
    assert vermilion[0] < vermilion[1]


def test_two_situations_stand_side_by_side(open_map, situation, tmp_path):
    before = bg.load("2025-07-26")
    situation_map(situation, compare=before).save(tmp_path / "two.html")
    tab = open_map(tmp_path / "two.html")
    told = "bordergis.page.compare.second.painter.counts(bordergis.page.others.find(({id}) => id === 'incidents')).n"
    assert tab.page.evaluate(told) == len(before.incidents)
    assert "26 July 2025" in tab.page.locator(".bg-chip").first.inner_text()
    tab.toggle("incidents")
    assert tab.page.evaluate("bordergis.page.others.find(({id}) => id === 'incidents').shown") is False
    assert (tab.asked_for(), tab.said) == ([], [])


def test_the_pane_of_an_earlier_situation_goes_no_further_than_it_knows(open_map, situation, tmp_path):
    """Of later days it has no incident, so a pane dated later would look quiet."""
    situation_map(situation, compare=bg.load("2025-07-26")).save(tmp_path / "two.html")
    page = open_map(tmp_path / "two.html", link="#other=2025-12-20").page
    for day, told in (("2025-12-20", "26 July 2025"), ("2025-07-10", "10 July 2025"), ("2026-01-14", "26 July 2025")):
        go_to(page, day, "#bg-other")
        assert told in page.locator(".bg-chip").first.inner_text()


# --- measuring and positions ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_a_distance_is_measured_by_pointer_and_touch(use, size):
    tab = use(size)
    page = tab.page
    page.tap("#bg-do-measure")
    tab.view(103.2, 14.2, 9)
    ends = [(103.05, 14.0), (103.3, 14.1), (103.4, 14.0)]
    for at, end in enumerate(ends):
        (page.mouse.click if at % 2 else page.touchscreen.tap)(*tab.pixel(*end))
    page.wait_for_function("() => bordergis.page.measure.points().length === 3")
    lon, lat = np.transpose(ends)
    expected = Geod(ellps="WGS84").line_length(lon, lat) / 1000
    assert float(page.inner_text("#bg-length").split()[0]) == pytest.approx(expected, rel=0.02)
    page.click("#bg-measure button:has-text('Undo')")
    one = Geod(ellps="WGS84").line_length(lon[:2], lat[:2]) / 1000
    assert float(page.inner_text("#bg-length").split()[0]) == pytest.approx(one, rel=0.02)
    page.click("#bg-measure button:has-text('Clear')")
    assert page.inner_text("#bg-length") == "0.000 km"
    assert page.locator("#bg-page-details .bg-kind").count() == 0
    page.click("#bg-measure button:has-text('Stop measuring')")
    assert page.locator("#bg-measure").is_hidden()


def test_a_distance_is_measured_by_keyboard(use):
    page = use().page
    page.focus("#bg-do-measure")
    page.keyboard.press("Enter")
    page.focus("#map_bordergis")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(400)
    page.keyboard.press("Enter")
    assert page.evaluate("bordergis.page.measure.points().length") == 2
    assert float(page.inner_text("#bg-length").split()[0]) > 1
    page.keyboard.press("Escape")
    assert page.locator("#bg-measure").is_hidden()


def test_lengths_are_those_of_the_ellipsoid(use):
    rng = np.random.default_rng(6)
    near = rng.uniform([101, 11, 101, 11], [108, 15, 108, 15], (500, 4))
    far = rng.uniform([-180, -90, -180, -90], [180, 90, 180, 90], (500, 4))
    special = np.array([[102, 13, 102, 13], [0, 0, 90, 0], [100, 0, 101, 0], [102, -90, 102, 90], [179.9, 10, -179.9, 10]])
    pairs = np.concatenate([near, far, special])
    expected = Geod(ellps="WGS84").inv(*pairs.T)[2]
    found = use().page.evaluate("(pairs) => pairs.map(([a, b, c, d]) => bordergis.tools.geodesicMetres([a, b], [c, d]))", pairs.tolist())
    known = ~np.isnan(np.array(found, dtype=float))
    assert known.sum() >= len(pairs) - 5
    assert np.array(found)[known] == pytest.approx(expected[known], abs=0.002)


def test_no_length_is_made_up_for_opposite_points(use):
    assert np.isnan(use().page.evaluate("bordergis.tools.geodesicMetres([0, 0], [179.9, 0.1])"))


def test_grid_references_are_those_of_the_mgrs_library(use):
    rng = np.random.default_rng(7)
    here = rng.uniform(
        [
            101,
            10,
        ],
        [108, 16],
        (500, 2),
    )
    world = rng.uniform([-180, -79.9], [179.999, 83.9], (500, 2))
    exceptions = np.array([[5.0, 60.0], [8.0, 75.0], [10.0, 75.0], [22.0, 78.0], [34.0, 80.0], [2.9, 63.9], [12.0, 60.0]])
    points = np.concatenate([here, world, exceptions])
    expected = [mgrs.MGRS().toMGRS(lat, lon, MGRSPrecision=5) for lon, lat in points]
    found = use().page.evaluate("(points) => points.map(([lon, lat]) => bordergis.tools.mgrs(lon, lat))", points.tolist())
    ours = [re.fullmatch(r"(\d\d\w) (\w\w) (\d{5}) (\d{5})", reference).groups() for reference in found]
    theirs = [re.fullmatch(r"(\d\d\w)(\w\w)(\d{5})(\d{5})", reference.zfill(15)).groups() for reference in expected]
    assert [a[:2] for a in ours] == [b[:2] for b in theirs]
    apart = np.array([[int(a[2]) - int(b[2]), int(a[3]) - int(b[3])] for a, b in zip(ours, theirs, strict=True)])
    assert np.abs(apart).max() <= 1  # a metre, where a rounding of the last bit crosses it
    assert (apart == 0).all(axis=1).mean() > 0.99


@pytest.mark.parametrize("lat", [-80.5, 84.0, 90.0])
def test_near_the_poles_there_is_no_such_reference(use, lat):
    assert use().page.evaluate(f"bordergis.tools.mgrs(100, {lat})") is None


def test_the_readout_gives_degrees_and_grid(use):
    tab = use()
    tab.view(103.5, 14.0, 10)
    tab.page.mouse.move(*tab.pixel(103.6, 14.1))
    told = tab.page.inner_text(".bg-readout")
    lat, lon = map(float, re.findall(r"[\d.]+(?=°)", told))
    assert mgrs.MGRS().toMGRS(lat, lon, MGRSPrecision=3) == re.sub(
        r"(\w+ \w+) (\d{3})\d\d (\d{3})\d\d", r"\1\2\3", told.split("E")[-1].strip()
    ).replace(" ", "")


# --- permalink -----------------------------------------------------------------------------------------------------------


def test_a_link_brings_the_view_back(use):
    first = use()
    page = first.page
    first.view(103.25, 14.35, 10)
    go_to(page, "2025-12-10")
    first.toggle("villages")
    page.click("#bg-do-compare")
    go_to(page, "2025-07-25", "#bg-other")
    search(first, "Choam")
    page.keyboard.press("Enter")
    first.view(103.25, 14.35, 10)
    page.wait_for_timeout(500)
    link = page.evaluate("location.hash")
    second = use(link=link)
    assert state(second.page) == {**state(page), "shown": state(second.page)["shown"]}
    assert not second.page.is_checked("#bg-layer-villages")
    assert second.page.evaluate("bordergis.map.getZoom()") == 10
    assert second.page.evaluate("bordergis.map.getCenter().lat") == pytest.approx(14.35, abs=0.002)
    assert second.page.inner_text("#bg-page-details h2") == page.inner_text("#bg-page-details h2")
    again = second.page.evaluate("bordergis.page.permalink.hash()")
    assert again.split("&")[1:] == link.split("&")[1:]  # the view itself is held to a pixel


def test_a_link_that_is_pasted_into_an_open_page_is_followed(use):
    page = use().page
    page.evaluate("location.hash = 'day=2025-07-26&map=13.5,102.5,9'")
    page.wait_for_function(f"() => bordergis.page.state.values.day === {day_number('2025-07-26')}")
    assert page.evaluate("bordergis.map.getZoom()") == 9


@pytest.mark.parametrize(
    "link",
    [
        "#map=1e9,NaN,Infinity&day=9999-99-99&other=abc&lang=__proto__&chosen=constructor/0&layers=",
        "#map=91,500,99&day=1066-10-14&lang=toString&chosen=villages/-1",
        "#chosen=villages/99999999&day=<img src=x onerror=window.__pwned=1>&map=javascript:alert(1)",
        "#%00%ff=%E0%A4%A&&&===;</script><script>window.__pwned=1</script>",
        "#lang=%22%3E%3Cimg%20src=x%20onerror=window.__pwned=1%3E&layers=<b>,villages",
    ],
)
def test_a_hostile_link_changes_nothing_it_should_not(use, link, situation):
    page = use(link=link).page
    values = state(page)
    assert (values["language"], values["day"], values["other"]) == ("en", day_number(situation.date), None)
    assert page.evaluate("window.__pwned") is None
    assert page.evaluate("bordergis.page.state.values.chosen") is None
    assert 5 <= page.evaluate("bordergis.map.getZoom()") <= 18


def test_the_link_is_copied_or_said_to_be_in_the_address_bar(use):
    page = use().page
    page.click("#bg-do-link")
    page.wait_for_function("() => document.getElementById('bg-live').textContent.length > 0")
    assert page.inner_text("#bg-live") in {"Link copied", "The browser does not let this page copy; the link is in the address bar"}
    assert "#map=" in page.url


# --- print and picture ---------------------------------------------------------------------------------------------------


def test_the_print_view_holds_map_legend_sources_and_disclaimer(use):
    tab = use()
    page = tab.page
    go_to(page, "2025-12-10")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    sheet = page.locator("#bg-print")
    assert sheet.is_visible()
    assert page.locator("#bg-panel").is_hidden()
    words = sheet.inner_text()
    for text in ("10 December 2025", "not evidence of safety", "Legend", "Sources and licences", "Not observed is not the same"):
        assert text in words
    image = sheet.locator("> img")
    assert image.evaluate("(img) => img.naturalWidth") > 1000
    shades = tab.pixels(image.screenshot())
    assert len(np.unique(shades.reshape(3, -1).T, axis=0)) > 200


def test_a_pdf_is_printed(use):
    page = use().page
    page.emulate_media(media="print")
    made = page.pdf(prefer_css_page_size=True)
    assert made.startswith(b"%PDF")
    assert b"/Image" in made
    assert page.locator("#bg-print > img").count() == 1


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_the_picture_to_share_is_saved_and_holds_what_is_on_the_screen(use, size, tmp_path):
    tab = use(size)
    tab.view(103.2, 14.3, 9)
    tab.page.wait_for_timeout(200)
    with tab.page.expect_download() as saved:
        tab.page.click("#bg-do-picture")
    assert saved.value.suggested_filename == "situation-2026-01-14.png"
    saved.value.save_as(tmp_path / "share.png")
    made = tab.pixels((tmp_path / "share.png").read_bytes())
    frame = tab.page.locator("#bg-maps").bounding_box()
    assert made.shape[2] == pytest.approx(2 * (frame["width"] + 32), abs=2)
    assert made.shape[1] > 2 * frame["height"] + 300
    assert (tab.asked_for(), tab.said) == ([], [])
    vermilion = (np.abs(made - np.array([213, 94, 0])[:, None, None]).max(axis=0) < 8).sum()
    assert vermilion > 500
    assert made[:, -4:, :].min() == 255


# --- language ------------------------------------------------------------------------------------------------------------


def test_every_language_words_the_whole_interface(use):
    page = use().page
    languages = page.evaluate("Object.keys(bordergis.page.data.words)")
    assert languages == page.locator("#bg-language option").evaluate_all("(options) => options.map((o) => o.value)")
    for language in languages:
        page.select_option("#bg-language", language)
        assert page.get_attribute("html", "lang") == language
        words = page.evaluate("(l) => bordergis.page.data.words[l]", language)
        assert page.inner_text("#bg-tab-layers") == words["ui.layers"]
        assert page.get_attribute("#bg-play", "aria-label") == words["time.play"]
        assert words["layer.villages"] in page.inner_text("#bg-page-layers")
        bare = page.evaluate("""() => Array.from(document.querySelectorAll('[data-say], [data-say-label]'))
            .map((e) => (e.dataset.say && e.textContent) || e.getAttribute('aria-label'))
            .filter((text) => /^[a-z]+\\.[a-z_.]+$/.test(text))""")
        assert bare == []


# --- access --------------------------------------------------------------------------------------------------------------


def test_the_whole_page_is_walked_by_keyboard_with_focus_in_sight(use):
    page = use().page
    page.focus("#bg-language")
    seen, faults = [], []
    for _ in range(60):
        page.keyboard.press("Tab")
        told = page.evaluate("""() => {
            const e = document.activeElement;
            const label = e.labels?.[0]?.textContent || e.getAttribute('aria-label') || e.textContent;
            const {outlineStyle} = getComputedStyle(e);
            return {id: e.id || e.className || e.tagName, name: label.trim(), outline: outlineStyle, body: e === document.body};
        }""")
        if told["body"]:
            break
        seen.append(told["id"])
        if not told["name"] or told["outline"] != "solid":
            faults.append(told)
    wanted = ["bg-search-text", "bg-do-measure", "bg-do-compare", "bg-do-picture", "bg-do-print", "bg-do-link", "map_bordergis", "bg-play",
              "bg-periods", "bg-day", "bg-tab-layers", "bg-layer-villages"]  # fmt: skip
    assert faults == []
    assert [name for name in wanted if name in seen] == wanted
    assert [seen.index(name) for name in wanted] == sorted(seen.index(name) for name in wanted)


def test_enter_on_the_map_opens_what_lies_in_the_middle(use, situation):
    tab = use()
    town = situation.villages.set_index("name").geometry["Battambang"]
    tab.view(town.x, town.y, 12)
    tab.page.focus("#map_bordergis")
    tab.page.keyboard.press("Enter")
    assert "Battambang" in tab.details()


@pytest.mark.parametrize("size", [WIDE, TABLET, PHONE])
def test_nothing_runs_over_the_edge_in_any_state(use, size):
    page = use(size).page
    search_box = page.locator("#bg-search-text")
    for step in (
        lambda: search_box.fill("ban"),
        lambda: search_box.press("Enter"),
        lambda: page.evaluate("bordergis.page.panel.expand(false)"),
        lambda: page.click("#bg-do-measure"),
        lambda: page.click("#bg-do-compare"),
        lambda: page.select_option("#bg-periods", index=3),
    ):
        step()
        page.wait_for_timeout(100)
        assert page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == list(size)
    for button in page.locator("#bg-tools button").all():
        edge = button.bounding_box()
        assert min(edge["width"], edge["height"]) >= 24


@pytest.mark.parametrize("size", [WIDE, PHONE])
@pytest.mark.parametrize("shown", ["layers", "details", "sources", "compare and measure", "search"])
def test_axe_finds_nothing_serious(use, size, shown):
    if not AXE.exists():
        pytest.skip("axe-core is not installed; run `make check-page` (needs npm).")
    tab = use(size)
    page = tab.page
    match shown:
        case "details":
            search(tab, "Poipet")
            page.keyboard.press("Enter")
        case "search":
            search(tab, "ban")
            page.keyboard.press("ArrowDown")
        case "compare and measure":
            page.click("#bg-do-measure")
            page.click("#bg-do-compare")
        case tab_name:
            page.click(f"#bg-tab-{tab_name}")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(({violations}) => violations)")
    serious = [
        (v["id"], v["help"], [node["html"][:120] for node in v["nodes"]][:3]) for v in found if v["impact"] in {"serious", "critical"}
    ]
    assert serious == [], json.dumps(serious, indent=1, ensure_ascii=False)


def test_a_page_that_cannot_be_drawn_says_so(chromium, map_file):
    context = chromium.new_context()
    page = context.new_page()
    page.add_init_script("delete window.DecompressionStream")
    page.goto(map_file.as_uri())
    page.wait_for_selector("#bg-failed")
    assert page.inner_text("#bg-failed").startswith("The map could not be drawn: ReferenceError")
    context.close()

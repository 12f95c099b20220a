"""The map of changes and the view of two dates in a real Chromium: three languages, touch, keys alone, less motion, print."""

import re

import pytest

import bordergis as bg
from bordergis.words import LANGUAGES, words_for

pytestmark = pytest.mark.browser

WIDE, TABLET, PHONE = (1280, 800), (768, 1024), (360, 640)


@pytest.fixture(scope="module")
def change():
    return bg.compare(bg.load("2025-07-23"), bg.load("2025-07-28"))


@pytest.fixture(scope="module")
def changes_file(change, tmp_path_factory):
    path = tmp_path_factory.mktemp("changes") / "changes.html"
    bg.changes_map(change).save(path)
    return path


@pytest.fixture
def use(open_map, changes_file):
    """Open the map of changes; when the test is over, nothing was asked for and nothing was said on the console."""
    tabs = []

    def open_one(size=WIDE, link=""):
        tabs.append(open_map(changes_file, size, link))
        return tabs[-1]

    yield open_one
    for tab in tabs:
        assert (tab.asked_for(), tab.said) == ([], [])


def overlap(one, other):
    wide = min(one["x"] + one["width"], other["x"] + other["width"]) - max(one["x"], other["x"])
    high = min(one["y"] + one["height"], other["y"] + other["height"]) - max(one["y"], other["y"])
    return wide > 0 and high > 0


def spot_of(tab, layer_id, row):
    """Where a drawn row of points is on the screen."""
    return tab.page.evaluate(
        """([id, row]) => {
          const layer = bordergis.layers.find((one) => one.id === id);
          const { x, y } = bordergis.map.latLngToContainerPoint(bordergis.canvas.boundsOf({ layer, row }).getCenter());
          const frame = bordergis.map.getContainer().getBoundingClientRect();
          return [frame.x + x, frame.y + y];
        }""",
        [layer_id, row],
    )


# --- the changes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_changes_are_listed_counted_and_named_in_the_language(use, change, lang):
    page = use(link=f"#lang={lang}").page
    words = words_for(lang)
    said = page.inner_text("#bg-page-layers")
    for (kind, what), rows in change.table.groupby(["kind", "change"]):
        name = words["change.layer"].format(kind=words[f"change.kind.{kind}"], change=words[f"change.what.{what}"])
        assert re.search(re.escape(name) + rf"\s*{len(rows)}\b", said), name
    assert page.inner_text("#bg-title") == page.title()
    assert str(change.after.date.day) in page.title()
    assert change.after.date.strftime("%B") in page.title() or lang != "en"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_panel_says_before_after_and_why(use, change, lang):
    tab = use(link=f"#lang={lang}")
    words = words_for(lang)
    tab.page.evaluate(
        """(name) => {
          const layer = bordergis.layers.find((one) => one.titleOf(0)?.includes(name));
          bordergis.page.choose([{ layer, row: 0 }]);
        }""",
        words["change.what.newly closed"],
    )
    said = tab.details()
    assert change.table["change"].eq("newly closed").any()
    for key in ("change.field.before", "change.field.after", "change.field.cause", "change.cause.reported", "value.status.closed"):
        assert words[key] in said


def test_differences_without_a_position_are_in_the_list(use, change):
    page = use().page
    page.click("button[aria-label='List: Figures: newly published']")
    figures = change.table[change.table["kind"] == "figure"]
    assert page.locator("#bg-page-details .bg-items .bg-item").count() == len(figures)
    assert page.locator("#bg-page-details em").first.inner_text() == "not drawn"
    page.locator("#bg-page-details .bg-items .bg-item").first.click()
    assert "newly published" in page.inner_text("#bg-page-details h2")


def test_the_button_sets_the_earlier_situation_beside(use, change):
    page = use().page
    assert page.locator("#bg-map-other").count() == 0
    page.click("#bg-do-compare")
    assert "23 July 2025" in page.locator("#bg-maps .bg-chip").first.inner_text()
    told = "bordergis.page.compare.second.painter.counts(bordergis.page.others.find(({id}) => id === 'incidents')).n"
    assert page.evaluate(told) == len(change.before.incidents)
    assert page.evaluate("bordergis.page.others.some(({id}) => id.startsWith('change'))") is False


# --- small screens -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lang", "size"), [("en", WIDE), ("th", TABLET), ("km", PHONE), ("en", PHONE)])
def test_nothing_covers_what_must_be_read_beside_two_maps(use, size, lang):
    page = use(size, f"#lang={lang}").page
    page.click("#bg-do-compare")
    assert page.evaluate("bordergis.map.getBounds().contains([[11.65, 102.35], [14.45, 105.2]])")
    chips = [chip.bounding_box() for chip in page.locator(".bg-chip:visible").all()]
    others = {name: page.locator(name).bounding_box() for name in ("#bg-search", "#bg-tools", ".bg-north", ".leaflet-control-scale")}
    for name, box in others.items():
        assert not any(overlap(box, chip) for chip in chips), name
    assert not overlap(others["#bg-search"], others[".bg-north"])
    assert not overlap(others["#bg-tools"], others[".leaflet-control-scale"]) or size != PHONE
    view = page.locator("#bg-view").bounding_box()
    assert others["#bg-tools"]["y"] + others["#bg-tools"]["height"] <= view["y"] + view["height"] + 1
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize(("lang", "size"), [("en", WIDE), ("km", WIDE), ("th", (1100, 800)), ("en", TABLET), ("km", PHONE), ("th", PHONE)])
def test_the_line_of_the_day_is_read_in_full_and_the_map_keeps_its_height(use, size, lang):
    page = use(size, f"#lang={lang}").page
    heights = set()
    for day in ("2025-06-10", "2025-07-27", "2025-07-28", "2025-12-20", "2026-01-14"):
        page.evaluate("(day) => bordergis.page.state.set({ day: Date.parse(day) / 864e5 })", day)
        heights.add(page.locator("#map_bordergis").bounding_box()["height"])
        line, told = page.locator("#bg-on-day").bounding_box(), page.locator(".bg-told")
        over = page.eval_on_selector("#bg-on-day", "(line) => line.scrollHeight - line.clientHeight")
        assert over <= 1 or line["y"] + line["height"] <= told.bounding_box()["y"] + told.bounding_box()["height"] + 1
    assert len(heights) == 1


@pytest.mark.parametrize("size", [WIDE, TABLET, PHONE])
def test_the_name_of_a_period_stands_in_its_band_whole_or_not_at_all(open_map, map_file, size):
    page = open_map(map_file, size).page
    bands = page.eval_on_selector_all(
        ".bg-band", "(all) => all.map((band) => [band.textContent, band.scrollWidth - band.clientWidth, band.title])"
    )
    assert len(bands) == 5
    assert all(over <= 0 or not text for text, over, _ in bands)
    assert any(text for text, *_ in bands)
    assert all(title for *_, title in bands)


# --- touch, keys, motion -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [TABLET, PHONE])
def test_a_tap_on_a_village_opens_its_panel(use, size):
    tab = use(size)
    tab.view(103.2, 14.35, 10)
    tab.page.wait_for_timeout(300)
    row = tab.page.evaluate(
        """() => {
          const layer = bordergis.layers.find(({ id }) => id === 'villages');
          const seen = bordergis.map.getBounds().pad(-0.3);
          const isSeen = (row) => layer.isDrawn(row) && seen.contains(bordergis.canvas.boundsOf({ layer, row }).getCenter());
          for (let row = 0; row < layer.rows; row += 1) if (isSeen(row)) return row;
          return null;
        }"""
    )
    name = tab.page.evaluate("(row) => bordergis.layers.find(({ id }) => id === 'villages').titleOf(row)", row)
    tab.page.touchscreen.tap(*spot_of(tab, "villages", row))
    tab.page.wait_for_selector("#bg-page-details h2")
    assert tab.page.get_attribute("#bg-tab-details", "aria-selected") == "true"
    assert name in tab.details()


def drag(tab, start, end):
    """Put a finger down, draw it over the screen in steps, and lift it."""
    touch = tab.context.new_cdp_session(tab.page)

    def send(kind, *points):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    send("touchStart", start)
    for step in range(1, 9):
        send("touchMove", tuple(a + (b - a) * step / 8 for a, b in zip(start, end, strict=True)))
    send("touchEnd")


@pytest.mark.parametrize("size", [TABLET, PHONE])
def test_a_finger_on_either_map_moves_both(use, size):
    tab = use(size)
    tab.page.tap("#bg-do-compare")
    for name in ("#bg-map-other", "#map_bordergis"):
        frame = tab.page.locator(name).bounding_box()
        middle = (frame["x"] + frame["width"] * 0.6, frame["y"] + frame["height"] / 2)
        before = tab.page.evaluate("bordergis.map.getCenter()")
        drag(tab, middle, (middle[0] - 60, middle[1] - 20))
        tab.page.wait_for_timeout(200)
        centres = tab.page.evaluate("[bordergis.map, bordergis.page.compare.second.map].map((map) => map.getCenter())")
        apart = tab.page.evaluate("([a, b]) => bordergis.map.project(a).distanceTo(bordergis.map.project(b))", centres)
        assert centres[0]["lng"] > before["lng"]
        assert apart <= 1.5  # each map stands on whole pixels


def test_two_dates_are_compared_by_keys_alone(use):
    page = use().page
    page.focus("#bg-do-compare")
    page.keyboard.press("Enter")
    page.focus("#bg-other")
    before = int(page.input_value("#bg-other"))
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("bordergis.page.state.values.other") == before - 1
    assert page.evaluate("bordergis.page.compare.second.painter.day") == before - 1
    assert "22 July 2025" in page.locator("#bg-maps .bg-chip").first.inner_text()
    page.focus("#bg-map-other")
    lng = page.evaluate("bordergis.map.getCenter().lng")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("(lng) => bordergis.map.getCenter().lng > lng", arg=lng)
    page.focus("#bg-do-compare")
    page.keyboard.press("Enter")
    assert page.locator("#bg-map-other").count() == 0


def test_with_less_motion_the_days_are_stepped_slowly_and_nothing_moves_between_them(use):
    """The tab asks for reduced motion (conftest)."""
    page = use().page
    assert page.evaluate("matchMedia('(prefers-reduced-motion: reduce)').matches")
    asked = page.evaluate(
        """() => {
          const waits = [];
          const timeout = window.setTimeout;
          window.setTimeout = (act, ms, ...rest) => { if (ms > 100) waits.push(ms); return timeout(act, ms, ...rest); };
          document.querySelector('#bg-play').click();
          document.querySelector('#bg-play').click();
          window.setTimeout = timeout;
          return waits;
        }"""
    )
    assert 700 in asked
    assert (
        page.evaluate("[bordergis.map.options.zoomAnimation, bordergis.map.options.fadeAnimation, bordergis.map.options.inertia]")
        == [False] * 3
    )
    assert page.evaluate("document.getAnimations().length") == 0
    page.click("#bg-do-compare")
    assert page.evaluate("bordergis.page.compare.second.map.options.zoomAnimation") is False
    page.evaluate("bordergis.map.setView([14.3, 103.2], 9)")
    assert page.evaluate("document.querySelectorAll('.leaflet-zoom-anim').length") == 0


@pytest.mark.parametrize("lang", LANGUAGES)
def test_two_maps_are_printed_with_both_days_and_the_legend_of_changes(use, lang):
    page = use(link=f"#lang={lang}").page
    page.click("#bg-do-compare")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    said = page.inner_text("#bg-print")
    words = words_for(lang)
    for day in (23, 28):
        assert words["date.format"].format(day=day, month=words["month.7"], year=2025) in said
    name = words["change.layer"].format(kind=words["change.kind.access"], change=words["change.what.newly inaccessible"])
    assert name in page.inner_text(".bg-print-legend")
    frame = page.evaluate("(({naturalWidth, naturalHeight}) => naturalWidth / naturalHeight)(document.querySelector('#bg-print > img'))")
    assert frame > 1

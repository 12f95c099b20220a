"""Screens kept to be looked at (out/screenshots), in three languages and widths; axe-core and reduced motion in each language."""

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest

import bordergis as bg
from bordergis.maps import TitleBlock, situation_map
from bordergis.words import LANGUAGES

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
SCREENS = ROOT / "out" / "screenshots"
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
SIZES = {1280: (1280, 800), 768: (768, 1024), 360: (360, 740)}
MADE = TitleBlock(created=dt.date(2026, 1, 15))
OVERLAPS = """() => {
    const names = ['#bg-title', '#bg-area', '#bg-facts', '#bg-language', '#bg-search', '#bg-tools', '.bg-readout', '.bg-north',
                   '.leaflet-control-scale', '#bg-time', '#bg-tabs', '#bg-pages', '#bg-foot',
                   '.bg-pane:first-child .bg-chip', '.bg-pane:last-child .bg-chip'];
    const found = names.map((name) => [name, document.querySelector(name)?.getBoundingClientRect()]);
    const boxes = found.filter(([, box]) => box?.width && box.height);
    const apart = (a, b) => a.right <= b.left + 1 || b.right <= a.left + 1 || a.bottom <= b.top + 1 || b.bottom <= a.top + 1;
    return boxes.flatMap(([one, a], i) => boxes.slice(i + 1).filter(([, b]) => !apart(a, b)).map(([two]) => `${one} over ${two}`));
}"""


@pytest.fixture(scope="module")
def files(situation, tmp_path_factory):
    folder = tmp_path_factory.mktemp("screens")
    made = {lang: situation_map(situation, lang=lang, title=MADE) for lang in LANGUAGES}
    made["public"] = situation_map(situation, profile="public", title=MADE)
    made["compare"] = situation_map(situation, compare=bg.load("2025-07-26"), title=MADE)
    for name, one in made.items():
        one.save(folder / f"{name}.html")
    return {name: folder / f"{name}.html" for name in made}


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("name", [*LANGUAGES, "public", "compare"])
def test_a_screen_is_kept_to_be_looked_at_and_no_part_lies_over_another(open_map, files, name, width):
    tab = open_map(files[name], SIZES[width])
    tab.page.wait_for_timeout(200)
    SCREENS.mkdir(parents=True, exist_ok=True)
    kept = SCREENS / f"{name}-{width}.png"
    tab.page.screenshot(path=kept)
    shades = tab.pixels(kept.read_bytes())
    assert shades.shape[1:] == SIZES[width][::-1]
    assert len(np.unique(shades.reshape(3, -1).T, axis=0)) > 500
    assert tab.page.evaluate(OVERLAPS) == []
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
    assert (tab.asked_for(), tab.said) == ([], [])


@pytest.mark.parametrize("name", ["villages", "incidents"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_details_are_kept_to_be_looked_at(open_map, files, situation, lang, name):
    tab = open_map(files[lang], SIZES[1280])
    row = {
        "villages": int(np.flatnonzero(situation.access.table["status"] == "inaccessible")[0]),
        "incidents": int(np.flatnonzero(situation.incidents["counter_claim"].notna())[0]),
    }[name]
    tab.page.evaluate(f"bordergis.page.choose([{{layer: bordergis.layers.find(({{id}}) => id === '{name}'), row: {row}}}])")
    tab.page.screenshot(path=SCREENS / f"{lang}-{name}.png")
    assert tab.page.locator("#bg-page-details dd").count() > 5


@pytest.mark.parametrize("size", [SIZES[1280], SIZES[360]])
@pytest.mark.parametrize("name", ["km", "th", "public", "compare"])
def test_axe_finds_nothing_serious_in_any_language(open_map, files, name, size):
    if not AXE.exists():
        pytest.skip("axe-core is not installed; run `make check-page` (needs npm).")
    page = open_map(files[name], size).page
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for shown in ("layers", "villages", "sources"):
        if shown == "villages":
            page.evaluate("bordergis.page.choose([{layer: bordergis.layers.find(({id}) => id === 'villages'), row: 3}])")
        else:
            page.click(f"#bg-tab-{shown}")
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(({violations}) => violations)")
        serious = [(v["id"], [node["html"][:120] for node in v["nodes"]][:3]) for v in found if v["impact"] in {"serious", "critical"}]
        assert serious == [], f"{shown}: {json.dumps(serious, indent=1, ensure_ascii=False)}"


def test_words_of_any_length_leave_the_map_its_room(open_map, situation, tmp_path):
    words = "a title that goes on " * 60
    block = TitleBlock(title=words, area=words, glide=words, disclaimer=words)
    situation_map(situation, title=block, compare=situation).save(tmp_path / "long.html")
    for size in SIZES.values():
        tab = open_map(tmp_path / "long.html", size)
        assert tab.frame()["height"] >= 80
        assert tab.page.evaluate("bordergis.page.picture.sheet().height") > 0
        assert tab.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == list(size)


@pytest.mark.parametrize("asked", ["reduce", "no-preference"])
def test_nothing_moves_by_itself_where_less_motion_is_asked_for(chromium, files, asked):
    page = chromium.new_page(reduced_motion=asked)
    page.goto(files["en"].as_uri())
    page.wait_for_selector("html[data-bg-ready]", state="attached")
    moving = page.evaluate("""() => {
        const { zoomAnimation, fadeAnimation, inertia } = bordergis.map.options;
        return [zoomAnimation, fadeAnimation, inertia];
    }""")
    running = page.evaluate("document.getAnimations().length")
    lasting = page.evaluate("""() => [...document.querySelectorAll('*')].some((element) => {
        const { transitionDuration, animationDuration } = getComputedStyle(element);
        return /[1-9]/.test(transitionDuration + animationDuration);
    })""")
    page.close()
    assert moving == [asked != "reduce"] * 3
    assert running == 0
    assert not (asked == "reduce" and lasting)

"""The page in Khmer and Thai: every text that is not the data's is in the language, and follows it without a reload."""

import re

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, Point

import bordergis as bg
from bordergis.maps import situation_map
from bordergis.words import retold, words_for

SCRIPT_OF = {"km": r"[\u1780-\u17ff]", "th": r"[\u0e00-\u0e7f]"}
NAMES = {
    "GLIDE",  # the name of a numbering of disasters
    "WGS",  # the ellipsoid
    "OpenStreetMap", "Natural", "Earth",  # whose lines are drawn
    "Python",  # the language of the command beside it
}  # fmt: skip
"""Latin words that stand in Khmer and Thai sentences: proper names without another spelling."""
MEASURED = ".bg-readout, .leaflet-control-scale"  # a grid reference with its letters; the scale bar of Leaflet
"""Where letters are signs of measuring, not words."""
FOREIGN = """([names, measured]) => {
  const latin = (text) => (text ?? '').match(/[A-Za-z]{2,}/g)?.filter((word) => !names.includes(word)) ?? [];
  const apart = `script, style, noscript, .bg-alert, ${measured}`;
  const own = (element) => element.closest('[lang]').lang === document.documentElement.lang && !element.closest(apart);
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    if (latin(node.textContent).length && own(node.parentElement)) found.push(node.textContent);
  }
  for (const element of document.querySelectorAll('[aria-label], [aria-valuetext], [title], [placeholder], [alt]')) {
    for (const name of ['aria-label', 'aria-valuetext', 'title', 'placeholder', 'alt']) {
      if (latin(element.getAttribute(name)).length && own(element)) found.push(`${name}: ${element.getAttribute(name)}`);
    }
  }
  return found;
}"""
MARKED = """() => [...document.querySelectorAll('#bg-page [lang]')].map((part) => [part.lang, part.textContent])"""


def foreign(page):
    """Every text of the page in Latin letters that is not marked as being in another language."""
    return page.evaluate(FOREIGN, [sorted(NAMES), MEASURED])


@pytest.fixture(scope="module")
def files(situation, tmp_path_factory):
    """The map, beginning in each language."""
    folder = tmp_path_factory.mktemp("languages")
    paths = {lang: folder / f"{lang}.html" for lang in SCRIPT_OF}
    for lang, path in paths.items():
        situation_map(situation, lang=lang).save(path)
    return paths


@pytest.mark.parametrize("size", [(1280, 800), (360, 740)])
@pytest.mark.parametrize("lang", SCRIPT_OF)
def test_every_text_of_the_page_is_in_its_language_or_marked_as_the_datas(open_map, files, lang, size):
    """Tabs, the panel and the list of every layer, search, measuring, two dates, the printed sheet; and the same in English is much."""
    tab = open_map(files[lang], size)
    page = tab.page
    assert foreign(page) == []
    for number, layer in enumerate(page.evaluate("bordergis.layers.map((layer) => [layer.id, layer.rows])")):
        for row in {0, layer[1] // 2, layer[1] - 1} if layer[1] else ():
            page.evaluate("([n, row]) => bordergis.page.choose([{layer: bordergis.layers[n], row}])", [number, row])
            assert foreign(page) == [], (layer, row)
        page.evaluate("(n) => bordergis.page.details.list(bordergis.layers[n])", number)
        assert foreign(page) == [], layer
    page.evaluate("bordergis.page.choose([0, 1, 2].map((row) => ({layer: bordergis.layers.find(({id}) => id === 'villages'), row})))")
    page.evaluate("bordergis.page.state.set({day: bordergis.days.first + 90})")
    assert foreign(page) == []
    page.evaluate("bordergis.page.turnCompare()")
    page.evaluate("bordergis.page.state.set({measuring: true})")
    page.fill("#bg-search-text", "poipet")
    page.wait_for_selector("#bg-search-list", state="visible")
    assert foreign(page) == []
    page.fill("#bg-search-text", "no such place")
    page.wait_for_selector("#bg-search-none", state="visible")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#bg-print li").count() > 10
    assert foreign(page) == []
    page.select_option("#bg-language", "en")
    assert len(foreign(page)) > 100
    assert (tab.asked_for(), tab.said) == ([], [])


def test_what_is_marked_as_another_language_is_in_its_letters(open_map, files):
    """A screen reader reads what is marked so in that language: Khmer marked as Thai would be noise."""
    page = open_map(files["km"]).page
    page.evaluate("bordergis.page.choose([{layer: bordergis.layers.find(({id}) => id === 'checkpoints'), row: 0}])")
    marked = page.evaluate(MARKED)
    assert {lang for lang, _ in marked} == {"", "en", "km", "th"}  # an address is in no language
    letters = {"en": r"[A-Za-z]", "km": r"[\u1780-\u17ff]", "th": r"[\u0e00-\u0e7f]"}
    assert [text for lang, text in marked if lang and not re.search(letters[lang], text)] == []
    assert words_for("km")["details.as_given"] in page.inner_text("#bg-page-details")
    page.select_option("#bg-language", "en")
    assert words_for("en")["details.as_given"] not in page.inner_text("#bg-page-details")


def test_text_of_the_analysts_own_layer_is_in_an_unknown_language(open_map, situation, tmp_path):
    path = tmp_path / "own.html"
    wells = situation.villages[["name", "geometry"]].head(2).assign(remarque="à vérifier")
    situation_map(situation, lang="th", layers={"puits": wells}).save(path)
    page = open_map(path).page
    page.evaluate("bordergis.page.choose([{layer: bordergis.layers.at(-1), row: 0}])")
    assert page.locator("dd", has_text="à vérifier").get_attribute("lang") == ""


WHY = "#bg-page-details .bg-why dd"


@pytest.mark.parametrize("lang", [*SCRIPT_OF, "en"])
def test_why_a_village_has_its_status_is_told_in_the_language(open_map, map_file, situation, lang):
    page = open_map(map_file, link=f"#lang={lang}").page
    words, table = words_for(lang), situation.access.table.reset_index(drop=True)
    for answer in ("definite", "possible", "no", "unknown"):
        row = int(table.index[table["in_zone"] == answer][0])
        village = table.loc[row]
        page.evaluate("(row) => bordergis.page.choose([{layer: bordergis.layers.find(({id}) => id === 'villages'), row}])", row)
        decided, zone, road, said, unknown = page.locator(WHY).all_inner_texts()
        assert words[f"value.decided_by.{village['decided_by']}"] in decided
        assert words[f"value.in_zone.{answer}"] in zone
        assert road.startswith(words["why.no_roads"].partition("`")[0])
        assert (said, unknown) == (words["value.reported.missing"], words["why.ground"])
        if answer in ("definite", "possible"):
            since = village["in_zone_since"]
            day = words["date.format"].format(day=since.day, month=words[f"month.{since.month}"], year=since.year)
            assert words[f"value.since.{answer}"].format(date=day) in zone
            assert village["zone_ids"] in zone
            assert (words["value.since.definite"].partition("{")[0] in zone) == (answer == "definite")
        else:
            assert not page.locator(WHY).nth(1).locator("span").count()


@pytest.fixture(scope="module")
def roads_file(tmp_path_factory):
    """A situation with a road from a to the town, a bridge on it that is shut, and two authors who differ on b."""
    places = {"a": (103.02, 14), "b": (103.18, 14), "c": (104, 14.4)}
    villages = gpd.GeoDataFrame(
        {"place_id": list(places), "name": list(places), "position_radius_m": 10.0},
        geometry=gpd.points_from_xy(*zip(*places.values(), strict=True)),
        crs=4326,
    )
    edges = {"u": [1, 2], "v": [2, 3], "length_m": [10_000.0] * 2, "highway_class": ["primary"] * 2}
    lines = [LineString([(103.0, 14), (103.1, 14)]), LineString([(103.1, 14), (103.2, 14)])]
    town = gpd.GeoDataFrame({"target_set": ["hospital"], "target_id": ["t"], "name": ["T"]}, geometry=[Point(103.0, 14)], crs=4326)
    days = {
        "valid_from": pd.to_datetime(["2026-01-01"]).astype("datetime64[s]"),
        "valid_to": pd.to_datetime([None]).astype("datetime64[s]"),
    }
    shut = {
        "closure_id": ["shut-bridge"],
        "kind": ["bridge"],
        "passability": ["blocked"],
        "reported_by": ["A"],
        "position_radius_m": [10.0],
    }
    reports = {
        "place_id": ["b", "b"],
        "status": ["inaccessible", "accessible"],
        "kind": ["security", None],
        "for_whom": ["aid convoys", None],
    }
    reports |= {
        "as_of": pd.to_datetime(["2026-01-02", "2026-01-03"]).astype("datetime64[s]"),
        "reported_by": ["Author One", "<b>Two</b>"],
        "source_url": None,
    }
    own = bg.load(
        "2026-01-14",
        villages=villages,
        zones=bg.schema.ZONES.empty(),
        roads=gpd.GeoDataFrame(edges, geometry=lines, crs=4326),
        closures=gpd.GeoDataFrame({**shut, **days}, geometry=[Point(103.12, 14)], crs=4326),
        targets=pd.concat([town, bg.target_sets(["camp"])], ignore_index=True),
        access_reports=pd.DataFrame(reports),
    )
    path = tmp_path_factory.mktemp("roads") / "roads.html"
    situation_map(own).save(path)
    return path


@pytest.mark.parametrize("lang", [*SCRIPT_OF, "en"])
def test_roads_and_reports_are_told_in_the_language(open_map, roads_file, lang):
    tab = open_map(roads_file, link=f"#lang={lang}")
    words = words_for(lang)
    told = []
    for row in range(3):
        tab.page.evaluate("(row) => bordergis.page.choose([{layer: bordergis.layers.find(({id}) => id === 'villages'), row}])", row)
        told.append(tab.page.locator(WHY).all_inner_texts())
        assert lang == "en" or foreign(tab.page) == []
    (_, _, a, to, camp, *_), (_, _, b, cut, _, conflict, one, two, _), (_, _, c, off, *_) = told
    assert (a, to) == (
        words["value.cut_off.no"],
        words["why.road"].format(to=words["value.target_set.hospital"], told=words["value.road.reached"]),
    )
    assert retold("no layer of camps was given")[lang] in camp
    assert b == f"{words['value.cut_off.definite']} {words['value.cut_off_by.closures']}"
    assert words["value.road.cut"] in cut
    assert cut.endswith(words["why.reconnect"].format(by="shut-bridge"))
    assert conflict == f"{words['value.reported.conflicting']} {words['why.some']}"
    assert words["value.report_status.inaccessible"] in one
    assert "Author One" in one
    assert words["why.report_for"].format(whom=words["value.report_for.aid convoys"]) in one
    assert "<b>Two</b>" in two
    assert (c, words["value.road.off_network"].format(limit="2,000") in off) == (words["value.cut_off.unknown"], True)
    assert tab.said == []


def test_what_is_known_of_the_date_of_the_map_alone_is_dated_on_another_day(open_map, roads_file):
    page = open_map(roads_file, link="#day=2025-12-20&chosen=villages/1").page
    assert "14 January 2026" in page.inner_text(".bg-why h3")
    assert "14 January 2026" in page.inner_text(".bg-kind")


@pytest.mark.parametrize("lang", SCRIPT_OF)
def test_dates_periods_and_statuses_follow_the_language(open_map, files, lang):
    page = open_map(files[lang]).page
    for shown in (lang, "en", lang):
        page.select_option("#bg-language", shown)
        words = words_for(shown)
        assert page.inner_text("#bg-as-of") == f"14 {words['month.1']} 2026"
        period = words["period.ceasefire-2025-12"]
        assert period[1:] in page.inner_text("#bg-facts")
        assert period[1:] in page.locator("#bg-periods option").last.inner_text()
        assert words["look.checkpoints.closed"] in page.inner_text("#bg-page-layers")
        assert words["note.camps"] in page.inner_text("#bg-page-layers")
        assert page.title() == words["page.title"]


@pytest.mark.parametrize("lang", SCRIPT_OF)
def test_the_embedded_letters_are_the_ones_drawn(open_map, files, lang):
    page = open_map(files[lang]).page
    family = {"km": "Noto Sans Khmer", "th": "Noto Sans Thai"}[lang]
    told = page.evaluate(
        "(family) => document.fonts.ready.then(() => [...document.fonts].map((face) => [face.family, face.status]))", family
    )
    assert [family, "loaded"] in [[name.strip('"'), status] for name, status in told]


@pytest.mark.parametrize("size", [(1280, 800), (768, 1024), (360, 740)])
@pytest.mark.parametrize("lang", SCRIPT_OF)
def test_the_whole_border_is_in_view_at_first_and_no_control_is_cut(open_map, files, lang, size):
    page = open_map(files[lang], size).page
    south, west, north, east = page.evaluate("bordergis.page.data.bounds")
    for lat, lon in ((south, west), (north, east)):
        x, y = page.evaluate(f"(({{x, y}}) => [x, y])(bordergis.map.latLngToContainerPoint([{lat}, {lon}]))")
        wide, high = page.evaluate("(({x, y}) => [x, y])(bordergis.map.getSize())")
        assert 0 <= x <= wide
        assert 0 <= y <= high
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    for tab in ("layers", "details", "sources"):
        assert page.eval_on_selector(f"#bg-tab-{tab}", "(tab) => tab.scrollWidth <= tab.clientWidth + 1")

"""Text of the data is hostile: through every field, name and title, in the file, a notebook and layers of one's own, nothing runs."""

from dataclasses import replace
from types import MappingProxyType

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from bordergis.maps import TitleBlock, situation_map
from bordergis.situation import Situation

pytestmark = pytest.mark.browser

HOSTILE = [
    "{{ 1234567*7 }}",
    "{% for i in range(3) %}looped{% endfor %}",
    "{# unseen #}{{ cycler.__init__.__globals__.os.getcwd() }}",
    "</script><script>window.__pwned=1</script>",
    "<!--<script>window.__pwned=1</script>-->]]>",
    "<img src=x onerror=window.__pwned=1>",
    "<svg/onload=window.__pwned=1>",
    "<details open ontoggle=window.__pwned=1>",
    "<a href='javascript:window.__pwned=1' autofocus onfocus=window.__pwned=1>",
    "`;window.__pwned=1;`${window.__pwned=1}",
    "\"'><iframe srcdoc='<script>parent.__pwned=1</script>'>",
    "javascript:window.__pwned=1",
    "data:text/html,<script>window.__pwned=1</script>",
    "<img src=https://a.test/x.png><link rel=stylesheet href=https://a.test/x.css>",
    "<meta http-equiv=refresh content='0;url=https://a.test'><base href=https://a.test/>",
    "</style><style>@import url(https://a.test/x.css);</style>",
    "</title></textarea></select><script>window.__pwned=1</script>",
    "line\u2028window.__pwned=1\u2029\u202eesrever\x00\x1b[31m",
    "__proto__",
    "constructor",
]
CODES = ("position_class", "kind", "place_id", "certainty", "status", "left_side", "right_side")
"""Columns that hold codes: a situation with other text in them is refused before it is drawn."""

USE_EVERYTHING = """async (texts) => {
    const { page, layers, days } = bordergis;
    const box = document.getElementById('bg-search-text');
    for (const language of ['en', 'km', 'th']) {
        page.state.set({ language });
        for (const layer of layers) {
            page.details.list(layer);
            for (let row = 0; row < Math.min(layer.rows, texts.length + 1); row += 1) page.choose([{ layer, row }, { layer, row }]);
        }
        page.state.set({ other: days.first });
        page.picture.sheet();
        page.picture.layOut();
        page.state.set({ other: null });
    }
    for (const text of texts) {
        box.value = text;
        box.dispatchEvent(new Event('input', { bubbles: true }));
        await new Promise((done) => setTimeout(done, 60));
        box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
        page.permalink.hash();
    }
    page.state.set({ language: 'en' });
}"""
FOREIGN_PARTS = "iframe, img[src=x], svg[onload], base, meta[http-equiv=refresh], a[href^=javascript], a[href^=data], [onfocus], [ontoggle]"


def poisoned(layer):
    """The layer with hostile text in each column that holds text, each text in each column."""
    made = layer.copy()
    for number, name in enumerate(made.columns):
        if name not in CODES and name != "geometry" and pd.api.types.is_string_dtype(made[name].dtype):
            made[name] = [HOSTILE[(row + number) % len(HOSTILE)] for row in range(len(made))]
    return made


@pytest.fixture(scope="module")
def hostile_map(situation):
    names = ("border", "checkpoints", "villages", "places", "camps", "incidents", "visits", "designated_areas", "zones")
    own = gpd.GeoDataFrame(dict.fromkeys(HOSTILE, HOSTILE), geometry=[Point(103, 13.9)] * len(HOSTILE), crs=4326)
    hostile = Situation(situation.date, own=MappingProxyType({name: poisoned(getattr(situation, name)) for name in names}))
    vars(hostile)["access"] = replace(situation.access, table=poisoned(situation.access.table))
    words = " ".join(HOSTILE)
    return situation_map(
        hostile,
        layers=dict.fromkeys(HOSTILE, own),
        title=TitleBlock(title=words, area=words, glide=words, disclaimer=words, created=situation.date),
        compare=hostile,
    )


@pytest.fixture(scope="module")
def hostile_file(hostile_map, tmp_path_factory):
    path = tmp_path_factory.mktemp("hostile") / "map.html"
    hostile_map.save(path)
    return path


def ran(frame):
    """What of the texts has run, or became a part of the page."""
    return frame.evaluate("window.__pwned ?? ({}).__pwned ?? null"), frame.locator(FOREIGN_PARTS).count()


def test_nothing_of_hostile_text_runs_in_the_saved_file(open_map, hostile_file):
    tab = open_map(hostile_file)
    tab.page.evaluate(USE_EVERYTHING, HOSTILE)
    tab.view(103, 13.9, 12)
    tab.page.mouse.move(*tab.pixel(103, 13.9))
    tab.page.mouse.click(*tab.pixel(103, 13.9))
    assert tab.page.locator("#bg-page-details dd").count() >= len(HOSTILE)  # all columns of one's own layer, one of them named __proto__
    for name in ("sources", "layers"):
        tab.page.click(f"#bg-tab-{name}")
    assert ran(tab.page) == (None, 0)
    assert (tab.asked_for(), tab.said) == ([], [])


def test_nothing_of_hostile_text_runs_in_the_frame_of_a_notebook(open_map, hostile_map, tmp_path):
    notebook = tmp_path / "notebook.html"
    notebook.write_text(hostile_map._repr_html_(), encoding="utf-8")
    tab = open_map(notebook)
    frame = tab.page.frames[1]
    frame.wait_for_selector("html[data-bg-ready]", state="attached")
    frame.evaluate(USE_EVERYTHING, HOSTILE)
    assert ran(frame) == (None, 0)
    assert tab.page.evaluate("window.__pwned ?? null") is None
    assert len(tab.page.frames) == 2
    assert [url for url in tab.asked_for() if not url.startswith("about:")] == []
    assert tab.said == []


def test_hostile_text_is_shown_as_it_was_given(open_map, hostile_file):
    """Templates are neither run nor taken out: the reader sees the letters of the source."""
    tab = open_map(hostile_file)
    assert tab.page.title().startswith(" ".join(HOSTILE[:3]))
    told = tab.page.evaluate("""(names) => names.map((name) => {
        const layer = bordergis.layers.find((one) => one.name === name);
        bordergis.page.details.tell([{ layer, row: names.indexOf(name) }]);
        return document.querySelector('#bg-page-details dd').textContent;
    })""", HOSTILE)  # fmt: skip
    assert told == HOSTILE


def test_no_template_has_run_in_the_file_nor_in_what_a_notebook_gets(hostile_map, hostile_file):
    for page in (hostile_file.read_text(encoding="utf-8"), hostile_map._repr_html_()):
        assert str(1234567 * 7) not in page
        assert "loopedlooped" not in page
        assert "window.__pwned=1</script>" not in page


def test_an_address_that_is_no_web_address_is_no_link(open_map, hostile_file):
    tab = open_map(hostile_file)
    links = tab.page.evaluate("""() => {
        const found = [];
        for (const layer of bordergis.layers) {
            for (let row = 0; row < layer.rows; row += 1) {
                bordergis.page.details.tell([{ layer, row }]);
                found.push(...Array.from(document.querySelectorAll('#bg-page-details a'), (a) => a.href));
            }
        }
        return found;
    }""")
    assert [link for link in links if not link.startswith("http")] == []


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_a_hostile_link_runs_nothing(open_map, map_file, number):
    text = HOSTILE[number]
    tab = open_map(map_file)
    tab.page.evaluate("(text) => { location.hash = `lang=${text}&day=${text}&map=${text}&chosen=${text}&layers=${text}&${text}=1`; }", text)
    tab.page.wait_for_timeout(50)
    assert ran(tab.page) == (None, 0)
    assert tab.page.evaluate("bordergis.page.state.values.language") == "en"
    assert (tab.asked_for(), tab.said) == ([], [])

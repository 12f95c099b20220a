"""The page in Khmer and Thai: every text that is not the data's is in the language, and follows it without a reload."""

import pandas as pd
import pytest

from bordergis.maps import situation_map
from bordergis.words import words_for

SCRIPT_OF = {"km": r"[\u1780-\u17ff]", "th": r"[\u0e00-\u0e7f]"}
FOREIGN = """(letters) => {
  const foreign = (text) => /[A-Za-z]{3}/.test(text ?? '') && !new RegExp(letters, 'u').test(text);
  const apart = 'script, style, noscript, h2, .bg-alert';
  const own = (element) => element.closest('[lang]').lang === document.documentElement.lang && !element.closest(apart);
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    if (foreign(node.textContent) && own(node.parentElement)) found.push(node.textContent);
  }
  for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]')) {
    for (const name of ['aria-label', 'title', 'placeholder', 'alt']) {
      if (foreign(element.getAttribute(name)) && own(element)) found.push(`${name}: ${element.getAttribute(name)}`);
    }
  }
  return found;
}"""


@pytest.fixture(scope="module")
def files(situation, tmp_path_factory):
    """The map, beginning in each language."""
    folder = tmp_path_factory.mktemp("languages")
    paths = {lang: folder / f"{lang}.html" for lang in SCRIPT_OF}
    for lang, path in paths.items():
        situation_map(situation, lang=lang).save(path)
    return paths


@pytest.mark.parametrize("lang", SCRIPT_OF)
def test_every_text_of_the_page_is_in_its_language_or_marked_as_the_datas(open_map, files, lang):
    """Headings of features are left out: they are names, with a date and a kind of event before them."""
    tab = open_map(files[lang])
    page = tab.page
    assert page.evaluate(FOREIGN, SCRIPT_OF[lang]) == []
    for layer in ("villages", "checkpoints", "incidents", "closure_spots", "border"):
        page.evaluate("(id) => bordergis.page.choose([{layer: bordergis.layers.find((one) => one.id === id), row: 0}])", layer)
        assert page.evaluate(FOREIGN, SCRIPT_OF[lang]) == [], layer
    page.click("#bg-do-compare")
    page.click("#bg-do-measure")
    page.fill("#bg-search-text", "no such place")
    page.wait_for_selector("#bg-search-none", state="visible")
    assert page.evaluate(FOREIGN, SCRIPT_OF[lang]) == []
    page.select_option("#bg-language", "en")
    assert len(page.evaluate(FOREIGN, SCRIPT_OF[lang])) > 100
    assert (tab.asked_for(), tab.said) == ([], [])


@pytest.mark.parametrize("lang", [*SCRIPT_OF, "en"])
def test_why_a_village_has_its_status_is_told_in_the_language_and_then_in_the_words_of_the_data(open_map, map_file, situation, lang):
    page = open_map(map_file).page
    words, table = words_for(lang), situation.access.table.reset_index(drop=True)
    page.select_option("#bg-language", lang)
    for answer in ("definite", "possible", "unknown"):
        row = int(table.index[table["in_zone"] == answer][0])
        place = table.loc[row, "place_id"]
        page.fill("#bg-search-text", place)
        page.wait_for_selector("#bg-search-list:not([hidden])")
        page.keyboard.press("Enter")
        ours, datas = (page.locator(".bg-why ul").nth(at) for at in (0, 1))
        assert f"{words['field.in_zone']}: {words[f'value.in_zone.{answer}']}" in ours.inner_text()
        assert f"{words['field.reported_inaccessible']}: {words['value.none_recorded']}" in ours.inner_text()
        assert (words["field.in_zone_since"] in ours.inner_text()) == bool(pd.notna(table.loc[row, "in_zone_since"]))
        assert ours.get_attribute("lang") == lang
        assert datas.get_attribute("lang") == "en"
        assert datas.inner_text().splitlines()[0] == table.loc[row, "reasons"].partition(";")[0]
        assert page.locator("#bg-page-details dt", has_text=words["field.in_zone"]).count() == 0


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
        assert words["note.camps"].format(n=1) in page.inner_text("#bg-page-layers")
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

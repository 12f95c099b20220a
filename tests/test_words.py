"""The words a reader sees: three tables with the same keys, each in its own script, each key asked for and each asked-for key there."""

from __future__ import annotations

import re
import string
from importlib.resources import files

import pytest
from fontTools.ttLib import TTFont

import bordergis as bg
from bordergis import datasets, schema
from bordergis.errors import UnknownNameError
from bordergis.maps import TitleBlock, situation_map, style
from bordergis.maps.content import REPORT_ONLY, page_content
from bordergis.maps.draw import MAIN_ROADS
from bordergis.maps.fonts import SCRIPTS
from bordergis.maps.layers import CODED
from bordergis.words import LANGUAGES, as_heading, in_every_language, period_in_words, say, words_for

BLOCKS = {"km": (0x1780, 0x17FF), "th": (0x0E00, 0x0E7F)}
SAME_IN_ALL = {f"language.{code}" for code in LANGUAGES}  # each language names itself
MOST_ON_A_BUTTON = 24  # letters without the signs above and below them
BUTTONS = (
    "ui.layers",
    "ui.details",
    "ui.sources",
    "ui.list",
    "measure.centre",
    "measure.undo",
    "measure.clear",
    "measure.stop",
    "ui.show_on_map",
)
DRAWN = {
    "incidents", "checkpoints", "checkpoint status", "visits", "villages", "places", "hazards", "obstacles", "closures", "facilities",
    "roads",
}  # fmt: skip
"""Contracts whose columns the map shows."""
ENGLISH = words_for("en")


def fields(template):
    return sorted(name for _, name, _, _ in string.Formatter().parse(template) if name)


def letters(text):
    """The text without its blanks."""
    return "".join(part for part, *_ in string.Formatter().parse(text))


def width(text):
    """Letters and spaces; signs above, below and subscripts take no room of their own."""
    return len(re.sub(r"\u17d2.|[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u17b4-\u17bd\u17c6\u17c9-\u17d3]", "", text))


def scripts():
    root = files("bordergis.maps").joinpath("static")
    return {part.name: part.read_text(encoding="utf-8") for part in root.iterdir() if part.name.endswith(".js")}


def python_of(package):
    return "".join(part.read_text(encoding="utf-8") for part in files(package).iterdir() if part.name.endswith(".py"))


@pytest.fixture(scope="module")
def content(situation):
    return page_content(situation, layers={})


# --- the tables ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_every_word_and_the_same_blanks(lang):
    words = words_for(lang)
    assert list(words) == list(ENGLISH)
    assert {key: fields(text) for key, text in words.items()} == {key: fields(text) for key, text in ENGLISH.items()}
    assert all(text.strip() == text for key, text in words.items() if key not in ("brief.between", "brief.items"))
    assert all(text for text in words.values())


@pytest.mark.parametrize("lang", BLOCKS)
def test_a_table_is_in_its_own_script(lang):
    """Templates of nothing but blanks and marks have no letters; every other text has letters of its script."""
    first, last = BLOCKS[lang]
    for key, text in words_for(lang).items():
        if key not in SAME_IN_ALL and any(sign.isalpha() for sign in letters(text)):
            assert any(first <= ord(sign) <= last for sign in letters(text)), key


@pytest.mark.parametrize("lang", BLOCKS)
def test_no_text_holds_letters_of_the_other_script(lang):
    first, last = BLOCKS["th" if lang == "km" else "km"]
    assert [
        key for key, text in words_for(lang).items() if key not in SAME_IN_ALL and any(first <= ord(sign) <= last for sign in text)
    ] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_numerals_are_arabic_and_years_of_the_common_era(lang):
    told = " ".join(words_for(lang).values())
    assert not re.search(r"[\u17e0-\u17e9\u0e50-\u0e59]", told)
    assert not re.search(r"\b25[67]\d\b|พ\.ศ\.|ព\.ស\.", told)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_numbers_of_a_text_are_those_of_the_english_one(lang):
    for key, text in words_for(lang).items():
        if not key.startswith("value.highway_class"):
            assert sorted(re.findall(r"\d[\d,.]*\d|\d", letters(text))) == sorted(re.findall(r"\d[\d,.]*\d|\d", letters(ENGLISH[key]))), key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_stands_on_a_button_is_short(lang):
    assert {key: width(words_for(lang)[key]) for key in BUTTONS if width(words_for(lang)[key]) > MOST_ON_A_BUTTON} == {}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_differs_in_english_differs_in_every_language(lang):
    """Two statuses that one word translates would be one status to the reader."""
    words = words_for(lang)
    groups = {key.rpartition(".")[0] for key in words if key.startswith(("look.", "value.", "period", "month", "place"))}
    for group in groups:
        told = {key: text for key, text in words.items() if key.rpartition(".")[0] == group}
        assert len(set(told.values())) >= len({ENGLISH[key] for key in told}), group


@pytest.mark.parametrize("lang", LANGUAGES)
def test_unknown_is_never_worded_as_reachable_or_open(lang):
    words = words_for(lang)
    statuses = ("unknown", "reachable", "inaccessible", "open", "closed", "restricted")
    assert len({words[f"value.status.{status}"] for status in statuses}) == len(statuses)
    assert words["value.status.reachable"] not in words["look.villages.unknown"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_countries_stand_in_alphabetical_order_of_their_english_names(lang):
    words = words_for(lang)
    both = words["value.country.KHM/THA"]
    assert both.index(words["value.country.KHM"]) < both.index(words["value.country.THA"])
    assert words["page.title"].index(words["value.country.KHM"]) < words["page.title"].rindex(words["value.country.THA"])


# --- asked for and there -------------------------------------------------------------------------------------------------


def test_every_word_the_scripts_ask_for_is_there():
    groups = "|".join(sorted({key.partition(".")[0] for key in ENGLISH}))
    asked = {key for text in scripts().values() for key in re.findall(rf"'((?:{groups})\.[a-z_]+(?:\.[a-z_]+)*)'", text)}
    assert len(asked) > 60
    assert asked - set(ENGLISH) == set()


def test_every_word_of_the_page_is_asked_for():
    """A word in no script and no module is one nobody sees. Those whose key is put together are told from the vocabularies below."""
    code = (
        "".join(scripts().values()) + python_of("bordergis.maps") + files("bordergis.maps").joinpath("templates", "page.html").read_text()
    )
    made = ("layer.", "look.", "field.", "value.", "note.", "month.", "period.", "language.")
    tabs = {f"ui.{name}" for name in ("layers", "details", "sources")}
    told = [key for key in ENGLISH if key.partition(".")[0] not in REPORT_ONLY and not key.startswith(made)]
    assert [key for key in told if key not in code and key not in tabs and not key.startswith("date.")] == []


def test_every_word_of_the_brief_is_asked_for():
    code = python_of("bordergis.report")
    for key in ENGLISH:
        if key.startswith("brief."):
            name = key.removeprefix("brief.")
            assert name in code or name.removeprefix("definition_") in code, key


def test_no_script_holds_words_of_its_own():
    """Whatever a script writes on the page comes from the tables: no literal text, label or title."""
    own = {
        name: re.findall(r"(?:text|title|alt|placeholder|'aria-label'): '([^']*[A-Za-z]{2}[^']*)'", text)
        for name, text in scripts().items()
    }
    assert {name: found for name, found in own.items() if found} == {}


def test_every_layer_look_note_and_field_of_the_map_has_words(content):
    for layer in content["layers"]:
        assert f"layer.{layer['id']}" in ENGLISH
        assert layer["note_key"] in ENGLISH or not layer["note"]
        assert {f"look.{layer['id']}.{row['look']}" for row in layer["legend"]} <= set(ENGLISH)
        assert {f"field.{part['key']}" for part in layer["fields"]} <= set(ENGLISH)
    assert {f"look.land.{row['look']}" for row in content["land"]["legend"]} <= set(ENGLISH)
    assert {f"look.{layer}.{look}" for layer, looks in style.GLYPHS.items() if layer != "extra" for look in looks} <= set(ENGLISH)


def test_every_coded_value_has_words(situation):
    """The vocabularies of the contracts, and what the embedded layers hold where a contract leaves it open."""
    contracts = [contract for contract in vars(schema).values() if isinstance(contract, schema.Contract) and contract.name in DRAWN]
    assert {contract.name for contract in contracts} == DRAWN
    columns = [(name, field.words or ()) for contract in contracts for name, field in contract.fields.items()]
    tables = [
        situation.places, situation.incidents, situation.checkpoints, situation.visits, situation.closures,
        situation.access.table,
    ]  # fmt: skip
    columns += [(name, table[name].dropna()) for table in tables for name in table]
    columns += [("category", style.INCIDENT_LOOKS), ("status", schema.ACCESS_STATUSES)]
    columns += [("highway_class", [f"{road}{link}" for road in MAIN_ROADS for link in ("", "_link")])]
    asked = {f"value.{name}.{word}" for name, words in columns if name in {*CODED, "position_class"} for word in words}
    assert len(asked) > 80
    assert asked - set(ENGLISH) == set()


def test_every_named_period_has_its_name_in_every_language(content, situation):
    assert [period["name"]["en"] for period in content["periods"]] == situation.periods["name"].to_list()
    assert all(set(period["name"]) == set(LANGUAGES) for period in content["periods"])
    assert content["periods"][1]["name"]["th"] == words_for("th")["period.fighting-2025-07"]


def test_the_analysts_own_period_keeps_its_own_name(situation):
    own = situation.periods.assign(name=situation.periods["name"].str.replace("Fighting", "Our week in"))
    told = [period["name"] for period in page_content(bg.load(situation.date, periods=own), layers={})["periods"]]
    assert "Our week in of July 2025" in told
    other = own.assign(period_id="own-" + own["period_id"])
    assert page_content(bg.load(situation.date, periods=other), layers={})["periods"][0]["name"] == own["name"].iloc[0]


# --- the page ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_begins_in_its_language_and_carries_all_three(situation, lang):
    made = situation_map(situation, lang=lang)
    page = made.get_root().render()
    assert f'<html lang="{lang}">' in page
    assert f"<title>{words_for(lang)['page.title']}</title>" in page
    assert words_for(lang)["page.no_script"] in page
    assert f'title="{words_for(lang)["page.title"]}"' in made._repr_html_()
    assert "font-src data:" in page
    assert page.count("@font-face") == len(SCRIPTS)
    assert all(
        set(made.content["words"][code]) == {key for key in ENGLISH if key.partition(".")[0] not in REPORT_ONLY} for code in LANGUAGES
    )


def test_a_title_of_the_analysts_own_is_the_title_in_every_language(situation):
    page = situation_map(situation, lang="th", title=TitleBlock(title="Our <own> title")).get_root().render()
    assert "<title>Our &lt;own&gt; title</title>" in page


def test_a_page_in_a_language_without_words_is_refused(situation):
    with pytest.raises(UnknownNameError, match="no words in 'lo'; there are: en, km, th"):
        situation_map(situation, lang="lo")


def test_the_style_asks_for_the_embedded_families():
    body = files("bordergis.maps").joinpath("static", "page.css").read_text(encoding="utf-8")
    assert all(f'"{family}"' in body for family, _ in SCRIPTS.values())


def test_the_fonts_hold_every_letter_of_the_words_and_of_the_layers(situation):
    known = {script: set(TTFont(datasets.path(f"built/noto-sans-{script}.woff")).getBestCmap()) for script in SCRIPTS}
    tables = [getattr(situation, name) for name in ("places", "villages", "checkpoints", "incidents", "visits", "closures", "camps")]
    columns = [table[name].dropna() for table in tables for name in table.select_dtypes(include=["object", "string"])]
    texts = [text for column in columns for text in column.astype(str)]
    told = "".join(texts) + "".join(text for lang in LANGUAGES for text in words_for(lang).values())
    for script, lang in (("khmer", "km"), ("thai", "th")):
        first, last = BLOCKS[lang]
        asked = {sign for sign in told if first <= ord(sign) <= last}
        assert len(asked) > 50
        assert {sign for sign in asked if ord(sign) not in known[script]} == set()


# --- the functions -------------------------------------------------------------------------------------------------------


def test_words_in_every_language_have_their_blanks_filled():
    told = in_every_language("note.withheld", n=7)
    assert list(told) == list(LANGUAGES)
    assert all("7" in text and "{" not in text for text in told.values())


def test_a_code_without_words_is_told_as_it_is():
    assert say(words_for("km"), "value.category", "made_up") == "made up"


def test_a_period_is_told_in_the_language_and_an_own_one_as_it_is(situation):
    assert period_in_words(situation.period, situation.periods, words_for("km")) == words_for("km")["period.ceasefire-2025-12"]
    assert period_in_words("before them", situation.periods, words_for("th")) == words_for("th")["period.before"]
    own = situation.periods.assign(period_id="own")
    assert period_in_words(situation.period, own, words_for("th")) == situation.period


def test_a_heading_begins_with_a_capital_where_there_are_capitals():
    assert [as_heading(text) for text in ("fighting", "ឈប់", "")] == ["Fighting", "ឈប់", ""]


def test_a_table_cannot_be_changed():
    with pytest.raises(TypeError):
        words_for("en")["page.title"] = "other"


def test_another_language_has_no_table():
    with pytest.raises(UnknownNameError, match="no words in 'fr'; there are: en, km, th"):
        words_for("fr")

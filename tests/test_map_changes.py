"""The map of changes: every difference is on it once, told in three languages, and nothing that must not be seen."""

from __future__ import annotations

import re
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest
import shapely

import bordergis as bg
from bordergis.change.words import basis_in_words, cause_in_words, columns_in_words, state_in_words
from bordergis.errors import UnknownNameError
from bordergis.maps import TitleBlock, style
from bordergis.maps.changes import CAME, NOT_THERE, WENT
from bordergis.words import LANGUAGES, words_for


@pytest.fixture(scope="module")
def july():
    """Fighting begins: villages, zones, checkpoints, closures, figures, incidents and sources change."""
    return bg.compare(bg.load("2025-07-23"), bg.load("2025-07-28"))


@pytest.fixture(scope="module")
def rules():
    return bg.compare(bg.load("2026-01-14"), bg.load("2026-01-14", rules="acled-1km"))


@pytest.fixture(scope="module")
def drawn(july):
    return bg.changes_map(july)


def own(made):
    return [layer for layer in made.content["layers"] if layer["id"].startswith("change-")]


def moved(situation, incident, **columns):
    """A situation in which one incident has other values."""
    rows = situation.incidents.copy()
    for column, value in columns.items():
        if column not in rows:
            rows[column] = pd.Series(pd.NA, rows.index, dtype="str")
        rows.loc[rows["incident_id"] == incident, column] = value
    return replace(situation, own=MappingProxyType({**situation.own, "incidents": rows}))


def test_every_difference_is_in_one_layer(july, drawn):
    layers = own(drawn)
    assert sum(layer["rows"] for layer in layers) == len(july.table)
    by_change = july.table.groupby(["kind", "change"]).size()
    named = {layer["name"]: 0 for layer in layers}
    for layer in layers:
        named[layer["name"]] += layer["rows"]
    words = words_for("en")
    told = {f"{words[f'change.kind.{kind}']}: {words[f'change.what.{change}']}": n for (kind, change), n in by_change.items()}
    assert named == told


def test_what_has_no_position_is_counted_not_dropped(july, drawn):
    figures = next(layer for layer in own(drawn) if layer["name"].startswith("Figures"))
    assert figures["undrawn"] == figures["rows"] == (july.table["kind"] == "figure").sum()
    assert sum(layer["rows"] - layer["undrawn"] for layer in own(drawn)) <= len(july.layer())


def test_the_counts_of_the_legend_are_those_of_the_table(drawn):
    assert all(layer["legend"][0]["n"] == layer["rows"] and len(layer["legend"]) == 1 for layer in own(drawn))


def test_real_changes_are_drawn_apart_from_all_others(rules):
    looks = {layer["legend"][0]["look"] for layer in own(bg.changes_map(rules))}
    assert looks
    assert all(look.endswith("_other") for look in looks)


@pytest.mark.parametrize("table", [style.GLYPHS["extra"], style.LINES, style.AREAS])
def test_each_way_has_a_drawing_of_its_own_that_does_not_rest_on_hue(table):
    ways = [table[way] for way in ("came", "went", "turned")]
    shape = [(one.get("shape"), one.get("mark"), str(one.get("dash"))) for one in ways]
    assert len(set(shape)) == 3
    assert all(table[f"{way}_other"] != table[way] for way in ("came", "went", "turned"))


def test_no_change_both_comes_and_goes():
    assert not CAME & WENT
    assert {f"change.what.{change}" for change in CAME | WENT} <= set(words_for("en"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_title_names_both_days(july, rules, drawn, lang):
    words = words_for(lang)
    assert drawn.content["page"]["title"][lang] == words["change.title"].format(
        before=bg.words.day_in_words(july.before.date, words), after=bg.words.day_in_words(july.after.date, words)
    )
    same = bg.changes_map(rules).content["page"]["title"][lang]
    assert same.count("2026") == 1
    assert bg.changes_map(rules, title=TitleBlock(title="Two rules")).content["page"]["title"] == "Two rules"


@pytest.mark.parametrize("lang", ["km", "th"])
def test_states_causes_and_names_are_told_in_the_language(july, drawn, lang):
    words = drawn.content["words"][lang]
    for layer in own(drawn):
        assert not re.search("[a-z]{3}", words[f"layer.{layer['id']}"])
        for field in layer["fields"]:
            assert f"field.{field['key']}" in words
    values = {key: text for key, text in words.items() if re.match(r"value\.(state_(?!village)|change_)", key)}
    assert len(values) > 20
    assert {key: text for key, text in values.items() if re.search("[a-z]{3}", text)} == {}
    assert july.table["before"].isna().any()
    assert words[f"value.state_incident.{NOT_THERE}"] == words_for(lang)["change.absent"]


def test_the_earlier_situation_can_be_set_beside(july, drawn):
    beside = drawn.content["compare"]
    incidents = next(layer for layer in beside["layers"] if layer["id"] == "incidents")
    assert (incidents["rows"], beside["at_once"]) == (len(july.before.incidents), False)
    assert not any(layer["id"].startswith("change-") for layer in beside["layers"])


def new_incidents(change, profile):
    """Rows and undrawn rows of the layer of incidents reported since."""
    layers = [layer for layer in own(bg.changes_map(change, profile=profile)) if layer["name"] == "Layer of incidents: newly reported"]
    return sum(layer["rows"] for layer in layers), sum(layer["undrawn"] for layer in layers)


def test_a_sensitive_position_is_not_drawn_and_in_no_public_file():
    before, after = bg.load("2026-01-08"), bg.load("2026-01-14")
    hidden = after.incidents["sensitivity"].eq("sensitive").fillna(value=False)
    plain, marked = bg.compare(before, after), bg.compare(before, moved(after, "KT093", sensitivity="sensitive"))
    new = plain.table.loc[plain.table["kind"] == "incident", "id"]
    rows, undrawn = len(new), new.isin(after.incidents.loc[hidden, "incident_id"]).sum()
    assert "KT093" in set(new)
    assert not after.incidents.set_index("incident_id").geometry["KT093"].is_empty
    assert (new_incidents(plain, "internal"), new_incidents(marked, "internal")) == ((rows, undrawn), (rows, undrawn + 1))
    assert (new_incidents(plain, "public"), new_incidents(marked, "public")) == ((rows - undrawn, 0), (rows - undrawn - 1, 0))


def test_zones_that_count_a_hidden_incident_are_in_no_public_file():
    change = bg.compare(bg.load("2025-12-31"), bg.load("2026-01-14"))
    names = {profile: {layer["name"] for layer in own(bg.changes_map(change, profile=profile))} for profile in ("internal", "public")}
    assert "Zones: zone changed" in names["internal"] - names["public"]


def test_a_public_map_says_how_many_differences_it_leaves_out():
    change = bg.compare(bg.load("2026-01-08"), moved(bg.load("2026-01-14"), "KT093", sensitivity="sensitive"))
    made = bg.changes_map(change, profile="public")
    left = len(change.table) - sum(layer["rows"] for layer in own(made))
    told = next(row for row in made.content["absent"] if row["name"]["en"] == "Differences")
    assert left > 0
    assert str(left) in told["note"]["en"]


def test_nothing_differs_draws_no_layer_and_nothing_given_is_changed(july):
    now = bg.load("2026-01-14")
    assert own(bg.changes_map(bg.compare(now, now))) == []
    table = july.table.copy(deep=True)
    bg.changes_map(july, profile="public")
    pd.testing.assert_frame_equal(july.table, table)


def test_a_removed_thing_is_drawn_where_it_was():
    before = bg.load("2026-01-14")
    gone = before.villages.loc[~shapely.is_missing(np.array(before.villages.geometry.array, dtype=object)), "place_id"].iloc[0]
    after = replace(before, own=MappingProxyType({"villages": before.villages[before.villages["place_id"] != gone]}))
    layers = {layer["name"]: layer for layer in own(bg.changes_map(bg.compare(before, after)))}
    village = layers["Layer of settlements: removed from the layer (not reported since)"]
    assert (village["rows"], village["undrawn"], village["legend"][0]["look"]) == (1, 0, "went_other")


def test_the_method_is_the_function(july, drawn):
    assert july.map().content["layers"] == drawn.content["layers"]


@pytest.mark.parametrize(("option", "value"), [("lang", "xx"), ("profile", "secret")])
def test_what_is_not_known_is_refused(july, option, value):
    with pytest.raises(UnknownNameError, match=value):
        bg.changes_map(july, **{option: value})


# --- the words of a change -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "state", "told"),
    [
        ("access", "inaccessible", "មិនអាចចូលទៅដល់"),
        ("in_zone", "no", words_for("km")["value.in_zone.no"]),
        ("cut_off", "not_computed", "មិនបានគណនា"),
        ("zone", "in force", "ជាធរមាន"),
        ("zone", "in force, of 31 incidents", "ជាធរមាន នៃឧប្បត្តិហេតុ 31"),
        ("closure", "ended", "បានចប់"),
        ("incident", "uav", words_for("km")["value.category.uav"]),
        ("figure", "more than 2,700 families", "ជាង 2,700 គ្រួសារ"),
        ("figure", "40 schools", "40 សាលារៀន"),
        ("figure", "no number people", "គ្មានចំនួន នាក់"),
        ("figure", "3 submarines", "3 submarines"),
        ("rule", "1,000 m for 365 days", "1,000 ម៉ែត្រ រយៈពេល 365 ថ្ងៃ"),
        ("rule", "no zone for 365 days", "គ្មានតំបន់ រយៈពេល 365 ថ្ងៃ"),
        ("source", "in use", "កំពុងប្រើ"),
        ("village", "in force", "in force"),
        ("software", "0.1.0", "0.1.0"),
        ("zone", "something else", "something else"),
    ],
)
def test_a_state_is_told_in_khmer(kind, state, told):
    assert state_in_words(kind, state, words_for("km")) == told


def test_in_english_every_state_stays_as_the_table_has_it():
    """The patterns read what the snapshot writes: in English, they give it back letter by letter."""
    words = words_for("en")
    now = bg.load("2026-01-14", rules="acled-1km")
    for change in (bg.compare(bg.load("2025-07-23"), now), bg.compare(bg.load("2025-12-20"), now)):
        for kind in ("zone", "figure", "rule", "closure", "source", "software", "village"):
            rows = change.table[change.table["kind"] == kind]
            states = pd.concat([rows["before"], rows["after"]]).dropna().unique()
            differs = {state: state_in_words(kind, state, words) for state in states if state_in_words(kind, state, words) != state}
            assert all(state.partition(" ")[0] in ("claimed", "preliminary") for state in differs), differs


@pytest.mark.parametrize("lang", ["km", "th"])
def test_no_unit_or_qualifier_of_the_figures_is_without_words(lang):
    words = words_for(lang)
    figures = bg.load("2026-01-14").figures
    assert {f"change.unit.{unit}" for unit in figures["unit"]} <= set(words)
    assert {f"qualifier.{qualifier}" for qualifier in figures["qualifier"].dropna()} <= set(words)


def test_basis_cause_and_columns_are_worded():
    words = words_for("th")
    assert basis_in_words("incident", "according to NCDM (KHM)", words) == f"ตาม {words['author.NCDM (KHM)']}"
    assert basis_in_words("incident", "according to a village head", words) == "ตาม a village head"
    assert basis_in_words("incident", "in their own words", words) == "in their own words"
    assert cause_in_words("ended + rules", words) == f"{words['change.cause.ended']} + {words['change.cause.rules']}"
    assert columns_in_words("status, no_such", words) == f"{words['field.status']}; no such"

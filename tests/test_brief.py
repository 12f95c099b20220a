"""The brief: unknown first, every claim with its author, every number with its rows, in three languages."""

from __future__ import annotations

import pandas as pd
import pytest
from typer.testing import CliRunner

import bordergis as bg
from bordergis.cli import app
from bordergis.errors import UnknownNameError
from bordergis.words import LANGUAGES, words_for


@pytest.fixture(scope="module")
def brief(situation):
    return situation.brief()


def test_the_sentence_of_the_update_is_reproduced_with_its_author(brief):
    assert brief.sentences[2] == (
        "According to the Ministry of Interior of Cambodia, as of 14 January 2026, 84 villages in Oddar Meanchey remain inaccessible, "
        "while preparations are under way in 172."
    )
    rows = brief.numbers[brief.numbers["sentence"] == 2].set_index("shown")
    assert rows.loc["84", ["rows", "author", "sources"]].to_list() == [("F015",), "Ministry of Interior (KHM)", ("seed-002",)]
    assert rows.loc["172", "rows"] == ("F016",)


def test_what_is_unknown_comes_first(brief, situation):
    status = situation.access.table["status"]
    assert brief.sentences[1].startswith(f"Access is unknown for {(status == 'unknown').sum()} of the {len(status)} settlements")


def test_the_computed_counterpart_stands_beside_it_and_is_not_subtracted(brief, situation):
    here = situation.access.table.query("adm1 == 'Oddar Meanchey'")
    inside = (here["in_zone"] == "definite").sum(), here["in_zone"].isin(["definite", "possible"]).sum()
    shown = str(inside[0]) if inside[0] == inside[1] else f"{inside[0]} to {inside[1]}"
    assert f"the layer holds {len(here)} settlements (the official list has 308 villages)" in brief.sentences[3]
    assert f"inside a zone made of reported incidents: {shown};" in brief.sentences[3]
    assert "must not be subtracted" in brief.text


def test_every_number_has_its_definition_author_date_and_layer(brief, situation):
    numbers = brief.numbers
    assert numbers[["definition", "as_of", "author", "layer"]].notna().all(axis=None)
    assert (numbers["definition"].str.len() > 10).all()
    assert numbers["note"].tolist() == list(range(1, len(numbers) + 1))
    published = numbers[numbers["layer"] == "figures"]
    layer = situation.figures.set_index("figure_id")
    for row in published.itertuples():
        (figure,) = row.rows
        assert layer.loc[figure, ["author", "source_id", "qualifier"]].to_list() == [row.author, row.sources[0], row.qualifier]
        assert layer.loc[figure, "value"] in (row.low, row.high) or pd.isna(layer.loc[figure, "value"])


def test_every_note_stands_once_in_the_marked_text(brief):
    text = " ".join(brief.marked)
    assert all(text.count(f"[{note}]") == 1 for note in brief.numbers["note"])
    assert "[" not in brief.text
    assert len(brief.notes()) == len(brief.numbers)


def test_the_rows_of_a_computed_number_count_up_to_it(brief):
    computed = brief.numbers[brief.numbers["rows"].map(len).gt(0) & brief.numbers["layer"].ne("figures")]
    assert len(computed) > 5
    assert computed["rows"].map(len).tolist() == computed["high"].astype(int).tolist()


def test_a_qualifier_is_never_lost(brief):
    shown = brief.numbers.set_index("note")
    assert set(shown.loc[shown["qualifier"] == "more than", "shown"].str[:10]) == {"more than "}
    assert "nearly 500,000" in brief.text


def test_both_sides_figures_are_told_with_their_authors(brief):
    assert "the Thai Red Cross (official Thai figures), as of 27 December 2025: people displaced: about 400,000 in Thailand" in brief.text
    assert "in Cambodia" in brief.text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_numbers_are_the_same_in_every_language(lang, brief, situation):
    other = situation.brief(lang=lang)
    assert other.numbers[["low", "high", "rows"]].equals(brief.numbers[["low", "high", "rows"]])
    assert len(other.sentences) == len(brief.sentences)


def test_visits_and_agreements_are_not_told_as_incidents(brief, situation):
    """The brief counts what the rates count: of the records since 27 December, those that tell of an incident."""
    rates = bg.incident_rates(situation.incidents, situation.periods, as_of=situation.date)
    told = brief.numbers[brief.numbers["layer"] == "incidents"].iloc[0]
    assert told["low"] == rates["reported_incidents_high"].iloc[-2:].max()
    kinds = situation.incidents.set_index("incident_id").loc[list(told["rows"]), "category"]
    assert not set(kinds) & {"observer_visit", "agreement", "legal_order", "civil_society_statement", "weapons_withdrawal"}


def test_authors_who_differ_within_a_week_are_told_apart(situation):
    """Two authors count people in camps: both stand there, nothing is averaged."""
    rows = situation.figures.query("figure_id == 'F004'")
    other = rows.assign(figure_id="X1", author="Another author", value=140_000.0, as_of=pd.Timestamp("2026-01-12"))
    told = bg.load("2026-01-14", figures=pd.concat([situation.figures, other], ignore_index=True)).brief()
    (sentence,) = [text for text in told.sentences if text.startswith("Authors differ")]
    assert "150,146 (the Ministry of Interior of Cambodia, 14 January 2026)" in sentence
    assert "140,000 (Another author, 12 January 2026)" in sentence


def test_a_range_stays_a_range(situation):
    rows = situation.figures.query("figure_id == 'F015'").assign(value=float("nan"), value_low=80.0, value_high=90.0)
    figures = pd.concat(
        [situation.figures.query("figure_id != 'F015'"), rows.assign(indicator="schools_closed", unit="schools")], ignore_index=True
    )
    assert "80 to 90 in Oddar Meanchey" in bg.load("2026-01-14", figures=figures).brief().text


def test_hostile_words_are_only_words(situation):
    hostile = "<img src=x onerror=alert(1)>{0.__class__} {{7*7}}"
    figures = situation.figures.assign(author=situation.figures["author"].where(situation.figures["figure_id"] != "F015", hostile))
    told = bg.load("2026-01-14", figures=figures).brief()
    assert hostile in told.text
    assert "<img" not in told._repr_html_()


def test_before_every_period_and_figure_there_is_still_a_brief():
    told = bg.load("2000-01-01").brief()
    assert told.sentences[0].endswith("before the named periods.")
    assert "0 of 13 checkpoints are reported closed" in told.text


def test_another_language_is_refused(situation):
    with pytest.raises(UnknownNameError, match="no words in 'fr'; there are: en, km, th"):
        situation.brief(lang="fr")


@pytest.mark.parametrize("place", ["KH99", "TH32", "22"])
def test_a_place_that_is_no_province_of_cambodia_is_refused(situation, place):
    with pytest.raises(UnknownNameError, match=f"no province of Cambodia '{place}'; known: KH01, KH02"):
        situation.brief(place=place)


def test_a_province_without_words_has_its_official_name(situation):
    told = situation.brief(place="KH03", lang="th").sentences
    assert "Kampong Cham" in told[2]
    assert "KH03" not in told[2]


def test_every_province_of_the_figures_has_its_name_in_every_language(situation):
    codes = situation.figures["place_pcode"].dropna()
    for lang in LANGUAGES:
        assert {f"place.{code}" for code in codes if len(code) <= len("KH22")} <= set(words_for(lang))
        assert {f"qualifier.{word}" for word in situation.figures["qualifier"]} <= set(words_for(lang))


def test_the_order_of_the_rows_changes_neither_words_nor_numbers(brief, situation):
    turned = {name: getattr(situation, name).iloc[::-1].reset_index(drop=True) for name in ("figures", "incidents", "visits", "villages")}
    other = bg.load("2026-01-14", **turned).brief()
    assert other.sentences == brief.sentences
    assert other.numbers["rows"].map(sorted).equals(brief.numbers["rows"].map(sorted))


def test_a_figure_added_by_an_analyst_keeps_its_source(situation):
    own = situation.figures.assign(source_id=situation.figures["source_id"].where(situation.figures["figure_id"] != "F015", "our-visit"))
    numbers = bg.load("2026-01-14", figures=own).brief().numbers
    published = numbers[numbers["layer"] == "figures"]
    assert published["sources"].map(len).eq(1).all()
    assert published.loc[published["shown"] == "84", "sources"].tolist() == [("our-visit",)]


def test_the_command_line_gives_it_with_and_without_notes(tmp_path):
    def told(*words):
        found = CliRunner().invoke(app, ["brief", *map(str, words)])
        assert found.exit_code == 0
        return found.output

    assert "[3]" in told()
    plain = told("--plain", "--lang", "th")
    assert "84" in plain
    assert "[" not in plain
    told("--out", tmp_path / "numbers.csv")
    assert "F015" in (tmp_path / "numbers.csv").read_text(encoding="utf-8")
    told("--out", tmp_path / "brief.txt")
    assert (tmp_path / "brief.txt").read_text(encoding="utf-8").startswith("Situation of")

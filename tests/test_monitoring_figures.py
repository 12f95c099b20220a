"""Published figures: all of the update of 14 January 2026, competing ones side by side, and sums that refuse what overlaps."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

import bordergis as bg
from bordergis import provenance
from bordergis.errors import SchemaError, UnitError, UnknownNameError

SHARED = Path(__file__).resolve().parents[2] / "shared"

UPDATE = [  # the update of 14 January 2026, by hand
    ("displaced_since_escalation", "KHM", 640_000, "more than"),
    ("returned_home", "KHM", 500_000, "nearly"),
    ("in_displacement_camps", "KHM", 150_146, "exact"),
    ("in_displacement_camps_women", "KHM", 78_012, "exact"),
    ("in_displacement_camps_children", "KHM", 49_119, "exact"),
    ("returned_in_period_13_14_jan", "KHM", 5_101, "exact"),
    ("schools_closed", "KH22", 40, "exact"),
    ("schools_closed", "KH01", 5, "exact"),
    ("schools_closed", "KH13", 29, "exact"),
    ("health_facilities_closed", "KH22", 7, "exact"),
    ("health_facilities_closed", "KH01", 1, "exact"),
    ("health_facilities_closed", "KH13", 14, "exact"),
    ("villages_inaccessible", "KH22", 84, "exact"),
    ("villages_preparing_return", "KH22", 172, "exact"),
    ("families_needing_temporary_shelter", "KH01", 2_700, "more than"),
    ("commune_offices_closed", "KH22", 1, "exact"),
    ("police_stations_closed", "KH22", 1, "exact"),
]


@pytest.fixture(scope="module")
def figures():
    return bg.published_figures()


def some(figures, *ids):
    return figures.layer[figures.layer["figure_id"].isin(ids)]


@pytest.fixture
def made():
    """Make figures: (id, indicator, place, code, value, ...) with defaults."""

    def make(*rows, **columns):
        table = pd.DataFrame(rows, columns=["figure_id", "indicator", "place", "place_pcode", "value"]).astype({"value": "float64"})
        constant = {
            "as_of": pd.Timestamp("2026-01-14"),
            "as_of_precision": "day",
            "value_low": float("nan"),
            "value_high": float("nan"),
            "unit": "schools",
            "qualifier": "exact",
            "author": "an author",
            "source_id": "a-source",
        }
        return bg.published_figures(table.assign(**(constant | columns)).astype({"as_of": "datetime64[s]"}))

    return make


# ── the update of 14 January ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("indicator", "place", "value", "qualifier"), UPDATE)
def test_every_number_of_the_update_is_there_with_its_author(figures, indicator, place, value, qualifier):
    found = figures.at("2026-01-14", indicator, place)
    assert (found.low, found.high, found.n, found.authors) == (value, value, 1, ("Ministry of Interior (KHM)",))
    assert found.table["qualifier"].item() == qualifier
    assert found.table["source_id"].item() == "seed-002"


def test_the_update_is_the_one_in_the_reference(figures):
    file = SHARED / "reference/seed_figures.csv"
    if not file.is_file():
        pytest.skip("the reference facts beside the project are not here")
    with file.open(encoding="utf-8", newline="") as rows:
        told = [row for row in csv.DictReader(rows) if row["as_of"] == "2026-01-14"]
    day = figures.layer[(figures.layer["as_of"] == "2026-01-14") & (figures.layer["source_id"] == "seed-002")]
    held = set(zip(day["indicator"], day["place"], day["value"], day["unit"], day["author"], strict=True))
    assert {(row["indicator"], row["place"], float(row["value"]), row["unit"], row["author"]) for row in told} == held
    assert len(told) == len(day) == 24


def test_the_closed_schools_and_health_facilities_add_up_over_the_three_provinces(figures):
    day = figures.layer[figures.layer["as_of"] == "2026-01-14"]
    assert figures.sum(day[day["indicator"] == "schools_closed"]).value == 40 + 5 + 29
    assert figures.sum(day[day["indicator"] == "health_facilities_closed"]).value == 7 + 1 + 14


# ── at ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_competing_figures_stand_side_by_side(figures):
    found = figures.at("2026-01-01", "displaced_people", "KHM")
    assert (found.low, found.high, found.n) == (409_149, 512_263, 2)
    assert found.related["indicator"].to_list() == ["displaced_in_sites"]
    assert found.table["definition"].notna().all()


def test_figures_of_another_definition_are_beside_and_not_in_the_spread(figures):
    found = figures.at("2026-01-15", "displaced_people", "KHM", days=1)
    assert (found.low, found.high) == (141_850, 141_850)
    assert 150_146 in found.related["value"].to_list()


def test_no_figure_gives_an_empty_spread(figures):
    found = figures.at("2020-01-01", "schools_closed", "KHM")
    assert (found.n, found.authors, len(found.related)) == (0, (), 0)
    assert pd.isna(found.low)


def test_a_qualifier_opens_the_spread(figures):
    more, less = (figures.at("2026-01-14", name, "KHM") for name in ("displaced_since_escalation", "returned_home"))
    assert (more.open_below, more.open_above, less.open_below, less.open_above) == (False, True, True, False)


@pytest.mark.parametrize(
    ("word", "opened"), [("about", (True, True)), ("up to", (True, False)), ("over", (False, True)), ("claimed", (False, False))]
)
def test_a_loose_word_opens_the_spread_on_its_side(made, word, opened):
    found = made(("a", "schools_closed", "X", "KH22", 10), qualifier=word).at("2026-01-14", "schools_closed", "KH22")
    assert (found.open_below, found.open_above) == opened


@pytest.mark.parametrize("day", ["2569-01-14", pd.Timestamp("2569-01-14")])
def test_a_buddhist_year_is_refused_and_not_empty(figures, day):
    with pytest.raises(UnitError, match="Buddhist era"):
        figures.at(day, "schools_closed", "KH22")


def test_a_moment_is_of_its_local_day(figures):
    found = figures.at(pd.Timestamp("2026-01-13T20:00", tz="UTC"), "villages_inaccessible", "KH22")
    assert found.high == 84


def test_a_figure_of_a_month_counts_in_the_whole_of_it(figures):
    found = figures.at("2025-07-03", "killed_civilians", "THA")
    assert found.table["figure_id"].to_list() == ["F175"]
    assert figures.at("2025-08-01", "killed_civilians", "THA").n == 0


def test_a_range_widens_the_spread(made):
    found = made(("a", "schools_closed", "X", "KH22", 10), value_low=8.0, value_high=12.0).at("2026-01-14", "schools_closed", "KH22")
    assert (found.low, found.high) == (8, 12)


def test_two_spellings_with_one_code_are_one_place(made):
    both = made(("a", "schools_closed", "Siem Reap", "KH17", 1), ("b", "schools_closed", "Siemreap", "KH17", 2))
    assert both.at("2026-01-14", "schools_closed", "Siem Reap").n == 2


def test_one_name_of_two_places_is_refused_and_asked_by_code(made):
    both = made(("a", "schools_closed", "Samraong", "KH2204", 1), ("b", "schools_closed", "Samraong", "KH2108", 2))
    with pytest.raises(UnknownNameError, match="may be KH2108 or KH2204"):
        both.at("2026-01-14", "schools_closed", "Samraong")
    assert both.at("2026-01-14", "schools_closed", "KH2204").high == 1


def test_two_spellings_with_one_code_are_competing_and_not_added(made):
    both = made(("a", "schools_closed", "Siem Reap", "KH17", 1), ("b", "schools_closed", "Siemreap", "KH17", 2))
    with pytest.raises(SchemaError, match="a, b are competing"):
        both.sum(both.layer)


def test_a_layer_without_codes_is_asked_by_name(made):
    layer = made(("a", "schools_closed", "X", "KH22", 10)).layer.drop(columns=["place_pcode", "definition"])
    assert bg.published_figures(layer).at("2026-01-14", "schools_closed", "X").n == 1


# ── series ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_series_is_in_the_order_of_the_dates_with_every_author(figures):
    series = figures.series("villages_inaccessible", "Oddar Meanchey")
    assert series["as_of"].dt.strftime("%Y-%m-%d").to_list() == ["2025-12-31", "2026-01-14"]
    people = figures.series("displaced_people", "KHM")
    assert people["as_of"].is_monotonic_increasing
    assert {"NCDM (KHM)", "Ministry of Interior (KHM)"} <= set(people["author"])


def test_the_order_of_the_rows_does_not_matter(figures):
    turned = bg.published_figures(bg.load_figures()[::-1])
    pd.testing.assert_frame_equal(
        turned.series("displaced_people", "KHM").reset_index(drop=True), figures.series("displaced_people", "KHM").reset_index(drop=True)
    )


def test_no_figure_loses_its_source(figures):
    for name, place in figures.layer[["indicator", "place"]].drop_duplicates().itertuples(index=False):
        series = figures.series(name, place)
        assert series[["author", "source_id"]].notna().all(axis=None)
        assert set(series["source_id"]) <= set(provenance.of(series).sources)


# ── sum ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_women_and_children_are_not_added(figures):
    with pytest.raises(SchemaError, match="in_displacement_camps_children and in_displacement_camps_women overlap"):
        figures.sum(some(figures, "F005", "F006"), across=("indicator",))


@pytest.mark.parametrize(
    ("ids", "error", "reason"),
    [
        ((), SchemaError, "no figure to add"),
        (("F007", "F008"), UnitError, "facilities, schools"),
        (("F185", "F186"), SchemaError, "competing or repeated"),
        (("F110", "F011"), SchemaError, "KH13 lies in KHM"),
        (("F075", "F076"), SchemaError, "4 Thai provinces: without a P-code"),
        (("F007", "F190"), SchemaError, "differ in date: 2026-01-01, 2026-01-14"),
        (("F043", "F041"), SchemaError, "differ in indicator"),
        (("F048", "F113"), SchemaError, "differ in date"),
        (("F033", "F060"), SchemaError, "differ in author"),
    ],
)
def test_a_sum_is_refused_with_the_reason(figures, ids, error, reason):
    with pytest.raises(error, match=reason):
        figures.sum(some(figures, *ids))


@pytest.mark.parametrize("telling", ["in_camps", "in_sites"])
def test_an_overlap_told_by_either_definition_is_one(made, telling):
    base = {"unit": "people", "definition": "a test", "stock_or_flow": "stock"}
    indicators = pd.DataFrame([{"indicator": name, "overlaps_with": None, **base} for name in ("in_camps", "in_sites")])
    other = {"in_camps": "in_sites", "in_sites": "in_camps"}[telling]
    indicators["overlaps_with"] = indicators["overlaps_with"].astype("str").mask(indicators["indicator"] == telling, other)
    layer = made(("a", "schools_closed", "X", "KH22", 1), ("b", "schools_closed", "Y", "KH17", 2)).layer.drop(columns="definition")
    opened = bg.published_figures(layer.assign(indicator=["in_camps", "in_sites"], unit="people"), indicators=indicators)
    with pytest.raises(SchemaError, match="in_camps and in_sites overlap"):
        opened.sum(opened.layer, across=["indicator"])
    assert opened.overlaps("in_camps") == ["in_sites"]


def test_a_sum_may_go_across_what_is_asked_for(figures):
    dead = figures.sum(some(figures, "F043", "F041"), across=("indicator",))
    assert dead.value == 22
    both = figures.sum(some(figures, "F033", "F060"), across=("author", "date"))
    assert both.value == 5_655 + 16_816
    assert set(both.table["author"]) == {"Royal Thai Army", "Government of Thailand"}


def test_a_sum_keeps_ranges_qualifiers_and_sources(made):
    both = made(("a", "schools_closed", "X", "KH22", 10), ("b", "schools_closed", "Y", "KH01", 5), qualifier=["exact", "more than"])
    added = both.sum(both.layer.assign(value_low=[9.0, float("nan")], value_high=[12.0, float("nan")]))
    assert (added.value, added.low, added.high, added.open_above, added.open_below, added.unit) == (15, 14, 17, True, False, "schools")
    assert added.table["source_id"].to_list() == ["a-source"] * 2


def test_a_missing_number_is_not_nothing(made):
    figures = made(("a", "schools_closed", "X", "KH22", float("nan")), ("b", "schools_closed", "Y", "KH01", 5))
    with pytest.raises(SchemaError, match="a: no number is published"):
        figures.sum(figures.layer)


def test_published_totals_are_the_sums_of_their_provinces(figures):
    for whole, parts in (("F125", range(127, 134)), ("F092", range(95, 98)), ("F059", range(60, 67)), ("F075", range(76, 80))):
        total = some(figures, whole)["value"].item()
        assert figures.sum(some(figures, *(f"F{n:03d}" for n in parts))).value == total


# ── refusals, the table of indicators, and nothing is changed ─────────────────────────────────────────────────────────


def test_unknown_names_are_refused(figures):
    with pytest.raises(UnknownNameError, match="indicator 'schools'"):
        figures.at("2026-01-14", "schools", "KHM")
    with pytest.raises(UnknownNameError, match="No figure speaks of the place 'Laos'; known: "):
        figures.series("schools_closed", "Laos")
    with pytest.raises(UnknownNameError, match="difference between figures 'place'"):
        figures.sum(some(figures, "F007"), across=("place",))


def test_a_figure_without_a_definition_or_in_another_unit_is_refused(made):
    with pytest.raises(SchemaError, match="a: cows_lost in schools"):
        made(("a", "cows_lost", "X", "KH22", 1))
    with pytest.raises(SchemaError, match="a: schools_closed in people"):
        made(("a", "schools_closed", "X", "KH22", 1), unit="people")


def test_overlaps_hold_both_ways_and_are_known(figures):
    names = set(figures.indicators["indicator"])
    for name in names:
        assert set(figures.overlaps(name)) <= names - {name}
        assert all(name in figures.overlaps(other) for other in figures.overlaps(name))


def test_every_code_of_a_figure_is_a_listed_one():
    with (Path(__file__).resolve().parents[1] / "data/facts/pcodes.csv").open(encoding="utf-8", newline="") as rows:
        known = {row["pcode"]: row["name"] for row in csv.DictReader(rows)} | {"KHM": "KHM", "THA": "THA"}
    figures = bg.load_figures()
    assert set(figures["place_pcode"].dropna()) <= set(known)
    assert not figures.loc[figures["place"].str.contains("provinces"), "place_pcode"].notna().any()  # a group of provinces is no unit


def test_nothing_is_changed():
    layer = bg.load_figures()
    copy = layer.copy()
    figures = bg.published_figures(layer)
    figures.at("2026-01-14", "schools_closed", "KH22")
    figures.sum(some(figures, "F007", "F009"))
    pd.testing.assert_frame_equal(layer, copy)

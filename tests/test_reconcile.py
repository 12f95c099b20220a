"""A reported list beside a computed set, a count beside it, and figures beside figures: every residual shown, nothing judged."""

from __future__ import annotations

import itertools

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point

import bordergis as bg
from bordergis import provenance
from bordergis.errors import SchemaError, UnitError
from bordergis.reconcile.computed import computed_answer
from bordergis.reconcile.villages import OUTCOMES


@pytest.fixture(scope="module")
def access():
    """The computed table of a small world.

    Kouk Mon is in a zone, Ta Mean possibly, Dong Tong not, Lost has no position; there are two villages called Thnal, in two districts.
    """
    rows = [
        ("v1", "Kouk Mon", "22020101", "Oddar Meanchey", "Banteay Ampil", "definite"),
        ("v2", "Ta Mean", "22020102", "Oddar Meanchey", "Banteay Ampil", "possible"),
        ("v3", "Dong Tong", "22010101", "Oddar Meanchey", "Samraong", "no"),
        ("v4", "Phlong", "22010102", "Oddar Meanchey", "Samraong", "unknown"),
        ("v5", "Thnal", "22010103", "Oddar Meanchey", "Samraong", "definite"),
        ("v6", "Thnal", "22020103", "Oddar Meanchey", "Banteay Ampil", "no"),
        ("v7", "Svay Sor", "01010101", "Banteay Meanchey", "Ou Chrov", "definite"),
    ]
    table = pd.DataFrame(rows, columns=["place_id", "name", "village_code", "adm1", "adm2", "in_zone"])
    points = [None if row.place_id == "v4" else Point(103.1 + n / 20, 14.2) for n, row in enumerate(table.itertuples())]
    return gpd.GeoDataFrame(table.assign(kind="village", position_class="place", position_radius_m=500.0), geometry=points, crs=4326)


def listed(*names, **columns):
    return pd.DataFrame({"name": list(names), "reported_by": "a chief", "as_of": "2026-01-14", "source_id": "seed-002", **columns})


def outcome(found, name):
    return found.table.set_index("reported_name").loc[name, "outcome"]


# ── villages ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_outcome_can_be_checked_by_eye(access):
    found = bg.reconcile_villages(
        listed("Kouk Mon", "Ta Mean", "Dong Tong", "Phlong", "Thnal", "Kuala Lumpur"), access, place="Oddar Meanchey"
    )
    told = found.table.set_index("reported_name")["outcome"].to_dict()
    assert told["Kouk Mon"] == "matched"
    assert told["Ta Mean"] == "possibly matched"
    assert told["Dong Tong"] == "reported only"
    assert told["Phlong"] == "unknown"
    assert told["Thnal"] == "name-ambiguous"
    assert told["Kuala Lumpur"] == "unknown"


def test_a_village_that_nobody_reports_is_computed_only_and_only_where_the_list_speaks_of(access):
    inside = bg.reconcile_villages(listed("Kouk Mon"), access, place="Oddar Meanchey").table
    anywhere = bg.reconcile_villages(listed("Kouk Mon"), access).table
    assert inside.loc[inside["outcome"] == "computed only", "place_id"].to_list() == ["v5"]
    assert anywhere.loc[anywhere["outcome"] == "computed only", "place_id"].to_list() == ["v5", "v7"]


def test_a_village_that_a_doubtful_name_may_mean_says_so(access):
    table = bg.reconcile_villages(listed("Thnal"), access, place="Oddar Meanchey").table.set_index("place_id")
    assert table.loc["v5", "outcome"] == "computed only"
    assert "a name on the list that is in doubt may mean it" in table.loc["v5", "reason"]
    assert "in doubt" not in table.loc["v1", "reason"]


def test_a_code_decides_between_villages_of_one_name(access):
    table = bg.reconcile_villages(listed("Thnal", village_code=["22010103"]), access).table
    assert table.loc[0, ["place_id", "outcome"]].to_list() == ["v5", "matched"]


def test_a_code_that_now_belongs_to_another_village_is_not_believed(access):
    table = bg.reconcile_villages(listed("Dong Tong", village_code=["22020101"]), access).table
    assert table.loc[0, "outcome"] == "name-ambiguous"
    assert pd.isna(table.loc[0, "place_id"])
    assert table.loc[0, "reason"] == "name-ambiguous: the code is that of v1, the name is not"


def test_a_code_that_nobody_has_leaves_the_name(access):
    table = bg.reconcile_villages(listed("Dong Tong", village_code=["99999999"]), access).table
    assert table.loc[0, ["place_id", "outcome"]].to_list() == ["v3", "reported only"]


def test_a_code_that_two_villages_have_decides_nothing(access):
    twice = access.assign(village_code=access["village_code"].replace("22020103", "22010103"))
    assert bg.reconcile_villages(listed("Thnal", village_code=["22010103"]), twice).table.loc[0, "outcome"] == "name-ambiguous"


def test_a_stated_parent_decides_between_villages_of_one_name(access):
    table = bg.reconcile_villages(listed("Thnal", parent=["Samraong district, Oddar Meanchey"]), access).table
    assert table.loc[0, "place_id"] == "v5"


def test_the_spelling_need_not_be_the_same(access):
    assert outcome(bg.reconcile_villages(listed("Kouk Mon village"), access), "Kouk Mon village") == "matched"


@pytest.mark.parametrize("code", [1010101, 22010103.0])
def test_codes_that_were_read_as_numbers_are_refused(access, code):
    with pytest.raises(SchemaError, match="read as numbers"):
        bg.reconcile_villages(listed("Thnal", village_code=code), access)


def test_what_is_possibly_so_and_not_on_the_list_is_said(access):
    found = bg.reconcile_villages(listed("Dong Tong"), access, place="Oddar Meanchey")
    assert "1 more are computed to be possibly inaccessible, and not on the list; they are not in the table." in found.sentences
    assert not any("more are" in said for said in bg.reconcile_villages(listed("Ta Mean"), access).sentences)


def test_counts_add_up_to_the_rows_by_place_and_author(access):
    told = listed("Kouk Mon", "Thnal", "Kuala Lumpur", "Svay Sor", reported_by=["a", "b", "a", "b"])
    found = bg.reconcile_villages(told, access)
    assert found.summary["n"].sum() == len(found.table)
    by = found.summary.set_index(["place", "reported_by", "outcome"])["n"]
    assert by["Banteay Meanchey", "b", "matched"] == 1
    assert by["no place stated", "a", "unknown"] == 1


def test_two_authors_on_one_village_stand_side_by_side(access):
    found = bg.reconcile_villages(listed("Kouk Mon", "Kouk Mon", reported_by=["a", "b"]), access)
    assert found.table["reported_by"].head(2).to_list() == ["a", "b"]
    assert found.sentences[-1] == "1 rows name a village that another row names too."


def test_the_sentences_say_first_what_cannot_be_compared(access):
    found = bg.reconcile_villages(listed("Kouk Mon", "Thnal", "Kuala Lumpur"), access, place="Oddar Meanchey")
    assert found.sentences[0] == "3 reported rows in Oddar Meanchey: 1 cannot be compared, 1 are in doubt."
    assert "1 reported, and computed to be inaccessible for certain." in found.sentences


def test_the_order_of_rows_does_not_matter(access):
    told = listed("Kouk Mon", "Ta Mean", "Dong Tong", "Thnal", "Kuala Lumpur")
    one = bg.reconcile_villages(told, access).summary
    other = bg.reconcile_villages(told.iloc[::-1], access.iloc[::-1]).summary
    pd.testing.assert_frame_equal(one, other)


def test_nothing_is_mutated_and_labels_may_repeat(access):
    told, layer = listed("Kouk Mon", "Ta Mean").set_axis([7, 7]), access.set_axis([0] * len(access))
    copies = told.copy(), layer.copy()
    found = bg.reconcile_villages(told, layer)
    assert found.table["outcome"].head(2).to_list() == ["matched", "possibly matched"]
    pd.testing.assert_frame_equal(told, copies[0])
    pd.testing.assert_frame_equal(layer, copies[1])


def test_the_sources_of_the_list_and_of_the_layer_are_kept(situation):
    found = bg.reconcile_villages(listed("Prey Chan"), situation.access.table)
    assert {"seed-002", "geonames"} <= set(provenance.of(found.table).sources)
    assert provenance.of(found.table).steps[-1].startswith("reconcile_villages(")


def test_an_empty_list_leaves_what_is_computed(access):
    assert set(bg.reconcile_villages(listed(), access).table["outcome"]) == {"computed only"}


def test_a_report_is_never_held_against_itself(access):
    reported = access.assign(in_zone="no", reported_inaccessible=True, status="inaccessible")
    assert outcome(bg.reconcile_villages(listed("Kouk Mon"), reported), "Kouk Mon") == "reported only"


def test_outcomes_take_no_side():
    assert not {word for text in OUTCOMES.values() for word in ("wrong", "false", "error", "mistake") if word in text}


@pytest.mark.parametrize(
    ("zone", "cut", "told"),
    [
        ("definite", "no", "definite"), ("no", "definite", "definite"), ("possible", "no", "possible"), ("no", "no", "no"),
        ("unknown", "no", "unknown"), ("no", "not_computed", "no"), ("unknown", "not_computed", "unknown"), ("no", "unknown", "unknown"),
        ("unknown", "possible", "possible"),
    ],
)  # fmt: skip
def test_the_parts_make_one_computed_answer(zone, cut, told):
    assert computed_answer(pd.DataFrame({"in_zone": [zone], "cut_off": [cut]})).to_list() == [told]


def test_refusals_say_what_came_and_what_to_do(access):
    with pytest.raises(SchemaError, match="expected a column `name`, got ville; rename"):
        bg.reconcile_villages(pd.DataFrame({"ville": ["a"]}), access)
    with pytest.raises(SchemaError, match="pass the table of `inaccessible_villages"):
        bg.reconcile_villages(listed("a"), access.drop(columns="in_zone"))
    with pytest.raises(SchemaError, match=r"no settlement of the layer lies in 'Paris'; .* Banteay Meanchey, Oddar Meanchey"):
        bg.reconcile_villages(listed("a"), access, place="Paris")


# ── counts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def figure(value, place="Oddar Meanchey", unit="villages", indicator="villages_inaccessible", **more):
    row = {
        "figure_id": "X1", "as_of": pd.Timestamp("2026-01-14").as_unit("s"), "as_of_precision": "day", "indicator": indicator,
        "value": float(value), "value_low": float("nan"), "value_high": float("nan"), "unit": unit, "place": place, "qualifier": "exact",
        "author": "a ministry", "source_id": "seed-002", **more,
    }  # fmt: skip
    return pd.DataFrame([row])


def counts(value, access, official, **more):
    return bg.reconcile_counts(figure(value, **more), access, official={"Oddar Meanchey": official}).iloc[0]


def test_the_bounds_by_hand(access):
    """Of 10 villages 7 are reported and 2 computed (v1, v5), 1 possibly, 1 without an answer; 4 are not in the layer."""
    row = counts(7, access, 10)
    assert row[["in_layer", "definite", "possible", "no_answer", "not_in_layer"]].to_list() == [6, 2, 1, 1, 4]
    assert (row["certain_shared_low"], row["certain_shared_high"]) == (0, 2)
    assert (row["shared_low"], row["shared_high"]) == (0, 7)
    assert (counts(9, access, 10)["shared_low"], counts(9, access, 10)["shared_high"]) == (1, 8)


@settings(max_examples=60)
@given(st.data())
def test_the_bounds_are_those_of_all_sets_there_can_be(access, data):
    """Drawn reported sets and drawn truths of what is possible or unknown never leave the bounds, and some reach them."""
    n, told = 8, data.draw(st.integers(0, 8))
    row = counts(told, access, n)
    certain, open_ = {"v1", "v5"}, ["v2", "v4", "x1", "x2"]
    villages = ["v1", "v2", "v3", "v4", "v5", "v6", "x1", "x2"]
    shared = {
        len(set(some) & (certain | set(more)))
        for some in itertools.combinations(villages, told)
        for size in range(len(open_) + 1)
        for more in itertools.combinations(open_, size)
    }
    sure = {len(set(some) & certain) for some in itertools.combinations(villages, told)}
    assert (min(sure), max(sure)) == (row["certain_shared_low"], row["certain_shared_high"])
    assert (min(shared), max(shared)) == (row["shared_low"], row["shared_high"])
    assert (told - max(shared), told - min(shared)) == (row["reported_only_low"], row["reported_only_high"])


def test_what_measures_something_else_is_not_called_a_residual(access):
    row = counts(5, access, 10, indicator="villages_preparing_return")
    assert not row["same_measure"]
    assert pd.isna(row["reported_only_low"])
    assert row["sentence"].endswith("The two do not measure the same.")


def test_the_reported_84_and_172_of_oddar_meanchey_stand_beside_what_is_computed(situation):
    figures = situation.figures[situation.figures["figure_id"].isin(["F015", "F016"])]
    table = bg.reconcile_counts(figures, situation.access.table).set_index("indicator")
    assert table["reported"].to_list() == [84, 172]
    assert table["official"].to_list() == [308, 308]
    row = table.loc["villages_inaccessible"]
    assert (row["in_layer"], row["definite"], row["certain_shared_high"]) == (12, 1, 1)
    assert row["sentence"].startswith(
        "Oddar Meanchey: 84 of 308 official villages (villages_inaccessible, Ministry of Interior (KHM), 2026-01-14"
    )
    assert provenance.of(table).steps[-1] == "reconcile_counts()"


def test_a_count_gives_no_name(situation):
    figures = situation.figures[situation.figures["figure_id"] == "F015"]
    table = bg.reconcile_counts(figures, situation.access.table)
    assert not set(table.columns) & {"place_id", "name"}


@pytest.mark.parametrize(
    ("rows", "official", "words"),
    [
        (figure(5, unit="people"), None, "X1 are not in villages"),
        (figure("nan"), None, "have no single number"),
        (figure(5, qualifier="more than"), None, "are not exact, so that they bound nothing"),
        (figure(5, place="KHM"), None, "of a place without an official number"),
        (figure(11), {"Oddar Meanchey": 10}, r"11 villages \(reported\) of 10 official ones"),
        (figure(1), {"Oddar Meanchey": 5}, r"6 villages \(in_layer\) of 5 official ones"),
    ],
)
def test_counts_that_cannot_be_bounded_are_refused(access, rows, official, words):
    with pytest.raises(SchemaError, match=words):
        bg.reconcile_counts(rows, access, official=official)


# ── figures ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def figures(*rows):
    """Make figures of (day, indicator, value, place, pcode, author[, qualifier]) rows, with ids A, B, …."""
    made = []
    for n, (day, indicator, value, place, pcode, author, *qualifier) in enumerate(rows):
        word = qualifier[0] if qualifier else "exact"
        more = {
            "figure_id": "ABCDEFGH"[n],
            "as_of": pd.Timestamp(day).as_unit("s"),
            "place_pcode": pcode,
            "author": author,
            "qualifier": word,
        }
        made.append(figure(value, place=place, unit="people", indicator=indicator, **more))
    table = pd.concat(made, ignore_index=True)
    return table.astype({"place_pcode": "str", "as_of": "datetime64[s]"})


def found(*rows, check, **options):
    table = bg.reconcile_figures(figures(*rows), **options).table
    return table[table["check"] == check].reset_index(drop=True)


TOTAL = ("2026-01-01", "evacuated_people", 100, "KHM", "KHM", "M")
NORTH = ("2026-01-01", "evacuated_people", 60, "Oddar Meanchey", "KH22", "M")
SOUTH = ("2026-01-01", "evacuated_people", 40, "Pursat", "KH15", "M")


def test_parts_that_add_up_agree():
    row = found(TOTAL, NORTH, SOUTH, check="sum").loc[0]
    assert row[["outcome", "value", "other", "figure_ids"]].to_list() == ["agrees", 100.0, 100.0, "A; B; C"]


def test_parts_that_are_more_than_the_total_differ():
    row = found(TOTAL, (*NORTH[:2], 70, *NORTH[3:]), SOUTH, check="sum").loc[0]
    assert row["outcome"] == "differs"
    assert row["words"] == "100 (A, M) for KHM: 110 in Oddar Meanchey, Pursat (they differ by 10)."


def test_parts_that_are_less_leave_a_rest_unless_the_total_says_how_many_there_are():
    assert found(TOTAL, NORTH, check="sum").loc[0, "outcome"] == "rest"
    of_two = (*TOTAL[:3], "Cambodia, 2 provinces", None, "M")
    few = (*SOUTH[:2], 30, *SOUTH[3:])
    assert found(of_two, NORTH, few, check="sum").loc[0, "outcome"] == "differs"
    assert found(of_two, NORTH, check="sum").loc[0, "outcome"] == "rest"


def test_districts_are_held_against_their_province_and_not_against_the_country():
    district = ("2026-01-01", "evacuated_people", 90, "Samraong", "KH2204", "M")
    rows = found(TOTAL, NORTH, district, check="sum").set_index("place")
    assert rows.loc["Oddar Meanchey", "outcome"] == "differs"
    assert rows.loc["KHM", ["outcome", "other"]].to_list() == ["rest", 60.0]


@pytest.mark.parametrize("other", [("2026-01-02", *NORTH[1:]), (*NORTH[:5], "N"), (NORTH[0], "displaced_people", *NORTH[2:])])
def test_another_day_author_or_indicator_is_not_added(other):
    assert found(TOTAL, other, check="sum").empty


@pytest.mark.parametrize(("word", "outcome"), [("exact", "differs"), ("at least", "agrees"), ("about", "agrees"), ("nearly", "differs")])
def test_loose_words_widen_a_number(word, outcome):
    north = (*NORTH[:2], 65, *NORTH[3:])
    assert found((*TOTAL, word), north, SOUTH, check="sum").loc[0, "outcome"] == outcome


def test_components_make_up_a_number_and_women_and_children_are_never_added():
    day = ("2026-01-08",)
    whole = (*day, "displaced_people", 100, "KHM", "KHM", "M")
    sites, hosts = (*day, "displaced_in_sites", 40, "KHM", "KHM", "M"), (*day, "displaced_with_hosts", 60, "KHM", "KHM", "M")
    assert found(whole, sites, hosts, check="components").loc[0, "outcome"] == "agrees"
    assert found(whole, sites, check="components").loc[0, "outcome"] == "rest"
    assert found((*whole[:2], 90, *whole[3:]), sites, hosts, check="components").loc[0, "outcome"] == "differs"
    camps = (*day, "in_displacement_camps", 100, "KHM", "KHM", "M")
    women, children = ((*day, f"in_displacement_camps_{who}", 70, "KHM", "KHM", "M") for who in ("women", "children"))
    assert bg.reconcile_figures(figures(camps, women, children)).mismatches.empty


def test_a_part_may_be_no_more_than_its_whole():
    whole = ("2026-01-08", "health_facilities_affected", 10, "THA", "THA", "M")
    part = ("2026-01-08", "health_facilities_closed", 12, "THA", "THA", "M")
    row = found(whole, part, check="subset").loc[0]
    assert row["outcome"] == "differs"
    assert row["words"].endswith("the part is more than the whole.")


@pytest.mark.parametrize(
    ("indicator", "values", "outcome"),
    [
        ("killed_civilians", (10, 9), "listed"),
        ("killed_civilians", (10, 12), "agrees"),
        ("killed_civilians", (10, 40), "listed"),
        ("people_in_shelters", (100, 60), "agrees"),
        ("people_in_shelters", (100, 20), "listed"),
        ("people_in_shelters", (10, 30), "agrees"),
    ],
)
def test_a_series_against_its_own_past(indicator, values, outcome):
    rows = [(day, indicator, value, "KHM", "KHM", "M") for day, value in zip(("2025-12-20", "2025-12-22"), values, strict=True)]
    assert found(*rows, check="series").loc[0, "outcome"] == outcome


def test_a_count_begins_anew_with_each_round_of_fighting():
    rows = [(day, "killed_civilians", value, "KHM", "KHM", "M") for day, value in (("2025-08-27", 50), ("2025-12-20", 3))]
    assert found(*rows, check="series").empty


def test_the_factor_decides_what_is_listed():
    rows = [(day, "people_in_shelters", value, "KHM", "KHM", "M") for day, value in (("2025-12-20", 100), ("2025-12-22", 60))]
    assert found(*rows, check="series", factor=1.5).loc[0, "outcome"] == "listed"
    with pytest.raises(UnitError, match="expected a number above 1"):
        bg.reconcile_figures(figures(*rows), factor=1)


def test_competing_numbers_stand_side_by_side():
    one, other = (("2026-01-01", "displaced_people", value, "KHM", "KHM", author) for value, author in ((500, "M"), (400, "N")))
    row = found(one, other, check="competing").loc[0]
    assert row[["outcome", "value", "other", "author", "figure_ids"]].to_list() == ["differs", 400.0, 500.0, "N; M", "B; A"]
    assert found((*one[:2], 390, *one[3:], "more than"), other, check="competing").loc[0, "outcome"] == "agrees"


def test_a_range_counts_where_there_is_no_single_number():
    rows = figures(TOTAL, NORTH, SOUTH).assign(
        value=[float("nan"), 60.0, 40.0], value_low=[90.0, None, None], value_high=[95.0, None, None]
    )
    assert bg.reconcile_figures(rows).mismatches["check"].to_list() == ["sum"]


def test_a_range_is_told_as_one_and_no_part_without_a_number_counts_as_nothing():
    rows = figures(TOTAL, NORTH, SOUTH).assign(
        value=[100.0, float("nan"), 40.0], value_low=[None, 90.0, None], value_high=[None, 95.0, None]
    )
    checks = bg.reconcile_figures(rows)
    assert checks.mismatches["words"].to_list() == ["100 (A, M) for KHM: 130 to 135 in Oddar Meanchey, Pursat (they differ)."]
    rows["author"], rows["place"], rows["place_pcode"] = ["M", "N", "N"], "KHM", "KHM"
    assert "90 to 95 (B, N)" in bg.reconcile_figures(rows).table.set_index("check").loc["competing", "words"]


@pytest.mark.parametrize(
    ("word", "outcome"),
    [("over", "agrees"), ("up to", "differs"), ("a fresh word", "agrees"), ("claimed", "differs"), ("less than", "differs")],
)
def test_every_word_beside_a_number_has_its_meaning_and_an_unknown_one_says_nothing(word, outcome):
    north = (*NORTH[:2], 80, *NORTH[3:])
    assert found((*TOTAL, word), north, SOUTH, check="sum").loc[0, "outcome"] == outcome


def test_up_to_is_any_number_below():
    few = (*SOUTH[:2], 10, *SOUTH[3:])
    assert found((*TOTAL[:3], "Cambodia, 2 provinces", None, "M", "up to"), NORTH, few, check="sum").loc[0, "outcome"] == "agrees"


def test_two_numbers_of_one_author_for_one_part_are_a_range_and_neither_is_dropped():
    row = found(TOTAL, NORTH, (*NORTH[:2], 70, *NORTH[3:]), SOUTH, check="sum").loc[0]
    assert row[["outcome", "figure_ids"]].to_list() == ["agrees", "A; B; C; D"]


def test_figures_without_a_code_of_place_are_still_held_against_each_other():
    rows = figures(("2026-01-01", "displaced_people", 5, "KHM", None, "M"), ("2026-01-01", "displaced_people", 6, "KHM", None, "N"))
    assert bg.reconcile_figures(rows.drop(columns="place_pcode")).table["outcome"].to_list() == ["differs"]


def test_nothing_to_compare_is_said():
    checks = bg.reconcile_figures(figures(TOTAL))
    assert checks.sentences == ("No check could be made.",)
    assert checks.mismatches.empty


def test_what_the_published_figures_show():
    checks = bg.reconcile_figures(bg.load_figures())
    count = checks.table.groupby(["check", "outcome"]).size().to_dict()
    assert count["sum", "agrees"] == 6
    assert ("sum", "differs") not in count
    told = "\n".join(checks.sentences)
    assert (
        "evacuated_people in 4 Thai provinces, 2025-07-25: 63,446 (F047, Royal Thai Army), 100,672 (F052, Ministry of Interior (THA))."
        in told
    )
    assert "76 (F135, Ministry of Interior (KHM)), then 59 (F139, Ministry of Interior (KHM)); a cumulative number fell." in told


def test_every_mismatch_names_its_rows_and_no_figure_loses_its_source():
    layer = bg.load_figures()
    checks = bg.reconcile_figures(layer)
    named = set("; ".join(checks.table["figure_ids"]).split("; "))
    assert named <= set(layer["figure_id"])
    assert set(layer["source_id"]) <= set(provenance.of(checks.table).sources)


def test_the_order_of_figures_does_not_matter_and_nothing_is_mutated():
    layer = bg.load_figures()
    before = layer.copy()
    one, other = bg.reconcile_figures(layer).table, bg.reconcile_figures(layer.sample(frac=1, random_state=1)).table
    pd.testing.assert_frame_equal(one, other)
    pd.testing.assert_frame_equal(layer, before)

"""A table with HXL tags is read by its tags, whatever its headings; a narrower tag never stands for a wider one."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bordergis import schema
from bordergis.errors import SchemaError, UnknownNameError
from bordergis.readers import hxl
from bordergis.readers.checked import FaultsError
from bordergis.readers.hxl import from_hxl

PUBLISHED = Path(__file__).parents[2] / "shared/reference/schemas"

EVENT = {
    "#event+id": "E1", "#date+occurred": "2025-07-24", "#event+type": "shelling", "#loc+name": "O Smach", "#geo+lat": "14.4161",
    "#geo+lon": "103.6989", "#meta+source": "An observer", "#affected+killed": "2",
}  # fmt: skip


PLACED = {"position_class": "place", "position_radius_m": 3_000}
"""How fine the positions are: HXL has no tag for it, so the caller says it."""


@pytest.fixture
def table(tmp_path):
    """Write a table: a heading, a tag and the cells of each column."""

    def write(*rows, above=(), name="table.csv"):
        file = tmp_path / name
        headings = ",".join(f"Heading {n}" for n, _ in enumerate(rows[0]))
        body = [",".join(row.values()) for row in rows]
        file.write_text("\n".join([*above, headings, ",".join(rows[0]), *body]) + "\n", encoding="utf-8")
        return file

    return write


def test_columns_are_found_by_their_tags(table):
    read = from_hxl(table(EVENT), "incidents", values=PLACED)
    event = read.layer.iloc[0]
    assert (event["incident_id"], event["category"], event["reported_by"]) == ("E1", "shelling", "An observer")
    assert event["date_start"] == event["date_end"] == pd.Timestamp("2025-07-24")
    assert (event["killed_best"], event["place_as_given"]) == (2, "O Smach")
    assert (event.geometry.x, event.geometry.y) == (103.6989, 14.4161)
    schema.INCIDENTS.validate(read.layer)
    assert any("date_start from #date+occurred" in note for note in read.report.notes)


@pytest.mark.parametrize("written", ["#AFFECTED +Killed", "#affected+killed+num", "# affected +killed"])
def test_a_tag_is_the_same_in_any_spelling(table, written):
    row = {written if tag == "#affected+killed" else tag: cell for tag, cell in EVENT.items()}
    assert from_hxl(table(row), "incidents", values=PLACED).layer["killed_best"].item() == 2


@pytest.mark.parametrize("narrower", ["#affected+killed+f", "#affected+killed+children", "#affected+killed+civilians"])
def test_a_part_of_the_killed_is_never_taken_for_all(table, narrower):
    row = {narrower if tag == "#affected+killed" else tag: cell for tag, cell in EVENT.items()}
    layer = from_hxl(table(row), "incidents", values=PLACED).layer
    assert "killed_best" not in layer
    carried = "+".join(["#affected", *sorted(narrower.split("+")[1:])])
    assert layer[carried].item() == "2"


def test_the_exact_tag_goes_before_one_with_more_words(table):
    row = {"#loc+name+km": "អូរស្មាច់"} | EVENT
    assert from_hxl(table(row), "incidents", values=PLACED).layer["place_as_given"].item() == "O Smach"


def test_unknown_and_repeated_tags_are_carried(tmp_path):
    file = tmp_path / "repeated.csv"
    tags = [*EVENT, "#org+funder", "#org+funder", "#meta+source"]
    cells = [*EVENT.values(), "One", "Two", "Another observer"]
    file.write_text("\n".join([",".join(f"h{n}" for n, _ in enumerate(tags)), ",".join(tags), ",".join(cells)]), encoding="utf-8")
    layer = from_hxl(file, "incidents", values=PLACED).layer
    assert layer[["#org+funder", "#org+funder (2)", "#meta+source"]].iloc[0].to_list() == ["One", "Two", "Another observer"]


def test_columns_without_a_tag_are_named_as_left_out(table):
    read = from_hxl(table(EVENT | {"": "a remark"}), "incidents", values=PLACED)
    assert any("Columns without a tag left out: Heading 8" in note for note in read.report.notes)


def test_how_fine_a_position_is_is_never_assumed(table):
    with pytest.raises(SchemaError, match=r"nothing says position_class.*values="):
        from_hxl(table(EVENT), "incidents")


def test_incidents_without_coordinates_are_unlocatable(table):
    row = {tag: cell for tag, cell in EVENT.items() if not tag.startswith("#geo")}
    layer = from_hxl(table(row, row | {"#event+id": "E2"}), "incidents").layer
    assert set(layer["position_class"]) == {"unlocatable"}


def test_a_row_without_coordinates_loses_the_class_given_to_all(table):
    layer = from_hxl(table(EVENT, EVENT | {"#event+id": "E2", "#geo+lat": ""}), "incidents", values=PLACED).layer
    assert layer["position_class"].to_list() == ["place", "unlocatable"]


def test_precision_in_unknown_units_is_never_taken_for_metres(table):
    layer = from_hxl(table(EVENT | {"#geo+precision": "2"}), "incidents", values={"position_class": "place"}).layer
    assert layer["position_radius_m"].isna().all()
    assert layer["#geo+precision"].item() == "2"


def test_what_the_file_does_not_say_can_be_said_for_all_rows(table):
    row = {tag: cell for tag, cell in EVENT.items() if tag != "#meta+source"}
    with pytest.raises(SchemaError, match=r"nothing says reported_by \(tag it #meta\+source\).*values="):
        from_hxl(table(row), "incidents", values=PLACED)
    values = {"reported_by": "An observer", "position_class": "place", "position_radius_m": 2_000.0}
    layer = from_hxl(table(row), "incidents", values=values).layer
    assert layer[list(values)].iloc[0].to_list() == list(values.values())


def test_titles_above_and_a_bad_row_below_keep_the_numbers_of_the_file(table):
    file = table(EVENT, EVENT | {"#event+id": "E2", "#date+occurred": "soon"}, above=("A title of the table",))
    with pytest.raises(FaultsError) as caught:
        from_hxl(file, "incidents", values=PLACED)
    assert set(caught.value.report.faults["row"]) == {5}


def test_one_cell_may_hold_the_whole_position(table):
    row = {tag: cell for tag, cell in EVENT.items() if not tag.startswith("#geo")} | {"#geo+coord": "48PTA 55148 28943"}
    point = from_hxl(table(row), "incidents", values=PLACED).layer.geometry.item()
    assert (round(point.x, 2), round(point.y, 2)) == (102.73, 13.82)


def test_facilities(table):
    row = {"#loc+code": "S1", "#loc+name": "A school", "#loc+type": "school", "#status": "closed", "#date+reported": "2026-01-10"}
    layer = from_hxl(table(row), "facilities").layer
    assert layer[["facility_id", "name", "kind", "status"]].iloc[0].to_list() == ["S1", "A school", "school", "closed"]
    assert layer["status_since"].item() == pd.Timestamp("2026-01-10")
    schema.FACILITIES.validate(layer)


def test_access_reports_keep_village_codes_as_text(table):
    row = {"#adm4+code": "01020304", "#access": "inaccessible", "#date+reported": "2026-01-10", "#meta+source": "An observer"}
    layer = from_hxl(table(row), "access_reports").layer
    assert layer["place_id"].item() == "01020304"
    schema.ACCESS_REPORTS.validate(layer)


def test_figures(table):
    row = {
        "#indicator+id": "F1", "#date+reported": "2026-01-10", "#indicator+name": "displaced_people", "#indicator+value": "141850",
        "#indicator+unit": "people", "#adm1+name": "Oddar Meanchey", "#meta+source": "A committee",
    }  # fmt: skip
    layer = from_hxl(table(row), "figures").layer
    assert (layer["value"].item(), layer["place"].item(), layer["author"].item()) == (141_850, "Oddar Meanchey", "A committee")
    schema.FIGURES.validate(layer)


def test_other_layers_columns_and_files_are_refused(table, tmp_path):
    with pytest.raises(UnknownNameError, match="incidents, facilities, access_reports, figures"):
        from_hxl(table(EVENT), "roads")
    with pytest.raises(UnknownNameError, match="incidents have no column colour"):
        from_hxl(table(EVENT), "incidents", values={"colour": "red"})
    plain = tmp_path / "plain.csv"
    plain.write_text("id,date\nE1,2025-07-24\n", encoding="utf-8")
    with pytest.raises(SchemaError, match="no row of HXL tags"):
        from_hxl(plain, "incidents", values=PLACED)


def test_an_address_is_never_fetched():
    with pytest.raises(SchemaError, match="is an address, not a file"):
        from_hxl("https://example.org/table.csv", "incidents", values=PLACED)


@settings(deadline=None, max_examples=200)
@given(more=st.lists(st.sampled_from(["f", "m", "children", "num", "en", "v_pcode", "i_en", "reported"]), max_size=4, unique=True))
def test_a_tag_fits_only_if_nothing_narrows_it(more):
    harmless = set(more) <= {"num", "en", "v_pcode", "i_en"}
    assert hxl._fits("+".join(["#affected", "killed", *more]), "#affected+killed") is harmless  # noqa: SLF001  the one rule that all of it stands on


def test_the_tags_published_for_incidents_are_known_or_carried():
    if not PUBLISHED.is_dir():
        pytest.skip("the published tag list (../shared/reference/schemas) is not on this machine")
    wanted = {
        "#event+id",
        "#loc+name",
        "#geo+lat",
        "#geo+lon",
        "#date+occurred",
        "#meta+source",
        "#meta+url",
        "#affected+killed",
        "#affected+injured",
    }
    assert wanted <= set(pd.read_csv(PUBLISHED / "hxl_tags_for_incidents.csv")["tag"])
    tags = dict(enumerate(sorted(wanted)))
    chosen = hxl._chosen(tags, "incidents", schema.INCIDENTS)  # noqa: SLF001
    position = {at for at, tag in tags.items() if tag.startswith("#geo")}
    assert set(chosen.values()) | position == set(tags)

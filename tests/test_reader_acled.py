"""An ACLED export comes in with its precision, its claim and its licence; the next export says what changed."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bordergis import provenance, schema
from bordergis.errors import SchemaError
from bordergis.readers.acled import EVENT_TYPES, from_acled
from bordergis.readers.checked import FaultsError
from bordergis.readers.incidents import update_incidents
from bordergis.readers.precision import precision_table
from bordergis.zones import exclusion_zones, load_rules

PUBLISHED = Path(__file__).parents[2] / "shared/reference/schemas"

COLUMNS = (
    "data_id", "iso", "event_id_cnty", "event_id_no_cnty", "event_date", "year", "time_precision", "event_type", "sub_event_type", "actor1",
    "assoc_actor_1", "inter1", "actor2", "assoc_actor_2", "inter2", "interaction", "region", "country", "admin1", "admin2", "admin3",
    "location", "latitude", "longitude", "geo_precision", "source", "source_scale", "notes", "fatalities", "timestamp", "iso3",
    "disorder_type", "civilian_targeting", "tags",
)  # fmt: skip
USUAL = dict.fromkeys(COLUMNS, "") | {
    "event_id_cnty": "CAM1", "event_date": "24-07-2025", "year": "2025", "time_precision": "1", "event_type": "Battles",
    "sub_event_type": "Armed clash", "actor1": "One side", "actor2": "Other side", "country": "Cambodia", "admin1": "Oddar Meanchey",
    "location": "O Smach", "latitude": "14.4161", "longitude": "103.6989", "geo_precision": "1", "source": "A newspaper",
    "fatalities": "0", "timestamp": "1753400000",
}  # fmt: skip


@pytest.fixture
def export(tmp_path):
    """Write an export; a row is what differs from a usual one."""

    def write(*rows, name="acled.csv", columns=COLUMNS):
        file = tmp_path / name
        with file.open("w", encoding="utf-8", newline="") as stream:
            table = csv.DictWriter(stream, columns, extrasaction="ignore")
            table.writeheader()
            table.writerows(USUAL | row for row in rows)
        return file

    return write


def test_a_row_becomes_an_incident_with_who_says_so_and_what_may_be_done_with_it(export):
    read = from_acled(export({}))
    event = read.layer.iloc[0]
    assert (event["incident_id"], event["source_event_id"], event["source_version"]) == ("acled:CAM1", "CAM1", "1753400000")
    assert (event["category"], event["event_type"], event["sub_category"]) == ("Battles", "Armed clash", "Armed clash")
    assert event["date_start"] == event["date_end"] == pd.Timestamp("2025-07-24")
    assert (event["reported_by"], event["actor_a"], event["actor_b"]) == ("A newspaper", "One side", "Other side")
    assert (event["position_class"], event["position_radius_m"], event["date_precision"]) == ("place", 3_000, 1)
    assert (event.geometry.x, event.geometry.y) == (103.6989, 14.4161)
    assert event["redistributable"] is False or not event["redistributable"]
    assert "may not be passed on" in event["licence"]
    assert (read.report.rows_in, read.report.rows_clean) == (1, 1)
    assert provenance.of(read.layer).sources == ("acled",)


def test_deaths_are_one_account_and_not_a_range(export):
    event = from_acled(export({"fatalities": "3"})).layer.iloc[0]
    assert event["killed_best"] == 3
    assert pd.isna(event["killed_low"])
    assert pd.isna(event["killed_high"])


@pytest.mark.parametrize("written", ["24-07-2025", "24 July 2025", "2025-07-24"])
def test_the_three_forms_in_which_acled_writes_dates_are_one_day(export, written):
    read = from_acled(export({"event_date": written}))
    assert read.layer["date_start"].item() == pd.Timestamp("2025-07-24")
    assert read.report.rows_clean == 1


def test_the_publishers_own_form_leaves_nothing_to_assume(export):
    """03-04-2025 is the third of April: ACLED documents dd-mm-yyyy."""
    read = from_acled(export({"event_date": "03-04-2025"}))
    assert read.layer["date_start"].item() == pd.Timestamp("2025-04-03")
    assert read.report.rows_flagged == 0


def test_a_coarse_event_is_kept_without_a_point_and_its_print_stays(export):
    """geo_precision 3 is a larger region, often a whole border area: its point is not the event's."""
    read = from_acled(
        export({"event_id_cnty": "A"}, {"event_id_cnty": "B", "geo_precision": "3"}, {"event_id_cnty": "C", "geo_precision": "2"})
    )
    layer = read.layer.set_index("source_event_id")
    assert layer["position_class"].to_dict() == {"A": "place", "B": "province", "C": "area"}
    assert layer.geometry.notna().to_dict() == {"A": True, "B": False, "C": True}
    assert layer.loc["B", "coord_raw"] == "103.6989, 14.4161"
    assert pd.isna(layer.loc["B", "position_radius_m"])
    assert layer.loc["C", "position_radius_m"] == 25_000
    assert "1 of 3 rows are known only coarsely (province 1); kept without a point." in read.report.notes


def test_an_unknown_code_of_precision_is_said_and_not_taken_for_a_fine_one(export):
    read = from_acled(export({"geo_precision": "9"}))
    assert read.layer["position_class"].item() == "unlocatable"
    assert read.layer.geometry.isna().all()
    assert read.report.faults[["row", "column", "value", "severity"]].to_numpy().tolist() == [[2, "geo_precision", "9", "flagged"]]


def test_the_assumptions_can_be_replaced(export):
    own = precision_table()
    own.loc[(own["scheme"] == "acled.geo_precision") & (own["code"] == "1"), "radius_m"] = 500.0
    assert from_acled(export({}), precision=own).layer["position_radius_m"].item() == 500


def test_a_table_of_precision_without_a_radius_is_refused(export):
    own = precision_table().assign(radius_m=float("nan"))
    with pytest.raises(SchemaError, match="codes without a radius: 1, 2"):
        from_acled(export({}), precision=own)


def test_swapped_coordinates_keep_the_event_and_lose_the_point(export):
    read = from_acled(export({"latitude": "103.6989", "longitude": "14.4161"}))
    assert read.layer["position_class"].item() == "unlocatable"
    assert read.report.rows_flagged == 1
    assert "swapped" in read.report.faults["remedy"].item()


def test_a_row_without_id_or_date_is_rejected_with_its_row_and_the_rest_is_taken(export):
    file = export({}, {"event_id_cnty": " "}, {"event_id_cnty": "CAM3", "event_date": "31-02-2025"}, {"event_id_cnty": "CAM4"})
    with pytest.raises(FaultsError) as caught:
        from_acled(file)
    assert caught.value.report.faults["row"].unique().tolist() == [3, 4]
    read = from_acled(file, on_error="quarantine")
    assert read.layer["source_event_id"].to_list() == ["CAM1", "CAM4"]
    assert read.rejected["row"].to_list() == [3, 4]
    assert file.with_name("acled.csv.rejected.csv").exists()


def test_the_same_event_twice_is_rejected_the_second_time(export):
    with pytest.raises(FaultsError, match="row 3, incident_id = 'acled:CAM1': stands in an earlier row too"):
        from_acled(export({}, {}))


def test_a_new_sub_event_type_is_flagged_and_kept_as_printed(export):
    read = from_acled(export({"sub_event_type": "Something new"}))
    assert pd.isna(read.layer["event_type"].item())
    assert read.layer["sub_category"].item() == "Something new"
    assert read.report.rows_flagged == 1


def test_acleds_two_spellings_are_one_type(export):
    read = from_acled(export({"event_type": "Protests", "sub_event_type": "Excessive force against protestors"}))
    assert read.layer["event_type"].item() == "Excessive force against protesters"


def test_every_event_type_has_a_zone_rule():
    assert {sub for subs in EVENT_TYPES.values() for sub in subs} <= set(load_rules()["event_type"])


def test_zones_can_be_made_of_what_was_read(export):
    layer = from_acled(export({"sub_event_type": "Shelling/artillery/missile attack", "event_type": "Explosions/Remote violence"})).layer
    assert exclusion_zones(layer, as_of="2025-07-25")["certainty"].to_list() == ["definite", "possible"]


def test_other_columns_are_carried_as_text(export):
    layer = from_acled(export({"inter1": "01", "tags": "crowd size=no report", "country": "Cambodia"})).layer
    assert layer[["inter1", "tags", "country"]].iloc[0].to_list() == ["01", "crowd size=no report", "Cambodia"]


def test_headings_in_capitals_are_the_same_columns(tmp_path, export):
    file = export({})
    lines = file.read_text(encoding="utf-8").split("\r\n")
    shouted = tmp_path / "old.csv"
    shouted.write_text("\r\n".join([lines[0].upper(), *lines[1:]]), encoding="utf-8")
    assert from_acled(shouted).layer["incident_id"].item() == "acled:CAM1"


def test_hostile_text_is_carried_and_nothing_else(export):
    text = "=cmd|' /C calc'!A0 {{7*7}} </script><img onerror=x> \u2028 `${1}`"
    assert from_acled(export({"notes": text})).layer["description"].item() == text


def test_a_line_break_inside_a_note_does_not_move_the_row_numbers(export):
    file = export({"notes": "first\nsecond"}, {"event_id_cnty": "CAM2", "event_date": "never"})
    with pytest.raises(FaultsError, match="row 3, date_start = 'never'"):
        from_acled(file)


def test_a_file_of_another_kind_says_what_is_missing(tmp_path):
    file = tmp_path / "other.csv"
    file.write_text("name,lat\nO Smach,14.4\n", encoding="utf-8")
    with pytest.raises(SchemaError, match="This is not an ACLED export: no column event_id_cnty"):
        from_acled(file)


def test_the_layer_satisfies_its_contract_and_says_that_rows_may_not_be_passed_on(export):
    read = from_acled(export({}))
    schema.INCIDENTS.validate(read.layer)
    assert any("forbid passing on" in note for note in provenance.of(read.layer).notes)


@settings(deadline=None, max_examples=30)
@given(cells=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00"), max_size=9), min_size=6, max_size=6))
def test_whatever_the_cells_hold_every_row_is_accounted_for(tmp_path_factory, cells):
    file = tmp_path_factory.mktemp("acled") / "fuzz.csv"
    names = ("event_date", "latitude", "longitude", "geo_precision", "fatalities", "time_precision")
    with file.open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, COLUMNS)
        table.writeheader()
        table.writerow(USUAL)
        table.writerow(USUAL | {"event_id_cnty": "CAM2"} | dict(zip(names, cells, strict=True)))
    report = from_acled(file, on_error="quarantine").report
    assert report.rows_in == 2 == report.rows_clean + report.rows_flagged + report.rows_rejected


def test_the_columns_and_types_are_those_published():
    if not PUBLISHED.is_dir():
        pytest.skip("the published column lists (../shared/reference/schemas) are not on this machine")
    columns = pd.read_csv(PUBLISHED / "acled_columns.csv")["column"]
    assert set(COLUMNS) == {name for name in columns if not name.startswith("(")}
    types = pd.read_csv(PUBLISHED / "acled_event_types.csv")
    assert set(types["sub_event_type"]) == {sub for subs in EVENT_TYPES.values() for sub in subs}
    assert types.groupby("event_type")["sub_event_type"].agg(set).to_dict() == {name: set(subs) for name, subs in EVENT_TYPES.items()}


def test_an_update_says_what_was_added_changed_withdrawn_and_left(export):
    """Old: A B C. New: A as it was, B with one more death and a later stamp, D; C is gone."""
    old = from_acled(export(*({"event_id_cnty": name} for name in "ABC"), name="old.csv")).layer
    revised = {"event_id_cnty": "B", "fatalities": "1", "timestamp": "1753500000"}
    new = from_acled(export({"event_id_cnty": "A"}, revised, {"event_id_cnty": "D"}, name="new.csv")).layer
    update = update_incidents(old, new)
    table = update.table.set_index("source_event_id")
    assert table["change"].to_dict() == {"A": "unchanged", "B": "changed", "C": "withdrawn", "D": "added"}
    assert table.loc["B", "columns"] == "source_version; killed_best"
    assert sorted(update.layer["source_event_id"]) == ["A", "B", "D"]
    assert "update of 3 incidents by 3: 1 added, 1 changed, 1 withdrawn, 1 unchanged." in provenance.of(update.layer).notes


def test_a_partial_export_withdraws_only_what_the_source_lists_as_deleted(export):
    old = from_acled(export(*({"event_id_cnty": name} for name in "ABC"), name="old.csv")).layer
    new = from_acled(export({"event_id_cnty": "D"}, name="new.csv")).layer
    update = update_incidents(old, new, deletions=["B", "Z"], complete=False)
    assert update.table.set_index("source_event_id")["change"].to_dict() == {
        "A": "unchanged",
        "B": "withdrawn",
        "C": "unchanged",
        "D": "added",
    }
    assert sorted(update.layer["source_event_id"]) == ["A", "C", "D"]


def test_an_event_deleted_while_it_stands_in_the_new_export_is_withdrawn_and_said(export):
    old, new = (from_acled(export({"event_id_cnty": name}, name=f"{name}.csv")).layer for name in "AB")
    table = update_incidents(old, new, deletions=["B"]).table
    assert table["change"].to_list() == ["withdrawn", "withdrawn"]


def test_a_moved_event_names_its_geometry(export):
    old = from_acled(export({}, name="old.csv")).layer
    new = from_acled(export({"longitude": "103.7"}, name="new.csv")).layer
    assert "geometry" in update_incidents(old, new).table["columns"].item()


def test_an_update_by_itself_changes_nothing_and_touches_neither_layer(export):
    layer = from_acled(export({"event_id_cnty": "A"}, {"event_id_cnty": "B", "geo_precision": "3"})).layer
    before = layer.copy()
    update = update_incidents(layer, layer)
    assert update.table["change"].to_list() == ["unchanged", "unchanged"]
    assert layer.equals(before)


def test_layers_of_two_sources_or_without_ids_are_refused(export):
    layer = from_acled(export({})).layer
    with pytest.raises(SchemaError, match="ids of two sources"):
        update_incidents(layer, layer.assign(source_id="ucdp-ged"))
    with pytest.raises(SchemaError, match="no such column"):
        update_incidents(layer.drop(columns="source_event_id"), layer)
    with pytest.raises(SchemaError, match="1 rows have none or share one"):
        update_incidents(layer.assign(source_event_id=None), layer)

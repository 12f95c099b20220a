"""UCDP GED comes in whole: quoted line breaks, the zip, one dyad of many, and only fine positions as points."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bordergis import provenance, schema
from bordergis.errors import DataMissingError, SchemaError
from bordergis.readers.checked import FaultsError
from bordergis.readers.ucdp_ged import DYAD, from_ucdp_ged

PUBLISHED = Path(__file__).parents[2] / "shared/reference/schemas"

COLUMNS = (
    "id", "relid", "year", "active_year", "code_status", "type_of_violence", "conflict_dset_id", "conflict_new_id", "conflict_name",
    "dyad_dset_id", "dyad_new_id", "dyad_name", "side_a_dset_id", "side_a_new_id", "side_a", "side_b_dset_id", "side_b_new_id", "side_b",
    "number_of_sources", "source_article", "source_office", "source_date", "source_headline", "source_original", "where_prec",
    "where_coordinates", "where_description", "adm_1", "adm_2", "latitude", "longitude", "geom_wkt", "priogrid_gid", "country",
    "country_id",
    "region", "event_clarity", "date_prec", "date_start", "date_end", "deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown", "best",
    "high", "low", "gwnoa", "gwnob",
)  # fmt: skip
USUAL = dict.fromkeys(COLUMNS, "") | {
    "id": "500123", "year": "2025", "type_of_violence": "1", "dyad_name": DYAD, "side_a": "Government of Cambodia (Kampuchea)",
    "side_b": "Government of Thailand", "number_of_sources": "-1", "source_article": '"An agency, 2025-07-25, ""Fighting"""',
    "source_office": "An agency", "source_headline": "Fighting", "source_original": "a spokesman", "where_prec": "1",
    "where_coordinates": "O Smach town", "adm_1": "Oddar Meanchey province", "latitude": "14.4161", "longitude": "103.6989",
    "country": "Cambodia (Kampuchea)", "event_clarity": "1", "date_prec": "1", "date_start": "2025-07-24 00:00:00.000",
    "date_end": "2025-07-25 00:00:00.000", "deaths_a": "1", "deaths_b": "0", "deaths_civilians": "2", "deaths_unknown": "0", "best": "3",
    "high": "5", "low": "2",
}  # fmt: skip


def text(*rows):
    stream = io.StringIO(newline="")
    table = csv.DictWriter(stream, COLUMNS)
    table.writeheader()
    table.writerows(USUAL | row for row in rows)
    return stream.getvalue()


@pytest.fixture
def ged(tmp_path):
    """Write a GED file; a row is what differs from a usual one."""

    def write(*rows):
        file = tmp_path / "GEDEvent_v26_1.csv"
        file.write_text(text(*rows), encoding="utf-8", newline="")
        return file

    return write


def test_an_event_has_its_dates_deaths_and_who_said_it(ged):
    read = from_ucdp_ged(ged({}))
    event = read.layer.iloc[0]
    assert (event["incident_id"], event["category"]) == ("ucdp-ged:500123", "state-based violence")
    assert (event["date_start"], event["date_end"]) == (pd.Timestamp("2025-07-24"), pd.Timestamp("2025-07-25"))
    assert (event["killed_low"], event["killed_best"], event["killed_high"]) == (2, 3, 5)
    assert (event["deaths_a"], event["deaths_b"], event["deaths_civilians"], event["deaths_unknown"]) == (1, 0, 2, 0)
    assert (event["reported_by"], event["actor_b"]) == ("a spokesman", "Government of Thailand")
    assert (event["position_class"], event["position_radius_m"], event["date_precision"]) == ("place", 3_000, 1)
    assert bool(event["redistributable"])
    assert (event["licence"], event["number_of_sources"]) == ("CC BY 4.0", "-1")
    assert read.report.rows_clean == 1
    assert provenance.of(read.layer).sources == ("ucdp-ged",)


def test_line_breaks_and_quotes_inside_fields_lose_no_row(ged):
    """A reader that goes by lines would see five rows here, not two."""
    rows = [{"id": str(n), "source_article": 'one, "two"\nthree\r\nfour', "where_description": "a\nb"} for n in (1, 2)]
    read = from_ucdp_ged(ged(*rows))
    assert read.report.rows_in == 2
    assert read.layer["source_event_id"].to_list() == ["1", "2"]
    assert read.layer["where_description"].to_list() == ["a\nb", "a\nb"]


def test_row_numbers_are_those_of_the_records_even_after_line_breaks_and_filtering(ged):
    other = {"id": "9", "dyad_name": "Others - Others"}
    with pytest.raises(FaultsError) as caught:
        from_ucdp_ged(ged({"source_article": "a\nb\nc"}, other, {"id": "7", "date_start": "sometime"}))
    assert caught.value.report.faults[["row", "value"]].to_numpy().tolist() == [[4, "sometime"]]


def test_the_zip_it_comes_in_is_read_as_the_file(tmp_path, ged):
    with zipfile.ZipFile(tmp_path / "ged261-csv.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("GEDEvent_v26_1.csv", text({}, {"id": "2"}))
    zipped, plain = from_ucdp_ged(tmp_path / "ged261-csv.zip").layer, from_ucdp_ged(ged({}, {"id": "2"})).layer
    pd.testing.assert_frame_equal(pd.DataFrame(zipped), pd.DataFrame(plain))


def test_other_dyads_are_left_out_and_counted(ged):
    file = ged({}, {"id": "2", "dyad_name": "Government of Elsewhere - Somebody"}, {"id": "3", "dyad_name": f"{DYAD} "})
    read = from_ucdp_ged(file)
    assert read.report.rows_in == 2
    assert f"3 events in the file, 2 of the dyad '{DYAD}' kept, 1 of other dyads left out." in read.report.notes
    assert len(from_ucdp_ged(file, dyad=None).layer) == 3


def test_a_file_without_the_dyad_is_an_empty_layer_that_says_so(ged):
    read = from_ucdp_ged(ged({"dyad_name": "Others"}))
    assert len(read.layer) == 0
    assert "1 of other dyads left out" in read.report.notes[0] + read.report.notes[1]


def test_seven_classes_of_place_and_only_two_keep_a_point(ged):
    """where_prec: 1 exact, 2 within 25 km, 3 district, 4 province, 5 a line such as the border, 6 country, 7 sea or air."""
    rows = [{"id": str(n), "where_prec": str(n), "where_coordinates": "Cambodia/Thailand border"} for n in range(1, 8)]
    layer = from_ucdp_ged(ged(*rows)).layer
    classes = ["place", "area", "district", "province", "border-wide", "unlocatable", "unlocatable"]
    assert layer["position_class"].to_list() == classes
    assert layer.geometry.notna().to_list() == [True, True, *[False] * 5]
    assert layer["position_radius_m"].dropna().to_list() == [3_000, 25_000]
    assert set(layer["coord_raw"]) == {"103.6989, 14.4161"}


def test_a_vague_feature_that_is_no_border_is_nowhere_in_particular(ged):
    layer = from_ucdp_ged(ged({"where_prec": "5", "where_coordinates": "A mountain range"})).layer
    assert layer["position_class"].item() == "unlocatable"


def test_five_classes_of_date_stay_as_they_are(ged):
    layer = from_ucdp_ged(ged(*({"id": str(n), "date_prec": str(n)} for n in range(1, 6)))).layer
    assert layer["date_precision"].to_list() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("counts", "rule"),
    [
        ({"best": "3", "low": "4"}, "is not between low and high"),
        ({"best": "3", "deaths_civilians": "1"}, "is not the sum of the deaths by group"),
        ({"best": "0", "high": "0", "low": "0", "deaths_a": "0", "deaths_civilians": "0"}, "says that nobody was killed"),
    ],
)
def test_counts_of_deaths_that_do_not_fit_together_are_flagged_and_kept(ged, counts, rule):
    read = from_ucdp_ged(ged(counts))
    assert (read.report.rows_flagged, len(read.layer)) == (1, 1)
    assert read.report.faults["rule"].item().startswith(rule)


def test_a_count_that_is_no_number_is_flagged_and_missing(ged):
    read = from_ucdp_ged(ged({"best": "several"}))
    assert pd.isna(read.layer["killed_best"].item())
    assert read.report.faults["value"].to_list() == ["several"]


def test_the_reporter_is_the_person_quoted_else_the_office_else_the_article(ged):
    rows = [
        {"id": "1"},
        {"id": "2", "source_original": ""},
        {"id": "3", "source_original": " ", "source_office": "", "source_article": "A page"},
    ]
    assert from_ucdp_ged(ged(*rows)).layer["reported_by"].to_list() == ["a spokesman", "An agency", "A page"]


def test_event_types_are_not_invented(ged):
    read = from_ucdp_ged(ged({}))
    assert read.layer["event_type"].isna().all()
    assert any("`event_type` is empty" in note for note in read.report.notes)
    schema.INCIDENTS.validate(read.layer)


def test_what_ged_cannot_hold_is_said(ged):
    assert any("at least one death" in note for note in provenance.of(from_ucdp_ged(ged({})).layer).notes)


def test_another_file_and_no_file_are_refused(tmp_path):
    file = tmp_path / "other.csv"
    file.write_text("a,b\n1,x\n", encoding="utf-8")
    with pytest.raises(SchemaError, match="This is not UCDP GED: no column id, type_of_violence"):
        from_ucdp_ged(file)
    with pytest.raises(DataMissingError):
        from_ucdp_ged(tmp_path / "ged261-csv.zip")


@settings(deadline=None, max_examples=25)
@given(words=st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=40))
def test_any_text_in_a_quoted_field_is_one_field(tmp_path_factory, words):
    file = tmp_path_factory.mktemp("ged") / "fuzz.csv"
    file.write_text(text({"where_description": words}, {"id": "2"}), encoding="utf-8", newline="")
    read = from_ucdp_ged(file)
    assert read.layer["source_event_id"].to_list() == ["500123", "2"]


def test_the_columns_are_those_published():
    if not PUBLISHED.is_dir():
        pytest.skip("the published column lists (../shared/reference/schemas) are not on this machine")
    assert list(COLUMNS) == pd.read_csv(PUBLISHED / "ucdp_ged_columns.csv")["column"].to_list()

"""IMSMA: what is recorded about the land, where, on what evidence; never more released than the record says."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest
from pyproj import Transformer
from shapely import Point

from bordergis import provenance, schema
from bordergis.errors import SchemaError, UnknownNameError
from bordergis.readers import imsma
from bordergis.readers.checked import FaultsError
from bordergis.readers.imsma import from_imsma
from bordergis.readers.precision import precision_table

PUBLISHED = Path(__file__).parents[2] / "shared/reference/schemas"

SQUARE = "POLYGON ((103.50 14.20, 103.51 14.20, 103.51 14.21, 103.50 14.21, 103.50 14.20))"
LAND = {
    "Land ID": "BS/1", "Land classification": "Confirmed hazardous area (CHA)", "Status": "Open", "Evidence of contamination": "Direct",
    "Direct evidence": "", "Indirect evidence": "", "Report date": "2026-01-05", "Province": "Oddar Meanchey", "Organisation": "",
    "Point type": "", "Polygon WKT": "",
    "Latitude": "14.4001", "Longitude": "103.6001", "MGRS": "", "Zone": "", "Easting": "", "Northing": "",
}  # fmt: skip
ACCIDENT = {
    "Accident ID": "A1", "Accident classification": "Mine accident", "Date of accident": "2026-01-05", "Killed": "0", "Injured": "2",
    "Province": "Pursat", "Latitude": "12.3", "Longitude": "102.9",
}  # fmt: skip


@pytest.fixture
def export(tmp_path):
    def write(*rows, usual=LAND):
        file = tmp_path / "export.csv"
        with file.open("w", encoding="utf-8", newline="") as stream:
            table = csv.DictWriter(stream, list(usual))
            table.writeheader()
            table.writerows(usual | row for row in rows)
        return file

    return write


def lands(*changes):
    return [{"Land ID": f"L{n}"} | change for n, change in enumerate(changes)]


def test_a_record_keeps_its_class_evidence_and_author(export):
    read = from_imsma(export({}))
    area = read.layer.iloc[0]
    assert (area["hazard_id"], area["kind"], area["evidence"]) == ("imsma:BS/1", "confirmed", "direct")
    assert area["recorded_on"] == pd.Timestamp("2026-01-05")
    assert area["reported_by"] == "national mine action authority (IMSMA)"
    assert area.geometry.equals(Point(103.6001, 14.4001))
    assert (area["position_class"], area["position_radius_m"]) == ("place", 1_000)
    assert not area["redistributable"]
    schema.HAZARDS.validate(read.layer)
    assert "not known to be safe" in " ".join(provenance.of(read.layer).notes)


def test_the_life_cycle_follows_the_very_words_of_release(export):
    sha = "Suspected hazardous area (SHA)"
    rows = lands(
        {"Land classification": sha}, {"Land classification": "SHA", "Status": "Cancelled"}, {"Status": "Reduced"}, {"Status": "cleared "}
    )
    assert from_imsma(export(*rows)).layer["kind"].to_list() == ["suspected", "cancelled", "reduced", "cleared"]


@pytest.mark.parametrize("status", ["Not cleared", "Partially cleared", "To be cleared", "Clearance ongoing, 20 % cleared"])
def test_land_is_never_released_by_half_a_word(export, status):
    read = from_imsma(export({"Status": status}))
    assert read.layer["kind"].item() == "confirmed"
    assert read.report.faults["rule"].to_list() == ["was not read as released land"]


def test_closed_without_a_word_of_release_stays_the_hazard_it_was(export):
    assert from_imsma(export({"Status": "Closed"})).layer["kind"].item() == "confirmed"


def test_a_class_that_imsma_does_not_have_is_rejected(export):
    with pytest.raises(FaultsError, match="row 2, kind = 'Dangerous': is not one of suspected, confirmed"):
        from_imsma(export({"Land classification": "Dangerous"}))


def test_what_is_no_hazard_area_is_left_out_and_counted(export):
    rows = lands({}, {"Land classification": "Indication"}, {"Land classification": "EOD spot task"})
    rows += [{"Land ID": "S", "Land classification": "Ammunition storage / Stockpile"}]
    read = from_imsma(export(*rows))
    assert read.layer["hazard_id"].to_list() == ["imsma:L0"]
    assert "3 of 4 rows left out: indications, stores and spot tasks, which are no hazard areas." in read.report.notes


def test_evidence_comes_from_its_class_or_from_the_finer_columns(export):
    rows = lands(
        {"Evidence of contamination": "Indirect"},
        {"Evidence of contamination": "None"},
        {"Evidence of contamination": "Not Specified", "Direct evidence": "Detonations"},
        {"Evidence of contamination": "", "Indirect evidence": "Verbal reports"},
        {"Evidence of contamination": "", "Direct evidence": "Not Specified"},
    )
    assert from_imsma(export(*rows)).layer["evidence"].fillna("-").to_list() == ["indirect", "-", "direct", "indirect", "-"]


@pytest.mark.parametrize(
    "where",
    [
        {"MGRS": "48PTA 55148 28943"},
        {"MGRS": "48P 255148 1528943"},
        {"Zone": "48N", "Easting": "255148", "Northing": "1528943"},
    ],
)
def test_mgrs_and_utm_name_the_same_spot(export, where):
    """MGRS 48PTA 55148 28943 is UTM zone 48 north, 255148 E 1528943 N; by pyproj 102.73497E 13.81887N."""
    lon, lat = Transformer.from_crs(32648, 4326, always_xy=True).transform(255_148, 1_528_943)
    point = from_imsma(export({"Latitude": "", "Longitude": ""} | where)).layer.geometry.item()
    assert point.x == pytest.approx(lon, abs=1e-5)
    assert point.y == pytest.approx(lat, abs=1e-5)


def test_a_partial_mgrs_is_placed_flagged_and_its_cell_kept(export):
    read = from_imsma(export({"Latitude": "", "Longitude": "", "MGRS": "WA 220 861"}))
    assert read.layer["coord_cell_m"].item() == 100
    assert read.layer["coord_raw"].item() == "WA 220 861"
    assert (read.report.rows_flagged, read.report.faults["column"].item()) == (1, "position")


def test_an_outline_is_an_area_and_goes_before_the_point(export):
    read = from_imsma(export({"Polygon WKT": SQUARE}))
    assert read.layer.geom_type.item() == "Polygon"
    assert (read.layer["position_class"].item(), read.layer["position_radius_m"].item()) == ("exact", 500)


def test_a_point_written_as_an_outline_is_a_point(export):
    read = from_imsma(export({"Polygon WKT": "POINT (103.7 14.3)", "Latitude": "", "Longitude": ""}))
    assert read.layer.geometry.item().equals(Point(103.7, 14.3))
    assert (read.layer["position_class"].item(), read.layer["position_radius_m"].item()) == ("place", 1_000)


def test_an_outline_with_latitude_first_is_rejected_by_its_row(export):
    swapped = "POLYGON ((14.20 103.50, 14.21 103.50, 14.21 103.51, 14.20 103.50))"
    with pytest.raises(FaultsError, match=r"row 3, geometry = .*swapped"):
        from_imsma(export({}, {"Land ID": "L2", "Polygon WKT": swapped}))


def test_an_empty_outline_leaves_the_point(export):
    assert from_imsma(export({"Polygon WKT": "POLYGON EMPTY"})).layer.geometry.item().equals(Point(103.6001, 14.4001))


def test_a_broken_outline_is_rejected_with_the_remedy(export):
    with pytest.raises(FaultsError) as caught:
        from_imsma(export({"Polygon WKT": "POLYGON ((103 14", "Latitude": "", "Longitude": ""}))
    fault = caught.value.report.faults.iloc[0]
    assert (fault["row"], fault["value"]) == (2, "POLYGON ((103 14")
    assert "WKT" in fault["remedy"]


def test_an_area_without_any_position_is_rejected(export):
    with pytest.raises(FaultsError, match=r"geometry = .*is empty"):
        from_imsma(export({"Latitude": "", "Longitude": ""}))


def test_landmarks_benchmarks_and_firing_points_are_not_where_the_hazard_is(export):
    kinds = ("Evidence point", "Usage point: verified target", "Usage point: intended target", "Reference point / Landmark", "Benchmark")
    rows = lands(*({"Point type": kind} for kind in (*kinds, "usage point: FIRING point")))
    read = from_imsma(export(*rows))
    assert read.layer["hazard_id"].to_list() == ["imsma:L0", "imsma:L1", "imsma:L2"]
    assert read.layer["position_radius_m"].to_list() == [500, 500, 5_000]
    assert "3 of 6 rows left out: landmarks, benchmarks and firing points, which are not where the hazard is." in read.report.notes


def test_row_numbers_stay_those_of_the_file_after_rows_are_left_out(export):
    rows = lands({"Land classification": "Indication"}, {"Report date": "soon"})
    with pytest.raises(FaultsError, match="row 3, recorded_on = 'soon'"):
        from_imsma(export(*rows))


def test_accidents_are_sensitive_incidents(export):
    read = from_imsma(export({}, usual=ACCIDENT), what="accidents")
    event = read.layer.iloc[0]
    assert (event["incident_id"], event["category"], event["sensitivity"]) == ("imsma:A1", "Mine accident", "sensitive")
    assert (event["event_type"], event["killed_best"], event["injured_best"]) == ("Remote explosive/landmine/IED", 0, 2)
    assert event["date_start"] == event["date_end"] == pd.Timestamp("2026-01-05")
    schema.INCIDENTS.validate(read.layer)


def test_an_accident_without_position_is_kept_as_unlocatable(export):
    read = from_imsma(export({"Latitude": "", "Longitude": ""}, usual=ACCIDENT), what="accidents")
    assert read.layer["position_class"].item() == "unlocatable"
    assert read.layer.geometry.isna().all()


def test_an_unknown_accident_class_is_kept_and_flagged(export):
    read = from_imsma(export({"Accident classification": "Drone"}, usual=ACCIDENT), what="accidents")
    assert pd.isna(read.layer["event_type"].item())
    assert read.report.faults["value"].to_list() == ["Drone"]


def test_other_contents_are_refused(export):
    with pytest.raises(UnknownNameError, match="hazards or accidents"):
        from_imsma(export({}), what="victims")
    with pytest.raises(SchemaError, match="not an IMSMA export of accidents"):
        from_imsma(export({}), what="accidents")


def test_the_codes_are_those_published():
    if not PUBLISHED.is_dir():
        pytest.skip("the published code lists (../shared/reference/schemas) are not on this machine")
    codes = pd.read_csv(PUBLISHED / "imsma_codes.csv", keep_default_na=False).groupby("list")["value"].agg(list)
    known = {*imsma.CLASSES, *imsma.NO_HAZARD_AREA}
    assert {value.casefold() for value in codes["Land classification"]} <= known
    assert {value.casefold() for value in codes["Evidence of contamination"]} <= set(imsma.EVIDENCE)
    assert {value.casefold() for value in codes["Accident classification"]} == set(imsma.ACCIDENTS)
    assert set(codes["Point type"]) == set(precision_table().query("scheme == 'imsma.point_type'")["code"])

"""IOM DTM: counts of displaced people by area, a stock on a day, without points."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from bordergis.errors import SchemaError
from bordergis.readers.checked import FaultsError
from bordergis.readers.dtm import ASSESSMENTS, from_dtm

PUBLISHED = Path(__file__).parents[2] / "shared/reference/schemas"

FIELDS = {
    "id": "#id+code", "operation": "#operation+name", "admin0Name": "#country+name", "admin0Pcode": "#country+code",
    "admin1Name": "#adm1+name", "admin1Pcode": "#adm1+code", "admin2Name": "#adm2+name", "admin2Pcode": "#adm2+code",
    "adminLevel": "#adm+level", "numPresentIdpInd": "#affected+idps", "reportingDate": "#date+reported",
    "yearReportingDate": "#date+year+reported", "monthReportingDate": "#date+month+reported", "roundNumber": "#round+code",
    "displacementReason": "#cause+type", "numberMales": "#affected+idps+m", "numberFemales": "#affected+idps+f",
    "idpOriginAdmin1Name": "#adm1+name+origin", "idpOriginAdmin1Pcode": "#adm1+code+origin", "assessmentType": "#assessment+type",
    "operationStatus": "#operation+status",
}  # fmt: skip
USUAL = dict.fromkeys(FIELDS, "") | {
    "id": "91", "admin0Name": "Cambodia", "admin0Pcode": "KHM", "admin1Name": "Oddar Meanchey", "admin1Pcode": "KH22",
    "admin2Name": "Samraong", "admin2Pcode": "KH2204", "adminLevel": "2", "numPresentIdpInd": "1200",
    "reportingDate": "2026-01-10T00:00:00", "roundNumber": "3", "numberMales": "500", "numberFemales": "700", "assessmentType": "BA",
}  # fmt: skip


@pytest.fixture
def export(tmp_path):
    def write(*rows, tags=False, usual=USUAL):
        file = tmp_path / "dtm.csv"
        table = pd.DataFrame([usual | row for row in rows])
        if tags:
            table = pd.concat([pd.DataFrame([FIELDS]), table])
        table.to_csv(file, index=False, encoding="utf-8")
        return file

    return write


def test_a_count_has_its_area_day_author_and_licence(export):
    read = from_dtm(export({}))
    figure = read.layer.iloc[0]
    assert (figure["figure_id"], figure["indicator"], figure["value"], figure["unit"]) == (
        "iom-dtm:91",
        "displaced_people",
        1_200,
        "people",
    )
    assert (figure["place"], figure["place_pcode"], figure["position_class"]) == ("Samraong", "KH2204", "district")
    assert (figure["as_of"], figure["as_of_precision"]) == (pd.Timestamp("2026-01-10"), "day")
    assert (figure["males"], figure["females"], figure["round"], figure["assessment_type"]) == (500, 700, "3", "BA")
    assert (figure["author"], figure["admin1pcode"]) == ("IOM DTM", "KH22")
    assert not figure["redistributable"]
    assert read.report.rows_clean == 1
    assert "a stock" in " ".join(read.report.notes)


def test_no_count_has_a_point_and_site_positions_are_not_carried(export):
    usual = USUAL | {"siteName": "A camp", "latitude": "14.1", "longitude": "103.5"}
    read = from_dtm(export({}, usual=usual))
    assert "geometry" not in read.layer
    assert not {"latitude", "longitude"} & set(read.layer)
    assert (read.layer["place"].item(), read.layer["position_class"].item()) == ("A camp", "subdistrict")
    assert any("Columns left out, for the positions of sites are sensitive: latitude, longitude." in note for note in read.report.notes)


def test_the_row_of_hxl_tags_is_no_data_and_rows_keep_their_numbers(export):
    file = export({}, {"id": "92", "reportingDate": "soon"}, tags=True)
    with pytest.raises(FaultsError) as caught:
        from_dtm(file)
    assert caught.value.report.rows_in == 2
    assert caught.value.report.faults["row"].to_list() == [4]


def test_a_month_without_a_day_is_a_month(export):
    layer = from_dtm(export({"reportingDate": "", "yearReportingDate": "2026", "monthReportingDate": "1"})).layer
    assert (layer["as_of"].item(), layer["as_of_precision"].item()) == (pd.Timestamp("2026-01-01"), "month")


def test_levels_without_a_number_are_told_by_the_finest_name(export):
    rows = [
        {"id": str(n), "adminLevel": ""} | blank for n, blank in enumerate([{}, {"admin2Name": ""}, {"admin2Name": "", "admin1Name": ""}])
    ]
    assert from_dtm(export(*rows)).layer["position_class"].to_list() == ["district", "province", "unlocatable"]


def test_without_an_id_rows_are_told_apart_by_place_round_day_and_origin(export):
    usual = {name: value for name, value in USUAL.items() if name != "id"}
    rows = [{}, {"idpOriginAdmin1Pcode": "KH13"}, {"roundNumber": "4"}]
    assert from_dtm(export(*rows, usual=usual)).layer["figure_id"].is_unique


@pytest.mark.parametrize("value", ["-5", "many"])
def test_a_count_that_cannot_be_is_flagged_and_missing(export, value):
    read = from_dtm(export({"numPresentIdpInd": value}))
    assert pd.isna(read.layer["value"].item())
    assert read.report.faults["value"].to_list() == [value]


def test_an_unknown_kind_of_assessment_is_flagged(export):
    assert from_dtm(export({"assessmentType": "XX"})).report.faults["column"].to_list() == ["assessment_type"]


def test_a_file_of_another_kind_is_refused(tmp_path):
    file = tmp_path / "other.csv"
    file.write_text("admin0Name,people\nCambodia,3\n", encoding="utf-8")
    with pytest.raises(SchemaError, match="not an IOM DTM export: no column numpresentidpind"):
        from_dtm(file)


def test_the_fields_are_those_published():
    if not PUBLISHED.is_dir():
        pytest.skip("the published field lists (../shared/reference/schemas) are not on this machine")
    assert pd.read_csv(PUBLISHED / "iom_dtm_api_v3_fields.csv", index_col="field")["hxl_tag"].to_dict() == FIELDS
    assert set(pd.read_csv(PUBLISHED / "iom_dtm_assessment_types.csv")["code"]) == set(ASSESSMENTS)

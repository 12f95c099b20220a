"""COD-AB: areas with P-codes, the code above, both names; nothing repaired in silence."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import MultiPolygon, Point, Polygon, box

from bordergis import schema
from bordergis.errors import CRSMismatchError, SchemaError
from bordergis.readers.checked import FaultsError
from bordergis.readers.codab import from_codab

SHARED = Path(__file__).parents[2] / "shared"
ABSENT = "the real boundaries (../shared/data/admin) are not on this machine"

DISTRICT = {
    "ADM2_PCODE": "KH2204", "ADM2_EN": "Samraong", "ADM2_KM": "សំរោង", "ADM1_PCODE": "KH22", "ADM1_EN": "Oddar Meanchey", "ADM0_PCODE": "KH",
    "validOn": "2018-10-04",
}  # fmt: skip


@pytest.fixture
def codab(tmp_path):
    def write(*rows, name="adm2.gpkg", shapes=None, crs=4326, layer=None):
        file = tmp_path / name
        shapes = shapes or [box(103 + n, 14, 104 + n, 15) for n, _ in enumerate(rows)]
        table = gpd.GeoDataFrame([DISTRICT | row for row in rows], geometry=shapes, crs=crs)
        table.to_file(file, **({"layer": layer} if layer else {}))
        return file

    return write


@pytest.mark.parametrize("name", ["adm2.gpkg", "adm2.geojson", "adm2.fgb"])
def test_an_area_has_its_code_names_and_the_code_above(codab, name):
    read = from_codab(codab({}, name=name))
    area = read.layer.iloc[0]
    assert (area["pcode"], area["level"], area["parent_pcode"], area["country"]) == ("KH2204", 2, "KH22", "KHM")
    assert (area["name"], area["name_local"], area["valid_from"]) == ("Samraong", "សំរោង", pd.Timestamp("2018-10-04"))
    assert area.geometry.equals(box(103, 14, 104, 15))
    assert area["adm1_en"] == "Oddar Meanchey"
    schema.ADMIN_AREAS.validate(read.layer)
    assert read.report.rows_clean == 1


def test_the_level_is_the_finest_unless_told(codab):
    assert from_codab(codab({}), level=1).layer[["pcode", "level", "name", "parent_pcode"]].iloc[0].to_list() == [
        "KH22",
        1,
        "Oddar Meanchey",
        "KH",
    ]
    with pytest.raises(SchemaError, match="no P-codes of level 3; it has those of 1, 2"):
        from_codab(codab({}), level=3)


def test_a_province_without_a_country_column_belongs_to_its_codes_country(tmp_path):
    file = tmp_path / "adm1.geojson"
    gpd.GeoDataFrame({"ADM1_PCODE": ["TH32"], "ADM1_EN": [None], "ADM1_TH": ["สุรินทร์"]}, geometry=[box(103, 14, 104, 15)], crs=4326).to_file(
        file
    )
    area = from_codab(file).layer.iloc[0]
    assert (area["country"], area["parent_pcode"], area["name"]) == ("THA", "TH", "สุรินทร์")


def test_a_code_that_stands_twice_is_rejected_the_second_time(codab):
    with pytest.raises(FaultsError, match="row 2, pcode = 'KH2204': stands in an earlier row too"):
        from_codab(codab({}, {}))


def test_an_area_whose_code_belongs_elsewhere_is_flagged(codab):
    read = from_codab(codab({"ADM1_PCODE": "KH13"}))
    assert read.report.faults[["column", "value", "severity"]].to_numpy().tolist() == [["parent_pcode", "KH13", "flagged"]]


def test_codes_stay_text(tmp_path):
    file = tmp_path / "adm3.geojson"
    gpd.GeoDataFrame(
        {"ADM3_PCODE": ["010203"], "ADM3_EN": ["A"], "ADM2_PCODE": ["0102"]}, geometry=[box(103, 14, 104, 15)], crs=4326
    ).to_file(file)
    area = from_codab(file).layer.iloc[0]
    assert (area["pcode"], area["parent_pcode"]) == ("010203", "0102")


def test_a_shape_that_crosses_itself_or_is_a_point_is_rejected(codab):
    bow_tie = Polygon([(103, 14), (104, 15), (104, 14), (103, 15)])
    with pytest.raises(FaultsError, match="crosses itself"):
        from_codab(codab({}, shapes=[bow_tie], name="a.geojson"))
    with pytest.raises(FaultsError, match="is not Polygon or MultiPolygon"):
        from_codab(codab({}, shapes=[Point(103, 14)], name="b.geojson"))


def test_heights_are_dropped_and_multipolygons_stay(codab):
    high = Polygon([(103, 14, 9), (104, 14, 9), (104, 15, 9)])
    layer = from_codab(codab({}, shapes=[MultiPolygon([high])])).layer
    assert layer.geom_type.item() == "MultiPolygon"
    assert not layer.has_z.item()


def test_another_coordinate_system_is_refused(codab):
    with pytest.raises(CRSMismatchError, match="EPSG:32648"):
        from_codab(codab({}, shapes=[box(200_000, 1_500_000, 201_000, 1_501_000)], crs=32648))


def test_several_layers_must_be_told_apart(codab):
    codab({}, layer="adm2")
    file = codab({"ADM2_PCODE": "KH2205"}, layer="other")
    with pytest.raises(SchemaError, match="has the layers adm2, other; say which"):
        from_codab(file)
    assert from_codab(file, layer="other").layer["pcode"].item() == "KH2205"
    with pytest.raises(SchemaError, match="has no layer 'third'"):
        from_codab(file, layer="third")


def test_a_file_without_codes_is_refused(tmp_path):
    file = tmp_path / "areas.geojson"
    gpd.GeoDataFrame({"name": ["A"]}, geometry=[box(103, 14, 104, 15)], crs=4326).to_file(file)
    with pytest.raises(SchemaError, match="no column of P-codes such as ADM1_PCODE"):
        from_codab(file)


REAL = {
    "khm_adm1_wfp_gov_2022": (1, 25, "KHM"),
    "khm_adm2_codab_2018": (2, 197, "KHM"),
    "khm_adm3_geoboundaries_2014_pcoded": (3, 1_633, "KHM"),
    "tha_adm1_rtsd_2022_all77_simplified": (1, 77, "THA"),
    "tha_adm3_rtsd_2022_border7_simplified": (3, 946, "THA"),
}


@pytest.mark.parametrize("name", REAL)
def test_the_real_boundaries_come_in_with_every_row_accounted_for(name, tmp_path):
    if not (SHARED / "data/admin").is_dir():
        pytest.skip(ABSENT)
    file = tmp_path / f"{name}.gpkg"
    file.write_bytes((SHARED / "data/admin" / f"{name}.gpkg").read_bytes())
    level, rows, country = REAL[name]
    read = from_codab(file, on_error="quarantine")
    report = read.report
    assert report.rows_in == rows == report.rows_clean + report.rows_flagged + report.rows_rejected
    assert report.rows_rejected == 0
    assert set(read.layer["level"]) == {level}
    assert set(read.layer["country"]) == {country}
    assert read.layer["pcode"].str.len().unique().tolist() == [2 + 2 * level]


def test_the_listed_pcodes_are_in_the_real_boundaries():
    """The list holds the provinces at the border and their districts, of both countries."""
    if not SHARED.is_dir():
        pytest.skip(ABSENT)
    listed = pd.read_csv(SHARED / "reference/pcodes_adm1_adm2.csv", dtype="str")
    for name, country, level in (
        ("khm_adm1_wfp_gov_2022", "KHM", "1"), ("khm_adm2_codab_2018", "KHM", "2"), ("tha_adm1_rtsd_2022_all77_simplified", "THA", "1"),
    ):  # fmt: skip
        codes = listed.loc[(listed["Location"] == country) & (listed["Admin Level"] == level), "P-Code"]
        found = set(from_codab(SHARED / f"data/admin/{name}.gpkg").layer["pcode"])
        assert len(codes) > 6
        assert set(codes) <= found

"""What is in a file is said before it is read."""

from __future__ import annotations

import zipfile

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from shapely import Point

from bordergis.errors import SchemaError
from bordergis.readers.inspection import inspect_file


@pytest.fixture
def villages():
    return gpd.GeoDataFrame(
        {"place_id": ["010203", "010204"], "name": ["អូរស្មាច់", None], "population": [120, 80]},
        geometry=[Point(103.7012, 14.4312), Point(103.7112, 14.4212)],
        crs=4326,
    )


@pytest.mark.parametrize("name", ["villages.gpkg", "villages.geojson", "villages.fgb"])
def test_a_vector_layer_says_driver_shapes_crs_bounds_and_columns(villages, tmp_path, name):
    villages.to_file(tmp_path / name)
    (layer,) = inspect_file(tmp_path / name).layers
    assert layer.rows == 2
    assert dict(layer.shapes) == {"Point": 2}
    assert layer.crs == "EPSG:4326, WGS 84"
    assert layer.bounds == pytest.approx((103.7012, 14.4212, 103.7112, 14.4312))
    assert [column.name for column in layer.columns] == ["place_id", "name", "population"]
    assert layer.columns[1].first == ("អូរស្មាច់",)
    assert layer.may_be == ("villages",)
    assert layer.command == f"bordergis check {name} --kind villages"


def test_geoparquet_says_the_same(villages, tmp_path):
    villages.to_parquet(tmp_path / "villages.parquet")
    (layer,) = inspect_file(tmp_path / "villages.parquet").layers
    assert (layer.rows, dict(layer.shapes), layer.crs, layer.may_be) == (2, {"Point": 2}, "EPSG:4326, WGS 84", ("villages",))


@pytest.mark.filterwarnings("ignore:'crs' was not provided:UserWarning")
def test_a_missing_coordinate_system_is_said(villages, tmp_path):
    bare = gpd.GeoDataFrame(pd.DataFrame(villages.drop(columns="geometry")), geometry=villages.geometry.to_numpy())
    bare.to_file(tmp_path / "villages.fgb")
    bare.to_parquet(tmp_path / "villages.parquet")
    assert [inspect_file(tmp_path / name).layers[0].crs for name in ("villages.fgb", "villages.parquet")] == ["missing", "missing"]


def test_every_layer_of_a_geopackage_has_its_command(villages, tmp_path):
    file = tmp_path / "data.gpkg"
    villages.to_file(file, layer="villages 2025")
    villages.to_crs(32648).to_file(file, layer="old")
    first, second = inspect_file(file).layers
    assert first.command == "bordergis check data.gpkg --kind villages --layer 'villages 2025'"
    assert second.crs == "EPSG:32648, WGS 84 / UTM zone 48N"


def test_text_says_its_encoding(tmp_path):
    (tmp_path / "villages.csv").write_bytes("code;name\n01;บ้านหนองจาน\n".encode("cp874"))
    found = inspect_file(tmp_path / "villages.csv")
    assert found.encoding == "cp874"
    assert "Read as cp874, semicolon between cells." in found.notes
    assert found.layers[0].may_be == ("villages",)


def test_every_sheet_of_a_workbook_is_shown(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["event_id_cnty", "sub_event_type", "geo_precision"])
    book.active.append(["KHM1", "Attack", 1])
    book.create_sheet("empty")
    book.create_sheet("Sites").append(["a", "b"])
    book.save(tmp_path / "a.xlsx")
    first, second = inspect_file(tmp_path / "a.xlsx").layers
    assert (first.driver, first.may_be) == ("ACLED", ("incidents",))
    assert second.command == "bordergis check a.xlsx --kind KIND --sheet Sites"


def test_kml_says_its_shapes_and_what_is_not_read(tmp_path):
    text = "<kml><Placemark><name>A</name><Point><coordinates>103,14</coordinates></Point></Placemark><Placemark/><NetworkLink/></kml>"
    (tmp_path / "a.kml").write_text(text)
    found = inspect_file(tmp_path / "a.kml")
    assert dict(found.layers[0].shapes) == {"Point": 1, "no shape": 1}
    assert "1 NetworkLink are not read." in found.notes


def test_other_files_name_their_reader(tmp_path):
    (tmp_path / "a.osm").write_text("<osm/>")
    (tmp_path / "KH.txt").write_text("\t".join(["1831898", *["x"] * 18]) + "\n")
    with zipfile.ZipFile(tmp_path / "KH.zip", "w") as packed:
        packed.write(tmp_path / "KH.txt", "KH.txt")
    assert "from_osm" in inspect_file(tmp_path / "a.osm").words()
    assert "from_geonames" in inspect_file(tmp_path / "KH.txt").words()
    assert "from_geonames" in inspect_file(tmp_path / "KH.zip").words()


def test_hostile_values_do_not_reach_the_terminal_as_control_characters(tmp_path):
    (tmp_path / "a.csv").write_text("a,b\n\x1b[31mred\x07,x\n")
    assert "\x1b" not in inspect_file(tmp_path / "a.csv").words()
    assert "\x07" not in inspect_file(tmp_path / "a.csv").words()


def test_a_disguised_file_is_refused(tmp_path):
    (tmp_path / "village.geojson").write_text("<OGRVRTDataSource/>")
    with pytest.raises(SchemaError, match="virtual file"):
        inspect_file(tmp_path / "village.geojson")

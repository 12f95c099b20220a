"""One call for any file: the right reader, the right kind, and a note on what was guessed."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from bordergis import provenance
from bordergis.errors import SchemaError, UnknownNameError
from bordergis.readers.read import read_layer

VILLAGES = "code,name,lat,lon\n010203,O Smach,14.4312,103.7012\n"


@pytest.fixture
def write(tmp_path):
    def make(name, text):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return make


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("villages.csv", VILLAGES, "villages"),
        ("places.tsv", VILLAGES.replace(",", "\t"), "places"),
        ("a.csv", "place_id,status,as_of,reported_by\nv1,inaccessible,2026-01-10,a test\n", "access reports"),
        ("a.csv", "checkpoint_id,name,status,lat,lon\nc,C,open,14.4312,103.7012\n", "checkpoints"),
        ("a.csv", "closure_id,type,from,to\nc,road,2025-07-24,\n", "closures"),
        ("a.csv", "event id,date,category,source,lat,lon\nk,2025-07-24,shelling,a test,14.4312,103.7012\n", "incidents"),
    ],
)
def test_the_kind_is_told_by_the_columns(write, name, text, kind):
    read = read_layer(write(name, text))
    assert read.report.kind == kind
    assert any(f"Taken as {kind}" in note for note in read.report.notes)
    assert any(f"Taken as {kind}" in note for note in provenance.of(read.layer).notes)


def test_kinds_that_fit_alike_are_listed(write):
    with pytest.raises(SchemaError, match=r"may be any of villages, places"):
        read_layer(write("a.csv", VILLAGES))


def test_columns_that_fit_nothing_say_what_to_do(write):
    with pytest.raises(SchemaError, match="fit no kind of layer"):
        read_layer(write("a.csv", "x1,x2\n1a,2a\n"))


def test_a_given_kind_is_taken(write):
    assert read_layer(write("a.csv", VILLAGES), "villages").report.kind == "villages"
    with pytest.raises(UnknownNameError, match="hamlets"):
        read_layer(write("a.csv", VILLAGES), "hamlets")


def test_an_option_of_another_reader_is_refused(write):
    with pytest.raises(SchemaError, match="from_table has no option layer; it has columns, sheet, number_rows, on_error"):
        read_layer(write("a.csv", VILLAGES), "villages", layer="x")


def test_options_reach_the_reader(write):
    read = read_layer(write("a.csv", "name\nO Smach\n"), "villages", number_rows=True)
    assert read.layer["place_id"].tolist() == ["a:2"]


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "fgb", "parquet"])
def test_vector_files_are_told_by_their_columns(tmp_path, ending):
    layer = gpd.GeoDataFrame({"place_id": ["a"], "name": ["A"]}, geometry=[Point(103.7, 14.4)], crs=4326)
    file = tmp_path / f"villages.{ending}"
    layer.to_parquet(file) if ending == "parquet" else layer.to_file(file)
    assert read_layer(file).report.kind == "villages"


def test_plain_parquet_is_a_table(tmp_path):
    pd.DataFrame({"place_id": ["a"], "name": ["A"], "lat": [14.4312], "lon": [103.7012]}).to_parquet(tmp_path / "villages.parquet")
    assert read_layer(tmp_path / "villages.parquet").layer.geometry.notna().all()


def test_kml_is_told_too(write):
    text = "<kml><Placemark><name>A</name><Point><coordinates>103.7,14.4</coordinates></Point></Placemark></kml>"
    assert read_layer(write("a.kml", text), "villages", number_rows=True).report.rows_clean == 1


def test_an_openstreetmap_file_is_a_question(write):
    with pytest.raises(SchemaError, match="roads, places, facilities"):
        read_layer(write("a.osm", "<osm/>"))


def test_acled_is_known_by_its_columns(write):
    columns = (
        "event_id_cnty,event_date,time_precision,event_type,sub_event_type,latitude,longitude,geo_precision,source,fatalities,location"
    )
    row = "KHM1,2025-07-24,1,Battles,Armed clash,14.3500,103.2500,2,A newspaper,1,Ta Muen Thom"
    read = read_layer(write("export.csv", f"{columns}\n{row}\n"))
    assert read.report.kind == "incidents"
    assert "Read as ACLED, for it has the columns event_id_cnty" in read.report.notes[0]
    assert not read.layer["redistributable"].any()


def test_a_geonames_dump_is_known_by_its_lines(write):
    row = ["1831898", "Anlong Veaeng", "Anlong Veaeng", "", "14.23223", "104.08107", "P", "PPL", "KH", *[""] * 5, "56927", *[""] * 4]
    read = read_layer(write("KH.txt", "\t".join(row) + "\n"))
    assert read.layer["place_id"].tolist() == ["geonames:1831898"]


def test_hxl_is_known_by_its_tags(write):
    text = "Code,Access,Date,Source\n#loc+code,#access,#date+reported,#meta+source\n22030101,inaccessible,2026-01-10,A test\n"
    read = read_layer(write("access.csv", text))
    assert read.report.kind == "access reports"
    assert any("HXL tags" in note for note in read.report.notes)

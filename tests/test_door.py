"""Every file passes the door; what may reach other files, the network or all memory does not."""

from __future__ import annotations

import sqlite3
import zipfile
from dataclasses import replace

import geopandas as gpd
import pytest
from shapely import Point

from bordergis.errors import DataMissingError, SchemaError
from bordergis.readers.door import LIMITS, open_door, read_member

VRT = '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>other.csv</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
FEATURE = '{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[103,14]}}'


@pytest.fixture
def write(tmp_path):
    def make(name, content):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    return make


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/a.csv", "https://example.org/a.csv", "ftp://example.org/a.csv", "s3://bucket/a.csv", "WFS:http://example.org",
        "/vsicurl/http://example.org/a.csv", "/vsizip/a.zip/a.csv", "GPKG:a.gpkg", "file:///a.csv", "\\\\server\\share\\a.csv",
    ],
)  # fmt: skip
def test_an_address_is_no_file(address):
    with pytest.raises(SchemaError, match="is an address"):
        open_door(address)


@pytest.mark.parametrize("content", [VRT, FEATURE, " <kml/>", "[1]", "a\0.csv"])
def test_content_in_place_of_a_path_is_refused(content):
    with pytest.raises(SchemaError, match="is content"):
        open_door(content)


def test_a_missing_file_is_missing(tmp_path):
    with pytest.raises(DataMissingError, match="check the path"):
        open_door(tmp_path / "nothing.csv")


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(SchemaError, match="is a folder"):
        open_door(tmp_path)


def test_a_link_to_another_folder_is_refused_and_one_beside_it_is_not(tmp_path, write):
    inside = write("real.csv", "a,b")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "out.csv").symlink_to(inside)
    (tmp_path / "beside.csv").symlink_to(inside)
    with pytest.raises(SchemaError, match="link to a file in another folder"):
        open_door(tmp_path / "sub" / "out.csv")
    assert open_door(tmp_path / "beside.csv").format == "csv"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("village.geojson", VRT, "a GDAL virtual file"),
        ("villages.csv", VRT, "a GDAL virtual file"),
        ("villages.csv", "<!DOCTYPE html><html><body>Sign in</body></html>", "a web page"),
        ("villages.csv", "\n<html lang='en'>", "a web page"),
        ("villages.kml", FEATURE, "geojson"),
        ("villages.xlsx", "a,b\n1,2\n", "csv"),
        ("villages.gpkg", "a,b\n1,2\n", "csv"),
        ("villages.csv", FEATURE, "geojson"),
        ("villages.json", '{"a": 1}', "JSON without features"),
        ("villages.kml", "<gpx/>", "gpx"),
        ("villages.kml", "<other/>", "XML with the root 'other'"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(write, name, content, told):
    with pytest.raises(SchemaError, match=told):
        open_door(write(name, content))


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0" + bytes(100), "old or a locked Excel"),
        ("a.shp", b"\x00\x00\x27\x0a" + bytes(100), "GeoPackage"),
        ("a.dbf", b"\x03" + bytes(100), "binary"),
        ("a.csv", b"%PDF-1.7", "a PDF"),
        ("a.csv", b"\x1f\x8b" + bytes(100), "unpack it first"),
        ("a.csv", bytes(range(256)), "binary"),
        ("a.docx", "text", "ending '.docx'"),
        ("a", "text", r"ending '\(none\)'"),
        ("a.csv", b"", "is empty"),
        ("a.geojson", FEATURE.encode("utf-16"), "not in UTF-8"),
    ],
)
def test_what_is_not_read_is_refused_with_the_remedy(write, name, content, told):
    with pytest.raises(SchemaError, match=told):
        open_door(write(name, content))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp874"])
def test_text_passes_in_every_encoding_that_is_read(write, encoding):
    assert open_door(write("a.csv", "name,ชื่อ\nx,บ้าน\n".encode(encoding))).format == "csv"


@pytest.mark.parametrize(
    "doctype", ['<!DOCTYPE kml [<!ENTITY a "b">]>', '<!DOCTYPE kml SYSTEM "http://example.org/kml.dtd">', "<!DOCTYPE kml>"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_with_a_document_type_is_refused_however_it_is_encoded(write, doctype, encoding):
    text = f'<?xml version="1.0" encoding="{encoding}"?><!-- {"x" * 9000} -->{doctype}<kml/>'
    with pytest.raises(SchemaError, match="document type or entities"):
        open_door(write("a.kml", text.encode(encoding)))


@pytest.mark.parametrize(
    "member",
    [
        '"crs":{"type":"link","properties":{"href":"http://example.org/crs"}}',
        '"CRS" : {"properties":{"href":"http://example.org/crs"},"type":"link"}',
        '"\\u0063rs":{"type":"link","properties":{"href":"http://example.org/crs"}}',
        '"crs":{"type":"name","properties":{"name":"http://example.org/crs"}}',
        '"crs":{"type":"name","properties":{"name":"/vsicurl/http://example.org/crs"}}',
        '"crs":{"type":"url","properties":{"url":"x"}}',
        '"coordRefSys":"http://example.org/crs"',
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_a_crs_that_could_reach_the_network_is_refused(write, member, first):
    features = f'"features":[{FEATURE}]'
    inner = f"{member},{features}" if first else f"{features},{member}"
    with pytest.raises(SchemaError, match="coordinate system in a way that is not read"):
        open_door(write("a.geojson", f'{{"type":"FeatureCollection",{inner}}}'))


@pytest.mark.parametrize("member", ['"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}},', '"crs":null,', ""])
def test_a_plain_crs_passes(write, member):
    assert open_door(write("a.geojson", f'{{"type":"FeatureCollection",{member}"features":[{FEATURE}]}}')).format == "geojson"


def zipped(file, members, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(file, "w", method) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return file


def test_a_zip_bomb_is_refused(tmp_path):
    with pytest.raises(SchemaError, match="zip bomb"):
        open_door(zipped(tmp_path / "a.zip", {"a.csv": bytes(5_000_000)}))


@pytest.mark.parametrize("name", ["../a.csv", "/etc/a.csv", "x/../../a.csv", "C:\\a.csv", "..\\a.csv"])
def test_a_part_that_leaves_its_folder_is_refused(tmp_path, name):
    with pytest.raises(SchemaError, match="outside its folder"):
        open_door(zipped(tmp_path / "a.zip", {name: "x"}))


def test_too_many_parts_are_refused(tmp_path):
    with pytest.raises(SchemaError, match="holds 3 files"):
        open_door(zipped(tmp_path / "a.zip", {"a": "", "b": "", "c": ""}), limits=replace(LIMITS, members=2))


def test_a_damaged_archive_is_refused(tmp_path):
    file = zipped(tmp_path / "a.zip", {"a.csv": "x" * 1000}, zipfile.ZIP_STORED)
    content = file.read_bytes()
    file.write_bytes(content.replace(b"xxxx", b"yyyy", 1))
    with pytest.raises(SchemaError, match="damaged"):
        read_member(open_door(file), ".csv")


def test_one_member_is_read_and_two_are_a_question(tmp_path):
    assert read_member(open_door(zipped(tmp_path / "a.zip", {"a.csv": "x", "b.txt": "y"})), ".csv") == ("a.csv", b"x")
    with pytest.raises(SchemaError, match=r"a\.csv, b\.csv"):
        read_member(open_door(zipped(tmp_path / "b.zip", {"a.csv": "x", "b.csv": "y"})), ".csv")


def test_a_file_over_the_limit_is_refused(write):
    with pytest.raises(SchemaError, match="more than the limit"):
        open_door(write("a.csv", "x" * 1000), limits=replace(LIMITS, file_bytes=999))


def test_a_format_the_reader_does_not_take_is_refused(write):
    with pytest.raises(SchemaError, match="this reader takes xlsx"):
        open_door(write("a.csv", "a,b"), formats=("xlsx",))


def test_a_plain_database_is_no_geopackage(tmp_path):
    file = tmp_path / "a.gpkg"
    with sqlite3.connect(file) as base:
        base.execute("CREATE TABLE a (b)")
    base.close()
    with pytest.raises(SchemaError, match="no GeoPackage"):
        open_door(file)


def test_a_geopackage_passes_and_half_of_one_does_not(tmp_path):
    file = tmp_path / "a.gpkg"
    gpd.GeoDataFrame({"a": [1]}, geometry=[Point(103, 14)], crs=4326).to_file(file)
    assert open_door(file).format == "gpkg"
    file.write_bytes(file.read_bytes()[:50_000])
    with pytest.raises(SchemaError, match="cut off"):
        open_door(file)

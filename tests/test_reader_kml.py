"""KML, KMZ and GPX: every placemark is a row, links are counted and never followed, HTML stays text."""

from __future__ import annotations

import zipfile

import pytest
import shapely

from bordergis.errors import SchemaError
from bordergis.readers.checked import FaultsError
from bordergis.readers.door import open_door
from bordergis.readers.kml import from_kml, read_placemarks

KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"><Document><name>Survey</name>
<Folder><name>Oddar Meanchey</name><Folder><name>Visited</name>
<Placemark id="p1"><name>អូរស្មាច់</name><description><![CDATA[<script>alert(1)</script><b>well</b>]]></description>
<TimeStamp><when>2025-07-24T09:00:00+07:00</when></TimeStamp>
<ExtendedData><Data name="code"><value>010203</value></Data>
<SchemaData><SimpleData name="name">other</SimpleData></SchemaData></ExtendedData>
<Point><coordinates> 103.7012, 14.4312, 312 </coordinates></Point></Placemark></Folder></Folder>
<Placemark><name>no shape</name><TimeSpan><begin>2025-07</begin><end>2025-08</end></TimeSpan></Placemark>
<Placemark><name>road</name><LineString><coordinates>103.7,14.4 103.8,14.4</coordinates></LineString></Placemark>
<Placemark><name>field</name><Polygon><outerBoundaryIs><LinearRing>
<coordinates>103,14 104,14 104,15 103,15 103,14</coordinates>
</LinearRing></outerBoundaryIs><innerBoundaryIs>
<LinearRing><coordinates>103.2,14.2 103.4,14.2 103.4,14.4 103.2,14.2</coordinates></LinearRing>
</innerBoundaryIs></Polygon></Placemark>
<Placemark><name>two</name><MultiGeometry><Point><coordinates>103,14</coordinates></Point><Point><coordinates>103.1,14</coordinates></Point>
</MultiGeometry></Placemark>
<Placemark><name>track</name><gx:Track><gx:coord>103 14 5</gx:coord><gx:coord>103.1 14 6</gx:coord></gx:Track></Placemark>
<NetworkLink><Link><href>http://example.org/more.kml</href></Link></NetworkLink>
<GroundOverlay><Icon><href>picture.png</href></Icon></GroundOverlay>
</Document></kml>"""

GPX = """<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1">
<wpt lat="14.4312" lon="103.7012"><ele>312</ele><time>2025-07-24T02:00:00Z</time><name>O Smach &amp; market</name><sym>Flag</sym></wpt>
<rte><name>way</name><rtept lat="14.4" lon="103.7"/><rtept lat="14.5" lon="103.7"/></rte>
<trk><name>walk</name><trkseg><trkpt lat="14.4" lon="103.7"/><trkpt lat="14.5" lon="103.7"/></trkseg>
<trkseg><trkpt lat="14.6" lon="103.7"/><trkpt lat="14.7" lon="103.7"/></trkseg></trk></gpx>"""


@pytest.fixture
def write(tmp_path):
    def make(text, name="survey.kml"):
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        return file

    return make


def one(shape, name="A"):
    return f'<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><name>{name}</name>{shape}</Placemark></kml>'


def test_every_placemark_is_a_row_with_its_shape(write):
    found = read_placemarks(open_door(write(KML)))
    assert [row["name"] for row in found.rows] == ["អូរស្មាច់", "no shape", "road", "field", "two", "track"]
    kinds = [None if shape is None else shape.geom_type for shape in found.shapes]
    assert kinds == ["Point", None, "LineString", "Polygon", "MultiPoint", "LineString"]
    assert found.shapes[3].area == pytest.approx(1 - 0.02)


def test_folders_times_and_extended_data_are_columns(write):
    first, second, *_ = read_placemarks(open_door(write(KML))).rows
    assert first["folder"] == "Oddar Meanchey / Visited"
    assert (first["code"], first["data name"], first["id"]) == ("010203", "other", "p1")
    assert first["date"] == "2025-07-24T09:00:00+07:00"
    assert (second["date"], second["end date"]) == ("2025-07", "2025-08")


def test_html_is_carried_as_text(write):
    read = from_kml(write(KML), "places", number_rows=True, on_error="quarantine", columns={"place_id": "code"})
    assert read.layer["description"].iloc[0] == "<script>alert(1)</script><b>well</b>"


def test_what_is_left_out_is_counted(write):
    read = from_kml(write(KML), "places", number_rows=True, on_error="quarantine")
    notes = " ".join(read.report.notes)
    assert "1 NetworkLink not read" in notes
    assert "1 GroundOverlay not read" in notes
    assert "2 shapes have heights" in notes
    assert "1 rows have no shape" in notes
    assert read.report.rows_in == 6 == read.report.rows_clean + read.report.rows_flagged + read.report.rows_rejected


@pytest.mark.parametrize(
    "shape",
    [
        "<Point><coordinates>fourteen,103</coordinates></Point>",
        "<Point><coordinates/></Point>",
        "<Point><coordinates>103</coordinates></Point>",
        "<Point><coordinates>103,14 104,14</coordinates></Point>",
        "<LineString><coordinates>103,14</coordinates></LineString>",
        "<Polygon><outerBoundaryIs><LinearRing><coordinates>103,14 104,14</coordinates></LinearRing></outerBoundaryIs></Polygon>",
        "<Polygon/>",
        "<MultiGeometry/>",
    ],
)
def test_coordinates_that_cannot_be_read_are_a_fault(write, shape):
    report = from_kml(write(one(shape)), "places", number_rows=True).report
    assert report.faults[["row", "rule", "severity"]].to_numpy().tolist() == [[1, "cannot be read as a shape", "flagged"]]


def test_swapped_coordinates_are_seen(write):
    report = from_kml(write(one("<Point><coordinates>14.4,103.7</coordinates></Point>")), "places", number_rows=True).report
    assert "swapped" in report.faults["rule"].item()


def test_parts_of_several_types_fit_no_contract(write):
    shape = "<Point><coordinates>103,14</coordinates></Point><LineString><coordinates>103,14 104,14</coordinates></LineString>"
    with pytest.raises(FaultsError, match="is not Point"):
        from_kml(write(one(f"<MultiGeometry>{shape}</MultiGeometry>")), "places", number_rows=True)


def test_a_kmz_is_read_and_its_other_files_are_named(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.kmz", "w") as packed:
        packed.writestr("files/more.kml", one(""))
        packed.writestr("doc.kml", one("<Point><coordinates>103.7,14.4</coordinates></Point>", "doc"))
    read = from_kml(tmp_path / "a.kmz", "places", number_rows=True)
    assert read.layer["name"].tolist() == ["doc"]
    assert "doc.kml was read; not read: files/more.kml." in read.report.notes


def test_entities_inside_a_kmz_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.kmz", "w") as packed:
        packed.writestr("doc.kml", "<!DOCTYPE kml [<!ENTITY a 'b'>]>" + one(""))
    with pytest.raises(SchemaError, match="document type or entities"):
        from_kml(tmp_path / "a.kmz", "places")


def test_deep_nesting_is_refused_not_a_crash(write):
    deep = "<MultiGeometry>" * 5_000 + "</MultiGeometry>" * 5_000
    with pytest.raises((SchemaError, FaultsError)):
        from_kml(write(one(deep)), "roads", number_rows=True)


def test_gpx_gives_waypoints_routes_and_tracks(write):
    found = read_placemarks(open_door(write(GPX, "walk.gpx")))
    assert [row["folder"] for row in found.rows] == ["waypoint", "route", "track"]
    assert found.rows[0]["name"] == "O Smach & market"
    assert found.rows[0]["date"] == "2025-07-24T02:00:00Z"
    assert [shape.geom_type for shape in found.shapes] == ["Point", "LineString", "MultiLineString"]
    assert shapely.get_coordinates(found.shapes[0]).tolist() == [[103.7012, 14.4312]]
    assert "1 heights were dropped." in found.notes


def test_a_waypoint_becomes_an_incident_on_its_local_day(write):
    text = GPX.replace("2025-07-24T02:00:00Z", "2025-07-24T20:00:00Z").split("<rte>")[0] + "</gpx>"
    columns = {"category": "symbol", "reported_by": "folder"}
    layer = from_kml(write(text, "walk.gpx"), "incidents", number_rows=True, columns=columns).layer
    assert layer["position_class"].tolist() == ["place"]
    assert layer["date_start"].dt.strftime("%Y-%m-%d").tolist() == ["2025-07-25"]


def test_an_empty_file_of_places_is_refused(write):
    with pytest.raises(SchemaError, match="has no placemarks"):
        from_kml(write("<kml><Document/></kml>"), "places")

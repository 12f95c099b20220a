"""A border line of another source: taken as it is drawn, its direction never turned, its sides declared."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import LineString, MultiLineString, Point, box
from typer.testing import CliRunner

import bordergis as bg
from bordergis import provenance
from bordergis.cli import app
from bordergis.errors import BorderGISError, CRSMismatchError, DataMissingError, SchemaError, UnknownNameError
from bordergis.schema import BORDER

SOUTH, NORTH = LineString([(103, 13), (103.1, 13.5), (103, 14)]), LineString([(103, 14), (103, 15)])
WHOLE = [(103, 13), (103.1, 13.5), (103, 14), (103, 15)]
TOLD = {"border_id": "mine", "claimed_by": "A survey", "accuracy_m": 250}


@pytest.fixture
def write(tmp_path):
    """Write shapes to a file of a format, as a row each."""

    def make(*shapes, ending="geojson", crs=4326, **columns):
        layer = gpd.GeoDataFrame({"n": range(len(shapes)), **columns}, geometry=list(shapes), crs=crs)
        path = tmp_path / f"line.{ending}"
        if ending == "parquet":
            layer.to_parquet(path)
        else:
            layer.to_file(path)
        return path

    return make


def vertices(border):
    return [tuple(vertex) for vertex in shapely.get_coordinates(border.geometry.item()).round(9).tolist()]


@pytest.mark.parametrize("ending", ["geojson", "gpkg", "fgb", "parquet"])
def test_a_line_is_read_from_every_format_as_it_is_drawn(ending, write):
    border = bg.from_line(write(LineString(WHOLE), ending=ending), **TOLD)
    assert vertices(border) == WHOLE
    assert border.crs.equals(4326)


def test_the_row_says_whose_line_it_is_and_how_well_it_is_known(write):
    row = bg.from_line(write(LineString(WHOLE)), **TOLD).drop(columns="geometry").iloc[0]
    assert row.to_dict() == {
        "border_id": "mine",
        "claimed_by": "A survey",
        "title": "line.geojson",
        "accuracy_m": 250.0,
        "accuracy_note": "accuracy as stated by whoever read the file: 250 m",
        "left_side": "THA",
        "right_side": "KHM",
        "status_note": "mapped line, not authoritative",
    }


def test_it_stands_beside_the_embedded_lines_and_is_measured_like_them(write, village):
    lines = bg.join_lines(bg.load_border(), bg.from_line(write(LineString(WHOLE)), **TOLD))
    BORDER.validate(lines)
    told = bg.by_claim(bg.side_of_border, village(v=(102.9, 14.5)), lines)
    assert list(told.columns) == ["osm-2026c", "natural-earth-10m", "mine", "differs_by_claim"]
    assert told["mine"].item() == "THA"  # west of a line going north: on its left hand


def test_the_step_and_the_accuracy_are_said_beside_every_measure(write, village):
    border = bg.from_line(write(LineString(WHOLE)), **TOLD)
    assert provenance.of(border).steps == ("from_line(line.geojson, mine)",)
    assert provenance.of(bg.distance_to_border(village(v=(103, 14)), border)).notes == (
        "Line mine: accuracy as stated by whoever read the file: 250 m",
    )


@pytest.mark.parametrize("parts", [[SOUTH, NORTH], [NORTH, SOUTH], [MultiLineString([NORTH, SOUTH])]])
def test_parts_that_join_end_to_start_are_one_line_whatever_their_order(parts, write):
    assert vertices(bg.from_line(write(*parts), **TOLD)) == WHOLE


@pytest.mark.parametrize("parts", [[SOUTH.reverse(), NORTH.reverse()], [NORTH.reverse(), SOUTH.reverse()]])
def test_a_line_from_the_tripoint_to_the_coast_stays_so(parts, write):
    assert vertices(bg.from_line(write(*parts), left_side="KHM", right_side="THA", **TOLD)) == WHOLE[::-1]


@pytest.mark.parametrize("parts", [[SOUTH.reverse(), NORTH], [SOUTH, NORTH.reverse()]])
def test_parts_of_different_direction_are_refused_not_turned(parts, write):
    """Which of them is right decides the side of every place, and the file does not say."""
    with pytest.raises(SchemaError, match="2 parts that do not join end to start"):
        bg.from_line(write(*parts), **TOLD)


def test_turned_sides_turn_the_answer(write, village):
    path, place = write(LineString(WHOLE)), village(v=(102.9, 14.5))
    turned = bg.from_line(path, left_side="KHM", right_side="THA", **TOLD)
    assert bg.side_of_border(place, turned).tolist() == ["KHM"]


def test_heights_are_left_out(write):
    assert vertices(bg.from_line(write(LineString([(x, y, 99) for x, y in WHOLE])), **TOLD)) == WHOLE


def test_a_line_that_crosses_itself_is_read_and_the_gate_says_so(write):
    bow_tie = bg.from_line(write(LineString([(103, 13), (104, 14), (104, 13), (103, 14)])), **TOLD)
    assert len(vertices(bow_tie)) == 4
    assert bg.border_quality(bow_tie)["crosses_itself"].item()


def test_rows_without_a_shape_are_no_part(write):
    assert vertices(bg.from_line(write(SOUTH, None, NORTH), **TOLD)) == WHOLE


@pytest.mark.parametrize(
    ("shapes", "words"),
    [
        ([SOUTH, LineString([(103, 14.1), (103, 15)])], "found 2 parts"),
        ([SOUTH, LineString([(105, 14), (105, 15)]), NORTH], "found 2 parts"),
        ([None], "found 0 parts"),
        ([Point(103, 13)], "found also Point"),
        ([box(103, 13, 104, 14)], "found also Polygon"),
        ([SOUTH, Point(103, 13)], "found also Point"),
    ],
)
def test_a_file_without_one_unbroken_line_is_refused(shapes, words, write):
    with pytest.raises(SchemaError, match=words):
        bg.from_line(write(*shapes), **TOLD)


def test_a_line_in_another_system_is_refused_not_reprojected(write):
    metres = LineString([(300_000, 1_500_000), (300_000, 1_600_000)])
    with pytest.raises(CRSMismatchError, match="EPSG:32648"):
        bg.from_line(write(metres, ending="gpkg", crs=32648), **TOLD)


def test_a_line_of_swapped_latitude_and_longitude_is_refused(write):
    with pytest.raises(CRSMismatchError, match="swapped"):
        bg.from_line(write(LineString([(13, 103), (14, 103)])), **TOLD)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"left_side": "KHM"}, "both hands of the line are declared KHM"),
        ({"left_side": "LAO"}, "left_side"),
        ({"accuracy_m": -1}, "accuracy_m"),
        ({"accuracy_m": float("nan")}, "accuracy_m"),
        ({"border_id": None}, "border_id"),
        ({"claimed_by": None}, "claimed_by"),
    ],
)
def test_what_a_line_must_declare_is_checked(wrong, words, write):
    with pytest.raises(SchemaError, match=words):
        bg.from_line(write(LineString(WHOLE)), **(TOLD | wrong))


def test_a_missing_file_and_another_format_are_refused(tmp_path):
    with pytest.raises(DataMissingError):
        bg.from_line(tmp_path / "none.geojson", **TOLD)
    table = tmp_path / "line.csv"
    table.write_text("lon,lat\n103,13\n", encoding="utf-8")
    with pytest.raises(BorderGISError):
        bg.from_line(table, **TOLD)


def test_the_file_is_not_changed(write):
    path = write(LineString(WHOLE))
    before = path.read_bytes()
    bg.from_line(path, **TOLD)
    assert path.read_bytes() == before


def test_the_embedded_line_comes_back_from_a_file_vertex_for_vertex(tmp_path):
    osm = bg.load_border("osm-2026c")
    path = tmp_path / "osm.gpkg"
    osm[["geometry"]].to_file(path)
    again = bg.from_line(path, border_id="again", claimed_by="A test", accuracy_m=1_990)
    assert np.array_equal(shapely.get_coordinates(again.geometry), shapely.get_coordinates(osm.geometry))
    assert bg.border_quality(again)["faults"].item() == ""


def test_the_command_line_draws_one_more_line_under_its_name(write, told_in, tmp_path):
    page = tmp_path / "map.html"
    line = bg.load_border("natural-earth-10m").geometry.item()
    done = CliRunner().invoke(app, ["situation", "--line", f"Survey of Nowhere={write(line)}", "--out", str(page)])
    assert done.exit_code == 0, done.output
    assert "Survey of Nowhere" in told_in(page.read_text(encoding="utf-8"))


def test_the_command_line_wants_the_name_with_the_file(write, tmp_path):
    done = CliRunner().invoke(app, ["situation", "--line", str(write(LineString(WHOLE))), "--out", str(tmp_path / "map.html")])
    assert isinstance(done.exception, UnknownNameError)
    assert "name=" in str(done.exception)

"""Results as files that another program reads back the same, and a summary that counts what it says."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from importlib.metadata import version

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPoint, Point, box

import bordergis as bg
from bordergis import provenance
from bordergis.errors import CRSMismatchError, GeometryKindError, OutputError, UnknownNameError
from bordergis.provenance import Provenance, attach
from bordergis.report import TABLE_FORMATS
from bordergis.report.summary import incident_periods

KINDS = list(TABLE_FORMATS)


def cells(table):
    """Read back a CSV with the csv module, as lists of text."""
    return list(csv.reader(io.StringIO(bg.encode_table(table, "csv").decode(), newline="")))


def read_back(content, kind):
    return gpd.read_parquet(io.BytesIO(content)) if kind == "parquet" else gpd.read_file(io.BytesIO(content), engine="pyogrio")


@pytest.fixture(scope="module")
def told(situation):
    """Give zones, villages with their access, and the summary of the embedded situation."""
    return situation.zones, situation.access.table, bg.situation_summary(situation)


# ── CSV ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1"])
def test_text_that_a_spreadsheet_would_run_is_disarmed(text):
    assert cells(pd.DataFrame({"name": [text, "plain"]}))[1:] == [[f"'{text}"], ["plain"]]


@pytest.mark.parametrize("text", ["\r=1", "a\r=1", "a\r\n=1", "a\n=1", '"\n=1', "a,\r=1"])
def test_a_line_end_inside_a_text_begins_no_new_row(text):
    """Else the rest of the text would stand at the beginning of a row, where a spreadsheet runs it."""
    table = cells(pd.DataFrame({"name": [text], "n": [1]}))
    assert len(table) == 2
    assert table[1][1] == "1"
    assert not table[1][0].startswith(("=", "\r"))


@pytest.mark.parametrize("dtype", ["str", "object", "category"])
def test_text_of_any_kind_of_column_is_disarmed(dtype):
    table = pd.DataFrame({"name": pd.Series(["=1+1", "a"], dtype=dtype)})
    assert cells(table)[1:] == [["'=1+1"], ["a"]]


def test_the_name_of_a_column_and_the_members_of_a_list_are_disarmed():
    assert cells(pd.DataFrame({"=a": [["=x", "y"]]})) == [["'=a"], ["'=x; y"]]


def test_negative_numbers_are_never_touched():
    table = pd.DataFrame({"a": [-3.5], "b": [-7], "c": pd.array([-1], dtype="Int64"), "d": pd.Series([-2.5], dtype="object")})
    assert cells(table)[1] == ["-3.5", "-7", "-1", "-2.5"]


@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc"))), min_size=1, max_size=6))
@settings(deadline=None)
def test_no_cell_begins_as_a_formula_and_nothing_else_is_changed(texts):
    written = [row[0] for row in cells(pd.DataFrame({"n": range(len(texts)), "text": texts})[["text", "n"]])[1:]]
    assert not any(cell.startswith(tuple("=+-@\t\r")) for cell in written)
    assert [cell.removeprefix("'") for cell in written] == [text.removeprefix("'") for text in texts]


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=6))
@settings(deadline=None)
def test_numbers_keep_ten_digits(numbers):
    assert [float(row[0]) for row in cells(pd.DataFrame({"x": numbers}))[1:]] == pytest.approx(numbers, rel=1e-9)


def test_points_are_two_columns_and_other_shapes_are_text(village):
    places = village(a=(103.5, 14.25))
    assert cells(places)[0][-2:] == ["lon", "lat"]
    assert cells(places)[1][-2:] == ["103.5", "14.25"]
    many = places.set_geometry([MultiPoint([(103, 14), (104, 14)])], crs="EPSG:4326")
    assert cells(many)[1][-1] == "MULTIPOINT ((103 14), (104 14))"


def test_a_row_without_a_position_has_empty_cells(village):
    lost = village(a=(103.5, 14.25), b=(103, 14))
    lost = lost.set_geometry(gpd.GeoSeries([lost.geometry[0], None], crs=lost.crs))
    assert [row[-2:] for row in cells(lost)[1:]] == [["103.5", "14.25"], ["", ""]]


def test_a_geometry_under_another_name_is_written_once(village):
    assert cells(village(a=(103.5, 14.25)).rename_geometry("point"))[0] == ["place_id", "name", "position_radius_m", "lon", "lat"]


def test_a_missing_value_is_an_empty_cell_and_never_false_or_zero():
    day, flag = pd.to_datetime(["2026-01-14", None]), pd.array([True, None], "boolean")
    table = pd.DataFrame({"flag": flag, "n": pd.array([0, None], "Int64"), "x": [0.0, np.nan], "day": day})
    assert cells(table)[1:] == [["True", "0", "0", "2026-01-14"], ["", "", "", ""]]


def test_a_list_that_is_missing_is_an_empty_cell():
    assert cells(pd.DataFrame({"n": [1, 2], "list": [["a", "b"], None]}))[1:] == [["1", "a; b"], ["2", ""]]


# ── every kind of file ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_layer_gives_the_same_bytes_and_stays_as_it_was(kind, situation):
    before = situation.checkpoints.copy()
    assert bg.encode_table(situation.checkpoints, kind) == bg.encode_table(situation.checkpoints.copy(), kind)
    assert situation.checkpoints.equals(before)


@pytest.mark.parametrize("kind", ["geojson", "parquet"])
@pytest.mark.parametrize("name", ["border", "checkpoints", "villages", "incidents", "visits", "designated_areas"])
def test_a_layer_comes_back_with_every_row_and_every_place(name, kind, situation):
    layer = getattr(situation, name)
    back = read_back(bg.encode_table(layer, kind), kind)
    assert len(back) == len(layer)
    assert back.crs.to_epsg() == 4326
    assert back.geometry.isna().tolist() == layer.geometry.isna().tolist()
    apart_deg = shapely.hausdorff_distance(np.asarray(back.geometry.array), np.asarray(layer.geometry.array))
    assert np.nan_to_num(apart_deg).max() < 1e-6


@pytest.mark.parametrize("kind", KINDS)
def test_zones_with_their_lists_can_be_written(kind, told):
    zones = told[0]
    content = bg.encode_table(zones, kind)
    back = pd.read_csv(io.BytesIO(content)) if kind == "csv" else read_back(content, kind)
    assert back["members"].str.count("; ").add(1).tolist() == zones["n_members"].tolist()


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_layer_is_a_file_without_rows(kind, village):
    content = bg.encode_table(village(a=(103, 14))[:0], kind)
    assert content
    if kind == "geojson":
        assert json.loads(content) == {"type": "FeatureCollection", "features": []}
    else:
        assert len(pd.read_csv(io.BytesIO(content)) if kind == "csv" else read_back(content, kind)) == 0


def test_dates_are_days_in_every_kind_and_never_shift(village):
    layer = village(a=(103, 14), b=(104, 14)).assign(day=pd.to_datetime(["2026-01-01", None]))
    assert [row[3] for row in cells(layer)[1:]] == ["2026-01-01", ""]
    features = json.loads(bg.encode_table(layer, "geojson"))["features"]
    assert [feature["properties"]["day"] for feature in features] == ["2026-01-01", None]
    assert read_back(bg.encode_table(layer, "parquet"), "parquet")["day"].equals(layer["day"])


def test_a_moment_keeps_its_offset(village):
    layer = village(a=(103, 14)).assign(at=pd.to_datetime(["2025-07-28T23:30+07:00"]).tz_convert("Asia/Phnom_Penh"))
    assert cells(layer)[1][3] == "2025-07-28 23:30:00+07:00"
    moment = json.loads(bg.encode_table(layer, "geojson"))["features"][0]["properties"]["at"]
    assert pd.Timestamp(moment).isoformat() == "2025-07-28T23:30:00+07:00"


def test_geojson_is_lonlat_in_plain_utf8_with_null_for_missing(village):
    layer = village(a=(103.123456789, 14)).assign(name_km="ភូមិ", n=pd.array([None], dtype="Int64"))
    content = bg.encode_table(layer, "geojson").decode()
    assert "ភូមិ" in content
    made = json.loads(content)
    assert "crs" not in made
    assert made["features"][0]["geometry"] == {"type": "Point", "coordinates": [103.1234568, 14.0]}
    assert made["features"][0]["properties"]["n"] is None


def test_a_table_without_geometry_cannot_be_geojson(situation):
    with pytest.raises(GeometryKindError, match="write it as csv or parquet"):
        bg.encode_table(situation.figures, "geojson")


def test_a_table_without_geometry_can_be_parquet(situation):
    assert len(pd.read_parquet(io.BytesIO(bg.encode_table(situation.figures, "parquet")))) == len(situation.figures)


@pytest.mark.parametrize("kind", KINDS)
def test_a_layer_in_metres_is_refused_not_written_as_degrees(kind, village):
    with pytest.raises(CRSMismatchError, match="EPSG:32648"):
        bg.encode_table(village(a=(103, 14)).to_crs("EPSG:32648"), kind)


def test_an_unknown_kind_is_refused_with_those_that_are_known(village):
    with pytest.raises(UnknownNameError, match="no table format 'xlsx'; known: csv, geojson, parquet"):
        bg.encode_table(village(a=(103, 14)), "xlsx")


# ── on the disk ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", KINDS)
def test_the_kind_is_the_ending_or_what_is_asked_for(kind, tmp_path, village):
    layer = village(a=(103, 14))
    by_ending = bg.write_table(layer, tmp_path / f"a.{kind}")
    assert bg.write_table(layer, tmp_path / "b.data", kind=kind).read_bytes() == by_ending.read_bytes() == bg.encode_table(layer, kind)


def test_a_file_without_an_ending_is_csv(tmp_path, village):
    assert bg.write_table(village(a=(103, 14)), str(tmp_path / "villages")).read_text(encoding="utf-8").startswith("place_id,")


def test_the_sidecar_says_where_the_file_comes_from_and_what_it_is(tmp_path, village):
    layer = attach(village(a=(103, 14), b=(104, 14)), Provenance(("geonames",), ("load_villages()",), ("a note",)))
    file = bg.write_table(layer, tmp_path / "v.csv")
    told = json.loads((tmp_path / "v.csv.meta.json").read_text(encoding="utf-8"))
    assert told["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert (told["rows"], told["crs"]) == (2, "EPSG:4326")
    assert (told["sources"], told["steps"], told["notes"]) == (["geonames"], ["load_villages()"], ["a note"])
    assert told["software"]["geopandas"] == version("geopandas")
    assert "not evidence of safety" in told["disclaimer"]


def test_the_sidecar_of_a_table_claims_no_coordinate_system(tmp_path, situation):
    bg.write_table(situation.figures, tmp_path / "f.csv")
    assert json.loads((tmp_path / "f.csv.meta.json").read_text(encoding="utf-8"))["crs"] is None


def test_a_write_that_fails_leaves_the_old_file_and_its_sidecar(tmp_path, village, monkeypatch):
    old = bg.write_table(village(a=(103, 14)), tmp_path / "v.csv")
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device"):
        bg.write_table(village(a=(104, 14)), old)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


@pytest.mark.parametrize("name", ["v.xlsx", "table.geojson"])
def test_a_refusal_writes_nothing(name, tmp_path, situation):
    with pytest.raises((UnknownNameError, GeometryKindError)):
        bg.write_table(situation.figures, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


# ── the summary ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_unknown_comes_before_what_is_known(told):
    assert told[2].sentences[1] == "Access is unknown for {} of the {} settlements in the layer.".format(
        (told[1]["status"] == "unknown").sum(), len(told[1])
    )
    assert told[2].table["what"].iloc[0] == "access unknown"


def test_the_reported_figures_stand_with_their_author_and_day(told):
    assert "84 villages reported inaccessible in Oddar Meanchey (Ministry of Interior (KHM), 2026-01-14)." in told[2].sentences


@pytest.mark.parametrize(("topic", "layer"), [("checkpoints", "checkpoints"), ("reported incidents", "incidents")])
def test_the_counts_of_a_topic_add_up_to_the_layer(topic, layer, told, situation):
    counts = told[2].table[(told[2].table["topic"] == topic) & (told[2].table["what"] != "all")]["count"]
    assert counts.sum() == len(getattr(situation, layer))


def test_every_source_is_named_once_with_its_licence(told):
    assert len(told[2].sources) == len(set(told[2].sources))
    assert all(source.endswith(")") for source in told[2].sources)


def test_a_source_that_the_registry_does_not_know_keeps_its_own_name(situation):
    own = attach(situation.villages.copy(), Provenance(("my survey",)))
    summary = bg.situation_summary(bg.load("2026-01-14", villages=own))
    assert "my survey" in summary.sources


def test_before_every_period_and_figure_the_summary_still_counts():
    summary = bg.situation_summary(bg.load("2000-01-01"))
    assert summary.sentences[0].endswith("as of 1 January 2000: before the named periods.")
    assert summary.table.set_index("what").loc["all", "count"] == 0


def test_an_incident_lies_in_a_period_only_with_all_its_days(incident):
    """The fighting of July 2025 is from 24 to 28 July; the ceasefire begins on the 29th."""
    cases = {
        ("2025-07-24", "2025-07-28"): "Fighting of July 2025",
        ("2025-07-28", "2025-07-29"): "across periods, or known only to a month",
        ("2025-07-29", "2025-07-29"): "Ceasefire of 28 July 2025",
        ("2011-02-04", "2011-02-07"): "before the named periods",
    }
    days = pd.DataFrame([[pd.Timestamp(day) for day in span] for span in cases], columns=["date_start", "date_end"])
    incidents = incident(**{f"k{n}": (104, 14, 0) for n in range(len(cases))}).assign(**days)
    assert incident_periods(incidents, bg.load_periods()).tolist() == list(cases.values())


def test_own_periods_are_taken_in_the_place_of_the_embedded_ones(situation):
    own = bg.load_periods().head(1).assign(name="My period")
    summary = bg.situation_summary(bg.load("2026-01-14", periods=own))
    assert "My period" in set(summary.table["what"])
    assert provenance.of(situation.periods).steps == ("load_periods()",)


def test_a_point_and_an_area_in_one_layer_are_written_as_text(village):
    mixed = village(a=(103, 14), b=(104, 14)).set_geometry([Point(103, 14), box(103, 14, 104, 15)], crs="EPSG:4326")
    assert [row[-1].split(" ")[0] for row in cells(mixed)[1:]] == ["POINT", "POLYGON"]

"""Vector files: one layer, one coordinate system, points where they are, and nothing dropped without a word."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from shapely import LineString, MultiPoint, Point

from bordergis.errors import CRSMismatchError, MissingCRSError, SchemaError
from bordergis.readers.arrow import plain_columns
from bordergis.readers.checked import FaultsError
from bordergis.readers.vector import from_vector

FORMATS = ("villages.gpkg", "villages.geojson", "villages.fgb", "villages.parquet")


@pytest.fixture
def villages():
    return gpd.GeoDataFrame(
        {"place_id": ["010203", "010204"], "name": ["អូរស្មាច់", "บ้านหนองจาน"], "population": [120, 80]},
        geometry=[Point(103.7012, 14.4312), Point(103.7112, 14.4212)],
        crs=4326,
    )


@pytest.fixture
def write(tmp_path):
    def make(table, name, **options):
        file = tmp_path / name
        if name.endswith(".parquet"):
            table.to_parquet(file)
        else:
            table.to_file(file, **options)
        return file

    return make


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_layer(villages, write, name):
    layer = from_vector(write(villages, name), "villages").layer.sort_values("place_id", ignore_index=True)
    assert layer[["place_id", "name"]].to_numpy().tolist() == villages[["place_id", "name"]].to_numpy().tolist()
    assert layer["population"].tolist() == [120.0, 80.0]
    assert shapely.get_coordinates(layer.geometry).tolist() == [[103.7012, 14.4312], [103.7112, 14.4212]]


@pytest.mark.parametrize("name", FORMATS)
def test_another_coordinate_system_is_refused_and_on_request_transformed(villages, write, name):
    file = write(villages.to_crs(32648), name)
    with pytest.raises(CRSMismatchError, match=r"EPSG:32648.*to_lonlat=True"):
        from_vector(file, "villages")
    read = from_vector(file, "villages", to_lonlat=True)
    layer = read.layer.sort_values("place_id")
    assert np.abs(shapely.get_coordinates(layer.geometry) - shapely.get_coordinates(villages.geometry)).max() < 1e-9
    assert any("Inverse of UTM zone 48N" in note and "accuracy" in note for note in read.report.notes)


def test_the_datum_shift_is_stated_with_its_accuracy(villages, write):
    """Indian 1975 (EPSG:4240) lies some 400 m from WGS 84 here."""
    read = from_vector(write(villages.to_crs(4240), "villages.gpkg"), "villages", to_lonlat=True)
    note = next(note for note in read.report.notes if "Transformed" in note)
    assert "Indian 1975 to WGS 84" in note
    assert "accuracy" in note


@pytest.mark.parametrize("name", ["villages.gpkg", "villages.fgb", "villages.parquet"])
@pytest.mark.filterwarnings("ignore:'crs' was not provided:UserWarning")
def test_a_missing_coordinate_system_is_never_guessed(villages, write, name):
    bare = gpd.GeoDataFrame(pd.DataFrame(villages.drop(columns="geometry")), geometry=villages.geometry.to_numpy())
    with pytest.raises(MissingCRSError, match="does not say its coordinate system"):
        from_vector(write(bare, name), "villages")


def test_geoparquet_without_a_word_on_it_is_lonlat_as_its_format_says(villages, write, tmp_path):
    table = pq.read_table(write(villages, "villages.parquet"))
    about = json.loads(table.schema.metadata[b"geo"])
    del about["columns"]["geometry"]["crs"]
    pq.write_table(table.replace_schema_metadata({b"geo": json.dumps(about)}), tmp_path / "bare.parquet")
    assert len(from_vector(tmp_path / "bare.parquet", "villages").layer) == 2


def test_heights_are_dropped_with_a_note(villages, write):
    high = villages.set_geometry(gpd.GeoSeries([Point(103.7, 14.4, 312), Point(103.7, 14.4, 0)], crs=4326))
    read = from_vector(write(high, "villages.gpkg"), "villages")
    assert not read.layer.has_z.any()
    assert "1 shapes have heights, which were dropped." in read.report.notes


@pytest.mark.parametrize("name", FORMATS)
def test_impossible_points_are_flagged_and_taken_away(villages, write, name):
    odd = pd.concat([villages] * 2, ignore_index=True).assign(place_id=list("abcd"))
    odd.geometry = gpd.GeoSeries([Point(14.4, 103.7), Point(0, 0), Point(200, 95), Point(2.35, 48.86)], crs=4326)
    read = from_vector(write(odd, name), "villages")
    rules = dict(zip(read.report.faults["value"], read.report.faults["rule"], strict=True))
    assert rules == {
        "14.4, 103.7": "has latitude and longitude swapped, it seems",
        "0, 0": "is 0, 0",
        "200, 95": "has coordinates that are not degrees",
        "2.35, 48.86": "is outside the area",
    }
    assert read.layer.set_index("place_id").geometry.isna().to_dict() == {"a": True, "b": True, "c": True, "d": False}


def test_a_layer_that_must_be_located_rejects_them(write):
    roads = gpd.GeoDataFrame(
        {"u": [1, 2], "v": [2, 3], "length_m": [1.0, 2.0], "highway_class": ["primary"] * 2},
        geometry=[LineString([(103, 14), (103, 14.1)]), LineString([(14, 103), (14.1, 103)])],
        crs=4326,
    )
    read = from_vector(write(roads, "roads.gpkg"), "roads", on_error="quarantine")
    assert (read.report.rows_clean, read.report.rows_rejected) == (1, 1)
    assert read.rejected["row"].tolist() == [2]


def test_shapes_of_another_type_are_rejected(villages, write):
    villages.geometry = gpd.GeoSeries([MultiPoint([(103, 14), (103.1, 14)]), Point(103, 14)], crs=4326)
    with pytest.raises(FaultsError, match="is not Point"):
        from_vector(write(villages, "villages.geojson"), "villages")


@pytest.mark.parametrize("geometry", ['{"type":"Point","coordinates":["a",14]}', '{"type":"Point"}', '{"type":"Blob","coordinates":[1,2]}'])
def test_geojson_coordinates_that_gdal_reads_as_none_are_a_fault(tmp_path, geometry):
    features = [
        f'{{"type":"Feature","properties":{{"place_id":"{n}","name":"A"}},"geometry":{shape}}}'
        for n, shape in enumerate([geometry, "null", '{"type":"Point","coordinates":[103.7,14.4]}'])
    ]
    (tmp_path / "a.geojson").write_text(f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}')
    report = from_vector(tmp_path / "a.geojson", "villages").report
    assert report.faults[["row", "rule"]].to_numpy().tolist() == [[1, "cannot be read as a shape"]]
    assert "1 rows have no shape." in report.notes


def test_several_layers_are_a_question(villages, write):
    file = write(villages, "both.gpkg", layer="one")
    villages.to_file(file, layer="two")
    with pytest.raises(SchemaError, match="'one', 'two'"):
        from_vector(file, "villages")
    assert len(from_vector(file, "villages", layer="two").layer) == 2
    with pytest.raises(SchemaError, match="has no layer 'three'"):
        from_vector(file, "villages", layer="three")


def test_another_json_of_gdal_is_refused(tmp_path):
    topology = '{"type":"Topology","objects":{"a":{"type":"Point","coordinates":[103,14]}},"arcs":[]}'
    (tmp_path / "a.geojson").write_text(topology)
    with pytest.raises(SchemaError, match=r"TopoJSON|damaged"):
        from_vector(tmp_path / "a.geojson", "villages")


def test_whole_numbers_with_gaps_are_codes_without_point(write):
    layer = gpd.GeoDataFrame(
        {"place_id": ["a", "b"], "name": ["A", "B"], "village_code": pd.array([10203, None], "Int64")},
        geometry=[Point(103, 14)] * 2,
        crs=4326,
    )
    read = from_vector(write(layer, "villages.gpkg"), "villages").layer
    assert read["village_code"].iloc[0] == "10203"
    assert pd.isna(read["village_code"].iloc[1])


def test_a_date_of_another_era_is_not_taken_as_it_is(write):
    layer = gpd.GeoDataFrame(
        {"facility_id": ["a"], "name": ["A"], "kind": ["school"], "status_since": pd.to_datetime(["2568-07-24"]).astype("datetime64[ms]")},
        geometry=[Point(103, 14)],
        crs=4326,
    )
    read = from_vector(write(layer, "schools.gpkg"), "facilities")
    assert read.layer["status_since"].dt.strftime("%Y-%m-%d").tolist() == ["2025-07-24"]
    assert "Buddhist-era" in read.report.faults["remedy"].item()


def test_arrow_columns_keep_what_they_say():
    table = pa.table(
        {
            "moment": pa.array([0, None], pa.timestamp("ms", "UTC")),
            "day": pa.array([20_000, None], pa.date32()),
            "word": pa.array(["a", "b"]).dictionary_encode(),
            "list": [["a"], None],
            "none": pa.nulls(2),
            "yes": [True, None],
        }
    )
    columns = plain_columns(table)
    assert columns["moment"].iloc[0] == "1970-01-01T00:00:00+00:00"
    assert columns["day"].iloc[0] == pd.Timestamp("2024-10-04")
    assert columns["word"].tolist() == ["a", "b"]
    assert columns["list"].iloc[0] == '["a"]'
    assert columns["none"].isna().all()
    assert columns["yes"].iloc[0]
    assert all(cells.isna().iloc[1] for name, cells in columns.items() if name != "word")


def test_points_straight_from_bytes_equal_points_read_by_geos(villages, write, tmp_path):
    """A second row group, a sliced buffer and a gap take the other way."""
    many = pd.concat([villages] * 50, ignore_index=True).assign(place_id=lambda rows: rows.index.astype(str))
    file = write(many, "many.parquet")
    fast = from_vector(file, "villages").layer.geometry
    gap = many.copy()
    gap.loc[3, "geometry"] = None
    slow = from_vector(write(gap, "gap.parquet"), "villages").layer.geometry
    assert fast.drop(3).geom_equals(slow.drop(3)).all()
    pq.write_table(pq.read_table(file), tmp_path / "groups.parquet", row_group_size=7)
    assert from_vector(tmp_path / "groups.parquet", "villages").layer.geometry.geom_equals(fast).all()


def test_parquet_without_shapes_names_its_reader(tmp_path):
    pd.DataFrame({"place_id": ["a"], "name": ["A"]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(SchemaError, match="read it with `from_table`"):
        from_vector(tmp_path / "a.parquet", "villages")

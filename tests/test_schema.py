"""A contract names every bad row at once and changes nothing."""

from __future__ import annotations

import json
import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPoint, Point, box

from bordergis import schema
from bordergis.errors import CRSMismatchError, MissingCRSError, SchemaError

DAY = pd.to_datetime(["2026-01-14"])
STATEMENT = {"checkpoint_id": ["x"], "status": ["open"], "valid_from": DAY, "valid_to": pd.to_datetime([None])}
REPORT = {"place_id": ["v"], "status": ["inaccessible"], "as_of": DAY, "reported_by": ["a test"]}


def table(**changes):
    return pd.DataFrame(REPORT | changes)


def one_field(kind, **rules):
    return schema.Contract("things", {"cell": schema.Field(kind, "a cell", **rules)})


def test_a_good_layer_passes_and_stays_as_it_was(village):
    villages = village(v1=(103, 14), v2=(104, 14)).assign(own_column="kept")
    before = villages.copy()
    schema.VILLAGES.validate(villages)
    assert villages.equals(before)
    assert villages.crs == before.crs


def test_one_error_lists_every_bad_row(village):
    bad = village(v1=(103, 14), v2=(104, 14)).assign(place_id="v", name=[None, "O"], position_radius_m=[-1.0, 0.0])
    with pytest.raises(SchemaError, match=r"^villages: 4 faults") as caught:
        schema.VILLAGES.validate(bad)
    for fault in (
        "row 0, name = None: must have a value",
        "row 0, place_id = 'v': must be unique",
        "row 1, place_id = 'v': must be unique",
        "row 0, position_radius_m = -1.0: must be at least 0",
    ):
        assert fault in str(caught.value)


def test_one_fault_is_said_in_the_singular():
    with pytest.raises(SchemaError) as caught:
        schema.ACCESS_REPORTS.validate(table(status=["cut off"]))
    assert str(caught.value).splitlines()[:2] == [
        "access reports: 1 fault.",
        "  row 0, status = 'cut off': must be one of accessible, inaccessible",
    ]


def test_the_list_of_faults_ends_after_twenty_and_says_how_many_more():
    with pytest.raises(SchemaError, match=r"25 faults[\s\S]*… and 5 more") as caught:
        schema.ACCESS_REPORTS.validate(pd.DataFrame({name: list(values) * 25 for name, values in REPORT.items()}).assign(status="?"))
    assert str(caught.value).count("\n  row ") == 20


def test_a_missing_column_is_named():
    with pytest.raises(SchemaError, match="column reported_by: is missing"):
        schema.ACCESS_REPORTS.validate(table().drop(columns="reported_by"))


def test_the_row_is_named_by_its_own_label():
    with pytest.raises(SchemaError, match="row my-row, status = 'shut'"):
        schema.ACCESS_REPORTS.validate(table(status=["shut"]).set_axis(["my-row"]))


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("text", ["a", "ភូមិ"], ["a", 7]),
        ("number", [1.5, -3], [1.5, float("inf")]),
        ("number", [1, 2], ["1", "2"]),
        ("number", [1, 2], [True, False]),
        ("whole", [1.0, 2.0], [1.0, 2.5]),
        ("whole", [1, 2], ["1", "2"]),
        ("date", pd.to_datetime(["2026-01-14"]), pd.to_datetime(["2026-01-14T10:30"])),
        ("date", pd.to_datetime(["2026-01-14"]), pd.to_datetime(["2026-01-14"]).tz_localize("Asia/Bangkok")),
        ("date", pd.to_datetime(["2026-01-14"]), ["2026-01-14"]),
        ("time", pd.to_datetime(["2026-01-14T10:30+07:00"]), pd.to_datetime(["2026-01-14T10:30"])),
        ("flag", [True, False], ["true", "false"]),
        ("list", [["a"], ("b", "c")], ["a", "b"]),
    ],
)
def test_each_kind_takes_its_own_and_refuses_the_rest(kind, good, bad):
    contract = one_field(kind)
    contract.validate(pd.DataFrame({"cell": good}))
    with pytest.raises(SchemaError, match=r"cell = .*must be "):
        contract.validate(pd.DataFrame({"cell": bad}))


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        ("text", ["a", None]),
        ("number", [1.0, None]),
        ("whole", pd.array([1, None], dtype="Int64")),
        ("date", pd.to_datetime(["2026-01-14", None])),
        ("flag", pd.array([True, None], dtype="boolean")),
    ],
)
def test_a_missing_value_is_a_fault_only_where_one_must_be(kind, missing):
    one_field(kind, filled=False).validate(pd.DataFrame({"cell": missing}))
    with pytest.raises(SchemaError, match="row 1, cell = None: must have a value"):
        one_field(kind).validate(pd.DataFrame({"cell": missing}))


def test_an_optional_column_may_be_absent_but_not_wrong():
    optional = one_field("number", required=False, filled=False, least=0)
    optional.validate(pd.DataFrame({"other": [1]}))
    with pytest.raises(SchemaError, match="must be at least 0"):
        optional.validate(pd.DataFrame({"cell": [-0.5]}))


def test_a_table_without_geometry_is_no_layer(village):
    with pytest.raises(SchemaError, match=r"villages: expected a GeoDataFrame, got DataFrame.*points_from_xy"):
        schema.VILLAGES.validate(pd.DataFrame(village(v=(103, 14)).drop(columns="geometry")))


def test_the_coordinate_system_is_looked_at_first(village):
    with pytest.raises(MissingCRSError):
        schema.VILLAGES.validate(village(v=(103, 14)).set_crs(None, allow_override=True))
    with pytest.raises(CRSMismatchError, match="EPSG:32648"):
        schema.VILLAGES.validate(village(v=(103, 14)).to_crs("EPSG:32648"))


@pytest.mark.parametrize("shape", [box(103, 14, 104, 15), MultiPoint([(103, 14), (104, 14)]), Point()])
def test_another_kind_of_geometry_is_a_fault(shape, village):
    with pytest.raises(SchemaError, match="must be Point"):
        schema.VILLAGES.validate(village(v=(103, 14)).set_geometry([shape], crs="EPSG:4326"))


def test_a_village_may_lack_a_position_but_a_checkpoint_may_not(village):
    lost = village(v=(103, 14)).set_geometry([None], crs="EPSG:4326")
    schema.VILLAGES.validate(lost)
    gate = lost.rename(columns={"place_id": "checkpoint_id"}).assign(status="unknown")
    with pytest.raises(SchemaError, match="row 0, geometry = None: must have a value"):
        schema.CHECKPOINTS.validate(gate)


def test_an_empty_layer_breaks_no_contract(village):
    nobody = village(v=(103, 14))[:0]
    schema.VILLAGES.validate(nobody)
    assert nobody.empty


@given(st.lists(st.sampled_from(["open", "closed", "shut", "OPEN", ""]), min_size=1, max_size=12))
@settings(deadline=None)
def test_the_words_outside_a_vocabulary_are_counted_exactly(words):
    layer = pd.DataFrame({name: list(values) * len(words) for name, values in STATEMENT.items()}).assign(status=words)
    wrong = sum(word not in schema.CHECKPOINT_STATUSES for word in words)
    if not wrong:
        schema.CHECKPOINT_STATUS.validate(layer)
        return
    with pytest.raises(SchemaError) as caught:
        schema.CHECKPOINT_STATUS.validate(layer)
    assert str(caught.value).startswith(f"checkpoint status: {wrong} fault")


def test_every_contract_is_found_by_the_name_of_its_layer():
    assert schema.CONTRACTS["checkpoint_status"] is schema.CHECKPOINT_STATUS
    assert all(name == contract.name.replace(" ", "_") for name, contract in schema.CONTRACTS.items())


@pytest.mark.parametrize("name", schema.CONTRACTS)
def test_every_column_says_what_it_means(name):
    assert all(field.meaning.strip() for field in schema.CONTRACTS[name].fields.values())


# ── for people and for other software ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", schema.CONTRACTS)
def test_the_description_has_a_row_a_column_and_one_for_the_geometry(name):
    contract = schema.CONTRACTS[name]
    rows = schema.describe(contract)
    assert list(rows.index) == [*contract.fields, *(["geometry"] if contract.geometry else [])]


def test_the_description_says_what_is_needed():
    needed = schema.describe(schema.CHECKPOINT_STATUS)["needed"]
    assert needed[["checkpoint_id", "valid_to", "for_whom"]].tolist() == ["always", "column; may be empty", "optional"]
    assert schema.describe(schema.VILLAGES).loc[["place_id", "geometry"], "needed"].tolist() == ["always, unique", "column; may be empty"]
    assert schema.describe(schema.BORDER).loc["geometry", ["kind", "needed"]].tolist() == ["LineString", "always"]


@pytest.mark.parametrize("name", schema.CONTRACTS)
def test_the_table_schema_is_json_with_a_type_for_every_column(name):
    made = json.loads(json.dumps(schema.frictionless(schema.CONTRACTS[name])))
    types = {field["type"] for field in made["fields"]}
    assert types <= {"string", "number", "integer", "date", "datetime", "boolean", "array", "geojson"}
    assert {field["name"] for field in made["fields"]} >= set(schema.CONTRACTS[name].fields)
    assert set(made["primaryKey"]) <= set(schema.CONTRACTS[name].fields)


def test_the_table_schema_carries_the_rules_of_a_column():
    fields = {field["name"]: field for field in schema.frictionless(schema.VILLAGES)["fields"]}
    assert fields["place_id"]["constraints"] == {"required": True, "unique": True}
    assert fields["confidence"]["constraints"] == {"required": False, "enum": ["high", "medium", "low"]}
    assert fields["population"]["constraints"] == {"required": False, "minimum": 0}
    assert fields["lon"] == {"name": "lon", "type": "number", "constraints": {"required": False}, "rdfType": "#geo+lon"}


def test_points_are_two_columns_and_other_shapes_are_one():
    names = [[field["name"] for field in schema.frictionless(contract)["fields"]] for contract in (schema.CHECKPOINTS, schema.BORDER)]
    assert names[0][-2:] == ["lon", "lat"]
    assert names[1][-1] == "geometry"
    assert schema.frictionless(schema.BORDER)["fields"][-1]["constraints"] == {"required": True}


def test_hxl_tags_are_those_of_the_columns_and_the_point():
    tags = schema.hxl_tags(schema.VILLAGES)
    assert (tags["place_id"], tags["lon"], tags["lat"]) == ("#loc+code", "#geo+lon", "#geo+lat")
    assert "lon" not in schema.hxl_tags(schema.HAZARDS)


@pytest.mark.parametrize("name", schema.CONTRACTS)
def test_a_tag_is_well_formed_and_stands_once(name):
    tags = list(schema.hxl_tags(schema.CONTRACTS[name]).values())
    assert all(re.fullmatch(r"#[a-z]+[0-9]?(\+[a-z_]+)*", tag) for tag in tags)
    assert len(tags) == len(set(tags))


def test_the_dictionary_has_a_table_a_layer_and_a_line_a_column():
    text = schema.data_dictionary()
    for name, contract in schema.CONTRACTS.items():
        part = text.split(f"\n## {name}\n")[1].split("\n## ")[0]
        lines = [line for line in part.splitlines() if line.startswith("| `")]
        assert len(lines) == len(contract.fields) + bool(contract.geometry)
        assert all(line.count("|") == 7 for line in lines)


def test_the_dictionary_can_be_made_of_some_contracts():
    assert "## mine" in schema.data_dictionary({"mine": one_field("text")})

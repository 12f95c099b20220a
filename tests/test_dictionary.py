from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bordergis.cli import app
from bordergis.schema import CONTRACTS, data_dictionary, describe, frictionless, hxl_tags

ROOT = Path(__file__).parents[1]


def test_the_committed_data_dictionary_is_what_the_contracts_say():
    assert (ROOT / "docs/data-dictionary.md").read_text(encoding="utf-8") == data_dictionary()


@pytest.mark.parametrize("name", list(CONTRACTS))
def test_every_column_is_described_and_exported(name):
    contract = CONTRACTS[name]
    columns = list(contract.fields)
    told = describe(contract)
    assert told.index.tolist()[: len(columns)] == columns
    assert told["meaning"].str.len().gt(2).all()
    assert [field["name"] for field in frictionless(contract)["fields"]][: len(columns)] == columns
    assert all(tag.startswith("#") for tag in hxl_tags(contract).values())


def test_the_export_keeps_vocabulary_limits_and_key():
    fields = {field["name"]: field for field in frictionless(CONTRACTS["incidents"])["fields"]}
    assert fields["killed_low"]["constraints"] == {"required": False, "minimum": 0}
    assert fields["incident_id"]["constraints"] == {"required": True, "unique": True}
    assert "verified" in fields["verification_status"]["constraints"]["enum"]
    assert fields["geometry"]["type"] == "geojson"
    points = {field["name"] for field in frictionless(CONTRACTS["villages"])["fields"]}
    assert {"lon", "lat"} <= points


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["schema", "closures"], "passability"),
        (["schema", "closures", "--as", "markdown"], "| `passability` |"),
        (["schema", "--as", "hxl"], '"#date+start"'),
    ],
)
def test_the_command_says_what_a_layer_must_look_like(words, expected):
    assert expected in CliRunner().invoke(app, words).output


def test_the_command_exports_valid_json():
    assert json.loads(CliRunner().invoke(app, ["schema", "villages", "--as", "frictionless"]).output)["primaryKey"] == ["place_id"]

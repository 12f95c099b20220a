"""`bordergis access`: unknown first, ranges, one village in words, files, and errors with their remedy."""

from __future__ import annotations

import sys

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString
from typer.testing import CliRunner

import bordergis as bg
from bordergis.cli import app, main

STEP = 0.01


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")

    def call(*words):
        done = CliRunner().invoke(app, ["access", *words])
        assert done.exit_code == 0, done.output
        return done.output

    return call


@pytest.fixture
def refused(monkeypatch, capsys):
    def call(*words):
        monkeypatch.setattr(sys, "argv", ["bordergis", "access", *words])
        with pytest.raises(SystemExit):
            main()
        return " ".join(capsys.readouterr().err.split())

    return call


@pytest.fixture
def files(tmp_path):
    """Two files of roads end to end, from the town over v1 to v2; two villages; one hospital at the west end; one closure between."""

    def road(first, last):
        told = {"u": [0], "v": [1], "length_m": [1_080.0 * (last - first)], "highway_class": ["primary"]}
        return gpd.GeoDataFrame(told, geometry=[LineString([(103 + STEP * first, 14), (103 + STEP * last, 14)])], crs=4326)

    made = {name: tmp_path / f"{name}.parquet" for name in ("west", "east")}
    road(0, 2).to_parquet(made["west"])
    road(2, 4).to_parquet(made["east"])
    for name, table in {
        "villages": {
            "place_id": ["v1", "v2"],
            "name": ["V1", "V2"],
            "adm1": ["P", "P"],
            "adm2": ["A", "B"],
            "country": ["KHM", "KHM"],
            "lon": [103.01, 103.04],
            "lat": [14, 14],
        },
        "facilities": {"name": ["Clinic"], "kind": ["hospital"], "lon": [103.0], "lat": [14]},
        "closures": {
            "closure_id": ["ford"],
            "kind": ["road"],
            "valid_from": ["2026-01-01"],
            "valid_to": [None],
            "lon": [103.03],
            "lat": [14],
        },
    }.items():
        made[name] = tmp_path / f"{name}.csv"
        pd.DataFrame(table).to_csv(made[name], index=False)
    return {name: str(path) for name, path in made.items()}


def asked(files):
    return [word for name in ("villages", "facilities", "closures") for word in (f"--{name}", files[name])]


def test_the_unknown_are_said_first_and_what_would_answer_more(run):
    text = run("--as-of", "2026-01-14")
    assert text.startswith("Access is unknown for 210 of 230 villages (91%); 20 inaccessible")
    assert "bordergis data fetch osm-roads-kh" in " ".join(text.split())
    assert "20-42" in text


def test_roads_of_several_files_are_joined_and_a_village_is_told_in_words(files, run):
    words = [*asked(files), "--roads", files["west"], "--roads", files["east"], "--targets", "hospital", "--by", "adm2", "--explain", "v2"]
    text = run(*words)
    assert text.startswith("Access is unknown for 1 of 2 villages (50%); 1 inaccessible")
    assert "Road to hospital: No mapped road is open. Opened again, these would reconnect it: ford." in text
    assert "V2 (v2, B, P) as of 2026-01-14: access inaccessible." in text


def test_villages_and_map_are_written(files, run, tmp_path):
    words = [*asked(files), "--roads", files["west"], "--out", str(tmp_path / "out.csv"), "--map", str(tmp_path / "map.html")]
    run(*words)
    written = pd.read_csv(tmp_path / "out.csv")
    assert {"in_zone", "cut_off", "cut_off_from", "reported", "status", "reasons"} <= set(written.columns)
    assert (tmp_path / "map.html").stat().st_size > 10_000


def test_villages_are_counted_by_the_sectors_between_checkpoints(run):
    text = run("--by", "sector")
    assert "O'Smach / Chong Chom to Choam / Chong Sa-Ngam" in text
    assert "not stated" in text  # three settlements have no position


def test_the_own_network_is_a_target_set_too(files, run):
    text = run(*asked(files), "--roads", files["west"], "--targets", "own-network", "--explain", "v1")
    assert "Road to own-network: No junction of main roads lies 20 km or more from the line." in text


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["--by", "village"], "cannot be counted by 'village'; known: adm1, adm2, sector"),
        (["--explain", "nowhere"], "no village 'nowhere'"),
        (["--as-of", "14 January"], "'14 January' is not a date"),
        (["--villages", "nowhere.csv"], "nowhere.csv"),
    ],
)
def test_an_error_is_one_line_with_the_remedy(words, remedy, refused):
    assert remedy in refused(*words)


def test_a_target_set_that_does_not_exist_is_refused_with_those_that_do(files, refused):
    text = refused(*asked(files), "--roads", files["west"], "--targets", "school")
    assert "no target set 'school'; known: camp, checkpoint, district-town, hospital, own-network" in text


def test_the_public_names_are_there():
    assert {"access_over_time", "own_network", "target_sets", "RoadConditions"} <= set(bg.__all__)

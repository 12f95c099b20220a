"""The command line says what it knows, with date, author and source; every error is one clear line."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import threading
import zipfile
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import geopandas as gpd
import pytest
from typer.testing import CliRunner

import bordergis as bg
from bordergis.cli import app

COMMAND = Path(sys.executable).with_name("bordergis")
OSMACH = ("villages", "--within", "10km", "--of", "checkpoint:osmach")


@pytest.fixture
def refused(run):
    """Run a command that must fail with one clear line; give that line."""

    def call(*words):
        code, out, err = run(*words)
        assert (code, out) == (1, "")
        assert err.startswith("Error: ")
        assert err.count("\n") == 1
        return err

    return call


@pytest.fixture
def mirror(tmp_path):
    """A server on this machine that has a small dump of two villages."""
    text = "\n".join(
        "\t".join([str(n), name, name, "", "14.43", "103.70", "P", "PPL", "KH", *[""] * 5, "0", *[""] * 4])
        for n, name in enumerate(("Phum Muoy", "Phum Pir"))
    )
    (tmp_path / "served").mkdir()
    with zipfile.ZipFile(tmp_path / "served" / "KH.zip", "w") as folder:
        folder.writestr("KH.txt", text)

    class Quiet(SimpleHTTPRequestHandler):
        def __init__(self, *args, **options):
            super().__init__(*args, directory=tmp_path / "served", **options)

        def log_message(self, *_args):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as listening:
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}/KH.zip"
        listening.shutdown()
        thread.join()


# ── it teaches ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_help_says_where_to_begin_and_what_nothing_here_means(ran):
    text = " ".join(ran("--help").split())
    assert "Start with bordergis situation" in text
    assert "bordergis villages --within 10km --of checkpoint:osmach --as-of 2026-01-14" in text
    assert "not evidence of safety" in text
    assert all(command in text for command in ("situation", "villages", "sources", "data"))


@pytest.mark.parametrize("command", [("situation",), ("villages",), ("sources",), ("data",), ("data", "fetch"), ("data", "list")])
def test_every_command_has_help(command, ran):
    said = ran(*command, "--help")
    assert f"bordergis {' '.join(command)}" in said
    assert "Usage: " in said


@pytest.mark.parametrize("command", [("situation",), ("villages",), ("data", "fetch")])
def test_a_command_with_options_shows_an_example(command, ran):
    assert f"Example: bordergis {' '.join(command)}" in " ".join(ran(*command, "--help").split())


def test_the_version_is_said(ran):
    assert ran("--version") == f"bordergis {bg.__version__}\n"


def test_a_command_that_is_not_there_is_a_usage_error(run):
    code, _, err = run("situatoin")
    assert code == 2
    assert "No such command" in err


# ── situation ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def situation_said(ran, tmp_path):
    return ran("situation", "--as-of", "2026-01-14", "--out", tmp_path / "new" / "map.html"), tmp_path / "new" / "map.html"


def test_the_situation_is_said_and_drawn(situation_said):
    said, file = situation_said
    assert said.startswith("Situation of the Cambodia-Thailand border as of 14 January 2026: Ceasefire of the Joint Statement")
    assert f"Map: {file} (" in said
    assert file.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html>")


def test_the_situation_names_zones_figures_authors_and_sources(situation_said):
    said = situation_said[0]
    assert "explosions-5km" in said
    assert "84 villages reported inaccessible in Oddar Meanchey (Ministry of Interior (KHM), 2026-01-14)." in said
    assert "OpenStreetMap" in said.split("Sources: ")[1]
    assert "unknown does not mean reachable" in said


def test_an_early_situation_can_be_said_too(ran, tmp_path):
    assert "before the named periods" in ran("situation", "--as-of", "2007-01-01", "--out", tmp_path / "map.html")


def test_other_rules_make_other_zones(ran, tmp_path):
    said = ran("situation", "--rules", "acled-1km", "--out", tmp_path / "map.html")
    assert "acled-1km" in said
    assert "explosions-5km" not in said


# ── villages ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def expected_near_osmach():
    places = bg.load().villages
    metres = bg.distance_to_checkpoint(places, bg.load().checkpoints, "osmach")
    return set(places["place_id"][metres - places["position_radius_m"] <= 10_000])


def test_the_villages_near_a_checkpoint_are_a_table_with_the_date(ran):
    said = ran(*OSMACH, "--as-of", "2026-01-14")
    title = f"{len(expected_near_osmach())} of {len(bg.load().villages)} settlements within 10km of checkpoint:osmach, as of 2026-01-14"
    assert title in said
    assert "O'Smach" in said


def test_csv_goes_to_the_terminal_as_it_goes_to_a_file(ran, tmp_path):
    said = ran(*OSMACH, "--format", "csv")
    ran(*OSMACH, "--format", "csv", "--out", tmp_path / "v.csv")
    assert said == (tmp_path / "v.csv").read_text(encoding="utf-8")
    assert {row["place_id"] for row in csv.DictReader(io.StringIO(said))} == expected_near_osmach()


def test_geojson_goes_to_the_terminal_too(ran):
    features = json.loads(ran(*OSMACH, "--format", "geojson"))["features"]
    assert {feature["properties"]["place_id"] for feature in features} == expected_near_osmach()


@pytest.mark.parametrize("kind", ["csv", "geojson", "parquet"])
def test_a_file_is_written_with_its_sidecar(kind, ran, tmp_path):
    file = tmp_path / f"v.{kind}"
    said = ran(*OSMACH, "--format", kind, "--out", file)
    assert said == f"{len(expected_near_osmach())} settlements: {file}\n"
    about = json.loads((tmp_path / f"v.{kind}.meta.json").read_text(encoding="utf-8"))
    assert about["rows"] == len(expected_near_osmach())
    assert "distance_to_checkpoint(osmach)" in about["steps"]
    if kind == "parquet":
        assert set(gpd.read_parquet(file)["place_id"]) == expected_near_osmach()


def test_metres_and_kilometres_are_the_same_distance(ran):
    lengths = ("10km", "10000m", " 10.0 km")
    assert len({ran("villages", "--of", "border", "--within", length, "--format", "csv") for length in lengths}) == 1


def test_a_distance_finer_than_the_line_is_refused_unless_asked_for(run):
    words = ("villages", "--of", "border", "--within", "500m", "--format", "csv")
    code, out, err = run(*words)
    assert (code, out) == (1, "")
    assert "500 m is finer than the line osm-2026c supports (1,990 m)" in err
    code, out, err = run(*words, "--allow-coarse")
    assert code == 0
    assert "Warning: 500 m is finer" in err
    assert len(out.splitlines()) > 1


def test_a_border_line_can_be_named(ran):
    lines = {ran("villages", "--of", of, "--within", "20km", "--format", "csv") for of in ("border", "border:osm-2026c")}
    assert len(lines) == 1
    assert ran("villages", "--of", "border:natural-earth-10m", "--within", "20km", "--format", "csv") not in lines


def test_a_long_table_ends_with_how_many_more_there_are(ran):
    said = ran("villages", "--of", "border", "--within", "100km")
    assert said.rstrip().endswith("write them all with `--format csv --out FILE`.")
    assert "… and " in said


def test_the_villages_in_zones_are_asked_for_by_default(ran):
    rows = list(csv.DictReader(io.StringIO(ran("villages", "--format", "csv"))))
    assert {row["place_id"] for row in rows if row["in_zone"] == "definite"} >= {"ban-nong-samet"}
    assert "no" not in {row["in_zone"] for row in rows}


def test_what_is_certain_of_zones_is_what_is_certain_of_access(ran):
    """The two columns answer the same question when the distance asked for is none."""
    for row in csv.DictReader(io.StringIO(ran("villages", "--format", "csv"))):
        assert row["certain"] == row["in_zone"]


# ── sources and public data ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_sources_are_listed_with_their_licences(ran):
    said = ran("sources")
    assert "Embedded data" in said
    assert all(word in said for word in ("ODbL-1.0", "CC-BY-4.0", "geonames", "How to cite them"))


def test_the_public_data_is_listed(ran):
    assert all(name in ran("data", "list") for name in bg.public_sources().index)


def test_public_data_is_fetched_and_used(ran, mirror, tmp_path, monkeypatch):
    said = ran("data", "fetch", "geonames-kh", "--url", mirror, "--cache", tmp_path / "cache")
    assert said == f"geonames-kh: {tmp_path / 'cache' / 'KH.zip'}\n"
    monkeypatch.setattr("platformdirs.user_cache_path", lambda _name: tmp_path / "cache")
    rows = list(csv.DictReader(io.StringIO(ran(*OSMACH, "--layer", "geonames-kh", "--format", "csv"))))
    assert [row["name"] for row in rows] == ["Phum Muoy", "Phum Pir"]


def test_public_data_that_cannot_be_fetched_is_said_with_the_remedy(refused, mirror, tmp_path):
    said = refused("data", "fetch", "geonames-kh", "--url", f"{mirror}.not", "--cache", tmp_path / "cache")
    assert "404" in said
    assert f"put it at {tmp_path / 'cache' / 'KH.zip'}" in said


@pytest.mark.parametrize(("form", "part"), [("table", "│ place_id"), ("markdown", "| `place_id` |"), ("frictionless", '"primaryKey"')])
def test_a_layers_contract_is_said_in_every_form(form, part, ran):
    said = ran("schema", "villages", "--as", form)
    assert part in said
    assert "incident_id" not in said


def test_without_a_name_every_contract_is_said(ran):
    assert set(json.loads(ran("schema", "--as", "hxl"))) == set(bg.schema.CONTRACTS)


# ── errors ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (("situation", "--as-of", "yesterday"), "'yesterday' is not a date; write it as 2026-01-14."),
        (("situation", "--as-of", "2026-02-30"), "'2026-02-30' is not a date"),
        (("situation", "--rules", "mine"), "no rule preset 'mine'; known: acled-1km"),
        (("situation", "--layer", "osm"), "no public source 'osm'; known: "),
        (("villages", "--within", "10"), "'10' is not a length with its unit; write it as 500m or 10km."),
        (("villages", "--within", "-5km"), "'-5km' is not a length with its unit"),
        (("villages", "--within", "10 miles"), "'10 miles' is not a length with its unit"),
        (("villages", "--of", "moon"), "nothing to measure from called 'moon'; known: border, checkpoint:ID, zones."),
        (("villages", "--of", "zones:mine"), "nothing to measure from called 'zones:mine'"),
        (("villages", "--of", "checkpoint:moon"), "no checkpoint 'moon'; known: "),
        (("villages", "--of", "checkpoint"), "no checkpoint ''; known: "),
        (("villages", "--of", "border:moon"), "no border line 'moon'; known: natural-earth-10m, osm-2026c"),
        (("villages", "--format", "xlsx"), "no table format 'xlsx'; known: csv, geojson, parquet"),
        (("villages", "--format", "parquet"), "Parquet is not for a terminal; say where with `--out villages.parquet`."),
        (("villages", "--out", "villages.csv"), "A table is for the terminal; for a file choose `--format csv`"),
        (("schema", "vilages"), "no layer 'vilages'; known: access_decisions"),
        (("schema", "villages", "--as", "xml"), "no form 'xml'; known: frictionless, hxl, markdown, table"),
        (("data", "fetch", "osm"), "no public source 'osm'; known: "),
    ],
)
def test_an_error_is_one_line_with_the_remedy(words, remedy, refused, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert remedy in refused(*words)
    assert list(tmp_path.iterdir()) == []


def test_a_layer_that_was_not_fetched_is_said_with_the_command(refused, tmp_path, monkeypatch):
    monkeypatch.setattr("platformdirs.user_cache_path", lambda _name: tmp_path)
    assert "run `bordergis data fetch geonames-kh`" in refused("villages", "--layer", "geonames-kh")


def test_a_damaged_layer_is_not_blamed_on_the_date(refused, tmp_path, monkeypatch):
    monkeypatch.setattr("platformdirs.user_cache_path", lambda _name: tmp_path)
    (tmp_path / "KH.zip").write_bytes(b"\xff\xfe\xff")
    said = refused("villages", "--layer", "geonames-kh")
    assert "KH.zip" in said
    assert "not a date" not in said


@pytest.mark.parametrize("words", [(*OSMACH, "--format", "csv", "--out"), ("situation", "--out")])
def test_a_target_that_cannot_be_written_is_an_error_not_a_trace(words, run, tmp_path):
    code, _, err = run(*words, tmp_path)
    assert code == 1
    assert err.startswith("Error: ")
    assert err.count("\n") == 1


def test_text_in_brackets_is_shown_as_it_is(refused):
    assert "'[bold]moon[/bold]'" in refused("villages", "--of", "[bold]moon[/bold]")


# ── the installed command ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_installed_command_runs_from_another_folder(tmp_path):
    done = subprocess.run([COMMAND, *OSMACH, "--format", "csv"], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=120)
    assert {row["place_id"] for row in csv.DictReader(io.StringIO(done.stdout))} == expected_near_osmach()
    assert done.stderr == ""


def test_the_installed_command_fails_with_one_line_and_status_1(tmp_path):
    done = subprocess.run([COMMAND, "villages", "--within", "10"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Error: '10' is not a length with its unit; write it as 500m or 10km.\n"


def test_khmer_and_thai_text_survive_a_plain_terminal(tmp_path):
    """A terminal in the C locale is the least a field computer offers."""
    plain = {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(tmp_path)}
    words = [COMMAND, "villages", "--of", "border", "--within", "5km", "--format", "csv"]
    done = subprocess.run(words, cwd=tmp_path, env=plain, capture_output=True, check=True, timeout=120)
    assert done.stdout == bg.encode_table(near_the_border(), "csv")


def near_the_border():
    now = bg.load()
    zones = bg.exclusion_zones(now.incidents, as_of=now.date)
    access = bg.inaccessible_villages(now.villages, zones=zones).table
    return bg.near(access, bg.distance_to_border(access, bg.load_border("osm-2026c")), 5_000)


def test_a_file_is_looked_into_before_it_is_read(tmp_path):
    file = tmp_path / "villages.csv"
    file.write_text("code,name,lat,lon\n010203,O Smach,14.4312,103.7012\n", encoding="utf-8")
    told = CliRunner().invoke(app, ["inspect", str(file)]).output
    assert "010203" in told
    assert "may be: villages" in told


def test_a_file_with_faults_is_told_row_by_row_and_ends_with_1(tmp_path):
    file, report = tmp_path / "villages.csv", tmp_path / "faults.html"
    file.write_text("code,name,lat,lon\n010203,O Smach,14.4312,103.7012\n,<img src=x>,14,103\n", encoding="utf-8")
    found = CliRunner().invoke(app, ["check", str(file), "--kind", "villages", "--report", str(report)])
    assert found.exit_code == 1
    assert "2 rows = 1 clean + 0 flagged + 1 rejected" in found.output
    assert "row 3, place_id = ''" in found.output
    assert "is empty" in report.read_text(encoding="utf-8")


def test_rejected_rows_can_be_put_aside_and_a_clean_file_ends_with_0(tmp_path):
    file = tmp_path / "list.csv"
    file.write_text("id,village,lat,lon\na,=1+1,14.4312,103.7012\n,=1+1,14,103\n", encoding="utf-8")
    columns = ["--column", "place_id=id", "--column", "name=village"]
    first = CliRunner().invoke(app, ["check", str(file), "--kind", "villages", "--quarantine", *columns])
    assert first.exit_code == 1
    assert "'=1+1" in (tmp_path / "list.csv.rejected.csv").read_text(encoding="utf-8")
    file.write_text("id,village,lat,lon\na,O Smach,14.4312,103.7012\n", encoding="utf-8")
    assert CliRunner().invoke(app, ["check", str(file), "--kind", "villages", *columns]).exit_code == 0


def test_a_mapping_without_its_column_is_one_clear_error(tmp_path):
    file = tmp_path / "list.csv"
    file.write_text("id\na\n", encoding="utf-8")
    found = CliRunner().invoke(app, ["check", str(file), "--kind", "villages", "--column", "name"])
    assert "write it as name=COLUMN" in str(found.exception)

"""The commands that speak three languages, and the option that every command with a file shares."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import typer.main
from click import Group
from shapely import LineString

import bordergis as bg
from bordergis import cli
from bordergis.words import LANGUAGES, words_for

DAYS = ("2025-12-31", "2026-01-14")


@pytest.fixture(scope="module")
def roads(tmp_path_factory):
    """One mapped road from Samraong, the town of Oddar Meanchey, northward."""
    file = tmp_path_factory.mktemp("roads") / "roads.parquet"
    line = LineString([(103.52, 14.10), (103.52, 14.18), (103.52, 14.30)])
    told = {"u": [0], "v": [1], "length_m": [22_000.0], "highway_class": ["primary"]}
    gpd.GeoDataFrame(told, geometry=[line], crs=4326).to_parquet(file)
    return file


def commands(group, path=()):
    """Every command below a group, with its words."""
    for name, command in group.commands.items():
        if isinstance(command, Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


# --- compare -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_comparison_is_told_in_the_language_asked_for(ran, lang):
    said = ran("compare", *DAYS, "--lang", lang)
    told = bg.compare(*map(bg.load, DAYS)).sentences(lang=lang)
    assert all(sentence in said for sentence in told)
    assert words_for(lang)["change.zone_of"].format(n=31) in said
    assert ("in force, of 31 incidents" in "\n".join(told)) == (lang == "en")


def test_the_map_of_a_comparison_opens_in_its_language(ran, tmp_path):
    ran("compare", *DAYS, "--lang", "th", "--map", tmp_path / "changes.html")
    page = tmp_path.joinpath("changes.html").read_text(encoding="utf-8")
    assert '<html lang="th">' in page
    assert "<title>การเปลี่ยนแปลงตั้งแต่ 31 ธันวาคม ค.ศ. 2025 ถึง 14 มกราคม ค.ศ. 2026</title>" in page


def test_a_comparison_in_a_language_without_words_is_refused(run):
    code, _, err = run("compare", *DAYS, "--lang", "fr")
    assert code == 1
    assert "There are no words in 'fr'; there are: en, km, th." in err


# --- brief ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_brief_of_another_province_names_it(ran, lang):
    said = ran("brief", "--place", "KH13", "--lang", lang, "--plain")
    assert said.strip() == bg.load(DAYS[1]).brief(lang=lang, place="KH13").text
    assert words_for(lang)["place.KH13"] in said


def test_a_province_that_is_not_there_is_refused_with_those_that_are(run):
    code, out, err = run("brief", "--place", "TH32")
    assert (code, out) == (1, "")
    assert "'TH32'; known: KH01, KH02" in err


def test_with_roads_the_brief_says_how_many_are_cut_off(ran, roads):
    without, given = ran("brief", "--plain"), ran("brief", "--plain", "--roads", roads)
    not_computed = words_for("en")["brief.cut_off_not_computed"]
    assert not_computed in without
    assert not_computed not in given
    assert "Without a mapped road to any of the named targets" in given
    assert given.strip() == bg.load(DAYS[1], roads=bg.from_osm(roads).layer).brief().text


def test_a_file_of_roads_that_is_not_there_is_one_line(run, tmp_path):
    code, out, err = run("brief", "--roads", tmp_path / "none.parquet")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "There is no file" in err


# --- files ---------------------------------------------------------------------------------------------------------------


def test_every_command_that_writes_a_file_takes_the_short_option():
    spoken = {
        words: {name for option in command.params for name in option.opts} for words, command in commands(typer.main.get_command(cli.app))
    }
    assert {words for words, names in spoken.items() if "--out" in names} >= {
        ("brief",),
        ("compare",),
        ("situation",),
        ("villages",),
        ("access",),
    }
    assert [words for words, names in spoken.items() if ("--out" in names) != ("-o" in names)] == []


def test_the_short_option_writes_the_same_file(ran, tmp_path):
    for option, name in (("--out", "long.csv"), ("-o", "short.csv")):
        ran("brief", option, tmp_path / name)
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "long.csv"), pd.read_csv(tmp_path / "short.csv"))
    assert len(pd.read_csv(tmp_path / "short.csv"))

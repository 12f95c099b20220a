"""`bordergis coverage` and `bordergis figures`: numbers with what they rest on, and one clear line for a fault."""

from __future__ import annotations

import json

import pandas as pd
import pytest


def test_the_gaps_of_the_line_are_said_in_kilometres(run):
    code, out, err = run("coverage", "--as-of", "2026-01-14")
    assert (code, err) == (0, "")
    assert "721 km of 825 km of line with no recorded visit in reach since 27 December 2025" in out
    assert "Not observed is not the same as nothing happened." in out
    assert "Sra Em commune" in out


def test_a_wider_reach_leaves_a_smaller_gap(run):
    _, out, _ = run("coverage", "--reach", "20km", "--since", "2026-01-01")
    assert int(out.split(" km of 825 km of line")[0].rsplit(maxsplit=1)[-1]) < 721


@pytest.mark.parametrize(
    ("by", "words"),
    [
        ("sector", "O'Smach / Chong Chom to Choam / Chong Sa-Ngam"),
        ("checkpoint", "10 of 13 places have no recorded visit"),
        ("village", "213 of 230 places have no recorded visit"),
        ("incident", "KT075"),
    ],
)
def test_the_coverage_is_parted_as_asked(run, by, words):
    code, out, err = run("coverage", "--by", by)
    assert (code, err) == (0, "")
    assert words in out


def test_the_answer_is_written_with_its_origin(run, tmp_path):
    code, out, _ = run("coverage", "--by", "sector", "--out", tmp_path / "days.csv")
    days = pd.read_csv(tmp_path / "days.csv")
    assert (code, len(days)) == (0, 13 * 19)
    assert f"{len(days)} rows" in out
    run("coverage", "--out", tmp_path / "gaps.geojson")
    shapes = json.loads((tmp_path / "gaps.geojson").read_text(encoding="utf-8"))["features"]
    assert {shape["properties"]["seen"] for shape in shapes} == {"definite", "possible", "no"}


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("coverage", "--by", "moon"), "There is no way to part the coverage 'moon'"),
        (("coverage", "--since", "yesterday"), "'yesterday' is not a date"),
        (("coverage", "--reach", "5"), "'5' is not a length with its unit"),
        (("figures", "cows"), "There is no indicator 'cows'"),
        (("figures", "schools_closed", "--place", "Laos"), "No figure speaks of the place 'Laos'"),
    ],
)
def test_a_fault_is_one_clear_line(run, words, reason):
    code, out, err = run(*words)
    assert (code, out) == (1, "")
    assert reason in err


def test_competing_figures_are_said_with_their_authors(run):
    code, out, err = run("figures", "displaced_people", "--at", "2026-01-01")
    assert (code, err) == (0, "")
    assert "From 409,149 to 512,263, as published by Ministry of Interior (KHM); NCDM (KHM)." in out
    assert "displaced_in_sites" in out  # another definition, beside it


def test_a_series_has_a_row_a_figure(run):
    _, out, _ = run("figures", "villages_inaccessible", "--place", "Oddar Meanchey")
    assert "2025-12-31" in out
    assert "2026-01-14" in out


def test_no_figure_is_said_to_be_none(run):
    code, out, _ = run("figures", "schools_closed", "--at", "2020-01-01")
    assert code == 0
    assert "0 figures" in out

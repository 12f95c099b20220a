from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod
from shapely import LineString, box

import bordergis as bg
from bordergis import provenance
from bordergis.errors import CRSMismatchError, SchemaError, UnitError

GEOD = Geod(ellps="WGS84")


def border(name, *vertices, accuracy=100.0):
    row = {"border_id": [name], "claimed_by": [f"source {name}"], "accuracy_m": [accuracy], "left_side": ["THA"], "right_side": ["KHM"]}
    return gpd.GeoDataFrame(row, geometry=[LineString(vertices)], crs="EPSG:4326")


def area_km2(shape):
    return abs(GEOD.geometry_area_perimeter(shapely.orient_polygons(shape))[0]) / 1e6


@pytest.fixture
def west():
    return border("west", (104, 14), (104, 14.02))


@pytest.fixture
def east():
    """A hundredth of a degree (1,080 m) east of the line ``west``."""
    return border("east", (104.01, 14), (104.01, 14.02))


APART_M = GEOD.inv(104, 14.01, 104.01, 14.01)[2]


def test_joined_lines_are_one_layer_with_the_origin_of_all(west, east):
    both = bg.join_lines(west, east)
    assert both["border_id"].to_list() == ["west", "east"]
    assert list(both.index) == [0, 1]
    assert provenance.of(both).steps == ("join_lines()",)


def test_two_lines_of_one_name_are_refused(west):
    with pytest.raises(SchemaError, match="border_id = 'west': must be unique"):
        bg.join_lines(west, west)


def test_lines_in_different_systems_are_not_joined(west, east):
    with pytest.raises((CRSMismatchError, ValueError), match="CRS"):
        bg.join_lines(west, east.to_crs("EPSG:32648"))


@pytest.mark.parametrize("measure", [bg.distance_to_border, bg.side_of_border])
def test_the_measure_by_one_claim_is_the_plain_measure(measure, west, village):
    places = village(a=(103.9, 14.0), b=(104.0005, 14.01), c=(104.2, 14.05))
    told = bg.by_claim(measure, places, west)
    assert told["west"].to_list() == measure(places, west).to_list()
    assert not told["differs_by_claim"].any()


def test_a_place_between_two_lines_is_told_on_both_sides(west, east, village):
    places = village(between=(104.005, 14.01), east=(104.05, 14.01), west=(103.95, 14.01), beside=(104.0005, 14.01))
    told = bg.by_claim(bg.side_of_border, places, bg.join_lines(west, east))
    assert told["west"].to_list() == ["KHM", "KHM", "THA", "undetermined"]
    assert told["east"].to_list() == ["THA", "KHM", "THA", "THA"]
    assert told["differs_by_claim"].to_list() == [True, False, False, True]


@pytest.mark.parametrize(("tolerance", "differs"), [(0, True), (1_000, True), (1_100, False)])
def test_distances_differ_by_more_than_the_tolerance(tolerance, differs, west, east, village):
    """A place 5 km east is 1,080 m farther from the western line."""
    told = bg.by_claim(bg.distance_to_border, village(v=(104.05, 14.01)), bg.join_lines(west, east), tolerance=tolerance)
    assert (told["west"] - told["east"]).item() == pytest.approx(APART_M, abs=0.5)
    assert told["differs_by_claim"].to_list() == [differs]


def test_a_place_without_position_differs_by_no_claim(west, east, village):
    lost = village(v=(104, 14)).set_geometry([None], crs="EPSG:4326")
    both = bg.join_lines(west, east)
    assert not bg.by_claim(bg.distance_to_border, lost, both)["differs_by_claim"].any()
    assert bg.by_claim(bg.side_of_border, lost, both).to_numpy().tolist() == [["undetermined", "undetermined", False]]


def test_options_reach_the_measure_and_the_index_is_kept(west, east, village):
    places = village(v=(104.05, 14.01)).set_axis(["row"])
    told = bg.by_claim(bg.side_of_border, places, bg.join_lines(west, east), accuracy_m=1e6)
    assert told.loc["row"].to_list() == ["undetermined", "undetermined", False]
    assert provenance.of(told).steps[-1] == "by_claim(side_of_border, west, east)"


def test_parallel_meridians_are_everywhere_their_geodesic_distance_apart(west, east):
    found = bg.compare_borders(west, east).summary
    for measure in ("mean_m", "median_m", "p95_m", "max_m", "mean_back_m", "max_back_m", "hausdorff_m"):
        assert found[measure] == pytest.approx(APART_M, abs=0.1), measure
    length_km = GEOD.inv(104, 14, 104, 14.02)[2] / 1_000
    assert [found["length_a_km"], found["length_b_km"]] == pytest.approx([length_km] * 2, abs=1e-6)
    assert [found["share_over_100_m"], found["share_over_500_m"]] == [1, 1]


def test_the_land_between_parallel_meridians_is_a_strip(west, east):
    stretch = bg.compare_borders(west, east).stretches
    assert len(stretch) == 1
    assert stretch["length_m"].item() == pytest.approx(GEOD.inv(104, 14, 104, 14.02)[2], abs=1e-3)
    assert stretch["area_km2"].item() == pytest.approx(area_km2(box(104, 14, 104.01, 14.02)), rel=1e-3)
    assert stretch.geometry.item().symmetric_difference(box(104, 14, 104.01, 14.02)).area < 1e-7


def test_the_direction_of_a_line_changes_nothing_in_the_comparison(west, east):
    turned = east.set_geometry(east.reverse())
    there, back = bg.compare_borders(west, east), bg.compare_borders(west, turned)
    assert back.summary.to_list() == pytest.approx(there.summary.to_list(), abs=0.01)  # sampled from its other end
    assert back.stretches["area_km2"].to_list() == pytest.approx(there.stretches["area_km2"].to_list(), rel=1e-6)


def test_a_line_against_itself_has_no_stretch(west):
    found = bg.compare_borders(west, west)
    assert found.summary["hausdorff_m"] < 1e-6
    assert found.stretches.empty
    assert found.stretches.crs == west.crs


def test_a_bulge_is_one_stretch_with_its_chainage_and_its_area(west):
    """The other line leaves the meridian at 14.005° N, reaches 0.01° east at 14.01 and is back at 14.015."""
    bulge = border("bulge", (104, 14), (104, 14.005), (104.01, 14.01), (104, 14.015), (104, 14.02))
    stretch = bg.compare_borders(bulge, west, limit_m=10, step_m=5).stretches.iloc[0]
    leaves, whole = GEOD.inv(104, 14, 104, 14.005)[2], bg.border_length(bulge).item() * 1_000
    assert [stretch["from_m"], stretch["to_m"]] == pytest.approx([leaves, whole - leaves], abs=20)
    assert stretch["max_m"] == pytest.approx(GEOD.inv(104, 14.01, 104.01, 14.01)[2], abs=5)
    assert stretch["area_km2"] == pytest.approx(area_km2(shapely.Polygon([(104, 14.005), (104.01, 14.01), (104, 14.015)])), rel=1e-2)


def test_two_bulges_are_two_stretches_and_a_higher_limit_leaves_the_larger(west):
    bulges = border("b", (104, 14), (104.002, 14.003), (104, 14.006), (104, 14.01), (104.006, 14.015), (104, 14.02))
    assert [len(bg.compare_borders(bulges, west, limit_m=limit, step_m=10).stretches) for limit in (50, 300, 700)] == [2, 1, 0]


def test_a_line_that_ends_early_is_far_from_its_missing_end():
    """Half the line is missing: the far end of the whole one lies half a length from it, and the comparison does not break there."""
    whole, half = border("whole", (104, 14), (104, 14.2)), border("half", (104, 14), (104, 14.1))
    found = bg.compare_borders(whole, half)
    assert found.summary["max_m"] == pytest.approx(GEOD.inv(104, 14.1, 104, 14.2)[2], abs=1e-3)
    assert found.summary["max_back_m"] < 1e-6
    assert found.summary["hausdorff_m"] == found.summary["max_m"]
    assert len(found.stretches) == 1


def test_the_comparison_says_what_was_compared_and_changes_nothing(west, east):
    before = west.copy()
    found = bg.compare_borders(west, east)
    assert found.summary.name == "west against east"
    for part in (found.summary, found.stretches):
        assert provenance.of(part).steps == ("compare_borders(west, east, limit_m=500, step_m=50)",)
    assert west.equals(before)


@pytest.mark.parametrize("wrong", [{"limit_m": 0}, {"step_m": -1}, {"limit_m": np.nan}, {"step_m": np.inf}])
def test_a_limit_or_step_that_is_no_length_is_refused(wrong, west, east):
    with pytest.raises(UnitError, match="positive lengths in metres"):
        bg.compare_borders(west, east, **wrong)


def test_only_single_lines_in_one_system_are_compared(west, east):
    with pytest.raises(SchemaError, match=r"got 2 \(west, east\)"):
        bg.compare_borders(bg.join_lines(west, east), east)
    with pytest.raises(CRSMismatchError, match="EPSG:32648"):
        bg.compare_borders(west, east.to_crs("EPSG:32648"))


def test_the_claims_of_the_embedded_lines_are_the_plain_measures(situation):
    places, lines = situation.villages.head(50), bg.load_border()
    told = bg.by_claim(bg.side_of_border, places, lines)
    for line in lines["border_id"]:
        pd.testing.assert_series_equal(told[line], bg.side_of_border(places, bg.load_border(line)), check_names=False)

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod
from shapely import LineString

import bordergis as bg
from bordergis import geodesy, provenance
from bordergis.errors import CoarseLineError, SchemaError, UnitError, UnknownNameError

GEOD = Geod(ellps="WGS84")
SIDES = ("KHM", "THA")


def border(*vertices, left="THA", accuracy=0.0):
    right = "KHM" if left == "THA" else "THA"
    row = {"border_id": ["m"], "claimed_by": ["a test"], "accuracy_m": [accuracy], "left_side": [left], "right_side": [right]}
    return gpd.GeoDataFrame(row, geometry=[LineString(vertices)], crs="EPSG:4326")


def area_km2(shape):
    return sum(abs(GEOD.geometry_area_perimeter(shapely.orient_polygons(part))[0]) for part in shapely.get_parts(shape)) / 1e6


def random_points(shape, n, seed=5):
    """Points of a box round a shape, and which of them lie in it."""
    west, south, east, north = shape.bounds
    tries = np.random.default_rng(seed).uniform((west, south), (east, north), (n, 2))
    shapely.prepare(shape)
    return tries, shapely.contains_xy(shape, tries)


@pytest.fixture(scope="module", params=[3_000, 10_000])
def real(request):
    """The embedded line, both of its strips of one distance, and its whole buffer."""
    line = bg.load_border("osm-2026c")
    strips = {side: bg.border_strip(line, request.param, side).geometry.item() for side in SIDES}
    return line, request.param, strips, bg.geodesic_buffer(line, request.param).geometry.item()


def test_the_two_sides_have_no_area_in_common(real):
    _, _, strips, _ = real
    assert strips["KHM"].intersection(strips["THA"]).area < 1e-12


def test_the_two_sides_are_the_whole_buffer(real):
    _, _, strips, whole = real
    assert area_km2(strips["KHM"]) + area_km2(strips["THA"]) == pytest.approx(area_km2(whole), rel=1e-6)
    assert shapely.union_all(list(strips.values())).symmetric_difference(whole).area < 1e-6 * whole.area


@pytest.mark.parametrize("side", SIDES)
def test_every_point_of_a_strip_is_on_its_side_and_near(side, real):
    line, distance_m, strips, _ = real
    tries, inside = random_points(strips[side], 100_000)
    fix = geodesy.locate_on_line(*tries[inside].T, shapely.get_coordinates(line.geometry.item()))
    assert inside.sum() > 1_000
    assert (fix.left == (side == "THA"))[fix.distance_m > 0.5].all()
    assert fix.distance_m.max() <= distance_m + 0.05


@pytest.mark.parametrize("side", SIDES)
def test_every_near_point_of_a_side_is_in_its_strip(side, real):
    line, distance_m, strips, _ = real
    tries, inside = random_points(strips[side], 100_000, seed=6)
    fix = geodesy.locate_on_line(*tries.T, shapely.get_coordinates(line.geometry.item()))
    surely = (fix.left == (side == "THA")) & (fix.distance_m > 0.5) & (fix.distance_m < distance_m - 1.5)  # the sagitta is 1 m
    assert surely.sum() > 1_000
    assert inside[surely].all()


@pytest.fixture
def parallel():
    """West to east along 14° N in one piece of 216 km, whose geodesic runs 240 m north of the parallel: KHM is south, on the right."""
    return border((103, 14), (105, 14))


def test_a_long_piece_is_cut_along_its_geodesic(parallel):
    lon, lat, _ = GEOD.fwd(103, 14, GEOD.inv(103, 14, 105, 14)[0], GEOD.inv(103, 14, 105, 14)[2] / 2)
    north = shapely.Point(lon, lat - 10 / 110_600)  # 10 m south of the geodesic, 230 m north of the straight line in degrees
    assert lat - 14 > 200 / 110_600
    assert bg.border_strip(parallel, 2_000, "KHM", allow_coarse=True).geometry.item().covers(north)
    assert not bg.border_strip(parallel, 2_000, "THA", allow_coarse=True).geometry.item().covers(north)


def test_half_of_a_straight_buffer_is_on_each_side():
    straight = border(*[(104, 13 + step / 100) for step in range(41)])
    areas = [area_km2(bg.border_strip(straight, 5_000, side).geometry.item()) for side in SIDES]
    length = bg.border_length(straight).item()
    assert areas == pytest.approx([5 * length + np.pi * 25 / 2] * 2, rel=1e-3)


def test_turning_the_line_round_turns_its_sides():
    there = border(*[(104, 13 + step / 100) for step in range(41)])
    back = there.assign(left_side="KHM", right_side="THA").set_geometry(there.reverse())
    strips = [bg.border_strip(line, 5_000, "KHM").geometry.item() for line in (there, back)]
    assert strips[0].symmetric_difference(strips[1]).area < 1e-9
    assert strips[0].centroid.x > 104


def test_a_wider_strip_covers_a_narrower_one():
    line = bg.load_border("osm-2026c")
    small, large = (bg.border_strip(line, distance_m, "THA").geometry.item() for distance_m in (2_500, 3_000))
    assert small.difference(large).area < 1e-9  # square degrees, 12 m²: the cut beyond the ends has its vertices elsewhere


def test_a_strip_says_what_it_is():
    strip = bg.border_strip(border((104, 13), (104, 13.001)), 500, "KHM")
    assert strip.drop(columns="geometry").to_dict("records") == [{"border_id": "m", "side": "KHM", "distance_m": 500.0}]
    assert provenance.of(strip).steps[-1] == "border_strip(m, 500, KHM)"
    assert strip.geometry.is_valid.all()


def test_a_strip_finer_than_the_line_is_refused_or_carries_the_warning():
    line = bg.load_border("natural-earth-10m")
    with pytest.raises(CoarseLineError, match="1,000 m is finer than the line natural-earth-10m supports"):
        bg.border_strip(line, 1_000, "KHM")
    told = provenance.of(bg.border_strip(line, 1_000, "KHM", allow_coarse=True)).notes
    assert "Warning: 1,000 m is finer than the line natural-earth-10m supports (4,560 m)." in told


def test_there_are_two_sides():
    with pytest.raises(UnknownNameError, match="known: KHM, THA"):
        bg.border_strip(border((104, 13), (104, 14)), 500, "LAO")


@pytest.mark.parametrize("distance_m", [0, -1_000, np.nan, np.inf])
def test_a_distance_that_is_no_length_is_refused(distance_m):
    with pytest.raises(UnitError, match="metres"):
        bg.border_strip(border((104, 13), (104, 13.001)), distance_m, "KHM", allow_coarse=True)


def test_two_lines_have_no_strip():
    with pytest.raises(SchemaError, match="got 2"):
        bg.border_strip(bg.load_border(), 10_000, "KHM")

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from bordergis import geodesy
from bordergis.geodesy import lines

GEOD = Geod(ellps="WGS84")

LON, LAT = st.floats(102, 106), st.floats(11, 15.5)
PLACE = st.tuples(LON, LAT)


def brute_force_m(lon, lat, line, pieces=4_000):
    """Distance to a line by trying thousands of points along each of its geodesic pieces."""
    best = np.inf
    for start, end in itertools.pairwise(line):
        bearing, _, metres = GEOD.inv(*start, *end)
        steps = np.linspace(0, metres, pieces)
        along_lon, along_lat, _ = GEOD.fwd(np.full(pieces, start[0]), np.full(pieces, start[1]), np.full(pieces, bearing), steps)
        best = min(best, GEOD.inv(np.full(pieces, lon), np.full(pieces, lat), along_lon, along_lat)[2].min())
    return best


def test_the_circle_reaches_its_radius_at_every_vertex():
    ring = geodesy.circle(np.array([104.0]), np.array([14.0]), np.array([10_000.0]), 64)[0]
    reached = GEOD.inv(np.full(65, 104.0), np.full(65, 14.0), ring[:, 0], ring[:, 1])[2]
    assert np.abs(np.asarray(reached) - 10_000).max() < 1e-3


@pytest.mark.parametrize(("per_quarter", "short_m"), [(8, 48), (16, 12), (64, 0.75)])
def test_a_polygon_falls_short_of_its_circle_by_the_published_sagitta(per_quarter, short_m):
    n = 4 * per_quarter
    assert 10_000 * (1 - np.cos(np.pi / n)) == pytest.approx(short_m, rel=0.02)
    assert geodesy.facets(10_000, 10_000 * (1 - np.cos(np.pi / n)) * 1.000001) == n


@given(st.floats(10, 1e5), st.floats(0.1, 50))
def test_the_facets_keep_the_sagitta_within_the_accuracy(radius, accuracy):
    n = geodesy.facets(radius, accuracy)
    assert n % 4 == 0
    assert radius * (1 - np.cos(np.pi / n)) <= accuracy * (1 + 1e-9)


@given(st.lists(PLACE, min_size=2, max_size=6, unique=True), PLACE)
def test_the_distance_to_a_line_equals_trying_every_point_of_it(line, place):
    line = np.array(line)
    fix = geodesy.locate_on_line(np.array([place[0]]), np.array([place[1]]), line)
    longest = max(GEOD.inv(*a, *b)[2] for a, b in itertools.pairwise(line))
    step_m = longest / 4_000
    tried = brute_force_m(*place, line)
    assert fix.distance_m[0] <= tried + 0.05
    assert fix.distance_m[0] >= tried - step_m - 0.05


def test_the_nearest_piece_counts_not_the_nearest_vertex():
    """The place is level with the middle of a long piece: its vertices are 50 km away, the piece 1 km.

    v ──────────── place ──────────── v
    """
    line = np.array([[103.0, 14.0], [104.0, 14.0]])
    fix = geodesy.locate_on_line(np.array([103.5]), np.array([14.02]), line)
    assert fix.distance_m[0] < 2_300


def test_the_line_is_the_geodesic_not_the_parallel():
    """Between two points on one parallel the geodesic bows north: by 526 m over 319 km at 14° N (methods.md)."""
    line = np.array([[103.0, 14.0], [103.0 + 2.954, 14.0]])
    fix = geodesy.locate_on_line(np.array([103.0 + 1.477]), np.array([14.0]), line)
    assert GEOD.inv(*line[0], *line[1])[2] == pytest.approx(319_000, rel=0.01)
    assert fix.distance_m[0] == pytest.approx(490, abs=60)
    assert fix.lat[0] > 14.0


def test_the_side_at_a_sharp_bend_is_told_by_the_bisector():
    """A hairpin open to the south. East and west of its tip the nearest point is the tip itself.

         tip
        /   \\
       a     b        the walker goes a → tip → b: outside is on the left hand
    """
    line = np.array([[103.0, 14.0], [103.01, 14.1], [103.02, 14.0]])
    around = np.array([[103.01, 14.11], [103.005, 14.108], [103.015, 14.108], [103.01, 14.05]])
    assert geodesy.locate_on_line(around[:, 0], around[:, 1], line).left.tolist() == [True, True, True, False]


@given(st.floats(-0.4, 0.4), st.floats(0.05, 0.95))
def test_the_left_hand_of_a_walker_to_the_north_is_west(east, share):
    line = np.array([[104.0, 13.0], [104.0, 14.0]])
    fix = geodesy.locate_on_line(np.array([104.0 + east]), np.array([13 + share]), line)
    if abs(east) > 1e-6:
        assert bool(fix.left[0]) == (east < 0)
    assert fix.chainage_m[0] == pytest.approx(GEOD.inv(104, 13, fix.lon[0], fix.lat[0])[2], abs=1e-3)


@pytest.mark.parametrize("rounding", [0.0, 1.8e-15, 3e-12])
def test_a_repeated_vertex_changes_nothing(rounding):
    line = np.array([[103.0, 14.0], [103.5, 14.2], [104.0, 14.0]])
    stutter = np.repeat(line, 3, axis=0) + rounding * np.arange(9)[:, None]
    place = np.array([103.4]), np.array([14.3])
    plain, other = geodesy.locate_on_line(*place, line), geodesy.locate_on_line(*place, stutter)
    assert plain.distance_m == pytest.approx(other.distance_m)
    assert plain.left.tolist() == other.left.tolist()


@given(st.lists(PLACE, min_size=1, max_size=30), st.lists(PLACE, min_size=1, max_size=10), st.floats(100, 50_000))
def test_membership_equals_measuring_every_pair(points, discs, radius):
    points, discs = np.array(points), np.array(discs)
    found = geodesy.pairs_within(*points.T, *discs.T, np.full(len(discs), radius))
    expected = {
        (i, j)
        for i, (lon, lat) in enumerate(points)
        for j, (disc_lon, disc_lat) in enumerate(discs)
        if GEOD.inv(lon, lat, disc_lon, disc_lat)[2] <= radius
    }
    assert set(zip(found.point.tolist(), found.disc.tolist(), strict=True)) == expected


def test_membership_holds_a_millimetre_from_the_rim():
    lon, lat, _ = GEOD.fwd(np.full(360, 104.0), np.full(360, 14.0), np.arange(360.0), np.tile([4_999.999, 5_000.001], 180))
    found = geodesy.pairs_within(np.asarray(lon), np.asarray(lat), np.array([104.0]), np.array([14.0]), np.array([5_000.0]))
    assert sorted(found.point.tolist()) == list(range(0, 360, 2))


def test_nothing_is_near_where_there_is_nothing():
    empty = np.empty(0)
    assert len(geodesy.pairs_within(empty, empty, empty, empty, empty).point) == 0


@given(st.lists(PLACE, min_size=2, max_size=5, unique=True), st.floats(500, 50_000))
def test_densifying_keeps_every_vertex_and_the_length(line, longest):
    line = np.array(line)
    dense = geodesy.densify(line, longest)
    assert geodesy.length_m(dense) == pytest.approx(geodesy.length_m(line), rel=1e-9)
    assert {tuple(vertex) for vertex in line} <= {tuple(vertex) for vertex in dense}
    assert GEOD.line_lengths(dense[:, 0], dense[:, 1]).max() <= longest * (1 + 1e-9) or len(dense) == 1


# How much is searched


def winding(n, metres=300_000.0):
    """A line with bends, of that length, and places all over its surroundings."""
    share = np.linspace(0, 1, n)
    return np.column_stack([102.5 + metres / 110_000 * share, 14.3 + 0.1 * np.sin(40 * share)])


@pytest.mark.parametrize("spread", [0.01, 1.0, 10.0])
def test_few_blocks_of_a_line_are_searched_wherever_the_places_lie(spread):
    """Of the nineteen of this line."""
    rng = np.random.default_rng(3)
    line = geodesy.densify(winding(320))
    pieces = lines.Pieces.of(line)
    places = geodesy.cartesian(*rng.normal([104.0, 14.3], spread, (500, 2)).T)
    assert len(pieces.reach) == 19
    assert 1 <= pieces.searched(places) < 4


def test_of_a_circle_all_is_searched_from_its_middle_and_the_switch_knows_it():
    ring = geodesy.circle(np.array([104.0]), np.array([13.0]), np.array([100_000.0]), 640)[0]
    pieces = lines.Pieces.of(geodesy.densify(ring))
    assert pieces.searched(geodesy.cartesian(np.array([104.0]), np.array([13.0]))) == len(pieces.reach) == 20
    middle, beside = np.full(100_000, 104.0), np.full(100_000, 105.5)
    north = np.full(100_000, 13.0)
    assert lines.worth_compiling(middle, north, pieces)
    assert not lines.worth_compiling(beside, north, pieces)


def test_the_nearest_piece_of_many_is_that_of_trying_all_of_them():
    """Against every piece of the dense line, in three dimensions; also far from it, on its vertices, and past the last full block."""
    rng = np.random.default_rng(4)
    line = geodesy.densify(winding(100))
    pieces = lines.Pieces.of(line)
    lon, lat = np.concatenate([rng.normal([104.0, 14.3], 2.0, (300, 2)), line[::7]]).T
    places = geodesy.cartesian(lon, lat)
    start = geodesy.cartesian(*line.T)
    step = np.diff(start, axis=0)
    offset = places[:, None] - start[:-1]
    share = np.clip((offset * step).sum(axis=2) / (step**2).sum(axis=1), 0, 1)
    apart = np.linalg.norm(offset - share[:, :, None] * step, axis=2)
    piece, walked = pieces.nearest(places)
    assert len(step) % lines.BLOCK
    found = np.linalg.norm(places - start[piece] - walked[:, None] * step[piece], axis=1)
    assert found == pytest.approx(apart.min(axis=1), abs=1e-6)


def test_any_radii_are_told_apart_by_one_neighbour_a_point_whose_distance_is_measured_only_near_a_rim():
    """Against the inverse to every disc; radii from none to 300 km, a third of the points within a metre of a rim."""
    rng = np.random.default_rng(5)
    disc = rng.normal([104.0, 14.0], 1.5, (60, 2))
    radius = np.append(10 ** rng.uniform(0, 5.5, 59), 0.0)
    k = rng.integers(0, 60, 400)
    rim = GEOD.fwd(*disc[k].T, rng.uniform(0, 360, 400), radius[k] + rng.choice([-1, -1e-3, 1e-3, 1], 400))[:2]
    lon, lat = np.concatenate([rng.normal([104.0, 14.0], 4.0, (800, 2)).T, rim, disc.T, [[np.nan], [14.0]]], axis=1)
    for some in (np.arange(60) >= 0, np.arange(60) >= 50):  # all, and ten alone, which hold few of the points
        pair = [np.repeat(axis, some.sum()) for axis in (lon[:-1], lat[:-1])]
        metres = GEOD.inv(*pair, *np.tile(disc[some], (len(lon) - 1, 1)).T)[2].reshape(-1, some.sum())
        truly = (metres <= radius[some]).any(axis=1)
        told = geodesy.within_any(lon, lat, *disc[some].T, radius[some])
        assert not told[-1]
        assert (told[:-1] != truly).sum() == 0
        assert 0 < truly.mean() < 1

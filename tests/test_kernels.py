"""The compiled kernels against the plain code and against brute force."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from bordergis import geodesy
from bordergis.kernels import _jit, circles, discs, ellipsoid, outline

GEOD = Geod(ellps="WGS84")

few = settings(deadline=None, max_examples=40)
SEEDS = st.integers(0, 2**32 - 1)


def both(work):
    """Do the same on the plain path and on the compiled one."""
    results = []
    for threshold in (np.inf, 0.0):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(geodesy.switch, "COMPILED_FROM_S", threshold)
            results.append(work())
    return results


def compiled(work):
    return both(work)[1]


def scattered(rng, n, spread=0.3):
    """Points round a dozen centres, some on top of each other."""
    centre = rng.uniform([102.2, 12.0], [105.2, 14.6], (12, 2))
    points = centre[rng.integers(0, 12, n)] + rng.normal(0, spread, (n, 2))
    points[n // 2 : n // 2 + n // 20] = points[: n // 20]
    return np.ascontiguousarray(points.T)


def near_the_rim(rng, lon, lat, radius_m, n):
    """Points within a metre of the rims of discs, half of them within a millimetre."""
    k = rng.integers(0, len(lon), n)
    off = rng.uniform(-1, 1, n) * np.where(np.arange(n) % 2, 1.0, 1e-3)
    east, north, _ = GEOD.fwd(lon[k], lat[k], rng.uniform(0, 360, n), radius_m[k] + off)
    return np.array([east, north])


# Circles


@few
@given(SEEDS, st.integers(3, 80))
def test_compiled_circles_are_within_a_millimetre_of_the_geodesic_ones(seed, n):
    rng = np.random.default_rng(seed)
    lon, lat, radius = rng.uniform(-178, 178, 60), rng.uniform(-88, 88, 60), rng.uniform(1, 100_000, 60)
    plain, fast = both(lambda: geodesy.circle(lon, lat, radius, n))
    assert plain.shape == fast.shape == (60, n + 1, 2)
    assert geodesy.distance_m(*plain.reshape(-1, 2).T, *fast.reshape(-1, 2).T).max() < 1e-3
    assert (fast[:, 0] == fast[:, -1]).all()


def test_the_series_draws_every_circle_of_100_km_in_the_area():
    assert circles.in_reach(np.array([102.0, 106.0]), np.array([11.0, 15.5]), np.full(2, 100_000.0)).all()
    assert not circles.in_reach(np.array([0.0, 179.5]), np.array([89.0, 10.0]), np.full(2, 100_000.0)).any()


# The distance from the chord


@pytest.mark.parametrize(("metres", "within"), [(1.0, 2e-8), (10_000.0, 2e-8), (100_000.0, 2e-8), (200_000.0, 3e-7), (500_000.0, 3e-5)])
def test_the_distance_from_the_chord_is_the_geodesic_one(metres, within):
    rng = np.random.default_rng(1)
    lon, lat, bearing = rng.uniform(-180, 180, 20_000), rng.uniform(-90, 90, 20_000), rng.uniform(0, 360, 20_000)
    east, north, _ = GEOD.fwd(lon, lat, bearing, np.full(20_000, metres))
    here, there = ellipsoid.cartesian(lon, lat), ellipsoid.cartesian(np.asarray(east), np.asarray(north))
    chord2 = ((here - there) ** 2).sum(axis=1)
    found = [ellipsoid.metres(*pair) for pair in zip(chord2, here[:, 2], there[:, 2], strict=True)]
    assert np.abs(np.array(found) - metres).max() < within


def test_a_chord_surely_within_a_radius_is_the_shortest_there_is():
    """Along the meridian at the equator the ellipsoid bends most: there the chord is shortest for its length."""
    _, north, _ = GEOD.fwd(0.0, -0.45, 0.0, 100_000.0)
    ends = ellipsoid.cartesian(np.zeros(2), np.array([-0.45, north]))
    chord = np.linalg.norm(ends[1] - ends[0])
    assert 0 < chord - ellipsoid.surely_within(np.array([100_000.0]))[0] < 1e-4


# Membership


def test_membership_equals_the_geodesic_inverse_for_200_000_pairs_on_the_rims_too():
    rng = np.random.default_rng(4)
    disc_lon, disc_lat = scattered(rng, 200)
    radius = rng.uniform(100, 100_000, 200)
    lon, lat = np.concatenate([scattered(rng, 500), near_the_rim(rng, disc_lon, disc_lat, radius, 500)], axis=1)
    grid = np.meshgrid(np.arange(1_000), np.arange(200), indexing="ij")
    point, disc = (axis.ravel() for axis in grid)
    measured = np.asarray(GEOD.inv(lon[point], lat[point], disc_lon[disc], disc_lat[disc])[2])
    truly = (measured <= radius[disc]).reshape(1_000, 200)

    pairs = compiled(lambda: geodesy.pairs_within(lon, lat, disc_lon, disc_lat, radius))
    told = np.zeros_like(truly)
    told[pairs.point, pairs.disc] = True
    assert (told != truly).sum() == 0
    assert np.abs(pairs.distance_m - measured.reshape(1_000, 200)[pairs.point, pairs.disc]).max() < 1e-6
    assert (compiled(lambda: geodesy.within_any(lon, lat, disc_lon, disc_lat, radius)) != truly.any(axis=1)).sum() == 0


@few
@given(SEEDS, st.sampled_from([300.0, 5_000.0, 40_000.0, 300_000.0]), st.integers(1, 60))
def test_both_paths_find_the_same_pairs_in_the_same_order(seed, largest, n):
    rng = np.random.default_rng(seed)
    disc_lon, disc_lat = scattered(rng, n)
    radius = rng.uniform(0, largest, n)
    lon, lat = np.concatenate([scattered(rng, 300), near_the_rim(rng, disc_lon, disc_lat, radius, 40), [[np.nan], [13.0]]], axis=1)
    plain, fast = both(lambda: geodesy.pairs_within(lon, lat, disc_lon, disc_lat, radius))
    assert plain.disc.tolist() == fast.disc.tolist()
    assert plain.point.tolist() == fast.point.tolist()
    assert np.abs(plain.distance_m - fast.distance_m).max(initial=0) < 1e-6
    plain, fast = both(lambda: geodesy.within_any(lon, lat, disc_lon, disc_lat, radius))
    assert plain.tolist() == fast.tolist()


@pytest.mark.parametrize("lat", [-0.001, 0.0, 60.0, -75.0, 89.5])
@pytest.mark.parametrize("lon", [0.0, 179.99, -180.0])
def test_both_paths_agree_where_a_grid_in_degrees_is_awkward(lon, lat):
    rng = np.random.default_rng(5)
    radius = np.array([20_000.0, 3_000.0])
    centre = np.full(2, lon), np.full(2, lat)
    east, north = near_the_rim(rng, *centre, radius, 400)
    plain, fast = both(lambda: geodesy.within_any(east, north, *centre, radius))
    assert plain.tolist() == fast.tolist()
    assert 0 < plain.sum() < 400


def test_a_disc_of_negative_radius_holds_nothing():
    here = np.array([103.0]), np.array([14.0])
    plain, fast = both(lambda: geodesy.within_any(*here, *here, np.array([-5.0])))
    assert not plain.any()
    assert not fast.any()


# The distance to a line


@few
@given(SEEDS, st.integers(2, 120))
def test_both_paths_find_the_same_point_of_a_line(seed, n):
    rng = np.random.default_rng(seed)
    line = np.array([103.5, 13.5]) + np.cumsum(rng.normal(0, 0.02, (n, 2)), axis=0)
    lon, lat = rng.uniform([102.5, 12.5], [104.5, 14.5], (200, 2)).T
    plain, fast = both(lambda: geodesy.locate_on_line(lon, lat, line))
    assert np.abs(plain.distance_m - fast.distance_m).max() < 1e-4
    alone = geodesy.distance_m(plain.lon, plain.lat, fast.lon, fast.lat) < 0.01  # two feet equally far are both right
    assert alone.mean() > 0.98
    assert np.abs(plain.chainage_m - fast.chainage_m)[alone].max() < 0.01
    off = alone & (plain.distance_m > 1e-3)
    assert plain.left[off].tolist() == fast.left[off].tolist()


def test_the_distance_to_a_line_is_that_to_the_nearest_of_all_its_pieces():
    """Against every piece, each searched for its nearest point by golden section; the coarse line has pieces of 50 km."""
    rng = np.random.default_rng(6)
    line = np.cumsum(rng.normal(0, 0.3, (25, 2)), axis=0) * [1, 0.3] + [103.5, 13.5]
    lon, lat = rng.uniform([102.5, 12.5], [104.5, 14.5], (150, 2)).T
    bearing, _, length = (np.asarray(part) for part in GEOD.inv(*line[:-1].T, *line[1:].T))

    def apart(share):
        place, piece = np.meshgrid(np.arange(150), np.arange(24), indexing="ij")
        foot = GEOD.fwd(line[piece, 0], line[piece, 1], bearing[piece], share * length[piece])
        return np.asarray(GEOD.inv(lon[place], lat[place], foot[0], foot[1])[2])

    low, high, golden = np.zeros((150, 24)), np.ones((150, 24)), (np.sqrt(5) - 1) / 2
    for _ in range(40):
        a, b = high - golden * (high - low), low + golden * (high - low)
        nearer = apart(a) < apart(b)
        low, high = np.where(nearer, low, a), np.where(nearer, b, high)
    truly = np.minimum(apart((low + high) / 2), np.minimum(apart(np.zeros((150, 24))), apart(np.ones((150, 24))))).min(axis=1)
    fast = compiled(lambda: geodesy.locate_on_line(lon, lat, line))
    assert np.abs(fast.distance_m - truly).max() < 1e-4


def test_a_line_farther_than_the_series_holds_is_measured_by_the_inverse():
    line = np.array([[103.0, 14.0], [103.5, 14.2], [104.0, 14.0]])
    lon, lat = np.array([110.0, 95.0, 103.5]), np.array([20.0, 2.0, -10.0])
    plain, fast = both(lambda: geodesy.locate_on_line(lon, lat, line))
    assert plain.distance_m == pytest.approx(fast.distance_m, abs=1e-3)
    assert plain.left.tolist() == fast.left.tolist()


# The nearest of points


@few
@given(SEEDS, st.integers(1, 300))
def test_the_nearest_point_is_the_nearest_by_the_geodesic_inverse(seed, n):
    rng = np.random.default_rng(seed)
    other = scattered(rng, n)
    lon, lat = scattered(rng, 60, spread=2.0)
    measured = np.array([GEOD.inv(np.full(n, a), np.full(n, b), *other)[2] for a, b in zip(lon, lat, strict=True)])
    plain, fast = both(lambda: geodesy.nearest(lon, lat, *other))
    assert plain.point.tolist() == fast.point.tolist() == measured.argmin(axis=1).tolist()
    assert np.abs(plain.distance_m - measured.min(axis=1)).max() < 1e-6
    assert np.abs(fast.distance_m - measured.min(axis=1)).max() < 1e-6


def test_of_many_points_equally_near_the_first_is_told():
    lon, lat = np.full(9, 103.0), np.full(9, 14.0)
    plain, fast = both(lambda: geodesy.nearest(np.array([104.0]), np.array([14.0]), lon, lat))
    assert plain.point.tolist() == fast.point.tolist() == [0]


def test_a_place_without_a_position_has_no_nearest_point_and_nothing_is_nearest_among_none():
    one = np.array([103.0])
    for found in both(lambda: geodesy.nearest(np.array([np.nan, 104.0]), np.array([14.0, 14.0]), one, one / 10)):
        assert found.point.tolist() == [-1, 0]
        assert np.isnan(found.distance_m).tolist() == [True, False]
    for found in both(lambda: geodesy.nearest(one, one / 10, np.empty(0), np.empty(0))):
        assert found.point.tolist() == [-1]


# Points in a polygon


def wobbly(rng, n):
    turn = np.sort(rng.uniform(0, 2 * np.pi, n))
    reach = rng.uniform(0.5, 1.0, n)
    ring = np.column_stack([103 + reach * np.cos(turn), 14 + reach * np.sin(turn)])
    return shapely.Polygon(ring, [0.3 * (ring[::-1] - [103, 14]) + [103, 14]])


@few
@given(SEEDS, st.integers(20, 400), st.integers(0, 6))
def test_parity_tells_the_same_as_the_robust_predicate(seed, n, digits):
    """Rounded coordinates put points on vertices, edges and the lines of the grid."""
    rng = np.random.default_rng(seed)
    shape = shapely.make_valid(shapely.transform(wobbly(rng, n), lambda xy: xy.round(digits)))
    shape = shapely.MultiPolygon([part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"])
    vertices = shapely.get_coordinates(shape)
    on = [vertices, (vertices[:-1] + vertices[1:]) / 2] if len(vertices) else []
    lon, lat = np.concatenate([rng.uniform([101.8, 12.8], [104.2, 15.2], (300, 2)).round(digits), *on, [[np.nan, 14.0]]]).T
    plain, fast = both(lambda: geodesy.points_in_polygon(lon, lat, shape))
    assert plain.tolist() == fast.tolist()


# The union of discs


@pytest.mark.parametrize(("n", "radius", "spread"), [(400, 8_000.0, 0.05), (300, 500.0, 0.3), (200, 30_000.0, 0.6)])
def test_the_union_has_the_area_and_the_outline_of_the_union_of_all(n, radius, spread):
    rng = np.random.default_rng(7)
    lon, lat = scattered(rng, n, spread)
    radii = rng.uniform(radius / 3, radius, n)
    plain, fast = both(lambda: geodesy.union_of_circles(lon, lat, radii, 32))
    assert fast.is_valid
    assert fast.area == pytest.approx(plain.area, rel=1e-12)
    assert fast.symmetric_difference(plain).area < 1e-9 * plain.area


def test_a_ring_of_discs_keeps_the_hole_that_only_one_disc_fills():
    """Eight discs round a ninth, which alone covers the middle."""
    turn = np.arange(8) * 45.0
    lon, lat, _ = GEOD.fwd(np.full(8, 103.0), np.full(8, 14.0), turn, np.full(8, 6_000.0))
    ring = np.asarray(lon), np.asarray(lat)
    full = np.append(ring[0], 103.0), np.append(ring[1], 14.0)
    hollow = compiled(lambda: geodesy.union_of_circles(*ring, np.full(8, 4_000.0), 64))
    filled = compiled(lambda: geodesy.union_of_circles(*full, np.full(9, 4_000.0), 64))
    assert len(hollow.interiors) == 1
    assert len(filled.interiors) == 0


def apart(one, other):
    return one.symmetric_difference(other).area


@few
@given(SEEDS, st.sampled_from([0, 2, 3, 9]), st.booleans(), st.sampled_from([16, 32, 72]))
def test_the_outline_is_that_of_the_union_for_discs_on_a_grid_on_top_of_each_other_and_in_rows(seed, digits, row, n):
    """Rounded places make discs that touch, coincide, or cross three in a point."""
    rng = np.random.default_rng(seed)
    lon, lat = scattered(rng, 60, 0.03).round(digits)
    lat = np.full_like(lat, 14.0) if row else lat
    radii = rng.choice([500.0, 1_000.0, 4_000.0], 60)
    plain, fast = both(lambda: geodesy.union_of_circles(lon, lat, radii, n))
    assert fast.is_valid
    assert apart(plain, fast) < 1e-9 * plain.area
    parts = [shapely.get_parts(shape) for shape in (plain, fast)]
    assert len(parts[0]) == len(parts[1])
    assert shapely.get_num_interior_rings(parts[0]).sum() == shapely.get_num_interior_rings(parts[1]).sum()


def test_the_order_of_discs_never_matters_for_their_union():
    rng = np.random.default_rng(11)
    (lon, lat), turned = scattered(rng, 400, 0.1), rng.permutation(400)
    radii = rng.uniform(500, 3_000, 400)
    one, other = (compiled(lambda k=k: geodesy.union_of_circles(lon[k], lat[k], radii[k], 32)) for k in (np.arange(400), turned))
    assert one.normalize().equals_exact(other.normalize(), 1e-12)


def test_discs_of_no_radius_add_nothing_to_a_union():
    lon, lat = np.array([103.0, 104.0]), np.array([14.0, 14.0])
    plain, fast = both(lambda: geodesy.union_of_circles(lon, lat, np.array([1_000.0, 0.0]), 16))
    assert apart(plain, fast) < 1e-12
    assert fast.area > 0


def squares(*corners):
    """Unit squares by their south-western corners, near the equator, where a degree is as wide as high; with their centres."""
    at = np.array(corners, dtype=float)
    ring = at[:, None] + np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]], dtype=float)
    return ring, *(at + 0.5).T


@pytest.mark.parametrize(
    "corners",
    [
        [(0, 0), (0.5, 0.5)],
        [(0, 0), (0.6, 0.1), (0.1, 0.7), (0.7, 0.8)],
        [(0, 0), (3, 3)],
        [(0, 0), (0, 0)],
        [(0, 0), (0.5, 0)],
        [(0, 0), (1, 0)],
        [(0, 0), (1, 1)],
        [(0, 0), (0.5, 0.5), (1, 0)],
        [(0, 0), (1, 0.5), (0.5, -0.5)],
        [(1.5, 2), (1, 1.5), (2, 1.5), (1.5, 1)],
    ],
)
def test_an_outline_is_the_union_or_none_at_all_where_rings_touch(corners):
    ring, lon, lat = squares(*corners)
    found, truth = outline.outline(ring, lon, lat), shapely.union_all(shapely.polygons(ring))
    if found is None:
        assert (ring % 0.5 == 0).all()  # only where sides or corners lie on each other
    else:
        assert apart(found, truth) < 1e-12
        assert found.is_valid


def test_rings_on_top_of_each_other_and_rings_that_are_not_convex_have_no_outline():
    assert outline.outline(*squares((0, 0), (0, 0))) is None
    ring, lon, lat = squares((0, 0))
    ring[0, 2] = 0.4
    assert outline.outline(ring, lon, lat) is None


def test_a_hole_without_a_shell_round_it_is_no_outline():
    backwards, one = np.array([[0, 0], [0, 1], [1, 1], [1, 0]], dtype=float), np.zeros(4, np.int64)
    nodes, start = np.array([0, 1, 2, 3, 0]), np.array([0, 5])
    assert outline._drawn(nodes, start, backwards, one) is None  # noqa: SLF001  no rings are known that come here


# What holds for all


def test_nothing_is_changed_and_read_only_arrays_will_do():
    rng = np.random.default_rng(8)
    lon, lat = scattered(rng, 200)
    radius, line = rng.uniform(100, 9_000, 200), np.column_stack(scattered(rng, 30))
    shape = wobbly(rng, 50)
    arrays = [lon, lat, radius, line]
    before = [array.copy() for array in arrays]
    for array in arrays:
        array.flags.writeable = False
    compiled(
        lambda: (
            geodesy.circle(lon, lat, radius, 16),
            geodesy.pairs_within(lon, lat, lon, lat, radius),
            geodesy.within_any(lon, lat, lon, lat, radius),
            geodesy.locate_on_line(lon, lat, line),
            geodesy.nearest(lon, lat, lon, lat),
            geodesy.points_in_polygon(lon, lat, shape),
            geodesy.union_of_circles(lon, lat, radius, 16),
        )
    )
    assert all((array == copy).all() for array, copy in zip(arrays, before, strict=True))
    assert not shapely.is_prepared(shape)


def test_nothing_gives_nothing():
    none, one = np.empty(0), np.array([103.0])
    for result in both(lambda: geodesy.within_any(none, none, one, one / 10, one)):
        assert result.tolist() == []
    for result in both(lambda: geodesy.within_any(one, one / 10, none, none, none)):
        assert result.tolist() == [False]
    for result in both(lambda: geodesy.pairs_within(none, none, one, one / 10, one)):
        assert result.point.tolist() == []
    for result in both(lambda: geodesy.locate_on_line(none, none, np.array([[103.0, 14.0], [104.0, 14.0]]))):
        assert result.distance_m.tolist() == []
    for result in both(lambda: geodesy.nearest(none, none, one, one / 10)):
        assert result.point.tolist() == []
    for result in both(lambda: geodesy.points_in_polygon(one, one / 10, shapely.Polygon())):
        assert result.tolist() == [False]
    for result in both(lambda: geodesy.union_of_circles(none, none, none, 16)):
        assert result.is_empty
    for result in both(lambda: geodesy.circle(none, none, none, 16)):
        assert result.shape == (0, 17, 2)


def test_the_work_is_shared_out_among_threads_without_loss():
    done = np.zeros(1_234_567, dtype=np.int64)

    def work(some):
        done[some] += 1

    _jit.in_threads(work, len(done))
    assert (done == 1).all()


def test_where_nothing_can_be_kept_a_kernel_is_compiled_all_the_same(monkeypatch):
    def refusing(function, *, cache=False, **options):
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return function, options

    monkeypatch.setattr(_jit.numba, "njit", refusing)

    def kernel():
        """Do nothing."""

    function, options = _jit.compiled(kernel)
    assert function is kernel
    assert options["nogil"]


def test_a_kept_kernel_is_named_by_the_sources_of_all_so_that_no_edit_goes_unnoticed():
    """The whole of the folder counts, for kernels call each other across files."""
    sources = b"".join(file.read_bytes() for file in sorted(Path(_jit.__file__).parent.glob("*.py")))
    assert discs.blank_before.py_func.__qualname__ == f"blank_before-{hashlib.sha256(sources).hexdigest()[:12]}"


def test_the_package_and_its_small_jobs_do_not_import_numba():
    code = (
        "import sys, numpy as np, bordergis as bg; s = bg.load('2026-01-14'); z = bg.exclusion_zones(s.incidents, as_of=s.date);"
        "bg.points_in_zones(s.villages, z); bg.side_of_border(s.villages, s.border.iloc[[0]]); sys.exit('numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

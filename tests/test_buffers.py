from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely import GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon, box

import bordergis as bg
from bordergis import buffers, geodesy, provenance
from bordergis.errors import UnitError

GEOD = Geod(ellps="WGS84")


def layer(*shapes):
    return gpd.GeoDataFrame({"n": range(len(shapes))}, geometry=list(shapes), crs="EPSG:4326")


def outline(shape, radius_m, **options):
    return bg.geodesic_buffer(layer(shape), radius_m, **options).geometry.item()


def area_km2(shape):
    return sum(abs(GEOD.geometry_area_perimeter(shapely.orient_polygons(part))[0]) for part in shapely.get_parts(shape)) / 1e6


def distance_m(lonlat, path):
    """Distance to a path by trying points every 20 m or less along its pieces."""
    tried = np.concatenate([GEOD.inv_intermediate(*a, *b, del_s=20, return_back_azimuth=False).lons for a, b in pairs(path)])
    north = np.concatenate([GEOD.inv_intermediate(*a, *b, del_s=20, return_back_azimuth=False).lats for a, b in pairs(path)])
    tried, north = np.append(tried, [x for x, _ in path]), np.append(north, [y for _, y in path])
    lon, lat = (np.full(len(tried), value) for value in lonlat)
    return GEOD.inv(lon, lat, tried, north)[2].min()


def pairs(path):
    return itertools.pairwise(path)


PATHS = st.lists(st.tuples(st.floats(103, 103.3), st.floats(13.9, 14.2)), min_size=2, max_size=5, unique=True)
RADII = st.floats(200, 20_000)


@given(PATHS, RADII)
@settings(max_examples=40)
def test_no_vertex_of_a_line_buffer_is_nearer_or_farther_than_the_radius(path, radius):
    """A vertex of the outline is one of a disc or of a strip, or where two of their sides cross, at most the sagitta inside."""
    vertices = shapely.get_coordinates(outline(LineString(path), radius))
    away = geodesy.locate_on_line(vertices[:, 0], vertices[:, 1], np.array(path)).distance_m
    assert away.max() <= radius + 0.05
    assert away.min() >= radius - max(1.0, 1e-4 * radius) - 0.05


def test_the_distance_of_a_line_buffer_holds_by_trying_every_20_metres():
    path = [(103, 14), (103.1, 14.05), (103.12, 14.0)]
    vertices = shapely.get_coordinates(outline(LineString(path), 3_000))[::40]
    assert [distance_m(vertex, path) for vertex in vertices] == pytest.approx([3_000] * len(vertices), abs=1.05)


@given(PATHS, RADII, st.floats(1.01, 3))
@settings(max_examples=30)
def test_a_buffer_grows_with_its_radius(path, radius, times):
    """A larger radius covers a smaller one wherever they differ by more than the sagitta."""
    line, larger = LineString(path), radius * times + 2
    assert outline(line, radius).difference(outline(line, larger)).area < 1e-12


@given(st.lists(st.tuples(st.floats(103, 103.3), st.floats(13.9, 14.2), RADII), min_size=2, max_size=6))
@settings(max_examples=40)
def test_a_union_has_at_most_the_area_of_its_parts_and_at_least_that_of_the_largest(discs):
    table = layer(*(Point(lon, lat) for lon, lat, _ in discs))
    parts = bg.geodesic_buffer(table, pd.Series([radius for *_, radius in discs])).geometry
    together = area_km2(parts.union_all())
    each = [area_km2(part) for part in parts]
    assert max(each) * (1 - 1e-9) <= together <= sum(each) * (1 + 1e-9)


def test_the_buffer_of_a_row_of_points_is_the_union_of_their_buffers():
    points = [(103, 14), (103.02, 14), (104, 14)]
    together = outline(MultiPoint(points), 2_000)
    apart = shapely.union_all([outline(Point(point), 2_000) for point in points])
    assert together.symmetric_difference(apart).area < 1e-12


def test_the_buffer_of_a_multi_line_is_the_union_of_its_parts():
    parts = [LineString([(103, 14), (103.1, 14)]), LineString([(103.05, 13.95), (103.05, 14.05)])]
    together = outline(MultiLineString(parts), 1_500)
    assert together.symmetric_difference(shapely.union_all([outline(part, 1_500) for part in parts])).area < 1e-12


def test_a_hole_wider_than_the_radius_stays_and_shrinks_by_it():
    """A square hole of 0.1 degrees a side, about 11 km; 1 km is taken off all round."""
    hole = box(103.05, 14.05, 103.15, 14.15)
    ring = Polygon(box(103, 14, 103.2, 14.2).exterior.coords, [hole.exterior.coords])
    left = Polygon(outline(ring, 1_000).interiors[0])
    width, height = GEOD.inv(103.05, 14.1, 103.15, 14.1)[2], GEOD.inv(103.1, 14.05, 103.1, 14.15)[2]
    assert area_km2(left) == pytest.approx((width - 2_000) * (height - 2_000) / 1e6, rel=2e-3)


def test_a_hole_narrower_than_the_radius_is_filled():
    ring = Polygon(box(103, 14, 103.2, 14.2).exterior.coords, [box(103.09, 14.09, 103.11, 14.11).exterior.coords])
    assert len(outline(ring, 2_000).interiors) == 0


def test_a_ring_of_line_keeps_the_land_inside_it():
    circle = box(103, 14, 103.2, 14.2).exterior
    assert len(outline(LineString(circle.coords), 1_000).interiors) == 1


def eight_points_round(centre_lon, centre_lat, metres, sides):
    """Eight points seen from the centre in the middle of a side of the polygons round them, where those fall short by the sagitta."""
    turn = 360 / sides
    return MultiPoint([GEOD.fwd(centre_lon, centre_lat, (k * sides // 8 + 0.5) * turn + 180, metres)[:2] for k in range(8)])


@pytest.mark.parametrize(("metres", "holes"), [(9_999.5, 0), (10_005, 1)])
def test_a_hole_between_the_facets_is_filled_and_a_true_one_is_kept(metres, holes):
    """Discs of 10 km in 224 sides fall up to 1 m short: a centre 9,999.5 m from all is inside, though no polygon covers it."""
    sides = geodesy.facets(10_000, 1.0)
    points = eight_points_round(104, 14, metres, sides)
    bare = shapely.union_all(buffers.circles(shapely.get_coordinates(points), np.full(8, 10_000.0), sides))
    assert len(bare.interiors) == 1
    assert len(outline(points, 10_000).interiors) == holes
    assert outline(points, 10_000).covers(Point(104, 14)) == (holes == 0)


def test_the_buffer_of_an_area_covers_it_with_all_of_its_parts():
    parts = MultiPolygon([box(103, 14, 103.1, 14.1), box(103.5, 14, 103.6, 14.1)])
    found = outline(parts, 1_000)
    assert found.covers(parts)
    assert shapely.get_num_geometries(found) == 2


def test_a_collection_is_buffered_with_all_it_holds():
    mixed = GeometryCollection([Point(103, 14), LineString([(103.2, 14), (103.3, 14)]), box(103.5, 14, 103.6, 14.1)])
    found = outline(mixed, 1_000)
    assert found.covers(mixed)
    assert shapely.get_num_geometries(found) == 3


def test_heights_and_repeated_vertices_change_nothing():
    plain = LineString([(103, 14), (103.1, 14), (103.1, 14.1)])
    odd = LineString([(103, 14, 90), (103.1, 14, 80), (103.1, 14, 80), (103.1, 14.1, 70)])
    assert outline(plain, 500).symmetric_difference(outline(odd, 500)).area < 1e-12


def test_a_line_of_one_repeated_point_is_a_disc():
    assert area_km2(outline(LineString([(103, 14), (103, 14)]), 1_000)) == pytest.approx(np.pi, rel=2e-3)


@pytest.mark.parametrize("accuracy", [0.5, 5, 50])
def test_the_outline_falls_short_by_no_more_than_the_accuracy_asked_for(accuracy):
    ring = shapely.get_coordinates(outline(Point(104, 14), 10_000, accuracy_m=accuracy))
    middle = (ring[1:] + ring[:-1]) / 2
    short = 10_000 - GEOD.inv(np.full(len(middle), 104.0), np.full(len(middle), 14.0), *middle.T)[2]
    assert 0.3 * accuracy < short.max() <= accuracy * 1.001


@pytest.mark.parametrize("accuracy", [0, -1, np.nan, np.inf])
def test_an_accuracy_that_is_no_length_is_refused(accuracy):
    with pytest.raises(UnitError, match="not an accuracy in metres"):
        bg.geodesic_buffer(layer(Point(104, 14)), 500, accuracy_m=accuracy)


def test_radii_follow_the_index_not_the_order():
    table = layer(Point(103, 14), Point(104, 14)).set_axis(["a", "b"])
    found = bg.geodesic_buffer(table, pd.Series({"b": 2_000.0, "a": 1_000.0}))
    assert [area_km2(shape) for shape in found.geometry] == pytest.approx([np.pi, 4 * np.pi], rel=2e-3)
    assert list(found.index) == ["a", "b"]


def test_a_row_left_out_of_the_radii_is_refused_by_name():
    table = layer(Point(103, 14), Point(104, 14)).set_axis(["a", "b"])
    with pytest.raises(UnitError, match=r"1 of 2 distances.*row 'b'"):
        bg.geodesic_buffer(table, pd.Series({"a": 1_000.0}))


def test_an_empty_layer_has_empty_buffers():
    assert bg.geodesic_buffer(layer(), 500).empty


@pytest.fixture
def places():
    return layer(Point(104, 14), LineString([(104.05, 14), (104.1, 14.05)]))


def test_rings_are_disjoint_and_together_the_largest_buffer(places):
    parts = bg.rings(places, [1_000, 2_000, 5_000, 10_000])
    largest = bg.geodesic_buffer(places, 10_000).geometry.union_all()
    assert parts.geometry.union_all().symmetric_difference(largest).area < 1e-9 * largest.area
    assert sum(area_km2(shape) for shape in parts.geometry) == pytest.approx(area_km2(largest), rel=1e-9)
    overlaps = [a.intersection(b).area for k, a in enumerate(parts.geometry) for b in parts.geometry[k + 1 :]]
    assert max(overlaps) < 1e-12


def test_a_point_at_1_5_km_lies_in_the_ring_from_1_to_2_km():
    parts = bg.rings(layer(Point(104, 14)), [1_000, 2_000, 5_000])
    for bearing in range(0, 360, 30):
        inside = parts[parts.covers(Point(GEOD.fwd(104, 14, bearing, 1_500)[:2]))]
        assert inside[["from_m", "to_m"]].to_numpy().tolist() == [[1_000, 2_000]]


def test_every_random_point_lies_in_the_ring_of_its_distance(places):
    parts = bg.rings(places, [1_000, 2_000, 5_000])
    tries = np.random.default_rng(7).uniform((103.94, 13.94), (104.16, 14.11), (3_000, 2))
    line = geodesy.locate_on_line(tries[:, 0], tries[:, 1], shapely.get_coordinates(places.geometry[1])).distance_m
    point = GEOD.inv(np.full(3_000, 104.0), np.full(3_000, 14.0), *tries.T)[2]
    away = np.minimum(line, point)
    for ring in parts.itertuples():
        expected = (away > ring.from_m) & (away <= ring.to_m)
        clear = np.minimum(np.abs(away - ring.from_m), np.abs(away - ring.to_m)) > 1.05  # the sagitta is 1 m
        assert (shapely.contains_xy(ring.geometry, tries) == expected)[clear].all()


def test_the_order_of_distances_never_matters(places):
    assert bg.rings(places, [5_000, 1_000]).equals(bg.rings(places, [1_000, 5_000]))


@pytest.mark.parametrize("distances", [[], [1_000, 1_000], [-1, 1_000], [0, 1_000], [1_000, np.nan]])
def test_rings_need_different_lengths(distances, places):
    with pytest.raises(UnitError):
        bg.rings(places, distances)


@pytest.mark.parametrize("distances", [[1_000, 1_000.9], [5_000, 1_000.5, 1_000], [50_000, 50_004]])
def test_rings_nearer_to_each_other_than_outlines_are_accurate_are_refused(distances, places):
    """1 m up to 10 km; 0.01 % of the radius, which is 5 m at 50 km, beyond."""
    with pytest.raises(UnitError, match="nearer to each other than their outlines are accurate"):
        bg.rings(places, distances)


def test_rings_as_near_to_each_other_as_outlines_are_accurate_are_disjoint_and_cover_all(places):
    parts = bg.rings(places, [1_000, 1_001])
    assert parts.geometry[0].covers(bg.geodesic_buffer(places, 1_000).geometry[0])
    assert parts.geometry.union_all().area == pytest.approx(bg.geodesic_buffer(places, 1_001).union_all().area, rel=1e-9)


def test_rings_change_nothing_and_say_what_they_are(places):
    before = places.copy()
    parts = bg.rings(places, [500, 1_000])
    assert places.equals(before)
    assert provenance.of(parts).steps == ("rings(500, 1000)",)
    assert parts.crs == places.crs


def test_an_impact_cell_is_200_by_200_metres():
    """Its corners lie half a diagonal, 141.4 m, from the middle."""
    cell = bg.square_cells(layer(Point(104, 14))).geometry.item()
    corners = shapely.get_coordinates(cell)[:4]
    reached = GEOD.inv(np.full(4, 104.0), np.full(4, 14.0), *corners.T)[2]
    assert reached == pytest.approx([141.42] * 4, abs=0.01)
    assert bg.square_cells(layer(None)).geometry.isna().all()

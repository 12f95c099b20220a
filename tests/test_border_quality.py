from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod
from shapely import LineString

import bordergis as bg
from bordergis import provenance
from bordergis.errors import CoarseLineError, SchemaError

GEOD = Geod(ellps="WGS84")


def border(vertices, *, name="m", accuracy=100.0, left="THA"):
    right = "KHM" if left == "THA" else "THA"
    row = {"border_id": [name], "claimed_by": ["a test"], "accuracy_m": [accuracy], "left_side": [left], "right_side": [right]}
    return gpd.GeoDataFrame(row, geometry=[LineString(vertices)], crs="EPSG:4326")


@pytest.fixture
def vertices():
    """The vertices of the embedded line, coast to tripoint."""
    return shapely.get_coordinates(bg.load_border("osm-2026c").geometry.item())


def faults(*args, **options):
    return bg.border_quality(border(*args, **options))["faults"].item()


def test_the_spacing_of_three_pieces_by_hand():
    """Pieces of 0.1, 0.2 and 0.6 degrees of latitude: the middle one is the median, the last one the longest gap."""
    told = bg.border_quality(border([(104, 13), (104, 13.1), (104, 13.3), (104, 13.9)])).loc["m"]
    pieces = [GEOD.inv(104, low, 104, high)[2] for low, high in ((13, 13.1), (13.1, 13.3), (13.3, 13.9))]
    assert told["n_vertices"] == 4
    assert told["length_km"] == pytest.approx(sum(pieces) / 1_000, abs=1e-9)
    assert told[["spacing_median_m", "longest_gap_m"]].to_list() == pytest.approx(pieces[1:], abs=1e-6)
    assert told["spacing_p95_m"] == pytest.approx(pieces[1] + 0.9 * (pieces[2] - pieces[1]), abs=1e-6)  # of 3 values, at place 1.9
    assert told["finest_m"] == pytest.approx(pieces[1] / 2, abs=1e-6)


def test_the_implied_scale_is_2_000_times_the_spacing():
    """Tobler: 500 m between vertices suit a map at 1 : 1,000,000."""
    lon, lat = np.transpose([GEOD.fwd(104, 13, 0, 500 * step)[:2] for step in range(200)])
    assert bg.border_quality(border(np.stack([lon, lat], axis=-1)))["implied_scale"].item() == 1_000_000


def test_the_embedded_openstreetmap_line_has_no_fault():
    assert bg.border_quality(bg.load_border("osm-2026c"))["faults"].item() == ""


def test_the_ends_are_measured_from_the_coast_and_the_tripoint(vertices):
    told = bg.border_quality(border(vertices)).loc["m"]
    assert told["from_coast_m"] == pytest.approx(GEOD.inv(*vertices[0], 102.911, 11.652)[2], abs=1e-6)
    assert told["from_tripoint_m"] == pytest.approx(GEOD.inv(*vertices[-1], 105.2065, 14.3433)[2], abs=1e-6)


def test_a_line_that_ends_early_is_told_where(vertices):
    last = vertices[-301]
    away = GEOD.inv(*last, 105.2065, 14.3433)[2]
    assert f"ends {away:,.0f} m from the tripoint" in faults(vertices[:-300])
    assert "from the coast" not in faults(vertices[:-300])
    assert "from the coast" in faults(vertices[300:])


def test_a_line_drawn_from_the_tripoint_is_whole_if_its_sides_say_so(vertices):
    assert faults(vertices[::-1], left="KHM") == ""


def test_a_line_whose_direction_belies_its_sides_is_told(vertices):
    """With Thailand declared on the left a line begins at the coast; this one begins at the tripoint, 388 km away."""
    apart = GEOD.inv(*vertices[-1], 102.911, 11.652)[2]
    assert f"ends {apart:,.0f} m from the coast" in faults(vertices[::-1])
    assert "from the tripoint" in faults(vertices[::-1])


def test_a_look_alike_typed_by_hand_is_told(vertices):
    assert "looks typed by hand: 100% of its coordinates have at most three decimals" in faults(vertices.round(3))
    assert "typed" not in faults(vertices.round(5))


def test_nine_tenths_of_typed_coordinates_are_enough(vertices):
    most, fewer = vertices.copy(), vertices.copy()
    most[:5_200], fewer[:5_100] = vertices[:5_200].round(3), vertices[:5_100].round(3)  # of 5,770: 90.1 and 88.4 %
    assert "typed" in faults(most)
    assert "typed" not in faults(fewer)


def test_a_few_vertices_are_no_border(vertices):
    assert "only 99 vertices" in faults(np.concatenate([vertices[:98], vertices[-1:]]))
    assert "only" not in faults(vertices[:100])


def test_a_bow_tie_crosses_itself():
    told = bg.border_quality(border([(104, 13), (105, 14), (105, 13), (104, 14)])).loc["m"]
    assert told["crosses_itself"]
    assert "crosses itself" in told["faults"]


def test_one_crossing_in_a_whole_line_is_found(vertices):
    swapped = vertices.copy()
    swapped[[2_000, 2_040]] = swapped[[2_040, 2_000]]
    assert "crosses itself" in faults(swapped)


def test_a_line_of_another_length_is_told(vertices):
    assert "length 665 km, published 798 to 831 km" in bg.border_quality(bg.load_border("natural-earth-10m"))["faults"].item()
    assert "length" not in faults(vertices)


def test_each_line_has_its_row_and_nothing_is_changed():
    lines = bg.load_border()
    before = lines.copy()
    told = bg.border_quality(lines)
    assert list(told.index) == list(lines["border_id"])
    assert lines.equals(before)
    assert provenance.of(told).steps[-1] == "border_quality()"


def test_a_layer_that_is_no_border_is_refused(village):
    with pytest.raises(SchemaError, match="border"):
        bg.border_quality(village(v=(104, 14)))


@pytest.mark.parametrize(("spacing_m", "accuracy", "finest"), [(500, 100, 250), (500, 400, 400)])
def test_a_line_supports_half_its_spacing_or_its_accuracy(spacing_m, accuracy, finest):
    line = border([GEOD.fwd(104, 13, 0, spacing_m * step)[:2] for step in range(9)], accuracy=accuracy)
    assert bg.require_fine_line(line, finest + 0.01) == ()
    with pytest.raises(CoarseLineError, match=f"{finest - 1} m is finer than the line m supports \\({finest} m\\)"):
        bg.require_fine_line(line, finest - 1)


def test_the_coarsest_of_several_lines_decides():
    with pytest.raises(CoarseLineError, match="line natural-earth-10m supports"):
        bg.require_fine_line(bg.load_border(), 3_000)
    assert bg.require_fine_line(bg.load_border(), 4_560) == ()


def test_natural_earth_is_refused_for_1_km_unless_the_warning_is_taken_along():
    line = bg.load_border("natural-earth-10m")
    with pytest.raises(CoarseLineError, match="allow_coarse=True"):
        bg.require_fine_line(line, 1_000)
    assert bg.require_fine_line(line, 1_000, allow_coarse=True) == (
        "Warning: 1,000 m is finer than the line natural-earth-10m supports (4,560 m).",
    )

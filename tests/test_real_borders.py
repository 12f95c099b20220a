"""The lines of several sources, where they lie beside the repository: what methods.md says of them comes out again."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import bordergis as bg
from bordergis.errors import CoarseLineError
from bordergis.geodesy import area_m2

BORDERS = Path(__file__).parents[2] / "shared/data/borders"

pytestmark = pytest.mark.skipif(
    not BORDERS.is_dir(), reason="the lines of other sources (shared/data/borders beside the repository) are not here"
)

KHM, THA, OSM, NE = "khm_wfp_gov_2022", "tha_rtsd_2022", "osm_2026c", "ne_10m_v4"
NAMES = (KHM, THA, OSM, NE, "dcw_kh", "osm_geomaps_1m_2017", "wof_kh")
LARGEST_DIFFERENCE_M = 1_990


@pytest.fixture(scope="module")
def lines():
    """Each shared line as a border of its own."""
    return {
        name: bg.from_line(
            BORDERS / f"khm_tha_land_border__{name}.geojson", border_id=name, claimed_by=name, accuracy_m=LARGEST_DIFFERENCE_M
        )
        for name in NAMES
    }


@pytest.fixture(scope="module")
def quality(lines):
    return bg.border_quality(bg.join_lines(*lines.values()))


@pytest.fixture(scope="module")
def published():
    """The comparison of every line with the OpenStreetMap line that came with the lines, made by other code."""
    return pd.read_csv(BORDERS / "line_comparison_vs_osm2026.csv").set_index("name")


@pytest.fixture(scope="module")
def cambodian_from_thai(lines):
    return bg.compare_borders(lines[KHM], lines[THA])


def test_the_cambodian_line_lies_103_m_from_the_thai_one_on_average(cambodian_from_thai):
    assert cambodian_from_thai.summary["mean_m"] == pytest.approx(103.0, abs=0.5)
    assert cambodian_from_thai.summary["mean_back_m"] == pytest.approx(97, abs=1)  # the other way round it is another number


def test_a_quarter_of_it_lies_over_100_m_and_4_percent_over_500_m(cambodian_from_thai):
    shares = cambodian_from_thai.summary[["share_over_100_m", "share_over_500_m"]]
    assert shares.to_list() == pytest.approx([0.25, 0.04], abs=0.005)


def test_the_stretches_over_500_m_are_that_4_percent_and_lie_on_the_line(cambodian_from_thai):
    found, summary = cambodian_from_thai.stretches, cambodian_from_thai.summary
    share = found["length_m"].sum() / 1_000 / summary["length_a_km"]
    assert share == pytest.approx(summary["share_over_500_m"], abs=0.004)  # a sample is added at each end of a stretch
    assert found["max_m"].between(500, summary["max_m"]).all()
    assert (found["to_m"].to_numpy()[:-1] < found["from_m"].to_numpy()[1:]).all()
    assert found.geometry.is_valid.all()


@pytest.fixture(scope="module")
def apart():
    """Where the two published data sets overlap (75.9 km²) or leave a gap (5.5 km²): differences between data, made by other code."""
    return gpd.read_file(BORDERS / "khm_tha_dataset_overlap_gap_polygons.gpkg").to_crs(4326).geometry.union_all()


def test_the_land_between_the_lines_is_what_the_data_sets_overlap_or_leave_out(lines, apart):
    everywhere = bg.compare_borders(lines[KHM], lines[THA], limit_m=1).stretches
    assert everywhere["area_km2"].sum() == pytest.approx(75.9 + 5.5, abs=0.2)
    assert area_m2(apart) / 1e6 == pytest.approx(75.9 + 5.5, abs=0.1)


def test_each_stretch_over_500_m_is_such_land(cambodian_from_thai, apart):
    for stretch in cambodian_from_thai.stretches.itertuples():
        assert area_m2(apart.intersection(stretch.geometry)) / 1e6 == pytest.approx(stretch.area_km2, rel=0.06)


@pytest.mark.parametrize(("embedded", "others"), [("osm-2026c", (KHM, THA)), ("natural-earth-10m", (KHM, THA, OSM))])
def test_no_sample_of_a_published_line_is_farther_off_than_the_stated_accuracy(embedded, others, lines):
    """Between samples at 20 m a distance grows by 10 m at most, so the stated metres hold to that everywhere."""
    line = bg.load_border(embedded)
    for name in others:
        found = bg.compare_borders(lines[name], line, step_m=20.0).summary
        assert found["hausdorff_m"] <= line["accuracy_m"].item()


@pytest.mark.parametrize(
    ("name", "mean_m", "max_m"), [(KHM, 14, 507), (THA, 102, 1_982), (NE, 1_277, 3_456), ("wof_kh", 73, 1_903), ("dcw_kh", 521, 2_174)]
)
def test_each_line_lies_as_far_from_openstreetmap_as_published(name, mean_m, max_m, lines, published):
    """methods.md §2, and the same for two lines more; a maximum depends on where the samples fall."""
    found = bg.compare_borders(lines[name], lines[OSM]).summary
    assert found["mean_m"] == pytest.approx(mean_m, abs=1.0)
    assert found["max_m"] == pytest.approx(max_m, rel=0.01)
    row = published.loc[name]
    assert [found["p95_m"], found["hausdorff_m"]] == pytest.approx([row["p95_m"], row["hausdorff_m"]], rel=0.05)
    assert found["mean_back_m"] == pytest.approx(row["ref_mean_m"], abs=1.0)


def test_every_line_has_the_length_and_vertices_published(quality, published):
    assert quality["length_km"].to_list() == pytest.approx([*published.loc[list(NAMES[:5]), "km"].to_list(), 824.1, 848.7], abs=0.06)
    assert quality.loc[[KHM, THA, OSM, NE], "n_vertices"].to_list() == [6_097, 14_274, 5_770, 246]


def test_the_longest_gap_of_natural_earth_is_18_km(quality):
    assert quality.loc[NE, "longest_gap_m"] == pytest.approx(18_280, abs=10)


@pytest.mark.parametrize("name", [KHM, THA, OSM, "osm_geomaps_1m_2017"])
def test_detailed_lines_have_no_fault(name, quality):
    assert quality.loc[name, "faults"] == ""


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        (NE, "length 663 km, published 798 to 831 km; ends 2,409 m from the tripoint"),
        ("dcw_kh", "length 709 km, published 798 to 831 km; ends 1,276 m from the coast"),
        ("wof_kh", "length 849 km, published 798 to 831 km"),
    ],
)
def test_what_is_wrong_with_the_others_is_said(name, fault, quality):
    assert quality.loc[name, "faults"] == fault


def test_no_line_crosses_itself(quality):
    assert not quality["crosses_itself"].any()


def test_the_thai_line_is_drawn_finest_and_natural_earth_coarsest(quality):
    assert quality["spacing_median_m"].idxmin() == THA
    assert quality["implied_scale"].idxmax() == NE
    assert quality.loc[THA, "implied_scale"] == 80_000


def test_natural_earth_is_refused_for_1_km_and_the_thai_line_taken(lines):
    """Each with the accuracy its own drawing allows; the difference between the lines is left out here."""
    with pytest.raises(CoarseLineError, match="finer than the line ne_10m_v4 supports"):
        bg.require_fine_line(lines[NE].assign(accuracy_m=3_456.0), 1_000)
    assert bg.require_fine_line(lines[THA].assign(accuracy_m=0.0), 1_000) == ()


def test_only_near_the_line_do_the_claims_put_a_place_on_different_sides(lines, situation):
    """Taken at their word (no doubt), the Cambodian and Thai lines part no two answers farther than 1,986 m from either."""
    exact = bg.join_lines(lines[KHM], lines[THA]).assign(accuracy_m=0.0)
    places = situation.places.loc[situation.places.geometry.notna()]
    side, away = bg.by_claim(bg.side_of_border, places, exact), bg.by_claim(bg.distance_to_border, places, exact)
    assert (away.loc[side["differs_by_claim"], [KHM, THA]] < 1_986).all(axis=None)
    far = (away[[KHM, THA]] > 1_986).all(axis=1)
    assert far.sum() > 200
    assert not side.loc[far, "differs_by_claim"].any()


def test_with_its_doubt_no_line_puts_a_place_where_the_other_denies_it(lines, situation):
    both = bg.join_lines(lines[KHM], lines[THA])
    side = bg.by_claim(bg.side_of_border, situation.places.loc[situation.places.geometry.notna()], both)
    told = side[(side[[KHM, THA]] != "undetermined").all(axis=1)]
    assert not told["differs_by_claim"].any()


def test_the_lines_at_preah_vihear_run_hundreds_of_metres_apart(lines, situation):
    temple = situation.places[situation.places["place_id"] == "preah-vihear-temple"]
    told = bg.by_claim(bg.distance_to_border, temple, bg.join_lines(lines[KHM], lines[THA], lines[OSM]), tolerance=500)
    assert told["differs_by_claim"].item()
    assert told[[KHM, THA, OSM]].max(axis=1).item() < 1_000


def test_every_line_runs_the_same_way_and_is_addressed_alike(lines):
    """The gate of Poipet lies about half-way along every line, whichever it is."""
    gate = bg.load_checkpoints().set_index("checkpoint_id").loc[["poipet"]]
    shares = [bg.chainage(gate, line)["chainage_m"].item() / bg.border_length(line).item() / 1_000 for line in lines.values()]
    assert max(shares) - min(shares) < 0.03

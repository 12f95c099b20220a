"""Walks over land: least cost over a raster, held against other libraries and against hand sums."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from rasterio.transform import Affine
from shapely import LineString, Point

import bordergis as bg
from bordergis import geodesy, provenance
from bordergis.errors import CRSMismatchError, DataMissingError, GeometryKindError, SchemaError, UnitError, UnknownNameError
from bordergis.kernels.surface import spread
from bordergis.network.friction import load_walking_speeds, walking_minutes

REAL = Path(bg.__file__).resolve().parents[3] / "shared" / "data" / "rasters" / "friction_motorised_derived_30s_aoi.tif"
needs_real = pytest.mark.skipif(not REAL.exists(), reason="the shared folder with the friction raster is not here")

CELL = 0.01
WEST, NORTH = 103.0, 14.1
METRE = 0.012  # minutes a metre at 5 km/h


def places(*lonlat):
    return gpd.GeoDataFrame(geometry=[Point(spot) if spot else None for spot in lonlat], crs=4326)


def centre(row, column):
    return WEST + (column + 0.5) * CELL, NORTH - (row + 0.5) * CELL


@pytest.fixture
def raster(tmp_path):
    """Write a friction raster of cells of a hundredth of a degree; nan is no value."""

    def write(cost, *, crs="EPSG:4326", transform=None, units="minutes_per_metre", driver="GTiff"):
        cost = np.asarray(cost, dtype=np.float32)
        file = tmp_path / "friction.tif"
        grid = transform or Affine(CELL, 0, WEST, 0, -CELL, NORTH)
        shape = {"width": cost.shape[1], "height": cost.shape[0], "count": 1, "dtype": "float32"}
        with rasterio.open(file, "w", driver=driver, crs=crs, transform=grid, nodata=-9999.0, **shape) as out:
            out.write(np.where(np.isnan(cost), -9999, cost).astype(np.float32), 1)
            out.units = [units]
        return file

    return write


def across_m(row, columns=1):
    return float(
        geodesy.distance_m(np.array([0.0]), np.array([centre(row, 0)[1]]), np.array([columns * CELL]), np.array([centre(row, 0)[1]]))[0]
    )


def test_a_walk_along_a_row_is_its_metres_times_the_cost(raster):
    file = raster([[METRE] * 5])
    told = walking_minutes(places(centre(0, 4)), places(centre(0, 0)), friction=file)
    assert told.loc[0, "walk_min"] == pytest.approx(4 * across_m(0) * METRE, rel=1e-6)
    assert told.loc[0, ["target", "method", "on_barrier_cell"]].tolist() == [0, "raster", False]
    assert told["reason"].isna().all()


def test_a_wall_is_walked_round_and_a_closed_wall_is_not_crossed(raster):
    """The target t and the village v on either side of a wall #, open below.

    t # v
    . . .
    """
    nan = float("nan")
    round_it = walking_minutes(places(centre(0, 2)), places(centre(0, 0)), friction=raster([[METRE, nan, METRE], [METRE] * 3]))
    aslant = float(geodesy.distance_m(*np.array([*centre(0, 0), *centre(1, 1)]).reshape(4, 1))[0])
    assert round_it.loc[0, "walk_min"] == pytest.approx(2 * aslant * METRE, rel=1e-6)
    shut = walking_minutes(places(centre(0, 2)), places(centre(0, 0)), friction=raster([[METRE, nan, METRE]] * 2))
    assert shut.loc[0, ["method", "on_barrier_cell"]].tolist() == ["none", False]
    assert shut.loc[0, "reason"] == "no way over land to any target within the window"


def test_who_lies_on_a_barrier_cell_or_off_the_raster_or_nowhere_is_answered(raster):
    file = raster([[METRE, float("nan"), METRE]])
    told = walking_minutes(places(centre(0, 1), (50.0, 50.0), None, centre(0, 0)), places(centre(0, 0)), friction=file)
    assert told["reason"].tolist()[:3] == ["on a cell that nobody passes", "outside the raster", "no position"]
    assert told["on_barrier_cell"].tolist() == [True, pd.NA, pd.NA, False]
    assert told["walk_min"].tolist()[3] == 0
    assert "1 places lie on cells that nobody passes" in provenance.of(told).notes[0]


def test_in_the_targets_own_cell_the_walk_is_straight(raster):
    lon, lat = centre(0, 0)
    told = walking_minutes(places((lon, lat + 0.004)), places((lon, lat - 0.004)), friction=raster([[METRE]]))
    assert told.loc[0, "walk_min"] == pytest.approx(0.008 * 110_600 * METRE, rel=1e-2)


def test_a_nearer_target_may_be_the_later_one_where_the_way_goes_on_from_it(raster):
    targets = places(centre(0, 0), centre(0, 4), centre(0, 4)).set_axis(["a", "b", "c"])
    start = pd.Series([0.0, 500.0, 100.0], index=targets.index)
    told = walking_minutes(places(centre(0, 3)), targets, friction=raster([[METRE] * 5]), start_min=start)
    assert told.loc[0, "target"] == 0
    near = walking_minutes(places(centre(0, 3)), targets, friction=raster([[METRE] * 5]), start_min=start / 100)
    assert near.loc[0, "target"] == 2
    assert near.loc[0, "walk_min"] == pytest.approx(1 + across_m(0) * METRE, rel=1e-6)


def test_the_margin_bounds_the_window_and_the_index_is_kept(raster):
    cost = np.full((40, 40), METRE)
    cost[:30, 20] = np.nan
    points = places(centre(0, 22)).set_axis(["v"])
    near = walking_minutes(points, places(centre(0, 18)), friction=raster(cost), margin_m=5_000.0)
    far = walking_minutes(points, places(centre(0, 18)), friction=raster(cost), margin_m=50_000.0)
    assert near.index.tolist() == far.index.tolist() == ["v"]
    assert [near.loc["v", "method"], far.loc["v", "method"]] == ["none", "raster"]


def steps(rows, along=1.0, down=1.0):
    return np.tile([along, down, np.hypot(along, down)], (rows, 1))


@settings(max_examples=50)
@given(hnp.arrays(float, (4, 5), elements=st.sampled_from([1.0, 2.0, 0.5, np.nan])), st.integers(0, 19))
def test_least_cost_equals_networkx(cost, target):
    widths = np.array([[1.0, 2.0, 2.1], [1.1, 2.0, 2.2], [1.2, 2.0, 2.3], [1.3, 2.0, 2.4]])
    start = np.full(cost.size, np.inf)
    start[target] = 3.0
    least, origin = spread(cost, widths, start.reshape(cost.shape))
    graph = nx.Graph()
    graph.add_nodes_from(range(cost.size))
    for row, column in np.ndindex(cost.shape):
        for r, c, way in ((row, column + 1, 0), (row + 1, column, 1), (row + 1, column + 1, 2), (row + 1, column - 1, 2)):
            if r < 4 and 0 <= c < 5 and np.isfinite(both := (cost[row, column] + cost[r, c]) / 2):
                graph.add_edge(row * 5 + column, r * 5 + c, weight=both * widths[row, way])
    found = nx.single_source_dijkstra_path_length(graph, target) if np.isfinite(cost.reshape(-1)[target]) else {}
    assert least.reshape(-1).tolist() == pytest.approx([3.0 + found[k] if k in found else np.inf for k in range(cost.size)])
    assert set(np.unique(origin)) <= {-1, target}


def test_with_one_cell_width_the_cost_is_that_of_scikit_image():
    graph = pytest.importorskip("skimage.graph", reason="scikit-image is not installed (pip install scikit-image)")
    rng = np.random.default_rng(5)
    cost = np.where(rng.random((60, 70)) < 0.2, np.inf, rng.uniform(0.5, 3, (60, 70)))
    cost[0, 0] = 1.0
    start = np.full(cost.shape, np.inf)
    start[0, 0] = 0
    theirs, _ = graph.MCP_Geometric(np.where(np.isinf(cost), -1, cost)).find_costs([(0, 0)])
    assert spread(cost, steps(60), start)[0] == pytest.approx(theirs)


def test_rows_nearer_the_equator_take_longer_to_cross(raster):
    file = raster(np.full((400, 5), METRE))
    told = walking_minutes(places(centre(0, 4), centre(399, 4)), places(centre(0, 0), centre(399, 0)), friction=file)
    assert told.loc[1, "walk_min"] / told.loc[0, "walk_min"] == pytest.approx(np.cos(np.radians(10.1)) / np.cos(np.radians(14.1)), rel=1e-3)


# ── land cover ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_class_of_land_has_a_speed_or_is_a_barrier_by_name():
    speeds = load_walking_speeds()
    assert speeds.index.tolist() == list(range(17))
    assert speeds.index[speeds["kmh"].isna()].tolist() == [0]
    assert speeds["kmh"].dropna().between(1, 6).all()
    assert provenance.of(speeds).sources == ("weiss-2018",)


def test_twice_the_speed_is_half_the_time():
    villages, towns = places((103.46, 14.21), (103.9, 14.3)), places((103.52, 14.18))
    speeds = load_walking_speeds()
    slow, fast = walking_minutes(villages, towns), walking_minutes(villages, towns, speeds=speeds.assign(kmh=speeds["kmh"] * 2))
    assert (fast["walk_min"] * 2).tolist() == pytest.approx(slow["walk_min"].tolist())
    assert set(provenance.of(slow).sources) == {"weiss-2018", "mcd12c1"}


@needs_real
def test_the_whole_area_is_answered_on_a_real_surface(situation):
    villages = situation.villages
    towns = villages[villages["place_id"].isin(["samraong", "prey-chan"])]
    towns = towns if len(towns) else villages.head(2)
    told = walking_minutes(villages, towns, friction=REAL)
    assert told.index.equals(villages.index)
    assert (told["walk_min"].notna() == (told["method"] == "raster")).all()
    assert (told["walk_min"].isna() == told["reason"].notna()).all()
    assert told["walk_min"].notna().any()


# ── refusals ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_wrong_rasters_are_refused(raster, tmp_path):
    spot = places(centre(0, 0))

    def walk(file):
        return walking_minutes(spot, spot, friction=file)

    with pytest.raises(DataMissingError, match=r"no friction raster gone\.tif"):
        walk(tmp_path / "gone.tif")
    with pytest.raises(UnitError, match="'seconds'; expected minutes a metre"):
        walk(raster([[METRE]], units="seconds"))
    with pytest.raises(UnitError, match="1 cells cost 0 minutes a metre"):
        walk(raster([[0.0]]))
    with pytest.raises(CRSMismatchError, match="EPSG:32648; warp it to EPSG:4326"):
        walk(raster([[METRE]], crs="EPSG:32648"))
    with pytest.raises(CRSMismatchError, match="upside down"):
        walk(raster([[METRE]], transform=Affine(CELL, 0, WEST, 0, CELL, NORTH)))


def test_a_file_is_read_as_a_geotiff_and_as_nothing_else(tmp_path):
    file = tmp_path / "trap.tif"
    file.write_text('<VRTDataset rasterXSize="1" rasterYSize="1"></VRTDataset>')
    with pytest.raises(rasterio.errors.RasterioIOError, match="not recognized as being in a supported file format"):
        walking_minutes(places((103.0, 14.0)), places((103.0, 14.0)), friction=file)


def test_wrong_requests_are_refused(raster, monkeypatch):
    spot, file = places(centre(0, 0)), raster([[METRE] * 5])
    speeds = load_walking_speeds()
    with pytest.raises(SchemaError, match="give one of them"):
        walking_minutes(spot, spot, friction=file, speeds=speeds)
    with pytest.raises(SchemaError, match="not on the index of the targets"):
        walking_minutes(spot, spot, start_min=pd.Series([1.0], index=["other"]))
    with pytest.raises(UnitError, match="-1 is not a distance"):
        walking_minutes(spot, spot, margin_m=-1)
    with pytest.raises(UnitError, match="Class 0 has a walking speed of 0 km/h"):
        walking_minutes(spot, spot, speeds=speeds.fillna({"kmh": 0.0}))
    with pytest.raises(UnknownNameError, match=r"no table of walking speeds .slow.; known: weiss-2018"):
        load_walking_speeds("slow")
    with pytest.raises(GeometryKindError, match="also holds LineString"):
        walking_minutes(gpd.GeoDataFrame(geometry=[LineString([(103, 14), (104, 14)])], crs=4326), spot)
    monkeypatch.setattr("bordergis.network.friction.MOST_CELLS", 2)
    with pytest.raises(SchemaError, match="5 x 1 cells, more than 2"):
        walking_minutes(spot, spot, friction=file)


def test_nobody_with_a_position_is_nobody_with_an_answer():
    assert walking_minutes(places(None), places(None))["reason"].tolist() == ["no position"]

"""The base map: one extent for all its parts, shapes that survive packing, and names that stand inside what they name."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely

import bordergis as bg
from bordergis import datasets
from bordergis.maps.basemap import background, base_shapes, relief_picture
from bordergis.maps.content import page_content
from bordergis.maps.island import pack_island
from bordergis.maps.labels import WATERS, base_labels, name_cells, name_spots
from bordergis.maps.landcover import land_picture
from bordergis.words import LANGUAGES, words_for

ADMIN = Path(__file__).resolve().parents[2] / "shared" / "data" / "admin"
needs_provinces = pytest.mark.skipif(not ADMIN.is_dir(), reason="the provinces of both sides (shared/data/admin) are not on this machine")
EDGE = [9.0, 98.0, 17.0, 109.5]  # south, west, north, east
UTM = "EPSG:32648"


@pytest.fixture(scope="module")
def cells():
    """The cells of the grid that lie in a province: code and middle."""
    grid, transform, provinces = name_cells()
    rows, columns = np.nonzero(grid)
    lon, lat = transform @ (columns + 0.5, rows + 0.5)
    codes = np.array([code for code, _ in provinces])[grid[rows, columns] - 1]
    return gpd.GeoDataFrame({"code": codes}, geometry=gpd.points_from_xy(lon, lat), crs="EPSG:4326")


@pytest.fixture(scope="module")
def provinces():
    """The provinces as both governments' data draw them: another source than the base map's."""
    files = ("khm_adm1_wfp_gov_2022.gpkg", "tha_adm1_rtsd_2022_all77_simplified.gpkg")
    return pd.concat([gpd.read_file(ADMIN / name).to_crs("EPSG:4326")[["ADM1_PCODE", "geometry"]] for name in files])


# ── one extent ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_part_of_the_base_map_ends_where_the_others_end():
    """A part that ended before the others would leave a seam."""
    assert relief_picture()["bounds"] == pytest.approx(EDGE, abs=1e-5)
    assert land_picture(datasets.path("built/landcover.tif"), words_for("en"))["bounds"] == pytest.approx(EDGE, abs=1e-5)
    south, west, north, east = EDGE
    assert background("water").total_bounds == pytest.approx([west, south, east, north], abs=1e-3)
    grid, transform, _ = name_cells()
    assert transform @ (0, 0) == pytest.approx((west, north))
    assert transform @ (grid.shape[1], grid.shape[0]) == pytest.approx((east, south))


def test_the_relief_has_a_tone_in_every_cell():
    with rasterio.open(datasets.path("built/relief.tif"), driver="GTiff") as relief:
        shade = relief.read(1).astype(int)
    assert (np.abs(shade[:, [0, -1]] - 128).max(axis=0) > 10).any()  # Tenasserim in the west: shaded to the very edge
    assert np.abs(shade[0] - 128).max() > 10


# ── shapes ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def sums(octets):
    """Undo steps of either sign in groups of seven bits: written from the format's description."""
    values, value, shift = [], 0, 0
    for octet in octets:
        value |= (octet & 127) << shift
        shift += 7
        if octet < 128:
            values.append(value)
            value, shift = 0, 0
    whole = np.array(values)
    return whole, np.cumsum(np.where(whole % 2, -(whole + 1) // 2, whole // 2))


@pytest.mark.parametrize("kind", ["water", "river", "province"])
def test_the_shapes_survive_packing(kind):
    packed = base_shapes()[kind]
    lonlat = np.column_stack([sums(packed["lon"])[1], sums(packed["lat"])[1]]) / 1000
    whole = background(kind)
    assert lonlat.shape == (shapely.get_num_coordinates(whole.geometry.array).sum(), 2)
    assert lonlat == pytest.approx(shapely.get_coordinates(whole.geometry.array), abs=1e-9)
    runs = sums(packed["runs"])[0]
    assert runs.sum() == len(lonlat)
    assert runs.min() >= 2
    if kind == "water":
        last = runs.cumsum() - 1
        assert (lonlat[last] == lonlat[last + 1 - runs]).all()  # each run is a closed ring


def test_the_base_map_is_small():
    """Less than a fifth of the 700 kB that a default page may have."""
    land = land_picture(datasets.path("built/landcover.tif"), words_for("en"))
    assert len(pack_island({**base_shapes(), "land": land})) < 140_000


# ── names ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_name_is_there_in_each_language():
    names = dict(name_cells().provinces)
    assert names["KH22"] == {"en": "Oddar Meanchey", "km": "ឧត្តរមានជ័យ", "th": "อุดรมีชัย"}
    assert names["TH32"] == {"en": "Surin", "km": "សុរិន្ទ", "th": "สุรินทร์"}
    assert names["TH30"] == {"en": "Nakhon Ratchasima", "km": "Nakhon Ratchasima", "th": "นครราชสีมา"}  # no Khmer name in our words
    assert names["KH06"] == {"en": "Kampong Thom", "km": "កំពង់ធំ", "th": "Kampong Thom"}
    assert all(set(name) == set(LANGUAGES) and all(name.values()) for name in names.values())
    assert all(set(label["name"]) == set(LANGUAGES) for label in base_labels()["waters"])


def test_every_province_that_the_gazetteers_know_around_the_border_is_named():
    touching = {"KH01", "KH02", "KH09", "KH13", "KH15", "KH22", "KH24", "TH22", "TH23", "TH27", "TH31", "TH32", "TH33", "TH34"}
    assert touching <= set(dict(name_cells().provinces))


def test_no_cell_of_a_name_lies_near_the_border(cells):
    line = bg.load_border("osm-2026c").geometry.iloc[0]
    assert shapely.distance(line, cells.geometry.array).min() > 0.045


@needs_provinces
def test_the_cells_lie_in_the_provinces_as_their_governments_draw_them(cells, provinces):
    found = cells.sjoin(provinces, how="left")
    found = found[~found.index.duplicated()]
    known = found.dropna(subset="ADM1_PCODE")
    assert (known["code"].str[:2] == known["ADM1_PCODE"].str[:2]).all()  # none in the other country
    assert (known["code"] == known["ADM1_PCODE"]).mean() > 0.94
    by_province = (known["code"] == known["ADM1_PCODE"]).groupby(known["code"]).mean()
    assert by_province[["KH01", "KH02", "KH09", "KH13", "KH17", "KH22", "KH25", "TH27", "TH31", "TH32", "TH33", "TH34"]].min() > 0.85


@needs_provinces
def test_a_name_on_a_sheet_stands_in_its_own_province(provinces):
    by_code = provinces.set_index("ADM1_PCODE").geometry
    inside = {code: by_code[code].contains(shapely.Point(spot)) for code, spot in name_spots().items()}
    assert [code for code, holds in inside.items() if not holds] == []


@needs_provinces
def test_the_boundaries_drawn_are_those_of_today(provinces):
    """Anlong Veng lies in Oddar Meanchey and Suong in Tboung Khmum: the lines drawn lie where the 2022 data have them."""
    edges = provinces.geometry.to_crs(UTM).boundary.union_all()
    drawn = background("province").set_index("country").to_crs(UTM).geometry["KHM"]
    spots = shapely.line_interpolate_point(drawn, np.linspace(0, 1, 400), normalized=True)
    off = shapely.distance(edges, spots)
    assert np.median(off) < 2_000
    assert (off > 12_000).mean() < 0.1  # what is left crosses the lake, where the 2022 data follow its shore


def test_waters_are_named_on_water():
    water, river = background("water").to_crs(UTM).union_all(), background("river").to_crs(UTM).union_all()
    for word, _, places in WATERS:
        spots = gpd.GeoSeries(gpd.points_from_xy(*zip(*places, strict=True)), crs="EPSG:4326").to_crs(UTM)
        assert (spots.distance(water.union(river)) < (3_000 if word == "mekong" else 1)).all(), word


def test_the_labels_travel_in_the_page(situation):
    labels = page_content(situation, layers={})["base"]["labels"]
    assert len(labels["waters"]) == len(WATERS)  # and no country: where only one finds room, the map would name one side
    assert (labels["wide"], labels["west"], labels["north"], labels["cell"]) == (230, 98.0, 17.0, 0.05)
    assert len(labels["cells"]) == 230 * 160  # numbers below 128: an octet each

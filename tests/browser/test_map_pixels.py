"""The base map lies where it should: relief and water against their own files, by the formula of the Mercator projection."""

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from rasterio.enums import Resampling
from rasterio.warp import reproject

from bordergis import datasets
from bordergis.maps.basemap import background
from bordergis.maps.style import BASE

pytestmark = pytest.mark.browser

WORLD_M = 2 * np.pi * 6_378_137  # the width of the web's Mercator square, in its own metres
REACH_PX = 6  # shifts tried
HIDE = "(panes) => panes.forEach((name) => { bordergis.map.getPane(name).style.display = 'none'; })"
DATA_PANES = ["bg-shapes", "bg-glyphs"]


def seen_part(tab, left, top):
    """The map right of the buttons and below the search box, without what stands at its edges: as a slice of the screen."""
    frame = tab.frame()
    rows = slice(int(frame["y"]) + top, int(frame["y"] + frame["height"]) - 80)
    return rows, slice(int(frame["x"]) + left, int(frame["x"] + frame["width"]) - 50)


def ground(tab, rows, columns):
    """Mercator metres of the corners of a part of the screen: west, south, east, north."""
    frame = tab.frame()
    metres = WORLD_M / (256 * 2**tab.zoom)
    lon, lat = tab.centre
    x = np.radians(lon) * 6_378_137
    y = 6_378_137 * np.log(np.tan(np.pi / 4 + np.radians(lat) / 2))
    middle_x, middle_y = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2
    west, east = (x + (column - middle_x) * metres for column in (columns.start, columns.stop))
    north, south = (y - (row - middle_y) * metres for row in (rows.start, rows.stop))
    return west, south, east, north


@pytest.mark.parametrize(
    ("lon", "lat", "zoom"), [(103.0, 12.3, 8), (104.2, 14.3, 8), (102.6, 13.9, 9), (104.2, 14.37, 7), (104.2, 14.37, 11)]
)
def test_the_relief_lies_where_its_file_says_to_two_pixels(open_map, map_file, lon, lat, zoom):
    tab = open_map(map_file)
    tab.view(lon, lat, zoom)
    tab.page.evaluate(HIDE, [*DATA_PANES, "bg-land", "bg-water"])
    tab.page.evaluate("bordergis.map.getContainer().style.background = 'rgb(128, 128, 128)'")  # on which light and shade both show
    tab.page.wait_for_timeout(200)
    rows, columns = seen_part(tab, 60, 60)
    shaded = tab.picture()[:, rows, columns].mean(axis=0)
    wanted = np.full(shaded.shape, np.nan)
    west, south, east, north = ground(tab, rows, columns)
    high, wide = shaded.shape
    transform = Affine((east - west) / wide, 0, west, 0, (south - north) / high, north)
    with rasterio.open(datasets.path("built/relief.tif"), driver="GTiff") as relief:
        reproject(
            relief.read(1).astype(float), wanted, src_transform=relief.transform, src_crs=relief.crs,
            dst_transform=transform, dst_crs="EPSG:3857", resampling=Resampling.bilinear,
        )  # fmt: skip
    inner = slice(REACH_PX, -REACH_PX)
    shifts = {
        (down, right): np.corrcoef(
            shaded[inner, inner].ravel(), np.roll(wanted, (down, right), axis=(0, 1))[inner, inner].ravel()
        )[0, 1]
        for down in range(-REACH_PX, REACH_PX + 1)
        for right in range(-REACH_PX, REACH_PX + 1)
    }  # fmt: skip
    best = max(shifts, key=shifts.get)
    assert shifts[best] > 0.95
    assert max(map(abs, best)) <= 2


@pytest.mark.parametrize(
    ("lon", "lat", "zoom"), [(104.0, 12.8, 8), (102.9, 11.6, 9), (103.8, 12.4, 7), (104.3, 12.6, 11), (102.9, 11.6, 11)]
)
def test_water_is_drawn_where_it_is_to_two_pixels(open_map, map_file, lon, lat, zoom):
    tab = open_map(map_file)
    tab.view(lon, lat, zoom)
    tab.page.evaluate(HIDE, [*DATA_PANES, "bg-land", "bg-relief"])
    tab.page.wait_for_timeout(200)
    rows, columns = seen_part(tab, 60, 60)
    screen = tab.picture()[:, rows, columns]
    west, _, east, north = ground(tab, rows, columns)
    metre = (east - west) / screen.shape[2]
    rng = np.random.default_rng(8)
    down, right = rng.integers(0, screen.shape[1], 4000), rng.integers(0, screen.shape[2], 4000)
    spots = shapely.points(west + (right + 0.5) * metre, north - (down + 0.5) * metre)
    lakes = shapely.union_all(background("water").to_crs("EPSG:3857").geometry.array)
    lines = [background(kind).to_crs("EPSG:3857").geometry.array for kind in ("river", "province")]
    clear = shapely.distance(shapely.union_all(np.concatenate(lines)), spots) > 4 * metre
    clear &= shapely.distance(lakes.boundary, spots) > 2 * metre
    wet = shapely.contains(lakes, spots)
    colour = np.array([int(BASE["water"][at : at + 2], 16) for at in (1, 3, 5)])
    drawn = (np.abs(screen[:, down, right].T - colour) <= 1).all(axis=1)
    assert (clear & wet).sum() > 100
    assert (clear & ~wet).sum() > 100
    assert (drawn == wet)[clear].all()

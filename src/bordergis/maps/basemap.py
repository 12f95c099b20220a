"""The background of maps: shaded relief, water, rivers and inner boundaries of provinces. It draws no border."""

from __future__ import annotations

import base64
from functools import cache
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from rasterio.io import MemoryFile
from rasterio.warp import transform_bounds

from bordergis import datasets
from bordergis.errors import DataMissingError

if TYPE_CHECKING:
    from affine import Affine
    from numpy.typing import NDArray

__all__ = ["PAGE_CRS", "background", "base_shapes", "relief_picture", "relief_shade"]

PAGE_CRS = "EPSG:3857"  # what Leaflet draws in
AREA_DIMENSIONS = 2
FLAT = 128  # the tone of level ground in relief.tif
DECIMALS = 3  # of a degree, as in the files
STEP = 6  # of 255: fewer tones make a smaller picture, and nobody sees the steps
STRONGEST = 0.4  # opacity of the darkest shade and of the brightest light: a background stays behind


def background(kind: str) -> gpd.GeoDataFrame:
    """Give one kind of background shape: ``water`` (areas), ``river`` or ``province`` (lines), lon/lat.

    Examples
    --------
    >>> background("province")["country"].tolist()
    ['KHM', 'THA']
    """
    name = "basemap_provinces" if kind == "province" else "basemap_water"
    layer = gpd.read_file(datasets.path(f"built/{name}.geojson"), engine="pyogrio")
    return layer[layer["kind"] == kind].reset_index(drop=True)


@cache
def base_shapes() -> dict[str, Any]:
    """Give the base map of the page: ``water``, ``river`` and ``province`` as nested lists of latitude and longitude, and ``relief``.

    Examples
    --------
    >>> sorted(base_shapes())
    ['province', 'relief', 'river', 'water']
    """
    shapes = {kind: [_latlon(shape) for shape in background(kind).geometry] for kind in ("water", "river", "province")}
    return {**{kind: [part for shape in parts for part in shape] for kind, parts in shapes.items()}, "relief": relief_picture()}


def _latlon(shape: shapely.Geometry) -> list[Any]:
    """Give the parts of a shape: a line as its points, an area as its rings."""
    parts = shapely.get_parts(shape)
    if shapely.get_dimensions(shape) == AREA_DIMENSIONS:
        return [[_points(ring) for ring in shapely.get_rings(part)] for part in parts]
    return [_points(part) for part in parts]


def _points(line: shapely.Geometry) -> list[list[float]]:
    """Latitude first, as Leaflet wants it."""
    return [[lat, lon] for lon, lat in shapely.get_coordinates(line).round(DECIMALS).tolist()]


def relief_shade() -> tuple[NDArray[np.float64], Affine]:
    """Give the shading, from -1 (in full shade) over 0 (level) to 1 (in full light), on the grid of web maps."""
    path = datasets.path("built/relief.tif")
    if not path.is_file():
        raise DataMissingError(f"The relief file {path.name} is not there; build it with `make data`.")
    with rasterio.open(path, driver="GTiff") as raster:
        return (raster.read(1) - float(FLAT)) / FLAT, raster.transform


def relief_picture() -> dict[str, Any]:
    """Make the relief picture of the page: black where it is in the shade, white where it is in the light, clear on level ground.

    Returns
    -------
    dict
        ``src`` (a ``data:`` URI) and ``bounds`` (south, west, north, east in degrees).
    """
    shade, transform = relief_shade()
    height, width = shade.shape
    tone = np.where(shade > 0, 255, 0).astype(np.uint8)
    opacity = (np.rint(np.abs(shade) * STRONGEST * 255 / STEP) * STEP).astype(np.uint8)
    west, north = transform.c, transform.f
    east, south = west + width * transform.a, north + height * transform.e
    west, south, east, north = transform_bounds(PAGE_CRS, "EPSG:4326", west, south, east, north)
    return {
        "src": "data:image/png;base64," + base64.b64encode(_png(tone, opacity, transform)).decode("ascii"),
        "bounds": [round(value, 6) for value in (south, west, north, east)],
    }


def _png(tone: NDArray[np.uint8], opacity: NDArray[np.uint8], transform: Affine) -> bytes:
    height, width = tone.shape
    with MemoryFile(ext=".png") as memory:
        with memory.open(driver="PNG", width=width, height=height, count=2, dtype="uint8", transform=transform, zlevel=9) as picture:
            picture.write(np.stack([tone, opacity]))
        return bytes(memory.read())

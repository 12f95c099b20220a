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
from bordergis.maps.island import pack_integers, pack_signed
from bordergis.maps.labels import base_labels

if TYPE_CHECKING:
    from affine import Affine
    from numpy.typing import NDArray

__all__ = ["PAGE_CRS", "background", "base_shapes", "relief_picture", "relief_shade"]

PAGE_CRS = "EPSG:3857"  # what Leaflet draws in
AREA_DIMENSIONS = 2
FLAT = 128  # the tone of level ground in relief.tif
DECIMALS = 3  # of a degree, as in the files
STEP = 9  # of 255: fewer tones make a smaller picture, and nobody sees the steps
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
    """Give the base map of the page: ``water``, ``river`` and ``province`` packed, the ``relief``, and the ``labels``.

    Examples
    --------
    >>> sorted(base_shapes())
    ['labels', 'province', 'relief', 'river', 'water']
    """
    shapes = {kind: _packed(background(kind)) for kind in ("water", "river", "province")}
    return {**shapes, "relief": relief_picture(), "labels": base_labels()}


def _packed(layer: gpd.GeoDataFrame) -> dict[str, bytes]:
    """Pack the lines and rings of a layer: how many points each has, and all points in steps of the files' precision."""
    parts = shapely.get_parts(layer.geometry.to_numpy())
    runs = shapely.get_rings(parts) if (shapely.get_dimensions(parts) == AREA_DIMENSIONS).all() else parts
    whole = np.rint(shapely.get_coordinates(runs) * 10**DECIMALS).astype(np.int64)
    lon, lat = np.diff(whole, axis=0, prepend=np.zeros((1, 2), np.int64)).T
    return {"lon": pack_signed(lon), "lat": pack_signed(lat), "runs": pack_integers(shapely.get_num_coordinates(runs).astype(np.int64))}


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
    steps = np.rint(shade * STRONGEST * 255 / STEP).astype(np.int64)
    west, north = transform.c, transform.f
    east, south = west + width * transform.a, north + height * transform.e
    west, south, east, north = transform_bounds(PAGE_CRS, "EPSG:4326", west, south, east, north)
    return {
        "src": "data:image/png;base64," + base64.b64encode(_png(steps, transform)).decode("ascii"),
        "bounds": [round(value, 6) for value in (south, west, north, east)],
    }


def _png(steps: NDArray[np.int64], transform: Affine) -> bytes:
    """Write steps of light (above 0) and shade as a picture of one number a cell, with a palette of white and black, more or less clear."""
    tones, numbers = np.unique(steps, return_inverse=True)
    palette = {number: (*((255,) * 3 if tone > 0 else (0,) * 3), abs(int(tone)) * STEP) for number, tone in enumerate(tones)}
    height, width = steps.shape
    with MemoryFile(ext=".png") as memory:
        with memory.open(driver="PNG", width=width, height=height, count=1, dtype="uint8", transform=transform, zlevel=9) as picture:
            picture.write(numbers.reshape(steps.shape).astype(np.uint8), 1)
            picture.write_colormap(1, palette)
        return bytes(memory.read())

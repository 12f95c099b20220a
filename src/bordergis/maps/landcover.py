"""The background: land cover as one small muted picture, warped to the map's projection; it draws no border."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
from affine import Affine
from rasterio.io import MemoryFile
from rasterio.warp import Resampling, reproject, transform_bounds

from bordergis.errors import DataMissingError
from bordergis.maps.style import LAND_CLASSES, LAND_COLOURS
from bordergis.words import say

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from bordergis.words import Words

__all__ = ["land_picture"]

PAGE_CRS = "EPSG:3857"  # what Leaflet draws in; a lon/lat picture would be up to 1.3 km off here
NOTHING = 0  # palette entry without colour
MOST_CELLS = 4_000_000  # a background; a larger file is the wrong file


def land_picture(path: Path, words: Words) -> dict[str, Any]:
    """Make the background picture of the page.

    Parameters
    ----------
    path
        A GeoTIFF of IGBP land-cover classes (MCD12C1), any coordinate system.
    words
        The page's words.

    Returns
    -------
    dict
        ``src`` (a ``data:`` URI), ``bounds`` (south, west, north, east in degrees), ``legend``, ``name`` and ``note``.

    Raises
    ------
    DataMissingError
        If the file is not there, or too large to be a background.
    """
    if not path.is_file():
        raise DataMissingError(f"The land-cover file {path.name} is not there; build it with `make data`, or draw the map without it.")
    groups, transform = _warp(path)
    height, width = groups.shape
    west, north = transform.c, transform.f
    east, south = west + width * transform.a, north + height * transform.e
    west, south, east, north = transform_bounds(PAGE_CRS, "EPSG:4326", west, south, east, north)
    order = list(LAND_COLOURS)
    seen = [order[number - 1] for number in np.unique(groups) if number != NOTHING]
    return {
        "src": "data:image/png;base64," + base64.b64encode(_png(groups, transform)).decode("ascii"),
        "bounds": [round(value, 6) for value in (south, west, north, east)],
        "legend": [{"rgb": list(LAND_COLOURS[name]), "look": name, "label": say(words, "look.land", name)} for name in seen],
        "name": words["layer.land"],
        "note": words["note.land"],
    }


def _warp(path: Path) -> tuple[NDArray[np.uint8], Affine]:
    """Bring classes to groups (1, 2, … in the order of the palette; 0 is nothing) on the grid of the page."""
    with rasterio.open(path, driver="GTiff") as raster:
        if raster.width * raster.height > MOST_CELLS:
            raise DataMissingError(f"{path.name} has {raster.width} x {raster.height} cells; a background has at most {MOST_CELLS:,}.")
        groups = _groups(raster.read(1))
        west, south, east, north = transform_bounds(raster.crs, PAGE_CRS, *raster.bounds)
        high = round((north - south) * raster.width / (east - west))
        transform = Affine((east - west) / raster.width, 0.0, west, 0.0, (south - north) / high, north)  # ends where the file ends
        out = np.full((high, raster.width), NOTHING, np.uint8)
        reproject(
            groups,
            out,
            src_transform=raster.transform,
            src_crs=raster.crs,
            dst_transform=transform,
            dst_crs=PAGE_CRS,
            src_nodata=NOTHING,
            dst_nodata=NOTHING,
            resampling=Resampling.nearest,
        )
    return out, transform


def _groups(classes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    order = list(LAND_COLOURS)
    table = np.full(256, NOTHING, np.uint8)
    for code, group in LAND_CLASSES.items():
        table[code] = order.index(group) + 1
    return table[classes]


def _png(groups: NDArray[np.uint8], transform: Affine) -> bytes:
    palette = {
        NOTHING: (0, 0, 0, 0),
        **{number: (*rgb, 255) for number, rgb in enumerate(LAND_COLOURS.values(), start=1)},
    }
    height, width = groups.shape
    with MemoryFile(ext=".png") as memory:
        with memory.open(driver="PNG", width=width, height=height, count=1, dtype="uint8", transform=transform, zlevel=9) as picture:
            picture.write(groups, 1)
            picture.write_colormap(1, palette)
        return bytes(memory.read())

"""Names on the background: countries, waters and provinces, in every language, and where each may stand."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import rasterio

from bordergis import datasets
from bordergis.maps.island import pack_integers
from bordergis.words import LANGUAGES, words_for

if TYPE_CHECKING:
    from affine import Affine
    from numpy.typing import NDArray

__all__ = ["NameCells", "base_labels", "name_cells", "name_spots"]

CELLS_FILE = "built/basemap_names.tif"
OWN_LANGUAGE = {"KH": "km", "TH": "th"}
WATERS = (
    ("gulf_of_thailand", (5.5, 9.5), ((101.5, 11.4), (102.0, 10.6))),
    ("mekong", (7.0, 13.0), ((106.0, 13.1), (106.0, 12.5), (105.46, 12.0))),
    ("mekong", (8.0, 13.0), ((105.8, 15.1), (105.62, 15.31))),
    ("tonle_sap", (7.0, 13.0), ((104.05, 12.93), (103.9, 13.0), (104.3, 12.7))),
)
"""Word, first zoom and the zoom from which it is gone, and where its middle may stand, best first. The places are our choice. Countries are
not named: where only one finds room, the map would name one side."""


class NameCells(NamedTuple):
    """A grid of numbers of provinces (0 is none, 1 the first), where it lies, and each province's code and names by language."""

    cells: NDArray[np.uint8]
    transform: Affine
    provinces: tuple[tuple[str, dict[str, str]], ...]


@cache
def name_cells() -> NameCells:
    """Read where the names of provinces may stand: inside their own province, and never within 5 km of the border line.

    Raises
    ------
    DataMissingError
        If the embedded file is not there.

    Examples
    --------
    >>> dict(name_cells().provinces)["KH22"]["en"]
    'Oddar Meanchey'
    """
    with rasterio.open(datasets.path(CELLS_FILE), driver="GTiff") as raster:
        known = json.loads(raster.tags()["PROVINCES"])
        return NameCells(raster.read(1), raster.transform, tuple((code, _names(code, name, local)) for code, name, local in known))


def _names(code: str, name: str, local: str) -> dict[str, str]:
    """Give a province's name by language: our words where they have it, its own in its own language, else the English one."""
    names = {language: words_for(language).get(f"place.{code}") for language in LANGUAGES}
    fallback = {language: local if OWN_LANGUAGE[code[:2]] == language else name for language in LANGUAGES}
    return {language: told or fallback[language] for language, told in names.items()}


def name_spots() -> dict[str, tuple[float, float]]:
    """Give the cell deepest inside each province, as longitude and latitude of its middle, by code: for a map that does not move.

    Examples
    --------
    >>> name_spots()["KH22"]
    (103.525, 14.125)
    """
    from scipy.ndimage import distance_transform_edt  # noqa: PLC0415  only where a sheet is drawn

    cells, transform, provinces = name_cells()
    spots = {}
    for number, (code, _) in enumerate(provinces, start=1):
        depth = distance_transform_edt(np.pad(cells == number, 1))[1:-1, 1:-1]
        row, column = np.unravel_index(depth.argmax(), depth.shape)
        lon, lat = transform @ (float(column) + 0.5, float(row) + 0.5)
        spots[code] = (round(lon, 6), round(lat, 6))
    return spots


@cache
def base_labels() -> dict[str, Any]:
    """Give the names of the page's base map: those of ``waters``, and the ``provinces`` with the grid in which each finds a place.

    Examples
    --------
    >>> base_labels()["waters"][0]["name"]["en"]
    'Gulf of Thailand'
    """
    cells, transform, provinces = name_cells()
    return {
        "waters": [
            {"name": {language: words_for(language)[f"place.{key}"] for language in LANGUAGES}, "at": places, "zoom": zoom}
            for key, zoom, places in WATERS
        ],
        "provinces": [names for _, names in provinces],
        "cells": pack_integers(cells.astype(np.int64).ravel()),
        "wide": cells.shape[1],
        "west": transform.c,
        "north": transform.f,
        "cell": transform.a,
    }

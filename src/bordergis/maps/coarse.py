"""Places where displaced people stay, drawn coarse: the map holds a cell of a fixed grid, never the place.

The grid is that of tenths of a degree (about 11 km), and it never changes: a place is always told by the same cell, so that no number of
maps narrows it down.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bordergis.crs import LONLAT, require_lonlat
from bordergis.geodesy import distance_m
from bordergis.maps import cells
from bordergis.maps.layers import Discs
from bordergis.provenance import inherit
from bordergis.schema import POSITIONED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bordergis.situation import Situation

__all__ = ["coarse_discs", "coarse_sites", "discs_holding", "without_coordinate"]

CELLS_A_DEGREE = 10
LAST_CELL = np.array([180, 90]) * CELLS_A_DEGREE - 1  # a point on the antimeridian or the pole belongs to the last cell
WHOLE_M = 1_000.0
SLACK_M = 1.0  # more than what coordinates and sums are rounded by

TOLD = (
    "camp_id", "facility_id", "name", "name_km", "name_th", "name_alt", "kind", "status", "status_since", "adm1", "confidence", "source_id",
    "position_class", "position_radius_m",
)  # fmt: skip
"""The only columns that are carried on; notes, links, references and the coordinate as printed may tell the place."""

NAMED = ("camp_id", "facility_id", "name", "name_km", "name_th", "name_alt", "kind", "status", "adm1", "confidence")
COORDINATES = (
    r"\d{2,3}[.,]\d{2}",  # decimal degrees
    r"[°º\u2032\u2033]|\b\d{1,3}[ :]\d{1,2}(?:[ :]\d{1,2})? ?[NSEW]\b|\b[NSEW] ?\d{1,3}[ :]\d{1,2}\b",  # degrees and minutes
    r"\b\d{1,2} ?[C-X] ?[A-Z]{2} ?\d{2,5} ?\d{2,5}\b",  # a grid reference (MGRS)
    r"\b\d{6,7}(?:[.,]\d+)? ?m? ?E?[ ,;/]+N? ?\d{6,7}(?!\d)",  # easting and northing
    r"\b[2-9CFGHJMPQRVWX]{4,8}\+[2-9CFGHJMPQRVWX]{2}",  # an open location code
    r"\b(?:node|way|relation)[/ ]\d+",  # an object of OpenStreetMap, whose place everybody can look up
)
LIKE_A_COORDINATE = re.compile("|".join(COORDINATES), re.IGNORECASE)


def coarse_sites(situation: Situation) -> gpd.GeoDataFrame:
    """Gather displacement sites and facilities that are shelters, without any column or text that may tell the place.

    Examples
    --------
    >>> import bordergis as bg
    >>> coarse_sites(bg.load("2026-01-14"))[["name", "adm1"]].to_dict("records")
    [{'name': 'Wat Kandol', 'adm1': 'Banteay Meanchey'}]
    """
    layers = [situation.camps, situation.facilities[cells.is_shelter(situation.facilities)]]
    some = [_told(layer) for layer in layers if len(layer)] or [_told(situation.camps)]
    return inherit(gpd.GeoDataFrame(pd.concat(some, ignore_index=True), crs=LONLAT), *layers, step="displacement sites and shelters")


def _told(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    require_lonlat(layer)
    kept = layer[[name for name in TOLD if name in layer]]
    plain = pd.DataFrame(kept).assign(**{name: kept[name].map(without_coordinate) for name in NAMED if name in kept})
    return gpd.GeoDataFrame(plain, geometry=layer.geometry.to_numpy(), crs=layer.crs)


def without_coordinate(text: object) -> object:
    """Give a text, unless it reads like a coordinate.

    Examples
    --------
    >>> without_coordinate("Wat Kandol"), without_coordinate("N 14.2765 E 103.5123")
    ('Wat Kandol', None)
    """
    return None if isinstance(text, str) and LIKE_A_COORDINATE.search(text) else text


def coarse_discs(sites: gpd.GeoDataFrame) -> tuple[Discs, NDArray[np.float64]]:
    """Give the disc of each site that can be drawn, and its radius for every row (NaN where there is none).

    Not drawn: a site without a position, and one placed no finer than its subdistrict that states no radius.
    """
    points = np.array(sites.geometry.array, dtype=object)
    stated_m = cells.numbers(sites, "position_radius_m")
    known = cells.texts(sites, "position_class")
    fine = (known.codes == 0) | known.is_any_of(POSITIONED) | np.isfinite(stated_m)
    row = np.flatnonzero(fine & ~shapely.is_missing(points) & ~shapely.is_empty(points))
    centre, radius_m = discs_holding(shapely.get_coordinates(points[row]), stated_m[row])
    ever = np.full(len(row), cells.OPEN)
    told = np.full(len(sites), np.nan)
    told[row] = radius_m
    return Discs(centre, row, radius_m, ever, ever), told


def discs_holding(lonlat: NDArray[np.float64], stated_m: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give for each point the centre of its cell of the fixed grid, and the radius of a disc round it that holds the true place.

    What is guaranteed: the disc holds all of the cell, and all that lies within the stated precision of any place in it, so also the
    true place. Two points of one cell with the same stated precision have the same disc, so nothing in it tells where in the cell they
    lie. What is not: that the centre is far from the point, which lies there as likely as anywhere in the cell. Where no precision is
    stated nothing is added: the disc holds the point as it is given.

    Examples
    --------
    >>> centre, radius_m = discs_holding(np.array([[103.51, 14.21], [103.59, 14.28]]), np.array([300.0, np.nan]))
    >>> centre.tolist(), radius_m.tolist()
    ([[103.55, 14.25], [103.55, 14.25]], [9000.0, 8000.0])
    """
    cell = np.clip(np.floor(lonlat * CELLS_A_DEGREE), -LAST_CELL - 1, LAST_CELL)
    centre = (cell + 0.5) / CELLS_A_DEGREE
    # the farthest place of a cell is a corner: along a parallel and along a meridian the distance grows away from the centre
    (lon, lat), west = centre.T, cell[:, 0] / CELLS_A_DEGREE
    corner_m = [distance_m(lon, lat, west, (cell[:, 1] + edge) / CELLS_A_DEGREE) for edge in (0, 1)]
    reach_m = np.max(corner_m, axis=0) + np.nan_to_num(stated_m, posinf=0.0) + SLACK_M
    return centre, np.ceil(reach_m / WHOLE_M) * WHOLE_M

"""Every decision about coordinate systems.

Layers are stored as longitude, latitude on WGS 84. Nothing is reprojected behind the caller's back and no coordinate system is ever
guessed: a layer without one, or in another one, is an error that says what to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import CRS

from bordergis.errors import CRSMismatchError, MissingCRSError

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["LONLAT", "require_lonlat", "require_same_crs"]

LONLAT = CRS.from_epsg(4326)
"""The one coordinate system of every layer: longitude, latitude in degrees on WGS 84."""

LON_LIMIT_DEG = 180.0
LAT_LIMIT_DEG = 90.0


def require_lonlat(*layers: gpd.GeoDataFrame | gpd.GeoSeries) -> None:
    """Refuse layers that are not longitude, latitude on WGS 84.

    Parameters
    ----------
    *layers
        The layers to look at; none is changed.

    Raises
    ------
    MissingCRSError
        If a layer does not say which coordinate system it is in.
    CRSMismatchError
        If a layer is in another coordinate system, or its numbers cannot be degrees.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import Point
    >>> require_lonlat(gpd.GeoSeries([Point(103.5, 14.2)], crs="EPSG:4326"))
    >>> require_lonlat(gpd.GeoSeries([Point(103.5, 14.2)]))
    Traceback (most recent call last):
    ...
    bordergis.errors.MissingCRSError: The layer has no CRS; if its numbers are lon/lat degrees, say so with
    `set_crs("EPSG:4326")`.
    """
    for layer in layers:
        if layer.crs is None:
            raise MissingCRSError('The layer has no CRS; if its numbers are lon/lat degrees, say so with `set_crs("EPSG:4326")`.')
        if not _is_lonlat(CRS.from_user_input(layer.crs)):
            raise CRSMismatchError(
                f"The layer is in {_label(layer.crs)}; bordergis measures lon/lat on {_label(LONLAT)}: bring it there with "
                '`to_crs("EPSG:4326")`.'
            )
        _require_degrees(shapely.bounds(np.asarray(layer.geometry.array)))


def require_same_crs(left: gpd.GeoDataFrame | gpd.GeoSeries, right: gpd.GeoDataFrame | gpd.GeoSeries) -> None:
    """Refuse two layers that differ in coordinate system, or have none.

    Raises
    ------
    MissingCRSError
        If one of them has no coordinate system.
    CRSMismatchError
        If they differ; the message names both.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import Point
    >>> here = gpd.GeoSeries([Point(103.5, 14.2)], crs="EPSG:4326")
    >>> require_same_crs(here, here.to_crs("EPSG:32648"))
    Traceback (most recent call last):
    ...
    bordergis.errors.CRSMismatchError: The layers differ in CRS: EPSG:4326 and EPSG:32648; bring one to the other with
    `to_crs`.
    """
    if left.crs is None or right.crs is None:
        raise MissingCRSError(f"One of the layers has no CRS ({_label(left.crs)} and {_label(right.crs)}); set it with `set_crs`.")
    if not CRS.from_user_input(left.crs).equals(right.crs, ignore_axis_order=True):
        raise CRSMismatchError(
            f"The layers differ in CRS: {_label(left.crs)} and {_label(right.crs)}; bring one to the other with `to_crs`."
        )


def _is_lonlat(crs: CRS) -> bool:
    return crs.equals(LONLAT, ignore_axis_order=True) or crs.to_authority() == ("OGC", "CRS84")


def _label(crs: object) -> str:
    """Name a coordinate system in one word or two."""
    if crs is None:
        return "none"
    known = CRS.from_user_input(crs)
    authority = known.to_authority()
    return ":".join(authority) if authority else known.name


def _require_degrees(bounds: NDArray[np.float64]) -> None:
    """Refuse numbers that cannot be longitude and latitude (metres, swapped pairs, infinities)."""
    known = bounds[~np.isnan(bounds).any(axis=1)]
    lon, lat = known[:, [0, 2]], known[:, [1, 3]]
    bad = (np.abs(lon) > LON_LIMIT_DEG).any(axis=1) | (np.abs(lat) > LAT_LIMIT_DEG).any(axis=1)
    if bad.any():
        west, south, *_ = known[np.flatnonzero(bad)[0]]
        raise CRSMismatchError(
            f"{int(bad.sum())} of {len(known)} geometries have coordinates that are not degrees (first: {west:g}, {south:g}); "
            "they may be metres, or latitude and longitude may be swapped: expected lon, lat."
        )

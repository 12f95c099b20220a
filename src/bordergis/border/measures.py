"""How far from a line, and on which side of it, a place lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bordergis import geodesy
from bordergis.crs import require_lonlat, require_same_crs
from bordergis.errors import GeometryKindError, SchemaError
from bordergis.provenance import inherit
from bordergis.schema import BORDER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bordergis.geodesy import LineFix

__all__ = [
    "accuracy_notes",
    "border_length",
    "distance_to_border",
    "label",
    "locate",
    "nearest_point_on_border",
    "one_line",
    "side_of_border",
]


def distance_to_border(places: gpd.GeoDataFrame, border: gpd.GeoDataFrame) -> pd.Series:
    """Measure how far each place lies from the border line.

    The distance is geodesic, on the WGS 84 ellipsoid, to the nearest point of any piece of the line (not to the nearest vertex).

    Parameters
    ----------
    places
        Points, lon/lat. A row without a position stays, with a missing distance.
    border
        The line of **one** source (:data:`bordergis.schema.BORDER`).

    Returns
    -------
    pandas.Series
        ``distance_m`` in metres on the index of ``places``.

    Raises
    ------
    MissingCRSError, CRSMismatchError
        If a layer has no CRS, is not lon/lat, or they differ.
    GeometryKindError
        If ``places`` holds anything but points.
    SchemaError
        If ``border`` breaks its contract or holds more than one line.

    Examples
    --------
    >>> import bordergis as bg
    >>> places = bg.load_places().set_index("place_id")
    >>> bg.distance_to_border(places.loc[["samraong"]], bg.load_border("osm-2026c")).round(-2)
    place_id
    samraong    21400.0
    Name: distance_m, dtype: float64
    """
    fix, known = locate(places, border)
    metres = pd.Series(np.nan, index=places.index, name="distance_m")
    metres[known] = fix.distance_m
    return inherit(metres, places, border, step=f"distance_to_border({label(border)})", notes=accuracy_notes(border))


def side_of_border(places: gpd.GeoDataFrame, border: gpd.GeoDataFrame, *, accuracy_m: float | pd.Series = 0.0) -> pd.Series:
    """Tell on which side of the border line each place lies.

    A place nearer to the line than the line's accuracy plus its own is ``undetermined``: published lines differ there, and the tool
    does not choose between them.

    Parameters
    ----------
    places
        Points, lon/lat. A row without a position stays, ``undetermined``.
    border
        The line of **one** source; its ``accuracy_m`` is how far it may differ from other published lines, and its
        ``left_side`` / ``right_side`` declare the countries.
    accuracy_m
        How far a place may lie from its point, in metres: one number, or a ``Series`` on the index of ``places``
        (such as ``places.position_radius_m``). A missing value counts as unknown, and the side as ``undetermined``.

    Returns
    -------
    pandas.Series
        ``side``: ``KHM``, ``THA`` or ``undetermined``, on the index of ``places``.

    Raises
    ------
    MissingCRSError, CRSMismatchError, GeometryKindError, SchemaError
        As in :func:`distance_to_border`.

    Examples
    --------
    >>> import bordergis as bg
    >>> places = bg.load_places().set_index("place_id")
    >>> bg.side_of_border(places.loc[["aranyaprathet", "prey-chan", "samraong"]], bg.load_border("osm-2026c"))
    place_id
    aranyaprathet             THA
    prey-chan        undetermined
    samraong                  KHM
    Name: side, dtype: str
    """
    fix, known = locate(places, border)
    line = border.iloc[0]
    doubt_m = _on_index(accuracy_m, places.index)[known] + float(line["accuracy_m"])

    told = np.where(fix.left, line["left_side"], line["right_side"])
    side = pd.Series("undetermined", index=places.index, name="side", dtype="str")
    side[known] = np.where(fix.distance_m > doubt_m, told, "undetermined")
    return inherit(side, places, border, step=f"side_of_border({label(border)})", notes=accuracy_notes(border))


def border_length(border: gpd.GeoDataFrame) -> pd.Series:
    """Measure the geodesic length of each line.

    Parameters
    ----------
    border
        One or more lines (:data:`bordergis.schema.BORDER`).

    Returns
    -------
    pandas.Series
        ``length_km`` in kilometres on the index of ``border``.

    Examples
    --------
    >>> import bordergis as bg
    >>> bg.border_length(bg.load_border("osm-2026c")).round(1).item()
    824.6
    """
    BORDER.validate(border)
    km = [geodesy.length_m(shapely.get_coordinates(line)) / 1000 for line in border.geometry]
    return inherit(pd.Series(km, index=border.index, name="length_km"), border, step="border_length()")


def nearest_point_on_border(places: gpd.GeoDataFrame, border: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Find the point of the line nearest to each place.

    Parameters
    ----------
    places
        Points, lon/lat. A row without a position stays, without a point.
    border
        The line of **one** source.

    Returns
    -------
    geopandas.GeoSeries
        Points on the line, on the index of ``places``.

    Raises
    ------
    MissingCRSError, CRSMismatchError, GeometryKindError, SchemaError
        As in :func:`distance_to_border`.

    Examples
    --------
    >>> import bordergis as bg
    >>> gates = bg.load_checkpoints().set_index("checkpoint_id")
    >>> bg.nearest_point_on_border(gates.loc[["poipet"]], bg.load_border("osm-2026c")).x.round(2).item()
    102.55
    """
    fix, known = locate(places, border)
    points = np.full(len(places), None, dtype=object)
    points[known] = shapely.points(fix.lon, fix.lat)
    found = gpd.GeoSeries(points, index=places.index, crs=places.crs, name="geometry")
    return inherit(found, places, border, step=f"nearest_point_on_border({label(border)})", notes=accuracy_notes(border))


def one_line(border: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Give the vertices of the one line of a border, and refuse none or several.

    Raises
    ------
    SchemaError
        If the border breaks its contract or holds another number of lines.
    """
    BORDER.validate(border)
    if len(border) != 1:
        raise SchemaError(
            f"border: expected one line, got {len(border)} ({', '.join(border['border_id'])}); lines of several sources are "
            "measured one by one: choose with `border[border.border_id == …]`, or take the measure with `by_claim`."
        )
    return shapely.get_coordinates(border.geometry.iloc[0])


def locate(places: gpd.GeoDataFrame, border: gpd.GeoDataFrame) -> tuple[LineFix, NDArray[np.bool_]]:
    """Fix every place that has a position on the one line, and say which places those are."""
    require_lonlat(places)
    require_same_crs(places, border)
    line = one_line(border)

    points = np.asarray(places.geometry.array)
    known = ~shapely.is_missing(points) & ~shapely.is_empty(points)
    kinds = set(places.geometry.geom_type[known]) - {"Point"}
    if kinds:
        raise GeometryKindError(
            f"Distances are measured from points; the layer also holds {', '.join(sorted(kinds))}: use `explode()` for several "
            "points in a row, or a representative point, and say so."
        )
    lonlat = shapely.get_coordinates(points[known])
    return geodesy.locate_on_line(lonlat[:, 0], lonlat[:, 1], line), known


def _on_index(values: float | pd.Series, index: pd.Index) -> NDArray[np.float64]:
    spread = values if isinstance(values, pd.Series) and values.index.equals(index) else pd.Series(values, index=index)
    return spread.to_numpy(dtype=float, na_value=np.inf)


def label(border: gpd.GeoDataFrame) -> str:
    """Name the one line of a border by its id."""
    return str(border["border_id"].iloc[0])


def accuracy_notes(border: gpd.GeoDataFrame) -> tuple[str, ...]:
    """Say beside every measure what is known of the line it was taken from."""
    if "accuracy_note" not in border:
        return ()
    return tuple(f"Line {row.border_id}: {row.accuracy_note}" for row in border.itertuples() if pd.notna(row.accuracy_note))

"""Buffers: the area within a geodesic distance of a feature, one-sided buffers of the border, and rings."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bordergis import geodesy
from bordergis.crs import require_lonlat
from bordergis.errors import GeometryKindError, UnitError
from bordergis.provenance import inherit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

__all__ = ["circles", "facet_counts", "geodesic_buffer", "range_words", "rings", "square_cells"]

SAGITTA_SHARE = 1e-4
SAGITTA_M = 1.0
"""Default accuracy of a buffer's outline: 1 m, or 0.01 % of the radius where that is more (docs/methods.md, "Buffers")."""

SUBMUNITION_CELL_M = 200.0
"""CMAC: an impact cell of 200 x 200 m for each cluster-munition round (docs/methods.md, "Zones")."""

POLE_MARGIN_DEG = 89.0
SEAM_DEG = 179.0


def geodesic_buffer(layer: gpd.GeoDataFrame, distance_m: float | pd.Series, *, accuracy_m: float | None = None) -> gpd.GeoDataFrame:
    """Draw the area within a distance of each feature, on the ellipsoid.

    Every vertex of the outline lies at exactly ``distance_m`` from the feature; between two vertices the outline runs at most
    ``accuracy_m`` inside it. To decide whether a point lies within a distance, measure the distance; an outline is for drawing and export.

    Parameters
    ----------
    layer
        Points, lines or polygons, lon/lat.
    distance_m
        Metres: one number, or a ``Series`` on the index of ``layer``.
    accuracy_m
        Largest sagitta of the outline in metres; by default 1 m or 0.01 % of the distance, whichever is more.

    Returns
    -------
    geopandas.GeoDataFrame
        The layer with its buffers as geometry; a row without a geometry stays without one.

    Raises
    ------
    MissingCRSError, CRSMismatchError
        If the layer is not lon/lat.
    UnitError
        If a distance or the accuracy is not a positive, finite number of metres.
    GeometryKindError
        If a buffer would reach a pole or the 180° meridian.

    Examples
    --------
    >>> import bordergis as bg
    >>> round_osmach = bg.geodesic_buffer(bg.load_checkpoints().query("checkpoint_id == 'osmach'"), 10_000)
    >>> round(float(round_osmach.to_crs("+proj=cea +ellps=WGS84").area.sum()) / 1e6, 1)  # pi r squared = 314.2 km²
    314.1
    """
    require_lonlat(layer)
    radius_m = _radii(distance_m, layer)
    shapes = np.asarray(layer.geometry.array)
    known = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    _require_mid_latitudes(shapes[known], radius_m[known])

    sides = facet_counts(radius_m, accuracy_m)
    outline = np.full(len(layer), None, dtype=object)
    for n in np.unique(sides[known]):
        some = known & (sides == n)
        outline[some] = _buffers(shapes[some], radius_m[some], int(n))

    result = layer.set_geometry(gpd.GeoSeries(outline, index=layer.index, crs=layer.crs))
    return inherit(result, layer, step=f"geodesic_buffer(distance_m={range_words(radius_m)})")


def square_cells(points: gpd.GeoDataFrame, size_m: float = SUBMUNITION_CELL_M) -> gpd.GeoDataFrame:
    """Draw a square cell round each point, its sides running north and east, as impact cells are recorded.

    The cells are a way to write down what was found; they are no safety distance.

    Parameters
    ----------
    points
        Points, lon/lat; a row without a position stays without a cell.
    size_m
        Length of a side in metres; by default the cell of one cluster-munition round.

    Returns
    -------
    geopandas.GeoDataFrame
        The layer with its cells as geometry.

    Raises
    ------
    UnitError
        If the size is not a positive length.

    Examples
    --------
    >>> import bordergis as bg
    >>> cells = square_cells(bg.load_checkpoints().head(1))
    >>> round(bg.geodesy.area_m2(cells.geometry.item()))
    40000
    """
    require_lonlat(points)
    half = _radii(size_m, points) / 2
    lon, lat = points.geometry.x.to_numpy(), points.geometry.y.to_numpy()
    north, south = (geodesy.forward(lon, lat, np.full(len(lon), bearing), half)[1] for bearing in (0.0, 180.0))
    east, west = (geodesy.forward(lon, lat, np.full(len(lon), bearing), half)[0] for bearing in (90.0, 270.0))
    known = ~np.isnan(lon)
    cells = np.full(len(points), None, dtype=object)
    cells[known] = shapely.box(west[known], south[known], east[known], north[known])
    result = points.set_geometry(gpd.GeoSeries(cells, index=points.index, crs=points.crs))
    return inherit(result, points, step=f"square_cells(size_m={size_m:g})")


def rings(layer: gpd.GeoDataFrame, distances_m: Sequence[float]) -> gpd.GeoDataFrame:
    """Part the surroundings of a layer into rings: every point within the largest distance is in one ring only.

    Parameters
    ----------
    layer
        Points, lines or polygons, lon/lat; together they have one set of rings.
    distances_m
        Outer radii in metres, such as ``[1_000, 2_000, 5_000, 10_000]``.

    Returns
    -------
    geopandas.GeoDataFrame
        A row a ring, from the inside out: ``from_m``, ``to_m`` and its area.

    Raises
    ------
    UnitError
        If a distance is not a positive length, stands twice, or is nearer to another than outlines are accurate.

    Examples
    --------
    >>> import bordergis as bg
    >>> bg.rings(bg.load_checkpoints().head(1), [1_000, 2_000])[["from_m", "to_m"]].values.tolist()
    [[0.0, 1000.0], [1000.0, 2000.0]]
    """
    outer = np.sort(np.asarray(distances_m, dtype=float))
    if len(outer) == 0 or len(np.unique(outer)) != len(outer):
        raise UnitError(f"Rings need different distances, got {list(distances_m)}; give such as [1_000, 2_000, 5_000].")
    close = np.flatnonzero(np.diff(outer) < sagitta_m(outer[1:]))
    if len(close):
        low, high = outer[close[0]], outer[close[0] + 1]
        raise UnitError(
            f"The rings of {low:g} and {high:g} m are nearer to each other than their outlines are accurate "
            f"({sagitta_m(outer)[close[0] + 1]:g} m); give distances farther apart, or measure distances instead."
        )
    discs = [shapely.union_all(geodesic_buffer(layer, float(radius)).geometry.array) for radius in outer]
    areas = [discs[0], *(shapely.difference(large, small) for small, large in pairwise(discs))]
    table = pd.DataFrame({"from_m": np.append(0.0, outer[:-1]), "to_m": outer})
    return inherit(gpd.GeoDataFrame(table, geometry=areas, crs=layer.crs), layer, step=f"rings({', '.join(f'{r:g}' for r in outer)})")


def facet_counts(radius_m: NDArray[np.float64], accuracy_m: float | None) -> NDArray[np.int64]:
    """Count the sides each disc needs to stay within the accuracy (by default 1 m or 0.01 % of its radius)."""
    if accuracy_m is not None and not (np.isfinite(accuracy_m) and accuracy_m > 0):
        raise UnitError(f"{accuracy_m!r} is not an accuracy in metres; give such as 1.0, or leave it out.")
    limit = sagitta_m(radius_m) if accuracy_m is None else np.full(len(radius_m), accuracy_m)
    return np.array([geodesy.facets(radius, most) for radius, most in zip(radius_m, limit, strict=True)], dtype=np.int64)


def sagitta_m(radius_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Say how far an outline runs inside its circle at most: 1 m, or 0.01 % of the radius."""
    return np.maximum(SAGITTA_M, SAGITTA_SHARE * radius_m)


def circles(lonlat: NDArray[np.float64], radius_m: NDArray[np.float64], n: int) -> NDArray[np.object_]:
    """Draw discs of ``n`` sides."""
    return np.asarray(shapely.polygons(geodesy.circle(lonlat[:, 0], lonlat[:, 1], radius_m, n)))


def range_words(radius_m: NDArray[np.float64]) -> str:
    """Say one radius, or the smallest and the largest."""
    low, high = (radius_m.min(), radius_m.max()) if len(radius_m) else (0, 0)
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def _radii(distance_m: float | pd.Series, layer: gpd.GeoDataFrame) -> NDArray[np.float64]:
    spread = distance_m.reindex(layer.index) if isinstance(distance_m, pd.Series) else pd.Series(distance_m, layer.index)
    metres = pd.to_numeric(spread, errors="coerce").to_numpy(dtype=float)
    bad = ~(np.isfinite(metres) & (metres > 0))
    if bad.any():
        raise UnitError(
            f"{int(bad.sum())} of {len(metres)} distances are not a positive number of metres (first: row "
            f"{layer.index[np.flatnonzero(bad)[0]]!r}, {spread.iloc[np.flatnonzero(bad)[0]]!r}); give metres, such as 10_000 for 10 km."
        )
    return metres


def _require_mid_latitudes(shapes: NDArray[np.object_], radius_m: NDArray[np.float64]) -> None:
    if not len(shapes):
        return
    west, south, east, north = shapely.bounds(shapes).T
    reach = np.degrees(radius_m / geodesy.WGS84.b)
    across = reach / np.cos(np.radians(np.minimum(np.maximum(np.abs(south), np.abs(north)), POLE_MARGIN_DEG)))
    polar = (north + reach > POLE_MARGIN_DEG) | (south - reach < -POLE_MARGIN_DEG)
    if (polar | (east + across > SEAM_DEG) | (west - across < -SEAM_DEG)).any():
        raise GeometryKindError("A buffer would reach a pole or the 180° meridian, where lon/lat outlines break; use a smaller distance.")


def _buffers(shapes: NDArray[np.object_], radius_m: NDArray[np.float64], n: int) -> NDArray[np.object_]:
    """Buffer features of any kind; points, the common case, in one step."""
    if (shapely.get_type_id(shapes) == shapely.GeometryType.POINT).all():
        return circles(shapely.get_coordinates(shapes), radius_m, n)
    return np.array(
        [_solid(shapely.union_all(_cover(shape, radius, n)), shape, radius) for shape, radius in zip(shapes, radius_m, strict=True)]
    )


def _solid(outline: shapely.Geometry, shape: shapely.Geometry, radius_m: float) -> shapely.Geometry:
    """Fill holes that are none: slivers between facets, whose every point is nearer to the feature than the radius."""
    return shapely.union_all([outline, *(hole for hole in _holes(outline) if _reaches(shape, hole, radius_m))])


def _holes(outline: shapely.Geometry) -> list[shapely.Polygon]:
    return [shapely.Polygon(ring) for part in shapely.get_parts(outline) for ring in part.interiors]


def _reaches(shape: shapely.Geometry, hole: shapely.Polygon, radius_m: float) -> bool:
    middle = shapely.get_coordinates(shapely.point_on_surface(hole))
    paths = [path if len(path) > 1 else np.repeat(path, 2, axis=0) for path in _paths(shape)]
    return any(_nearest_m(middle, path) < radius_m for path in paths)


def _nearest_m(point: NDArray[np.float64], path: NDArray[np.float64]) -> float:
    if (path == path[0]).all():
        return float(geodesy.distance_m(point[:, 0], point[:, 1], path[:1, 0], path[:1, 1])[0])
    return float(geodesy.locate_on_line(point[:, 0], point[:, 1], path).distance_m[0])


def _cover(shape: shapely.Geometry, radius_m: float, n: int) -> list[shapely.Geometry]:
    """Give simple shapes whose union is the buffer: the feature, a disc round each vertex, a strip along each piece."""
    paths = [geodesy.densify(path) if len(path) > 1 else path for path in _paths(shape)]
    vertices = np.unique(np.concatenate(paths), axis=0)
    strips = [shapely.polygons(geodesy.strip(path, radius_m)) for path in paths if len(path) > 1]
    solid = [shape] if shapely.get_dimensions(shape) == len(("length", "width")) else []
    return [*solid, *circles(vertices, np.full(len(vertices), radius_m), n), *np.concatenate([np.empty(0, object), *strips])]


def _paths(shape: shapely.Geometry) -> Iterable[NDArray[np.float64]]:
    """Vertices of every point, line and ring of a feature."""
    parts = shapely.get_parts(shape)
    rings = shapely.get_rings(parts)
    lines = [part for part in parts if shapely.get_dimensions(part) <= 1]
    return [shapely.get_coordinates(part) for part in (*rings, *lines)]

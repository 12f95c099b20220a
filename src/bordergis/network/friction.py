"""Where no road is mapped: how long a walk takes over the land, by the cost of crossing each cell of a raster."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import shapely

from bordergis import datasets, geodesy
from bordergis.crs import LONLAT, require_lonlat
from bordergis.errors import CRSMismatchError, DataMissingError, GeometryKindError, SchemaError, UnitError
from bordergis.provenance import inherit

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from rasterio.io import DatasetReader

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["DEFAULT_SPEEDS", "MARGIN_M", "load_walking_speeds", "walking_minutes"]

DEFAULT_SPEEDS = "weiss-2018"

MARGIN_M = 20_000.0
"""How far around the places and targets ways are looked for."""

DEGREE_M = 110_000.0  # a little less than a degree of latitude anywhere, so that the margin is not short
MINUTES_A_METRE = 60 / 1_000
"""Minutes that a metre takes at 1 km/h."""

MOST_CELLS = 25_000_000
UNITS = ("", "minutes_per_metre", "minutes/metre", "min/m")
LAND_FILE = "built/landcover.tif"


class _Surface(NamedTuple):
    """A window of a raster: minutes a metre (not finite where nobody walks), its western and northern edge, and the size of its cells."""

    cost: Floats
    west: float
    north: float
    width: float
    height: float


def load_walking_speeds(preset: str = DEFAULT_SPEEDS) -> pd.DataFrame:
    """Read how fast people walk off the roads, by class of land cover, and where each number comes from.

    Parameters
    ----------
    preset
        ``weiss-2018``: the walking speeds of a published global map of travel times.

    Returns
    -------
    pandas.DataFrame
        Indexed by IGBP class: ``name``, ``kmh`` (missing for a class that nobody walks over), ``certainty`` and ``citation``. Change the
        numbers and pass your table to :func:`walking_minutes`.

    Raises
    ------
    UnknownNameError
        If there is no such preset.

    Examples
    --------
    >>> load_walking_speeds().loc[[0, 2, 9], "kmh"].to_list()
    [nan, 1.62, 4.86]
    """
    with datasets.path("facts/walking_speeds.toml").open("rb") as file:
        presets = {table["id"]: table for table in tomllib.load(file)["preset"]}
    datasets.require_known("table of walking speeds", preset, presets)
    table = presets[preset]
    speeds = pd.DataFrame(table["speeds"]).set_index("land_class").assign(citation=table["citation"])
    columns = ["name", "kmh", "certainty", "citation"]
    return inherit(speeds[columns], step=f"load_walking_speeds({preset})", sources=table["source_ids"])


def walking_minutes(  # noqa: PLR0913  six: the house's limit
    points: gpd.GeoDataFrame,
    targets: gpd.GeoDataFrame,
    *,
    friction: Path | str | None = None,
    speeds: pd.DataFrame | None = None,
    start_min: pd.Series | None = None,
    margin_m: float = MARGIN_M,
) -> pd.DataFrame:
    """Compute how long the walk from each place to the nearest target takes, over land, where no road is mapped.

    The way goes from cell to cell, to any of the eight neighbours; a step takes the mean of the two cells' minutes a metre over the
    geodesic metres between their centres, which differ from row to row. Slopes, rivers finer than a cell, fences and mines are unknown
    to it.

    Parameters
    ----------
    points, targets
        Points, lon/lat. Targets may be places, or nodes of the road network.
    friction
        A GeoTIFF in lon/lat of minutes a metre, as published friction surfaces are; nobody passes a cell without a value. By default the
        embedded land cover with ``speeds``: cells of 0.05 degrees, about 5.5 km, which tells forest from field and no more.
    speeds
        Walking speeds by class (:func:`load_walking_speeds`), for the embedded land cover only.
    start_min
        Minutes that the way takes from each target on, such as a node's time by road; on the index of ``targets``. By default 0.
    margin_m
        How far beyond all places and targets a way may lead.

    Returns
    -------
    pandas.DataFrame
        On the index of ``points``: ``walk_min`` (missing where there is no answer), ``target`` (row of the target; missing likewise),
        ``method`` (``raster`` or ``none``), ``on_barrier_cell`` (the place is on a cell that nobody passes; missing off the raster) and
        ``reason`` (why there is no answer). Times are between the centres of cells; to a target in a place's own cell, straight.

    Raises
    ------
    MissingCRSError, CRSMismatchError
        If a layer or the raster is not lon/lat.
    GeometryKindError
        If a layer holds anything but points.
    UnitError
        If the raster states another unit or holds costs that are not positive, or the margin is no length.
    SchemaError
        If the window is too large, ``start_min`` is on another index, or both a raster and speeds are given.
    DataMissingError
        If there is no such file.

    Examples
    --------
    >>> import geopandas as gpd
    >>> points = gpd.GeoDataFrame(geometry=gpd.points_from_xy([103.46], [14.21]), crs=4326)
    >>> town = gpd.GeoDataFrame(geometry=gpd.points_from_xy([103.52], [14.18]), crs=4326)
    >>> walking_minutes(points, town)["method"].to_list()
    ['raster']
    """
    if friction is not None and speeds is not None:
        raise SchemaError("Both a friction raster and walking speeds are given; speeds are for the embedded land cover: give one of them.")
    if start_min is not None and not start_min.index.equals(targets.index):
        raise SchemaError("start_min is not on the index of the targets; give one number a target, on the same index.")
    if not (np.isfinite(margin_m) and margin_m >= 0):
        raise UnitError(f"{margin_m!r} is not a distance in metres; give such as {MARGIN_M:g}.")
    here, there = _coordinates(points), _coordinates(targets)
    surface = _land(here, there, margin_m, speeds) if friction is None else _friction(Path(friction), here, there, margin_m)
    since = np.zeros(len(targets)) if start_min is None else start_min.to_numpy(dtype=np.float64)
    answer = _answer(surface, here, there, since)
    note = (
        f"Walks over land for {int((answer['method'] == 'raster').sum())} of {len(points)} places; "
        f"{int(answer['on_barrier_cell'].fillna(value=False).sum())} places lie on cells that nobody passes and have no answer. Cells of "
        f"{surface.height * DEGREE_M / 1_000:.1f} km: what is finer is not known."
    )
    inputs = (points, targets, load_walking_speeds() if speeds is None else speeds) if friction is None else (points, targets)
    sources = ("mcd12c1",) if friction is None else ()
    return inherit(answer.set_axis(points.index), *inputs, step=f"walking_minutes(margin_m={margin_m:g})", notes=[note], sources=sources)


def _answer(surface: _Surface, here: Floats, there: Floats, since: Floats) -> pd.DataFrame:
    from bordergis.kernels.surface import spread  # noqa: PLC0415  numba takes 0.3 s to import

    columns = surface.cost.shape[1]
    cell, goal = _cells(surface, here), _cells(surface, there)
    start, first = np.full(surface.cost.size, np.inf), np.full(surface.cost.size, -1, dtype=np.int64)
    known = np.flatnonzero((goal >= 0) & np.isfinite(since))
    order = known[np.lexsort((known, since[known]))][::-1]  # the least comes last, and stays
    start[goal[order]], first[goal[order]] = since[order], order
    least, origin = spread(surface.cost, _steps_m(surface), start.reshape(-1, columns))
    on = cell >= 0
    at = np.where(on, cell, 0)
    barred = ~np.isfinite(surface.cost.reshape(-1)[at])
    minutes = np.where(on & ~barred, least.reshape(-1)[at], np.inf)
    target = first[origin.reshape(-1)[at]]
    reached = np.isfinite(minutes)
    own = np.flatnonzero(reached & (origin.reshape(-1)[at] == cell))
    straight_m = geodesy.distance_m(*here[own].T, *there[target[own]].T)
    minutes[own] += straight_m * surface.cost.reshape(-1)[cell[own]]

    reasons = [np.isnan(here[:, 0]), ~on, barred, ~reached]
    words = ["no position", "outside the raster", "on a cell that nobody passes", "no way over land to any target within the window"]
    reason = pd.Series(np.select(reasons, words, default=""), dtype="str").mask(reached)
    return pd.DataFrame(
        {
            "walk_min": np.where(reached, minutes, np.nan),
            "target": pd.Series(target, dtype="Int64").mask(~reached),
            "method": pd.Series(np.where(reached, "raster", "none"), dtype="str"),
            "on_barrier_cell": pd.Series(barred, dtype="boolean").mask(~on),
            "reason": reason,
        }
    )


def _coordinates(layer: gpd.GeoDataFrame) -> Floats:
    require_lonlat(layer)
    shapes = np.asarray(layer.geometry.array)
    known = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    kinds = set(layer.geometry.geom_type[known]) - {"Point"}
    if kinds:
        raise GeometryKindError(f"A walk leads from points to points; a layer also holds {', '.join(sorted(kinds))}.")
    out = np.full((len(layer), 2), np.nan)
    out[known] = shapely.get_coordinates(shapes[known])
    return out


def _land(here: Floats, there: Floats, margin_m: float, speeds: pd.DataFrame | None) -> _Surface:
    """Turn the embedded land cover into minutes a metre."""
    kmh = (load_walking_speeds() if speeds is None else speeds)["kmh"].astype("float64")
    slow = kmh[~(kmh > 0) & kmh.notna()]
    if len(slow):
        raise UnitError(f"Class {slow.index[0]} has a walking speed of {slow.iloc[0]:g} km/h; leave it missing if nobody walks there.")
    classes, surface = _window(datasets.path(LAND_FILE), here, there, margin_m)
    cost = np.full(256, np.nan)
    cost[kmh.index.to_numpy()] = MINUTES_A_METRE / kmh
    return surface._replace(cost=cost[classes.filled(255).astype(np.uint8)])


def _friction(file: Path, here: Floats, there: Floats, margin_m: float) -> _Surface:
    if not file.is_file():
        raise DataMissingError(f"There is no friction raster {file.name}; give the path of a GeoTIFF of minutes a metre.")
    values, surface = _window(file, here, there, margin_m, units=UNITS)
    cost = values.astype(np.float64).filled(np.nan)
    if (cost <= 0).any():
        raise UnitError(
            f"{file.name}: {int((cost <= 0).sum())} cells cost {np.nanmin(cost):g} minutes a metre; expected more than 0, or no value."
        )
    return surface._replace(cost=np.where(np.isfinite(cost), cost, np.nan))


def _window(file: Path, here: Floats, there: Floats, margin_m: float, *, units: tuple[str, ...] | None = None) -> tuple[Any, _Surface]:
    """Read the part of a raster around all places; nothing else is read, and never as another format than GeoTIFF."""
    import rasterio  # noqa: PLC0415  takes long to import
    from rasterio.windows import Window  # noqa: PLC0415

    with rasterio.open(file, driver="GTiff") as raster:
        _require_grid(raster, file.name)
        if units is not None and (raster.units[0] or "") not in units:
            raise UnitError(f"{file.name} is in {raster.units[0]!r}; expected minutes a metre.")
        column, row, columns, rows = _cut(raster, np.concatenate([here, there]), margin_m)
        if columns * rows > MOST_CELLS:
            raise SchemaError(
                f"The window has {columns} x {rows} cells, more than {MOST_CELLS:,}; ask for fewer places or a coarser raster."
            )
        values = raster.read(1, window=Window(column, row, columns, rows), masked=True)
        grid = raster.transform
    surface = _Surface(np.empty((0, 0)), grid.c + column * grid.a, grid.f + row * grid.e, grid.a, -grid.e)
    return values, surface


def _require_grid(raster: DatasetReader, name: str) -> None:
    grid = raster.transform
    if raster.crs is None or not LONLAT.equals(raster.crs.to_wkt(), ignore_axis_order=True):
        raise CRSMismatchError(f"{name} is in {raster.crs or 'no CRS'}; warp it to EPSG:4326 (lon/lat), north up.")
    if grid.b or grid.d or grid.a <= 0 or grid.e >= 0:
        raise CRSMismatchError(f"{name} is turned or upside down; warp it to EPSG:4326 (lon/lat), north up.")


def _cut(raster: DatasetReader, lonlat: Floats, margin_m: float) -> tuple[int, int, int, int]:
    """Give the first column and row of the window, and how many of each; at least one cell."""
    known = lonlat[~np.isnan(lonlat[:, 0])]
    grid = raster.transform
    if not len(known):
        return 0, 0, 1, 1
    (west, south), (east, north) = known.min(axis=0), known.max(axis=0)
    up = margin_m / DEGREE_M
    aside = up / max(np.cos(np.radians(min(max(abs(south), abs(north)) + up, 89.0))), 1e-3)
    columns = np.clip(np.floor((np.array([west - aside, east + aside]) - grid.c) / grid.a), 0, raster.width - 1).astype(int)
    rows = np.clip(np.floor((np.array([north + up, south - up]) - grid.f) / grid.e), 0, raster.height - 1).astype(int)
    return int(columns[0]), int(rows[0]), int(np.diff(columns)[0]) + 1, int(np.diff(rows)[0]) + 1


def _cells(surface: _Surface, lonlat: Floats) -> Ints:
    """Give the number of each position's cell, row by row; -1 off the window, which is off the raster."""
    rows, columns = surface.cost.shape
    column = np.floor((lonlat[:, 0] - surface.west) / surface.width)
    row = np.floor((surface.north - lonlat[:, 1]) / surface.height)
    inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
    out = np.full(len(lonlat), -1, dtype=np.int64)
    out[inside] = (row[inside] * columns + column[inside]).astype(np.int64)
    return out


def _steps_m(surface: _Surface) -> Floats:
    """Measure, for each row, the metres between neighbouring centres: along the row, to the next row, and aslant."""
    lat = surface.north - (np.arange(len(surface.cost) + 1) + 0.5) * surface.height
    lat = np.maximum(lat, -90.0)
    west, east = np.zeros(len(lat) - 1), np.full(len(lat) - 1, surface.width)
    along = geodesy.distance_m(west, lat[:-1], east, lat[:-1])
    return np.column_stack([along, geodesy.distance_m(west, lat[:-1], west, lat[1:]), geodesy.distance_m(west, lat[:-1], east, lat[1:])])

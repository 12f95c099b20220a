"""What the internal map holds of rows whose position it withholds: no cell that reads like a coordinate, no zone round the true point.

A zone is a disc round the place of its incident: its centre, or the depths of several villages in it, would tell that place. So the zones
of such rows are made anew of their cell of the fixed grid (:mod:`bordergis.maps.coarse`), possible where they may reach. What was answered
of villages stays, but for the depths.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_numeric_dtype

from bordergis.geodesy import distance_m
from bordergis.maps import cells
from bordergis.maps.coarse import discs_holding, without_coordinate
from bordergis.schema import POSITIONED
from bordergis.zones import load_rules
from bordergis.zones.rules import apply_rules

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bordergis.access import InaccessibleVillages
    from bordergis.situation import Situation

    Table = TypeVar("Table", bound=pd.DataFrame)

__all__ = ["veiled_cells", "veiled_layers"]

LAYERS = (
    "checkpoints", "villages", "places", "incidents", "visits", "hazards", "designated_areas", "restricted_areas", "obstacles", "closures",
    "facilities",
)  # fmt: skip
KEYS = frozenset(
    f"{kind}_id" for kind in ("area", "checkpoint", "closure", "facility", "hazard", "incident", "obstacle", "place", "source", "visit")
)
"""Ids by which layers are joined."""
TELLING = frozenset({"coord_raw", "source_ref", "geohash", "plus_code", "what3words"})
"""Columns of text that tell a place in whatever form."""
TOLD_NUMBERS = frozenset({"position_radius_m"})


def veiled_layers(situation: Situation) -> dict[str, Any]:
    """Give the layers that must stand in the place of a situation's own where rows of them are withheld, and the access as answered.

    Examples
    --------
    >>> import bordergis as bg
    >>> sorted(veiled_layers(bg.load("2026-01-14")))  # two of its incidents are marked sensitive
    ['access', 'incidents']
    """
    layers = {name: getattr(situation, name) for name in LAYERS}
    veiled = {name: veiled_cells(layer) for name, layer in layers.items() if cells.withheld(layer).any()}
    if not veiled:
        return {}
    makers = {str(name): _zone_makers(name, layers[name], situation) for name in ("incidents", "hazards") if name in veiled}
    coarse = {name: _veiled_places(veiled[name], rows) for name, rows in makers.items() if rows.any()}
    return {**veiled, **coarse, "access": _veiled_access(situation.access, blur=bool(coarse))}


def veiled_cells(layer: Table) -> Table:
    """Empty the cells of withheld rows that may tell the place: numbers, and text that reads like a coordinate. Keys stay.

    Examples
    --------
    >>> rows = pd.DataFrame({"kind": ["camp", "school"], "name": ["A", "B"], "lon": [103.5, 103.6], "note": ["at 14.27 N", "near 14.3"]})
    >>> veiled_cells(rows)[["lon", "note"]].to_dict("records")
    [{'lon': nan, 'note': nan}, {'lon': 103.6, 'note': 'near 14.3'}]
    """
    hidden = cells.withheld(layer)
    kept = KEYS | TOLD_NUMBERS | {layer.geometry.name if isinstance(layer, gpd.GeoDataFrame) else None}
    names = [name for name in layer if name not in kept]
    return layer.assign(**{name: _emptied(layer[name], hidden) for name in names}) if hidden.any() else layer


def _emptied(column: pd.Series, hidden: NDArray[np.bool_]) -> pd.Series:
    if is_bool_dtype(column) or is_datetime64_any_dtype(column):
        return column
    if is_numeric_dtype(column) or column.name in TELLING or isinstance(column, gpd.GeoSeries):
        return column.mask(hidden)
    return column.mask(hidden & column.map(without_coordinate).isna().to_numpy())


def _zone_makers(name: str, layer: gpd.GeoDataFrame, situation: Situation) -> NDArray[np.bool_]:
    """Tell which withheld rows make a zone, on whatever day."""
    placed = cells.withheld(layer) & layer.geometry.notna().to_numpy() & ~layer.geometry.is_empty.to_numpy()
    if name == "hazards":
        return placed
    rules = load_rules(situation.rules) if isinstance(situation.rules, str) else situation.rules
    fine = cells.texts(layer, "position_class").is_any_of(POSITIONED) & np.isfinite(cells.numbers(layer, "position_radius_m"))
    return placed & fine & apply_rules(layer, rules)["radius_m"].notna().to_numpy()


def _veiled_places(layer: gpd.GeoDataFrame, rows: NDArray[np.bool_]) -> gpd.GeoDataFrame:
    """Put rows into the middle of their cell of the fixed grid, known to within a disc that holds all that they may cover."""
    shapes = np.array(layer.geometry.array, dtype=object)
    stated_m = cells.numbers(layer, "position_radius_m").copy()
    inner = shapely.get_coordinates(shapely.point_on_surface(shapes[rows]))
    centre, radius_m = discs_holding(inner, np.nan_to_num(stated_m[rows]) + _extents_m(shapes[rows], inner))
    shapes[rows], stated_m[rows] = shapely.points(centre), radius_m
    return layer.set_geometry(shapes, crs=layer.crs).assign(position_radius_m=stated_m)


def _extents_m(shapes: NDArray[np.object_], inner: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the greatest distance of a corner of each shape from a place inside it."""
    corners, row = shapely.get_coordinates(shapes, return_index=True)
    away_m = distance_m(*inner[row].T, *corners.T)
    return pd.Series(away_m).groupby(row).max().to_numpy()


def _veiled_access(access: InaccessibleVillages, *, blur: bool) -> InaccessibleVillages:
    table = veiled_cells(access.table)
    return replace(access, table=table.assign(depth_m=np.nan) if blur else table)

"""Read a border line of another source, so that every measure can be taken from it too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from bordergis.crs import require_lonlat
from bordergis.errors import SchemaError
from bordergis.provenance import Provenance, attach
from bordergis.readers.door import open_door
from bordergis.schema import BORDER

if TYPE_CHECKING:
    import os

__all__ = ["from_line"]

VECTOR_FORMATS = ("geojson", "gpkg", "flatgeobuf", "parquet")


def from_line(  # noqa: PLR0913  what a line must declare, each by name
    path: str | os.PathLike[str],
    *,
    border_id: str,
    claimed_by: str,
    accuracy_m: float,
    left_side: str = "THA",
    right_side: str = "KHM",
) -> gpd.GeoDataFrame:
    """Read one border line from a GeoJSON, GeoPackage, FlatGeobuf or GeoParquet file.

    Parameters
    ----------
    path
        The file; it holds one line, in lon/lat, whole from the coast to the tripoint (or the other way, with the sides declared so).
    border_id
        A short name for it, such as ``rtsd-2022``.
    claimed_by
        Who draws the line so.
    accuracy_m
        Metres within which it may differ from other published lines; nearer to it than that, a place has no side.
    left_side, right_side
        The country on each hand in the direction of the line; from the coast to the tripoint Thailand is on the left. Declared, not
        guessed.

    Returns
    -------
    geopandas.GeoDataFrame
        One row (:data:`bordergis.schema.BORDER`), ready to be put beside others with ``pandas.concat``.

    Raises
    ------
    SchemaError
        If the file holds no line, several, areas, or parts that do not run the same way; or if both sides are one country.
    MissingCRSError, CRSMismatchError
        If it is not lon/lat.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import bordergis as bg
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "line.geojson"
    >>> _ = file.write_text(bg.load_border("natural-earth-10m")[["geometry"]].to_json(), encoding="utf-8")
    >>> from_line(file, border_id="mine", claimed_by="A test", accuracy_m=4_500)["border_id"].item()
    'mine'
    """
    door = open_door(path, formats=VECTOR_FORMATS)
    layer = gpd.read_parquet(door.path) if door.format == "parquet" else gpd.read_file(door.path, engine="pyogrio")
    require_lonlat(layer)
    line = _one_line(layer, door.path.name)
    if left_side == right_side:
        raise SchemaError(f"{door.path.name}: both hands of the line are declared {left_side}; a border has a country on each.")
    row = {
        "border_id": border_id,
        "claimed_by": claimed_by,
        "title": door.path.name,
        "accuracy_m": float(accuracy_m),
        "accuracy_note": f"accuracy as stated by whoever read the file: {accuracy_m:g} m",
        "left_side": left_side,
        "right_side": right_side,
        "status_note": "mapped line, not authoritative",
    }
    border = gpd.GeoDataFrame(pd.DataFrame([row]), geometry=[line], crs=layer.crs)
    BORDER.validate(border)
    return attach(border, Provenance((), (f"from_line({door.path.name}, {border_id})",), ()))


def _one_line(layer: gpd.GeoDataFrame, name: str) -> shapely.LineString:
    """Join the parts of a line without turning any of them: the sides hang on its direction."""
    parts = shapely.force_2d(shapely.get_parts(layer.geometry.dropna().array.to_numpy()))
    kinds = sorted({part.geom_type for part in parts} - {"LineString"})
    if kinds:
        raise SchemaError(f"{name}: expected one line, found also {', '.join(kinds)}; cut the land border out as a line.")
    merged = parts if len(parts) == 1 else shapely.get_parts(shapely.line_merge(shapely.MultiLineString(list(parts)), directed=True))
    if len(merged) != 1:
        raise SchemaError(
            f"{name}: expected one unbroken line, found {len(merged)} parts that do not join end to start; cut the land border out, from "
            "the coast to the tripoint, every part in that direction."
        )
    return merged[0]

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
        If the file holds no line, or several.
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
    parts = shapely.get_parts(shapely.line_merge(shapely.force_2d(shapely.union_all(layer.geometry.array, grid_size=0))))
    if len(parts) != 1 or parts[0].geom_type != "LineString":
        raise SchemaError(
            f"{door.path.name}: expected one unbroken line, found {len(parts)} parts; cut the land border out, from the coast to the "
            "tripoint."
        )
    kept = layer.geometry.iloc[0] if len(layer) == 1 and layer.geom_type.iloc[0] == "LineString" else parts[0]
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
    border = gpd.GeoDataFrame(pd.DataFrame([row]), geometry=[shapely.force_2d(kept)], crs=layer.crs)
    BORDER.validate(border)
    return attach(border, Provenance((), (f"from_line({door.path.name}, {border_id})",), ()))

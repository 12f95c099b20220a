"""Read a vector file (GeoPackage, GeoJSON, FlatGeobuf, GeoParquet) as a layer."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio  # type: ignore[import-untyped]
import shapely
from pyogrio import raw as ogr
from pyogrio.errors import (  # type: ignore[import-untyped]
    DataLayerError,
    DataSourceError,
    FeatureError,
    FieldError,
    GeometryError,
)
from pyproj import CRS
from pyproj.aoi import AreaOfInterest
from pyproj.exceptions import CRSError
from pyproj.transformer import TransformerGroup

from bordergis.crs import LONLAT, require_lonlat
from bordergis.errors import CRSMismatchError, MissingCRSError, SchemaError
from bordergis.readers.arrow import plain_columns
from bordergis.readers.cells import Cells
from bordergis.readers.coordinates import AREA
from bordergis.readers.door import open_door, require_count, said_of
from bordergis.readers.headers import contract_of, match_columns
from bordergis.readers.shapes import strange_positions, without_heights
from bordergis.readers.table import Source, layer_of

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from bordergis.readers.checked import Checked
    from bordergis.readers.door import Doorway

    Shapes = NDArray[np.object_]

__all__ = ["DRIVERS", "VECTOR_FORMATS", "from_vector", "geo_metadata", "vector_columns"]

VECTOR_FORMATS = ("gpkg", "geojson", "flatgeobuf", "parquet")
DRIVERS = {"gpkg": "GPKG", "geojson": "GeoJSON", "flatgeobuf": "FlatGeobuf"}
"""The GDAL driver of a format; no other may open the file."""

SAMPLE = 10_000
"""Features looked at to find out geometry types."""

POINT_BYTES = 21
"""A two-dimensional point as well-known binary: byte order, type, two numbers."""

LITTLE_ENDIAN_POINT = (1, 1, 0, 0, 0)

_DAMAGE = (DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError, pa.ArrowException, OSError)


ROW_NOTE = "Row numbers count the features of the file from 1."


class _Features(NamedTuple):
    """What a layer holds: attributes, shapes, coordinate system, and what the library said."""

    table: pa.Table
    shapes: Shapes | None
    crs: CRS | None
    notes: tuple[str, ...]
    unread: pd.DataFrame | None = None


def from_vector(  # noqa: PLR0913  each is an option of its own, called by name
    path: str | os.PathLike[str],
    kind: str,
    *,
    layer: str | None = None,
    columns: Mapping[str, str] | None = None,
    number_rows: bool = False,
    to_lonlat: bool = False,
    on_error: str = "raise",
) -> Checked:
    """Read a layer of a GeoPackage, GeoJSON, FlatGeobuf or GeoParquet file.

    Parameters
    ----------
    path
        The file.
    kind
        The layer it holds: a key of :data:`bordergis.schema.CONTRACTS`, such as ``villages``.
    layer
        Name of the layer inside the file, if it has several.
    columns
        Column of the contract and the column of the file it comes from. What is not given is guessed and said in the notes.
    number_rows
        Make a missing id of the file's name and the row number.
    to_lonlat
        Transform another coordinate system to longitude, latitude on WGS 84; the operation and its accuracy are noted.
    on_error
        ``raise`` if a row must be rejected, or ``quarantine`` it in ``FILE.rejected.csv``.

    Returns
    -------
    Checked
        The layer. Heights are dropped, and that is noted. Row numbers count the features of the file from 1.

    Raises
    ------
    MissingCRSError
        If the file does not say its coordinate system.
    CRSMismatchError
        If it is in another one and ``to_lonlat`` is not asked for.
    SchemaError
        If the file is not what it seems, has several layers and none is named, or lacks a column.
    FaultsError
        If rows must be rejected and ``on_error`` is ``raise``.

    Examples
    --------
    >>> import tempfile
    >>> import geopandas as gpd
    >>> file = f"{tempfile.mkdtemp()}/villages.geojson"
    >>> gpd.GeoDataFrame({"code": ["010203"], "name": ["O Smach"]}, geometry=gpd.points_from_xy([103.7], [14.4]), crs=4326).to_file(file)
    >>> from_vector(file, "villages").layer[["place_id", "name"]].to_dict("records")
    [{'place_id': '010203', 'name': 'O Smach'}]
    """
    contract = contract_of(kind)
    door = open_door(path, formats=VECTOR_FORMATS)
    found = _geoparquet(door) if door.format == "parquet" else _ogr(door, layer)
    table = pd.DataFrame(plain_columns(found.table))
    notes = (*found.notes, ROW_NOTE)
    if found.shapes is None:
        cells = Cells(table, 1, notes=(*notes, "The layer has no shapes."))
        matched = match_columns(contract, list(table.columns), told=columns)
        return layer_of(cells, Source(door.path, door.words), contract, matched, number_rows=number_rows, on_error=on_error)

    shapes, told = _lonlat(door, found.shapes, found.crs, to_lonlat=to_lonlat)
    remarks = [part for part in (found.unread, strange_positions(shapes)) if part is not None]
    cells = Cells(table, 1, remarks=pd.concat(remarks) if remarks else None, notes=(*notes, *told))
    matched = match_columns(contract, list(table.columns), told=columns, shaped=True)
    source = Source(door.path, door.words, gpd.GeoSeries(shapes, index=table.index, crs=LONLAT) if contract.geometry else None)
    return layer_of(cells, source, contract, matched, number_rows=number_rows, on_error=on_error)


def _ogr(door: Doorway, layer: str | None, *, most: int | None = None) -> _Features:
    """Read a layer with GDAL, by the one driver of the format."""
    options = {"DATE_AS_STRING": "YES"} if door.format == "geojson" else {}
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            name = _layer_name(door, layer)
            about = pyogrio.read_info(door.path, layer=name, force_feature_count=True)
            if about["driver"] != DRIVERS[door.format]:
                raise SchemaError(f"{door.path.name}: would be read as {about['driver']}, not {DRIVERS[door.format]}; export it again.")
            require_count(door, about["features"], "rows")
            require_count(door, len(about["fields"]), "columns")
            meta, table = ogr.read_arrow(door.path, layer=name, max_features=most, **options)
        except _DAMAGE as fault:
            raise SchemaError(f"{door.path.name}: is damaged or not {door.format} ({said_of(fault, door)}); export it again.") from fault
    notes = tuple(dict.fromkeys(f"GDAL says: {warning.message}" for warning in said))
    column = meta["geometry_name"] or "wkb_geometry"
    if meta["geometry_type"] is None or column not in table.column_names:
        return _Features(table, None, None, notes)
    crs = CRS.from_user_input(meta["crs"]) if meta["crs"] else None
    shapes = _shapes(door, table.column(column))
    return _Features(table.drop_columns([column]), shapes, crs, notes, _unread(door, shapes))


def _unread(door: Doorway, shapes: Shapes) -> pd.DataFrame | None:
    """Name the features of a GeoJSON that have a geometry which GDAL, without a word, reads as none."""
    missing = np.flatnonzero(shapely.is_missing(shapes))
    if door.format != "geojson" or not missing.size:
        return None
    try:
        features = json.loads(door.path.read_bytes()).get("features", [])
    except (ValueError, AttributeError, RecursionError):
        features = []
    if len(features) != len(shapes):
        return None
    written = {int(n): geometry for n in missing if (geometry := features[n].get("geometry"))}
    told = {"severity": "rejected", "rule": "cannot be read as a shape", "remedy": "write numbers: longitude, latitude"}
    values = [json.dumps(geometry)[:80] for geometry in written.values()]
    return pd.DataFrame({"column": "geometry", "value": values, **told}, index=list(written)) if written else None


def vector_columns(door: Doorway, layer: str | None) -> tuple[list[str], set[str], bool]:
    """Give the columns of a layer, the geometry types of its first features, and whether it has shapes at all.

    Raises
    ------
    SchemaError
        If it has several layers and none is named, or is damaged.
    """
    if door.format != "parquet":
        found = _ogr(door, layer, most=SAMPLE)
        names, spatial, shapes = found.table.column_names, found.shapes is not None, found.shapes
        return names, set() if shapes is None else _kinds(shapes), spatial
    try:
        file = pq.ParquetFile(door.path)
        about = geo_metadata(door, file)
        names = [name for name in file.schema_arrow.names if about is None or name != about[0]]
        if about is None or about[1].get("geometry_types"):
            return (
                names,
                set() if about is None else {str(kind).partition(" ")[0] for kind in about[1]["geometry_types"]},
                about is not None,
            )
        first = next(file.iter_batches(batch_size=SAMPLE, columns=[about[0]]), None)
    except _DAMAGE as fault:
        raise SchemaError(f"{door.path.name}: is damaged Parquet ({fault}); get the file again.") from fault
    return names, set() if first is None else _kinds(_shapes(door, first.column(0))), True


def _kinds(shapes: Shapes) -> set[str]:
    return set(gpd.GeoSeries(shapes).geom_type.dropna())


def _layer_name(door: Doorway, layer: str | None) -> str:
    names = [str(name) for name in pyogrio.list_layers(door.path)[:, 0]]
    if not names:
        raise SchemaError(f"{door.path.name}: has no layers that can be read; it may be cut off: get the file again.")
    if layer is not None and layer not in names:
        raise SchemaError(f"{door.path.name}: has no layer {layer!r}; it has {', '.join(map(repr, names))}.")
    if layer is None and len(names) != 1:
        raise SchemaError(f"{door.path.name}: has several layers ({', '.join(map(repr, names))}); say which with `layer={names[0]!r}`.")
    return layer or names[0]


def _geoparquet(door: Doorway) -> _Features:
    try:
        file = pq.ParquetFile(door.path)
        about = geo_metadata(door, file)
        require_count(door, file.metadata.num_rows, "rows")
        require_count(door, file.metadata.num_columns, "columns")
        table = file.read()
    except _DAMAGE as fault:
        raise SchemaError(f"{door.path.name}: is damaged Parquet ({fault}); get the file again.") from fault
    if about is None:
        raise SchemaError(f"{door.path.name}: is Parquet without shapes; read it with `from_table`.")
    column, told = about
    if told.get("encoding") == "WKB":
        shapes = _shapes(door, table.column(column))
    else:
        shapes = np.asarray(gpd.GeoSeries.from_arrow(table.column(column).combine_chunks()).array)
    return _Features(table.drop_columns([column]), shapes, _crs_of(door, told), ())


def geo_metadata(door: Doorway, file: pq.ParquetFile) -> tuple[str, dict[str, Any]] | None:
    """Give the main geometry column of a Parquet file and what its metadata say of it; nothing if it has none.

    Raises
    ------
    SchemaError
        If the metadata name a column that is not there.
    """
    try:
        about = json.loads((file.schema_arrow.metadata or {}).get(b"geo", b"null"))
        if about is None:
            return None
        column = about["primary_column"]
        told = dict(about["columns"][column])
        file.schema_arrow.field(column)
    except (ValueError, KeyError, TypeError) as fault:
        raise SchemaError(f"{door.path.name}: its GeoParquet metadata are broken ({fault}); export it again.") from fault
    return column, told


def _crs_of(door: Doorway, told: Mapping[str, Any]) -> CRS | None:
    """Without a word on it, GeoParquet is longitude, latitude; an empty entry says that nobody knows."""
    if "crs" not in told:
        return LONLAT
    try:
        return CRS.from_user_input(told["crs"]) if told["crs"] else None
    except CRSError as fault:
        raise SchemaError(f"{door.path.name}: its coordinate system cannot be read ({str(fault)[:120]}); export it again.") from fault


def _shapes(door: Doorway, column: pa.ChunkedArray) -> Shapes:
    """Make shapes of well-known binary; plain points straight from their bytes."""
    binary = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    points = _points(binary)
    if points is not None:
        return points
    try:
        return np.asarray(shapely.from_wkb(binary.to_numpy(zero_copy_only=False)))
    except shapely.errors.GEOSException as fault:
        raise SchemaError(f"{door.path.name}: holds a shape that cannot be read ({fault}); export it again.") from fault


def _points(binary: pa.Array) -> Shapes | None:
    """Read the coordinates where every shape is a two-dimensional point; otherwise nothing."""
    n = len(binary)
    if not n or binary.null_count or not pa.types.is_binary(binary.type):
        return None
    offsets = np.frombuffer(binary.buffers()[1], np.int32, n + 1, binary.offset * 4)
    if offsets[-1] - offsets[0] != n * POINT_BYTES or (np.diff(offsets) != POINT_BYTES).any():
        return None
    content = np.frombuffer(binary.buffers()[2], np.uint8, n * POINT_BYTES, int(offsets[0])).reshape(n, POINT_BYTES)
    if (content[:, :5] != LITTLE_ENDIAN_POINT).any():
        return None
    return np.asarray(shapely.points(np.ascontiguousarray(content[:, 5:]).view("<f8")))


def _lonlat(door: Doorway, shapes: Shapes, crs: CRS | None, *, to_lonlat: bool) -> tuple[Shapes, tuple[str, ...]]:
    """Require longitude, latitude, or transform to it if asked; drop heights."""
    shapes, notes = without_heights(shapes)
    if crs is None:
        raise MissingCRSError(
            f"{door.path.name}: does not say its coordinate system; find out which it is and set it where the file was made "
            "(in QGIS: Layer > Set CRS), or give longitude and latitude as columns of a table."
        )
    try:
        require_lonlat(gpd.GeoSeries([], crs=crs))
    except CRSMismatchError as fault:
        if not to_lonlat:
            raise CRSMismatchError(f"{door.path.name}: {fault} Or read it with `to_lonlat=True`.") from fault
        shapes, told = _transformed(shapes, crs)
        notes = (*notes, *told)
    return shapes, notes


def _transformed(shapes: Shapes, crs: CRS) -> tuple[Shapes, tuple[str, ...]]:
    """Bring shapes to longitude, latitude by the operation that is best in the area, and name it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a better operation that needs a grid is named below
        group = TransformerGroup(crs, LONLAT, always_xy=True, area_of_interest=AreaOfInterest(*AREA))  # type: ignore[arg-type]
    best = group.transformers[0]
    accuracy = f"accuracy {best.accuracy:g} m" if best.accuracy >= 0 else "accuracy not stated"
    notes = [f"Transformed from {crs.to_string() if crs.to_authority() else crs.name} to EPSG:4326 by {best.description!r}, {accuracy}."]
    if not group.best_available:
        notes.append("A better operation exists but needs a grid that is not installed.")
    moved = shapely.transform(shapes, lambda xy: np.column_stack(best.transform(xy[:, 0], xy[:, 1])))
    return moved, tuple(notes)

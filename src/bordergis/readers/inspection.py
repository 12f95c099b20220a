"""Look into a file before reading it: layers, columns, coordinate system, encoding, and what it may be."""

from __future__ import annotations

import shlex
import warnings
import zipfile
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import fiona
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from fiona.errors import FionaError
from pyproj import CRS
from pyproj.exceptions import CRSError

from bordergis.errors import SchemaError
from bordergis.readers.arrow import plain_columns
from bordergis.readers.cells import TABLE_FORMATS, cells_of
from bordergis.readers.door import LIMITS, open_door, said_of
from bordergis.readers.headers import kinds_of, publisher_of
from bordergis.readers.kml import KML_FORMATS, read_placemarks
from bordergis.readers.sheets import sheet_names
from bordergis.readers.vector import DRIVERS, geo_metadata

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping

    from bordergis.readers.door import Doorway, Limits

__all__ = ["ColumnFound", "Inspection", "LayerFound", "inspect_file", "is_geonames", "members_of"]

GEONAMES_TABS = 18
LONGEST_LINE = 1 << 16

SAMPLE = 10_000
"""Features looked at for geometry types and values; the counts are of all."""

VALUES_SHOWN = 3
LONGEST_SHOWN = 40

Bounds = tuple[float, float, float, float]
FLAT = 4
"""Numbers of a box without heights."""


@dataclass(frozen=True)
class ColumnFound:
    """A column: its name, its type as the file has it, and its first values."""

    name: str
    kind: str
    first: tuple[str, ...]


@dataclass(frozen=True)
class LayerFound:
    """A layer or sheet of a file.

    Attributes
    ----------
    name
        Its name; empty where the file has only one.
    driver
        What reads it.
    rows
        How many rows or features it has.
    shapes
        Geometry types, and how many of each among the first features.
    crs
        Its coordinate system, in words; ``missing`` if it has shapes and does not say.
    bounds
        West, south, east, north, in the units of the coordinate system.
    columns
        Its columns.
    may_be
        The kinds of layer its columns fit.
    command
        What to type to check it.
    """

    name: str
    driver: str
    rows: int
    shapes: Mapping[str, int]
    crs: str
    bounds: Bounds | None
    columns: tuple[ColumnFound, ...]
    may_be: tuple[str, ...]
    command: str


@dataclass(frozen=True)
class Inspection:
    """What a file holds.

    Attributes
    ----------
    file, format, told
        Its name, its format, and how that is known.
    size_bytes
        Its size.
    encoding
        Encoding of a text file.
    layers
        Its layers.
    notes
        What a reader must know.
    """

    file: str
    format: str
    told: str
    size_bytes: int
    encoding: str | None
    layers: tuple[LayerFound, ...]
    notes: tuple[str, ...] = ()

    def words(self) -> str:
        """Say it in lines for a terminal."""
        size = f"{self.size_bytes / 1_000_000:,.1f} MB" if self.size_bytes >= 100_000 else f"{self.size_bytes:,} bytes"  # noqa: PLR2004
        encoding = f", {self.encoding}" if self.encoding else ""
        lines = [f"{self.file}: {self.format} ({self.told}), {size}{encoding}"]
        lines += [f"  {note}" for note in self.notes]
        for layer in self.layers:
            lines += _layer_words(layer)
        return "\n".join(lines)


def inspect_file(path: str | os.PathLike[str], *, limits: Limits = LIMITS) -> Inspection:
    r"""Look into a file: layers, columns with their first values, coordinate system, bounds, encoding, and what it may be.

    Nothing is loaded as a layer, and only the driver of the file's own format may open it.

    Parameters
    ----------
    path
        The file.
    limits
        How large it may be.

    Returns
    -------
    Inspection
        What was found; ``print(inspect_file(path).words())`` says it.

    Raises
    ------
    DataMissingError
        If there is no such file.
    SchemaError
        If the file is refused at the door, or damaged.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "villages.csv"
    >>> _ = file.write_text("code,name,lat,lon\n010203,O Smach,14.4,103.7\n", encoding="utf-8")
    >>> print(inspect_file(file).words())
    villages.csv: csv (by its name and its text), 44 bytes, utf-8
      Read as utf-8, comma between cells.
      1 rows, no shapes
        code   text   010203
        name   text   O Smach
        lat    text   14.4
        lon    text   103.7
        may be: villages
        bordergis check villages.csv --kind villages
    """
    door = open_door(path, limits=limits)
    encoding: str | None = None
    notes: tuple[str, ...] = ()
    if door.format in DRIVERS:
        layers = _of_gdal(door)
    elif door.format == "parquet":
        layers = [_of_parquet(door)]
    elif door.format in KML_FORMATS:
        layers, notes = _of_kml(door)
    elif _is_table(door):
        layers, notes, encoding = _of_tables(door)
    else:
        layers, notes = [], (_elsewhere(door),)
    return Inspection(door.path.name, door.format, door.told, door.path.stat().st_size, encoding, tuple(layers), notes)


def members_of(door: Doorway) -> list[str]:
    """List what a zip holds."""
    with zipfile.ZipFile(door.path) as packed:
        return packed.namelist()


def _of_gdal(door: Doorway) -> list[LayerFound]:
    try:
        names = fiona.listlayers(door.path)
        if not names:
            raise SchemaError(f"{door.path.name}: has no layers that can be read; it may be cut off: get the file again.")
        return [_gdal_layer(door, name, single=len(names) == 1) for name in names]
    except (FionaError, OSError, TypeError, ValueError) as fault:  # fiona has a TypeError for a layer it cannot count
        if isinstance(fault, SchemaError):
            raise
        raise SchemaError(f"{door.path.name}: is damaged or not {door.format} ({said_of(fault, door)}); export it again.") from fault


def _gdal_layer(door: Doorway, name: str, *, single: bool) -> LayerFound:
    options = {"DATE_AS_STRING": "YES"} if door.format == "geojson" else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what GDAL has to say is said when the layer is read
        with fiona.open(door.path, layer=name, enabled_drivers=[DRIVERS[door.format]], **options) as source:
            kinds = source.schema["properties"]
            shapes: Counter[str] = Counter()
            values: dict[str, list[str]] = {column: [] for column in kinds}
            for n, feature in enumerate(source):
                if n == SAMPLE:
                    break
                shapes["no shape" if feature.geometry is None else feature.geometry.type] += 1
                for column, shown in values.items():
                    _show(shown, feature.properties.get(column))
            rows = len(source) if shapes else 0
            spatial = source.schema["geometry"] not in (None, "None")
            crs = _crs_words(source.crs_wkt) if spatial else "none"
            bounds = _bounds(source.bounds) if spatial and rows else None
    columns = tuple(ColumnFound(column, kinds[column].split(":")[0], tuple(values[column])) for column in kinds)
    typed = {kind: count for kind, count in shapes.items() if spatial}
    return _layer(door, name if not single else "", columns, rows, typed, crs=crs, bounds=bounds)


def _of_parquet(door: Doorway) -> LayerFound:
    try:
        file = pq.ParquetFile(door.path)
        about = geo_metadata(door, file)
        first = next(file.iter_batches(batch_size=SAMPLE), None)
        table = pa.Table.from_batches([first] if first is not None else [], file.schema_arrow)
    except (pa.ArrowException, OSError) as fault:
        raise SchemaError(f"{door.path.name}: is damaged Parquet ({fault}); get the file again.") from fault
    shapes: dict[str, int] = {}
    crs, bounds = "none", None
    if about is not None:
        column, told = about
        if told.get("encoding") == "WKB":
            kinds = shapely.get_type_id(shapely.from_wkb(table.column(column).to_numpy(), on_invalid="ignore"))
            shapes = dict(Counter(_TYPE_NAMES.get(int(kind), "no shape") for kind in kinds))
        else:
            shapes = dict.fromkeys(told.get("geometry_types") or [str(told.get("encoding")).title()], len(table))
        crs = "OGC:CRS84, longitude and latitude on WGS 84" if "crs" not in told else _crs_words(told["crs"])
        box = told.get("bbox")
        bounds = _bounds(box) if isinstance(box, list) and len(box) == FLAT and all(isinstance(part, int | float) for part in box) else None
        table = table.drop_columns([column])
    columns = tuple(
        ColumnFound(name, str(table.schema.field(n).type), _first(cells)) for n, (name, cells) in enumerate(plain_columns(table).items())
    )
    return _layer(door, "", columns, file.metadata.num_rows, shapes, crs=crs, bounds=bounds)


_TYPE_NAMES = {
    0: "Point", 1: "LineString", 2: "LineString", 3: "Polygon", 4: "MultiPoint", 5: "MultiLineString", 6: "MultiPolygon",
    7: "GeometryCollection",
}  # fmt: skip


def _bounds(numbers: Iterable[float]) -> Bounds:
    west, south, east, north = map(float, numbers)
    return west, south, east, north


def _of_kml(door: Doorway) -> tuple[list[LayerFound], tuple[str, ...]]:
    found = read_placemarks(door)
    table = pd.DataFrame(found.rows, dtype="str")
    shapes = Counter("no shape" if shape is None else type(shape).__name__ for shape in found.shapes)
    known = shapely.total_bounds(np.array(found.shapes, dtype=object))
    bounds = _bounds(known) if np.isfinite(known).all() else None
    columns = tuple(ColumnFound(str(name), "text", _first(table[name])) for name in table.columns)
    crs = "EPSG:4326, WGS 84 (as the format says)"
    layer = _layer(door, "", columns, len(table), shapes, crs=crs, bounds=bounds)
    return [layer], (*found.notes, *(f"{count} {what} are not read." for what, count in sorted(found.counts.items())))


def _of_tables(door: Doorway) -> tuple[list[LayerFound], tuple[str, ...], str | None]:
    names = sheet_names(door) if door.format in ("xlsx", "ods") else [None]
    layers, notes, encoding = [], [], None
    for name in names:
        cells = cells_of(door, name)
        encoding = cells.encoding
        columns = tuple(ColumnFound(str(column), "text", _first(cells.table[column])) for column in cells.table.columns)
        label = "" if name is None or len(names) == 1 else name
        layers.append(_layer(door, label, columns, len(cells.table), {}, tags=cells.tags))
        notes += [note for note in cells.notes if note not in notes]
    return layers, tuple(notes), encoding


def is_geonames(door: Doorway) -> bool:
    """Tell a GeoNames dump: it has no column names, but a number and 18 more cells a line; its zip holds a text of the zip's name."""
    if door.format == "zip":
        return f"{door.path.stem}.txt" in members_of(door)
    if door.format != "tsv":
        return False
    with door.path.open("rb") as stream:
        first = stream.readline(LONGEST_LINE)
    return first.count(b"\t") == GEONAMES_TABS and first.split(b"\t", 1)[0].isdigit()


def _is_table(door: Doorway) -> bool:
    if door.format == "zip":
        return sum(name.lower().endswith(".csv") for name in members_of(door)) == 1
    return door.format in TABLE_FORMATS and not is_geonames(door)


def _elsewhere(door: Doorway) -> str:
    if door.format in ("osm", "osm.pbf"):
        return "An OpenStreetMap file: read it with `from_osm` (roads, places or facilities)."
    if door.format == "zip":
        members = ", ".join(members_of(door)[:10])
        return f"A zip with {members}. A GeoNames dump is read with `from_geonames`; of the rest, unpack what you need."
    return "A GeoNames dump: read it with `from_geonames`."


def _layer(  # noqa: PLR0913  the parts of one record
    door: Doorway,
    name: str,
    columns: tuple[ColumnFound, ...],
    rows: int,
    shapes: Mapping[str, int],
    *,
    crs: str = "none",
    bounds: Bounds | None = None,
    tags: Mapping[str, str] | None = None,
) -> LayerFound:
    names = [column.name for column in columns]
    publisher = publisher_of(names)
    spatial = [kind for kind in shapes if kind != "no shape"]
    fits = [publisher.kind] if publisher else kinds_of(names, tags=tags, shapes=spatial, label=f"{door.path.stem} {name}")
    part = "" if not name else f" --{'sheet' if door.format in ('xlsx', 'ods') else 'layer'} {shlex.quote(name)}"
    kind = fits[0] if fits else "KIND"
    command = f"bordergis check {shlex.quote(door.path.name)} --kind {kind}{part}"
    driver = publisher.name if publisher else DRIVERS.get(door.format, door.format)
    return LayerFound(name, driver, rows, shapes, crs, bounds, columns, tuple(fits), command)


def _layer_words(layer: LayerFound) -> list[str]:
    name = f"layer {layer.name!r}: " if layer.name else ""
    shapes = ", ".join(f"{count:,} {kind}" for kind, count in layer.shapes.items()) or "no shapes"
    sampled = f" (in the first {SAMPLE:,})" if sum(layer.shapes.values()) < layer.rows and layer.shapes else ""
    crs = "" if layer.crs == "none" else f", coordinate system {layer.crs}"
    bounds = "" if layer.bounds is None else ", from {:g}, {:g} to {:g}, {:g}".format(*layer.bounds)
    width = max((len(column.name) for column in layer.columns), default=0)
    lines = [f"  {name}{layer.rows:,} rows, {shapes}{sampled}{crs}{bounds}"]
    lines += [f"    {column.name:{width}}   {column.kind}   {' | '.join(column.first) or '(empty)'}" for column in layer.columns]
    lines.append(f"    may be: {', '.join(layer.may_be) or 'no kind of layer that is known by its columns; say it with --kind'}")
    return [*lines, f"    {layer.command}"]


def _crs_words(crs: object) -> str:
    """Name a coordinate system, or say that it is missing or broken."""
    if not crs:
        return "missing"
    try:
        known = CRS.from_user_input(crs)
    except CRSError:
        return "broken"
    authority = known.to_authority()
    return f"{':'.join(authority)}, {known.name}" if authority else known.name


def _first(cells: pd.Series) -> tuple[str, ...]:
    filled = cells.dropna().astype("str")
    return _shown(value for value in filled[filled.str.strip() != ""].drop_duplicates().head(VALUES_SHOWN))


def _shown(values: Iterable[str]) -> tuple[str, ...]:
    """Cut long values, and keep line breaks and control characters off the terminal."""
    plain = ["".join(letter if letter.isprintable() else " " for letter in value) for value in values]
    return tuple(value if len(value) <= LONGEST_SHOWN else f"{value[:LONGEST_SHOWN]}…" for value in plain)


def _show(shown: list[str], value: object) -> None:
    if value is None or len(shown) >= VALUES_SHOWN:
        return
    text = _shown([str(value)])[0]
    if text.strip() and text not in shown:
        shown.append(text)

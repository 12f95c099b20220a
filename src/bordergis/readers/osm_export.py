"""Layers exported from OpenStreetMap: edges of a road graph, places or facilities in GeoParquet, Parquet, GeoPackage, GeoJSON or CSV."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import shapely

from bordergis.crs import LONLAT, require_lonlat
from bordergis.errors import SchemaError
from bordergis.readers.assemble import Raw
from bordergis.readers.cells import cells_of
from bordergis.readers.door import require_count
from bordergis.readers.osm_graph import edge_length_m, scattered_nodes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bordergis.readers.door import Doorway
    from bordergis.schema import Contract

__all__ = ["Found", "direction", "exported_points", "exported_roads", "joined", "remarks", "unclear_directions", "unnamed"]

SHAPE_COLUMNS = ("geometry", "geom", "wkb", "wkt", "wkb_geometry")
SHOWN = 80
LENGTH_SHARE = 0.01
LENGTH_M = 1.0
"""A stated length that differs by more than both from the shape's is counted: the shape was simplified, or the length is not geodesic."""

ROAD_HEADINGS: Mapping[str, Sequence[str]] = {"highway_class": ("highway", "fclass"), "source_ref": ("osm_id", "osmid")}
POINT_HEADINGS: Mapping[str, Sequence[str]] = {
    "place_id": ("osm_id", "full_id", "@id", "id"),
    "facility_id": ("osm_id", "full_id", "@id", "id"),
    "kind": ("place", "fclass", "category", "amenity", "healthcare", "class"),
    "adm1": ("province",),
}
"""Usual headings of exports, for the columns of the contract they are."""

LON, LAT = ("lon", "longitude", "x"), ("lat", "latitude", "y")


@dataclass(frozen=True)
class Found:
    """What is read of a file before it is checked: the raw file, the cells for each column of the contract, and where positions stand."""

    raw: Raw
    columns: Mapping[str, pd.Series]
    position: tuple[pd.Series, pd.Series] | None = None


def remarks(values: pd.Series, column: str, severity: str, rule: str, remedy: str) -> pd.DataFrame:
    """Make faults of the values of some rows.

    Examples
    --------
    >>> remarks(pd.Series(["way/7"], index=[3]), "source_ref", "flagged", "is cut", "use a whole extract").index.to_list()
    [3]
    """
    told = {"column": column, "value": values, "severity": severity, "rule": rule, "remedy": remedy}
    return pd.DataFrame(told, index=values.index)


def joined(*parts: pd.DataFrame | None) -> pd.DataFrame:
    """Join faults.

    Examples
    --------
    >>> len(joined(None, remarks(pd.Series(["a", "b"]), "name", "flagged", "", "")))
    2
    """
    filled = [part for part in parts if part is not None and len(part)]
    return pd.concat(filled) if filled else remarks(pd.Series(dtype="str"), "", "", "", "")


def unnamed(names: pd.Series, element: pd.Series) -> tuple[pd.Series, pd.DataFrame]:
    """Name what has no name by its element, so that it is not lost, and flag it.

    Examples
    --------
    >>> named, flags = unnamed(pd.Series(["Anlong Veng", None]), pd.Series(["node/1", "node/2"]))
    >>> named.to_list(), flags.index.to_list()
    (['Anlong Veng', 'unnamed (node/2)'], [1])
    """
    nameless = names.isna() | (names.str.strip() == "")
    flags = remarks(element[nameless], "name", "flagged", "has no name", "find its name, if it has one")
    return names.mask(nameless, "unnamed (" + element.astype("str") + ")"), flags


def exported_roads(door: Doorway, contract: Contract) -> Found:
    """Read the edges of a road graph.

    Where the file states no lengths they are measured. An edge at whose end a node lies elsewhere than in an earlier row is flagged: so
    look two graphs in one table, each with its own numbers.
    """
    raw = _raw(door)
    columns = _columns(raw.cells, contract, ROAD_HEADINGS, also=("name", "subclass", "service", "component", "access"))
    if raw.geometry is None:
        raise SchemaError(f"{door.path.name}: no column has the shapes of the roads; name it `geometry`.")
    lines = np.asarray(raw.geometry.array)
    drawn = shapely.get_type_id(lines) == shapely.GeometryType.LINESTRING
    length_m = pd.Series(edge_length_m(np.where(drawn, lines, np.array(None))), index=raw.cells.index)
    notes = (*raw.notes, *_length_words(columns.get("length_m"), length_m))
    columns = {"length_m": length_m, **columns}
    flags = [raw.remarks]
    if "oneway" in columns:
        flags.append(unclear_directions(columns["oneway"]))
        columns["oneway"] = direction(columns["oneway"])
    if {"u", "v"} <= columns.keys():
        flags.append(_scattered(columns, lines, drawn))
    return Found(_told(raw, notes, joined(*flags)), columns)


def exported_points(door: Doorway, contract: Contract) -> Found:
    """Read places or facilities; a table without ids numbers its rows, and a place without a name is named by its id."""
    raw = _raw(door)
    columns = _columns(raw.cells, contract, POINT_HEADINGS, also=("operator",))
    key = next(iter(contract.fields))
    notes = raw.notes
    if key not in columns:
        rows = pd.Series(raw.cells.index + raw.first_row, index=raw.cells.index).astype("str")
        columns[key] = f"{door.path.stem}:" + rows
        notes = (*notes, f"The file has no ids; {key} is made of its name and the row number.")
    flags = None
    if contract.fields["name"].filled:
        names = columns.get("name", pd.Series(index=raw.cells.index, dtype="str"))
        columns["name"], flags = unnamed(names, columns[key])
    position = _lonlat(raw.cells) if raw.geometry is None else None
    return Found(_told(raw, notes, joined(raw.remarks, flags)), columns, position)


def direction(cells: pd.Series) -> pd.Series:
    """Read a direction as numbers or as OpenStreetMap words; what names no lasting direction is unknown.

    Examples
    --------
    >>> direction(pd.Series(["yes", "-1", "no", "reversible", None])).to_list()
    [1, -1, 0, <NA>, <NA>]
    """
    words = cells.astype("str").str.strip().str.lower().str.removesuffix(".0")
    return words.map({"yes": 1, "true": 1, "1": 1, "-1": -1, "reverse": -1, "no": 0, "false": 0, "0": 0}).astype("Int64")


def unclear_directions(cells: pd.Series) -> pd.DataFrame:
    """Flag directions that change, or that no word is known for.

    Examples
    --------
    >>> unclear_directions(pd.Series(["yes", "reversible", ""]))["value"].to_list()
    ['reversible']
    """
    text = cells.astype("str")
    strange = text.notna() & (text.str.strip() != "") & direction(cells).isna()
    return remarks(text[strange], "oneway", "flagged", "does not name one lasting direction", "treat the direction as unknown")


def _told(raw: Raw, notes: tuple[str, ...], flags: pd.DataFrame) -> Raw:
    return Raw(raw.cells, raw.file, raw.format, raw.first_row, raw.geometry, notes, raw.sources, flags)


def _raw(door: Doorway) -> Raw:
    """Read the cells and shapes, by the format."""
    return _BY_FORMAT[door.format](door)


def _of_parquet(door: Doorway) -> Raw:
    metadata = pq.read_metadata(door.path)
    require_count(door, metadata.num_rows, "rows")
    if b"geo" in (metadata.metadata or {}):
        return _of_layer(door, gpd.read_parquet(door.path))
    return _of_table(door, pd.read_parquet(door.path).reset_index(drop=True), first_row=1)


def _of_vector(door: Doorway) -> Raw:
    layers = gpd.list_layers(door.path)["name"]
    if len(layers) != 1:
        raise SchemaError(f"{door.path.name}: holds the layers {', '.join(layers)}; export the one you mean to a file of its own.")
    layer = gpd.read_file(door.path, engine="pyogrio")
    require_count(door, len(layer), "rows")
    return _of_layer(door, layer)


def _of_csv(door: Doorway) -> Raw:
    cells = cells_of(door)
    return _of_table(door, cells.table, first_row=cells.first_row, notes=cells.notes, flags=cells.remarks)


_BY_FORMAT: Mapping[str, Callable[[Doorway], Raw]] = {
    "parquet": _of_parquet,
    "gpkg": _of_vector,
    "geojson": _of_vector,
    "flatgeobuf": _of_vector,
    "csv": _of_csv,
}


def _of_layer(door: Doorway, layer: gpd.GeoDataFrame) -> Raw:
    require_lonlat(layer)
    layer = layer.reset_index(drop=True)
    shapes = layer.geometry.set_crs(LONLAT, allow_override=True)  # the same degrees under its other name, such as OGC:CRS84
    return Raw(pd.DataFrame(layer.drop(columns=layer.geometry.name)), door.path, door.words, first_row=1, geometry=shapes)


def _of_table(door: Doorway, table: pd.DataFrame, *, first_row: int, notes: tuple[str, ...] = (), flags: pd.DataFrame | None = None) -> Raw:
    """Take shapes out of a table that has them as well-known binary or text; degrees are what such tables hold, and that is said."""
    name = next((name for name in table.columns if str(name).lower() in SHAPE_COLUMNS), None)
    if name is None:
        return Raw(table, door.path, door.words, first_row, notes=notes, remarks=flags)
    cells = pd.Series(table[name].to_numpy(dtype=object, na_value=None), index=table.index)
    shapes = _shapes(cells)
    lost = shapes.isna() & cells.map(bool).astype(bool)
    shown = cells[lost].map(lambda cell: str(cell)[:SHOWN])
    unread = remarks(shown, str(name), "flagged", "is not a readable shape", "write well-known text or binary")
    told = f"The shapes in the column {name} are taken as longitude and latitude; the file does not say."
    return Raw(table.drop(columns=name), door.path, door.words, first_row, shapes, (*notes, told), remarks=joined(flags, unread))


def _shapes(cells: pd.Series) -> gpd.GeoSeries:
    read = shapely.from_wkb if cells.map(lambda cell: isinstance(cell, bytes)).any() else shapely.from_wkt
    filled = cells.where(cells.map(bool).astype(bool), None).to_numpy(dtype=object)
    return gpd.GeoSeries(read(filled, on_invalid="ignore"), index=cells.index, crs=LONLAT)


def _columns(
    cells: pd.DataFrame, contract: Contract, headings: Mapping[str, Sequence[str]], *, also: Sequence[str]
) -> dict[str, pd.Series]:
    """Take the columns of the contract by their own names, else by usual headings, and a few others that are worth keeping."""
    lower = {str(name).lower(): name for name in cells.columns}
    found: dict[str, pd.Series] = {}
    for name in (*contract.fields, *also):
        heading = next((word for word in (name, *headings.get(name, ())) if word in lower), None)
        if heading is not None:
            found[name] = cells[lower[heading]]
    return found


def _lonlat(cells: pd.DataFrame) -> tuple[pd.Series, pd.Series] | None:
    lower = {str(name).lower(): name for name in cells.columns}
    pair = [next((lower[word] for word in words if word in lower), None) for words in (LON, LAT)]
    return (cells[pair[0]].astype("str"), cells[pair[1]].astype("str")) if None not in pair else None


def _length_words(stated: pd.Series | None, measured: pd.Series) -> tuple[str, ...]:
    if stated is None:
        return ("The file states no lengths; they were measured along the shapes.",)
    numbers = pd.to_numeric(stated, errors="coerce").astype("float64")
    apart = (numbers - measured).abs()
    wide = int(((apart > LENGTH_M) & (apart > LENGTH_SHARE * measured)).sum())
    if not wide:
        return ()
    return (f"{wide:,} edges state a length that differs by more than 1 % from that of their shape; the stated one is kept.",)


def _scattered(columns: Mapping[str, pd.Series], lines: np.ndarray, drawn: np.ndarray) -> pd.DataFrame:
    """Flag edges whose nodes lie at two places."""
    ends = [pd.to_numeric(columns[name], errors="coerce") for name in ("u", "v")]
    usable = drawn & ~shapely.is_empty(lines) & ends[0].notna().to_numpy() & ends[1].notna().to_numpy()
    u, v = (end[usable].to_numpy(dtype="int64") for end in ends)
    rows = columns["u"].index[usable][scattered_nodes(u, v, lines[usable])]
    return remarks(
        columns["u"].loc[rows].astype("str") + "-" + columns["v"].loc[rows].astype("str"),
        "u, v", "flagged", "has a node that lies elsewhere in an earlier row", "do not join graphs that number their nodes each for itself",
    )  # fmt: skip

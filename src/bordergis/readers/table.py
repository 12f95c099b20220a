"""Read a table (CSV, XLSX, ODS, Parquet) as a layer, with a mapping of its columns or a guess that is said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from bordergis.crs import LONLAT
from bordergis.errors import SchemaError
from bordergis.provenance import attach, of
from bordergis.readers.arrow import plain_columns
from bordergis.readers.assemble import Raw, assemble
from bordergis.readers.cells import TABLE_FORMATS, Cells, cells_of
from bordergis.readers.door import open_door, require_count
from bordergis.readers.headers import ASSUMED, contract_of, match_columns
from bordergis.readers.shapes import strange_positions, without_heights

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping
    from pathlib import Path

    from bordergis.readers.checked import Checked
    from bordergis.readers.door import Doorway
    from bordergis.readers.headers import Matched
    from bordergis.schema import Contract

__all__ = ["Source", "from_table", "layer_of"]


ASSUMED_CLASS = "place"
ASSUMED_NOTE = (
    "No column says how finely the positions are known (position_class): they are taken as those of a place, without a radius unless the "
    "table gives one, so that they make no zone; rows without a position are unlocatable. Our assumption."
)


@dataclass(frozen=True)
class Source:
    """Where cells come from: file and format for the report, shapes if the format has them."""

    file: Path
    format: str
    geometry: gpd.GeoSeries | None = None


def from_table(  # noqa: PLR0913  each is an option of its own, called by name
    path: str | os.PathLike[str],
    kind: str,
    *,
    columns: Mapping[str, str] | None = None,
    sheet: str | None = None,
    number_rows: bool = False,
    on_error: str = "raise",
) -> Checked:
    r"""Read a CSV or TSV (also inside a zip), XLSX, ODS or Parquet table.

    Text may be UTF-8 (with or without mark), UTF-16 or cp874; cells may be parted by comma, semicolon, tab or bar. Formulas count as their
    stored values.

    Parameters
    ----------
    path
        The file.
    kind
        The layer it holds: a key of :data:`bordergis.schema.CONTRACTS`, such as ``villages``.
    columns
        Column of the contract and the column of the file it comes from. Beside the contract's: ``lon`` and ``lat``, or ``position`` for a
        whole position such as MGRS, or ``geometry`` for well-known text. What is not given is guessed from names, HXL tags and usual
        headings, and said in the notes.
    sheet
        Name of the sheet, if the workbook has several.
    number_rows
        Make a missing id of the file's name and the row number.
    on_error
        ``raise`` if a row must be rejected, or ``quarantine`` it in ``FILE.rejected.csv``.

    Returns
    -------
    Checked
        The layer; columns that no contract knows are carried as they are.

    Raises
    ------
    SchemaError
        If the file is not what it seems, or a column the contract needs is not in it.
    FaultsError
        If rows must be rejected and ``on_error`` is ``raise``.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "villages.csv"
    >>> _ = file.write_text("ชื่อหมู่บ้าน;MGRS\nบ้านหนองจาน;WA 220 861\n", encoding="utf-8")
    >>> read = from_table(file, "villages", columns={"name": "ชื่อหมู่บ้าน", "position": "MGRS"}, number_rows=True)
    >>> read.layer[["place_id", "name", "coord_raw", "coord_cell_m"]].to_dict("records")
    [{'place_id': 'villages:2', 'name': 'บ้านหนองจาน', 'coord_raw': 'WA 220 861', 'coord_cell_m': 100.0}]
    """
    contract = contract_of(kind)
    door = open_door(path, formats=(*TABLE_FORMATS, "parquet"))
    cells = _of_parquet(door) if door.format == "parquet" else cells_of(door, sheet)
    matched = match_columns(contract, list(cells.table.columns), told=columns, tags=cells.tags)
    if contract.geometry and contract.located and not matched.position:
        raise SchemaError(
            f"{door.path.name}: no column says where the {contract.name} are; it has {', '.join(cells.table.columns)}. "
            "Say which with `columns={'lon': …, 'lat': …}` or `columns={'position': …}`."
        )
    return layer_of(cells, Source(door.path, door.words), contract, matched, number_rows=number_rows, on_error=on_error)


def layer_of(  # noqa: PLR0913  the one way from matched cells to a layer, for every reader of open formats
    cells: Cells, source: Source, contract: Contract, matched: Matched, *, number_rows: bool = False, on_error: str = "raise"
) -> Checked:
    """Assemble matched cells, carry the other columns, and note what was guessed or left out."""
    columns, notes = _columns(cells, contract, matched, source.file.stem if number_rows else None)
    position, shapes, unread = _position(cells.table, matched.position)
    shapes = source.geometry if shapes is None else shapes
    if len(matched.position) == 1 and not {"position", "geometry"} & matched.position.keys():
        notes.append(f"Only {next(iter(matched.position))} was found, so no position was read.")
    elif contract.geometry and not matched.position and source.geometry is None:
        notes.append("No column says where the rows are; they have no position.")
    remarks = [part for part in (_of_contract(cells.remarks, contract, matched), unread) if part is not None and len(part)]
    told = pd.concat(remarks) if remarks else None
    if contract.geometry and position is None and shapes is not None:
        shapes, told = _without_impossible(shapes, told, contract)
        missing = int(shapes.isna().sum()) - (int((told["column"] == "geometry").sum()) if told is not None and not contract.located else 0)
        notes += [f"{missing} rows have no shape."] if missing > 0 else []
    raw = Raw(
        cells.table,
        source.file,
        source.format,
        cells.first_row,
        geometry=shapes,
        notes=(*cells.notes, *matched.notes, *notes),
        remarks=told,
    )
    read = assemble(raw, contract, columns, position=position, on_error=on_error)
    return _unlocated(read) if ASSUMED in matched.missing else read


def _of_parquet(door: Doorway) -> Cells:
    try:
        file = pq.ParquetFile(door.path)
        require_count(door, file.metadata.num_rows, "rows")
        require_count(door, file.metadata.num_columns, "columns")
        if b"geo" in (file.schema_arrow.metadata or {}):
            raise SchemaError(f"{door.path.name}: is GeoParquet; read it with `from_vector`.")
        table = file.read()
    except (pa.ArrowException, OSError) as fault:
        raise SchemaError(f"{door.path.name}: is damaged Parquet ({fault}); get the file again.") from fault
    return Cells(pd.DataFrame(plain_columns(table)), 1, notes=("Row numbers count the rows of the file from 1.",))


def _unlocated(read: Checked) -> Checked:
    """Say ``unlocatable`` of the rows for which a position class was assumed but no position was found."""
    layer = read.layer.assign(**{ASSUMED: read.layer[ASSUMED].mask(read.layer.geometry.isna(), "unlocatable")})
    return replace(read, layer=attach(layer, of(read.layer)))


def _without_impossible(
    shapes: gpd.GeoSeries, remarks: pd.DataFrame | None, contract: Contract
) -> tuple[gpd.GeoSeries, pd.DataFrame | None]:
    """Take impossible shapes away; where a row may be without a shape it is kept so, and flagged."""
    if remarks is None or contract.located:
        return shapes, remarks
    impossible = (remarks["column"] == "geometry") & (remarks["severity"] == "rejected")
    kept = shapes.where(~shapes.index.isin(remarks.index[impossible]), None)
    return kept, remarks.assign(severity=remarks["severity"].mask(impossible, "flagged"))


def _columns(cells: Cells, contract: Contract, matched: Matched, numbered: str | None) -> tuple[dict[str, pd.Series], list[str]]:
    """Give every column of the contract its cells; the others keep their names, or get one that is free."""
    table = cells.table
    columns = {column: _for(contract, column, table[name]) for column, name in matched.columns.items()}
    notes = []
    for column in matched.missing:
        field = contract.fields[column]
        if column == ASSUMED:
            columns[column] = pd.Series(ASSUMED_CLASS, table.index, dtype="str")
            notes.append(ASSUMED_NOTE)
        elif field.unique and numbered is not None:
            columns[column] = pd.Series(numbered + ":" + (table.index + cells.first_row).astype("str"), table.index, dtype="str")
            notes.append(f"{column} was made of the file's name and the row number.")
        elif not field.filled:
            columns[column] = pd.Series(pd.NA, index=table.index, dtype="str")
            notes.append(f"There is no column for {column}; it is empty.")
    used = {*matched.columns.values(), *matched.position.values()}
    for name in table.columns:
        if name in used:
            continue
        own = name if name not in contract.fields and name != "geometry" else f"file_{name}"
        columns[own] = table[name]
        if own != name:
            notes.append(f"{name!r} is carried as {own!r}: another column was read as {name}.")
    return columns, notes


def _for(contract: Contract, column: str, cells: pd.Series) -> pd.Series:
    """Write whole numbers without .0 where the contract wants text: a code is no measure."""
    if contract.fields[column].kind != "text" or not pd.api.types.is_float_dtype(cells):
        return cells
    whole = cells.dropna()
    return cells.astype("Int64") if len(whole) and (whole % 1 == 0).all() else cells


def _position(
    table: pd.DataFrame, where: Mapping[str, str]
) -> tuple[tuple[pd.Series, pd.Series] | pd.Series | None, gpd.GeoSeries | None, pd.DataFrame | None]:
    if "lat" in where and "lon" in where:
        return (table[where["lon"]], table[where["lat"]]), None, None
    if "position" in where:
        return table[where["position"]], None, None
    if "geometry" in where:
        shapes, unread = _from_text(table[where["geometry"]])
        return None, shapes, unread
    return None, None, None


def _from_text(cells: pd.Series) -> tuple[gpd.GeoSeries, pd.DataFrame]:
    """Read shapes written as well-known text; a cell that is none is a fault, not an empty shape."""
    written = cells.notna() & (cells.str.strip() != "")
    shapes = gpd.GeoSeries(
        shapely.from_wkt(cells.where(written, None).to_numpy(dtype=object), on_invalid="ignore"), cells.index, crs=LONLAT
    )
    bad = written & shapes.isna()
    told = {"severity": "rejected", "rule": "is not a shape", "remedy": "write well-known text, such as POINT (104.1 14.2)"}
    unread = pd.DataFrame({"column": "geometry", "value": cells[bad].str[:80], **told}, index=cells.index[bad])
    flat, _ = without_heights(np.asarray(shapes.array))
    strange = strange_positions(flat)
    if strange is not None:
        unread = pd.concat([unread, strange.set_index(cells.index[strange.index])])
    return gpd.GeoSeries(flat, cells.index, crs=LONLAT), unread


def _of_contract(remarks: pd.DataFrame | None, contract: Contract, matched: Matched) -> pd.DataFrame | None:
    """Speak of the contract's columns; a cell without a usable value costs the row if the contract needs one there."""
    if remarks is None:
        return None
    meant = {name: column for column, name in {**matched.columns, **matched.position}.items()}
    needed = [column for column, field in contract.fields.items() if field.filled]
    columns = remarks["column"].map(lambda name: meant.get(name, name))
    return remarks.assign(column=columns, severity=remarks["severity"].mask(columns.isin(needed), "rejected"))

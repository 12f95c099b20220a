"""From raw cells to a checked layer: the one way every reader goes.

A reader says which cell of the file is which column of the contract. Here each column is given its kind, every cell that breaks a rule
becomes a fault with its row and remedy, and the rows are counted: in = clean + flagged + rejected.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bordergis.crs import LONLAT
from bordergis.datasets import TIME_ZONE
from bordergis.errors import SchemaError
from bordergis.files import disarmed, write_atomic
from bordergis.provenance import Provenance, attach
from bordergis.readers.checked import FAULT_COLUMNS, Checked, FaultsError, Report
from bordergis.readers.coordinates import parse_coordinates, parse_position
from bordergis.readers.dates import parse_dates
from bordergis.readers.text import ascii_digits, clean_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bordergis.schema import Contract, Field

__all__ = ["Raw", "assemble"]

GROUPED = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?"
"""A number whose thousands are grouped by commas."""

OFFSET = r"(?:Z|[+-]\d{2}:?\d{2})$"
LOCAL_OFFSET = "+07:00"
"""What a moment without an offset is taken for; both countries keep it all the year."""

SETTLEMENTS = ("villages", "places")
SETTLEMENT_RADIUS_M = 1_000.0
"""A settlement is an area, and lists differ in where they put its point: our assumption where a file states no precision, the same as
for GeoNames points (data/README.md)."""

TRUE = ("true", "yes", "1", "y", "t")
FALSE = ("false", "no", "0", "n", "f")


@dataclass(frozen=True)
class Raw:
    """A file as it stands: cells, their row numbers, and what is known of the file.

    Attributes
    ----------
    cells
        The cells, as text wherever the format has text; the index counts the rows from the first data row.
    file
        The file.
    format
        What it was read as, and how that is known.
    first_row
        Number of the first data row, as a spreadsheet shows it (2 below one header line).
    geometry
        Shapes, if the format has them (lon/lat).
    notes
        What was guessed or left out on the way.
    sources
        ``source_id`` of the data, if known.
    remarks
        What is wrong with rows or cells already as they stand, such as a row with too few cells: all of :data:`FAULT_COLUMNS` but ``row``,
        on the index of ``cells``.
    """

    cells: pd.DataFrame
    file: Path
    format: str
    first_row: int = 2
    geometry: gpd.GeoSeries | None = None
    notes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    remarks: pd.DataFrame | None = None


@dataclass
class _Faults:
    """The faults found so far, and which rows cannot be taken."""

    raw: Raw
    parts: list[pd.DataFrame] = field(default_factory=list)

    def add(  # noqa: PLR0913, PLR0917  a fault has these six parts
        self, bad: pd.Series, column: str, value: pd.Series, severity: str, rule: pd.Series | str, remedy: pd.Series | str
    ) -> None:
        """Note a fault for every row where ``bad`` holds."""
        if not bad.any():
            return
        rows = bad.index[bad]
        words = {"rule": rule, "remedy": remedy}
        told = {name: part[bad] if isinstance(part, pd.Series) else part for name, part in words.items()}
        part = pd.DataFrame(
            {"row": rows + self.raw.first_row, "column": column, "value": value[bad], "severity": severity, **told}, index=rows
        )
        self.parts.append(part[list(FAULT_COLUMNS)])

    def table(self) -> pd.DataFrame:
        if not self.parts:
            return pd.DataFrame({name: pd.Series(dtype="object") for name in FAULT_COLUMNS})
        return pd.concat(self.parts).sort_values("row", kind="stable")


def assemble(
    raw: Raw,
    contract: Contract,
    columns: Mapping[str, pd.Series],
    *,
    position: tuple[pd.Series, pd.Series] | pd.Series | None = None,
    on_error: str = "raise",
) -> Checked:
    """Make a checked layer of raw cells.

    Parameters
    ----------
    raw
        The file as it stands.
    contract
        What the layer must satisfy.
    columns
        For each column of the contract the cells it comes from (on the index of ``raw.cells``); text, or already of its kind.
    position
        The cells of longitude and latitude, or the cells that hold a whole position; by default ``raw.geometry``.
    on_error
        ``raise`` if any row must be rejected, or ``quarantine``: the rejected rows go to ``FILE.rejected.csv`` beside the file.

    Returns
    -------
    Checked
        The layer, the report and the rejected rows.

    Raises
    ------
    FaultsError
        If rows must be rejected and ``on_error`` is ``raise``; it carries the report.
    SchemaError
        If ``on_error`` is neither, or a column the contract needs is not in the file.
    """
    if on_error not in ("raise", "quarantine"):
        raise SchemaError(f"on_error is 'raise' or 'quarantine', not {on_error!r}.")
    _require_columns(raw, contract, columns)

    faults = _Faults(raw)
    if raw.remarks is not None:
        kept = raw.remarks[raw.remarks.index.isin(raw.cells.index)]
        faults.parts.append(kept.assign(row=kept.index + raw.first_row)[list(FAULT_COLUMNS)])
    table = pd.DataFrame(
        {name: _column(name, contract.fields.get(name), cells, faults) for name, cells in columns.items()}, index=raw.cells.index
    )
    if contract.geometry:
        table = _placed(table, raw, contract, position, faults)

    found = faults.table()
    rejected = table.index.isin(found.index[found["severity"] == "rejected"])
    flagged = table.index.isin(found.index) & ~rejected
    report = Report(
        file=raw.file.name, format=raw.format, kind=contract.name, rows_in=len(table), rows_clean=int((~rejected & ~flagged).sum()),
        rows_flagged=int(flagged.sum()), rows_rejected=int(rejected.sum()), faults=found.reset_index(drop=True), notes=raw.notes,
    )  # fmt: skip
    if report.rows_rejected and on_error == "raise":
        raise FaultsError(report)

    layer = table[~rejected].reset_index(drop=True)
    contract.validate(layer)
    attach(layer, Provenance(raw.sources, (f"read {raw.file.name} ({raw.format})",), (*raw.notes, report.words(most=0))))
    aside = raw.cells[rejected].assign(row=raw.cells.index[rejected] + raw.first_row)
    if len(aside):
        write_atomic(
            raw.file.with_name(f"{raw.file.name}.rejected.csv"), aside.map(disarmed).to_csv(index=False, lineterminator="\n").encode()
        )
    return Checked(layer, report, aside)


def _require_columns(raw: Raw, contract: Contract, columns: Mapping[str, pd.Series]) -> None:
    missing = [name for name, told in contract.fields.items() if told.required and name not in columns]
    if missing:
        raise SchemaError(
            f"{raw.file.name}: no column for {', '.join(missing)} (as {contract.name}); the file has "
            f"{', '.join(map(str, raw.cells.columns))}. "
            f"Say which is which with a mapping, such as {{{missing[0]!r}: 'the column in the file'}}."
        )


def _column(name: str, told: Field | None, cells: pd.Series, faults: _Faults) -> pd.Series:
    """Give a column its kind, and note every cell that breaks a rule."""
    if told is None:
        return cells
    values = _KINDS[told.kind](name, cells, faults, severity := _severity(told))
    if told.words is not None:
        strange = values.notna() & ~values.isin(told.words)
        faults.add(strange, name, cells, severity, f"is not one of {', '.join(told.words)}", "use one of these words")
        values = values.mask(strange)
    if told.least is not None:
        small = values.notna() & (values < told.least).fillna(value=False)
        faults.add(small, name, cells, severity, f"is less than {told.least:g}", "correct the number")
        values = values.mask(small)
    if told.filled:
        known_bad = pd.Index([]).append([part.index for part in faults.parts if (part["column"] == name).any()])
        empty = values.isna() & ~values.index.isin(known_bad)
        faults.add(empty, name, cells, "rejected", "is empty", "give a value")
    if told.unique:
        again = values.notna() & values.duplicated(keep="first")
        faults.add(again, name, cells, "rejected", "stands in an earlier row too", "give every row its own id, or remove the repetition")
    return values


def _severity(told: Field) -> str:
    """Reject the row if a value it cannot do without is wrong; else take the row without the value, and say so."""
    return "rejected" if told.filled else "flagged"


def _text(_name: str, cells: pd.Series, _faults: _Faults, _severity: str) -> pd.Series:
    values = clean_text(cells.astype("str"))
    return values.mask(values == "")


def _number(name: str, cells: pd.Series, faults: _Faults, severity: str) -> pd.Series:
    if pd.api.types.is_numeric_dtype(cells):
        return cells.astype("float64")
    text = ascii_digits(_text(name, cells, faults, severity))
    grouped = text.str.fullmatch(GROUPED).fillna(value=False).astype(bool)
    values = pd.to_numeric(text.where(~grouped, text.str.replace(",", "")), errors="coerce").astype("float64")
    bad = text.notna() & ~np.isfinite(values)
    faults.add(bad, name, cells, severity, "is not a number", "write digits only, with a point for decimals")
    return values.mask(bad)


def _whole(name: str, cells: pd.Series, faults: _Faults, severity: str) -> pd.Series:
    values = _number(name, cells, faults, severity)
    broken = values.notna() & (values % 1 != 0)
    faults.add(broken, name, cells, severity, "is not a whole number", "write a whole number")
    return values.mask(broken).astype("Int64")


def _date(name: str, cells: pd.Series, faults: _Faults, severity: str) -> pd.Series:
    if pd.api.types.is_datetime64_dtype(cells):
        return cells.dt.normalize().astype("datetime64[s]")
    parsed = parse_dates(cells)
    faults.add(parsed["fault"].notna(), name, cells, severity, "is not a date", parsed["fault"])
    faults.add(parsed["flag"].notna() & parsed["fault"].isna(), name, cells, "flagged", "was read with an assumption", parsed["flag"])
    return parsed["date"]


def _moment(name: str, cells: pd.Series, faults: _Faults, severity: str) -> pd.Series:
    if isinstance(cells.dtype, pd.DatetimeTZDtype):
        return cells.dt.tz_convert(TIME_ZONE)
    text = ascii_digits(_text(name, cells, faults, severity))
    local = text.notna() & ~text.str.contains(OFFSET, regex=True).fillna(value=False).astype(bool)
    values = pd.to_datetime(text.where(~local, text + LOCAL_OFFSET), format="ISO8601", utc=True, errors="coerce").dt.tz_convert(TIME_ZONE)
    bad = text.notna() & values.isna()
    faults.add(bad, name, cells, severity, "is not a moment", "write such as 2025-12-27T12:00:00+07:00")
    faults.add(local & ~bad, name, cells, "flagged", "was read with an assumption", "local time (UTC+7); write the offset to be sure")
    return values


def _flag(name: str, cells: pd.Series, faults: _Faults, severity: str) -> pd.Series:
    if pd.api.types.is_bool_dtype(cells):
        return cells.astype("boolean")
    words = _text(name, cells, faults, severity).str.casefold()
    values = words.map(dict.fromkeys(TRUE, True) | dict.fromkeys(FALSE, False)).astype("boolean")
    bad = words.notna() & values.isna()
    faults.add(bad, name, cells, severity, "is neither yes nor no", "write true or false")
    return values


def _as_is(_name: str, cells: pd.Series, _faults: _Faults, _severity: str) -> pd.Series:
    return cells


_KINDS = {"text": _text, "number": _number, "whole": _whole, "date": _date, "time": _moment, "flag": _flag, "list": _as_is}


def _placed(
    table: pd.DataFrame, raw: Raw, contract: Contract, position: tuple[pd.Series, pd.Series] | pd.Series | None, faults: _Faults
) -> gpd.GeoDataFrame:
    """Give every row its shape, and note what is wrong with it."""
    severity = "rejected" if contract.located else "flagged"
    if position is None:
        shapes = raw.geometry if raw.geometry is not None else gpd.GeoSeries([None] * len(table), index=table.index, crs=LONLAT)
        return _settled(_shaped(table, shapes, contract, severity, faults), table, contract)

    parsed, cells = _parsed(position)
    faults.add(parsed["fault"].notna(), "position", cells, severity, "is not a position", parsed["fault"])
    faults.add(parsed["flag"].notna() & parsed["fault"].isna(), "position", cells, "flagged", "was read with an assumption", parsed["flag"])
    missing = parsed["lon"].isna() & parsed["fault"].isna()
    if contract.located:
        faults.add(missing, "position", cells, "rejected", "is empty", "give longitude and latitude")
    points = np.where(parsed["lon"].notna(), shapely.points(parsed["lon"].fillna(0), parsed["lat"].fillna(0)), None)
    placed = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(points, index=table.index, crs=LONLAT))
    return _settled(_with_precision(placed, contract, parsed, cells), table, contract)


def _settled(placed: gpd.GeoDataFrame, table: pd.DataFrame, contract: Contract) -> gpd.GeoDataFrame:
    """Keep the digits of a coordinate from making a settlement more certain than it is, unless the file states its precision."""
    if contract.name not in SETTLEMENTS or "position_radius_m" in table:
        return placed
    printed_m = placed.get("position_radius_m", pd.Series(np.nan, placed.index))
    return placed.assign(position_radius_m=printed_m.fillna(0.0).clip(lower=SETTLEMENT_RADIUS_M).where(~placed.geometry.isna()))


def _parsed(position: tuple[pd.Series, pd.Series] | pd.Series) -> tuple[pd.DataFrame, pd.Series]:
    if isinstance(position, pd.Series):
        return parse_position(position), position
    lon, lat = position
    return parse_coordinates(lon, lat), lon.astype("str").fillna("") + ", " + lat.astype("str").fillna("")


def _with_precision(placed: gpd.GeoDataFrame, contract: Contract, parsed: pd.DataFrame, cells: pd.Series) -> gpd.GeoDataFrame:
    """Keep the coordinate as printed and the cell it names, where the contract has room for them and the reader did not say."""
    known = {"coord_raw": cells.where(parsed["lon"].notna()), "coord_cell_m": parsed["cell_m"], "position_radius_m": parsed["radius_m"]}
    return placed.assign(**{name: values for name, values in known.items() if name in contract.fields and name not in placed})


def _shaped(table: pd.DataFrame, shapes: gpd.GeoSeries, contract: Contract, severity: str, faults: _Faults) -> gpd.GeoDataFrame:
    kinds = shapes.geom_type
    missing = shapes.isna() | shapes.is_empty
    strange = ~missing & ~kinds.isin(contract.geometry)
    words = " or ".join(contract.geometry)
    faults.add(strange, "geometry", kinds.astype("object"), "rejected", f"is not {words}", f"give {words}")
    broken = ~missing & ~strange & ~shapes.is_valid
    faults.add(broken, "geometry", kinds.astype("object"), "rejected", "crosses itself or is not closed", "mend the shape (`make_valid`)")
    if contract.located:
        faults.add(missing, "geometry", kinds.astype("object"), severity, "is empty", "give the row a shape")
    return gpd.GeoDataFrame(table, geometry=shapes.where(~(missing | strange), None), crs=LONLAT)

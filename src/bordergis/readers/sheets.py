"""The cells of a spreadsheet (XLSX, ODS) as text, as they are shown: codes keep their zeros, dates are ISO dates."""

from __future__ import annotations

import datetime as dt
import re
import warnings
import zipfile
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, NamedTuple
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from bordergis.errors import SchemaError
from bordergis.readers.door import require_count, require_plain_xml

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from xml.etree.ElementTree import Element

    from bordergis.readers.door import Doorway

__all__ = ["OddCell", "Sheet", "read_sheet", "sheet_names"]

CELLS_OF_A_ROW = 16_384
"""Columns a spreadsheet can have; more are a trick."""

ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!")

_CODE_FORMAT = re.compile(r"0{2,}")
_DAMAGE = (
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    OSError,
    zipfile.BadZipFile,
    ParseError,
    DefusedXmlException,
    RecursionError,
)
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


class OddCell(NamedTuple):
    """A cell without a usable value: row and column counted from 0."""

    row: int
    column: int
    value: str
    rule: str
    remedy: str


@dataclass
class Sheet:
    """One sheet: its rows of text, odd cells, and what a reader must know."""

    name: str
    rows: list[list[str]] = field(default_factory=list)
    odd: list[OddCell] = field(default_factory=list)
    notes: tuple[str, ...] = ()
    n_cells: int = 0


def sheet_names(door: Doorway) -> list[str]:
    """List the sheets of a workbook that hold any rows.

    Raises
    ------
    SchemaError
        If the workbook is damaged.
    """
    return [sheet.name for sheet in _sheets(door, None, 1) if sheet.rows]


def read_sheet(door: Doorway, name: str | None = None, *, most: int | None = None) -> Sheet:
    """Read the sheet of a name, or the only one that holds rows; if asked, only its first rows.

    Raises
    ------
    SchemaError
        If there is no such sheet, several hold rows and none is named, or the workbook is damaged.
    """
    sheets = [sheet for sheet in _sheets(door, name, most) if sheet.rows]
    if name is not None:
        found = [sheet for sheet in sheets if sheet.name == name]
        if not found:
            raise SchemaError(f"{door.path.name}: has no sheet {name!r} with rows; it has {', '.join(sheet_names(door))}.")
        return found[0]
    if not sheets:
        raise SchemaError(f"{door.path.name}: no sheet has any rows; get the file again.")
    if len(sheets) > 1:
        names = ", ".join(repr(sheet.name) for sheet in sheets)
        raise SchemaError(f"{door.path.name}: several sheets hold rows ({names}); say which with `sheet={sheets[0].name!r}`.")
    sheets[0].notes = (f"Sheet {sheets[0].name!r} was read.", *sheets[0].notes)
    return sheets[0]


def _sheets(door: Doorway, name: str | None, most: int | None) -> list[Sheet]:
    try:
        return list(_xlsx(door, name, most) if door.format == "xlsx" else _ods(door, name, most))
    except SchemaError:
        raise
    except _DAMAGE as fault:
        raise SchemaError(
            f"{door.path.name}: the workbook is damaged ({type(fault).__name__}: {fault}); open it in its program and save it again."
        ) from fault


def _xlsx(door: Doorway, name: str | None, most: int | None) -> Iterator[Sheet]:
    import openpyxl  # noqa: PLC0415  0.3 s: only when a workbook is read

    parts = _parts(door)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # on styles and validation rules that are of no use here
        book = openpyxl.load_workbook(door.path, read_only=True, data_only=True)
        formulas = openpyxl.load_workbook(door.path, read_only=True) if parts.formulas else None
        try:
            for sheet in book.worksheets:
                if name is None or sheet.title == name:
                    yield _xlsx_sheet(
                        door, sheet.title, _rows(sheet, most), _rows(formulas[sheet.title], most) if formulas else None, parts
                    )
        finally:
            book.close()
            if formulas:
                formulas.close()


class _Parts(NamedTuple):
    """What the XML of a workbook holds beside plain values."""

    formulas: bool
    merged: bool


def _parts(door: Doorway) -> _Parts:
    """Walk through the XML of a workbook: no document type, and look for formulas and merged cells."""
    formulas = merged = False
    with zipfile.ZipFile(door.path) as packed:
        for part in packed.namelist():
            if not part.endswith((".xml", ".rels")):
                continue
            with packed.open(part) as stream:
                require_plain_xml(stream, f"{door.path.name} ({part})")
            if part.startswith("xl/worksheets/"):
                with packed.open(part) as stream:
                    found = _found(stream, (b"<f>", b"<f ", b"<mergeCell "))
                formulas, merged = formulas or bool(found & {b"<f>", b"<f "}), merged or b"<mergeCell " in found
    return _Parts(formulas, merged)


def _found(stream: IO[bytes], words: Sequence[bytes]) -> set[bytes]:
    """Which of some words stand in a stream."""
    found: set[bytes] = set()
    tail = b""
    while part := stream.read(1 << 20):
        window = tail + part
        found |= {word for word in words if word in window}
        tail = window[-32:]
    return found


def _rows(sheet: Any, most: int | None) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401  openpyxl has no types
    """Walk through the rows there are; the size that a sheet states may be wrong."""
    sheet.reset_dimensions()
    return islice(sheet.iter_rows(), most)


def _xlsx_sheet(
    door: Doorway, name: str, rows: Iterator[tuple[Any, ...]], formulas: Iterator[tuple[Any, ...]] | None, parts: _Parts
) -> Sheet:
    read = Sheet(name)
    for n, row in enumerate(rows):
        require_count(door, n, "rows")
        cells = [_shown(cell) for cell in row]
        if formulas is not None:
            _note_formulas(read, n, cells, next(formulas, ()))
        read.odd += [
            OddCell(n, k, cell, "is an error of the spreadsheet", "mend the formula, or write the value")
            for k, cell in enumerate(cells)
            if cell in ERRORS
        ]
        read.rows.append(_trimmed(cells))
        read.n_cells += len(read.rows[-1])
        require_count(door, read.n_cells, "cells")
    _drop_tail(read)
    if parts.merged:
        read.notes = ("The workbook has merged cells: only the first cell of each has the value, the others are empty.",)
    return read


def _note_formulas(read: Sheet, row: int, cells: Sequence[str], asked: Sequence[Any]) -> None:
    read.odd += [
        OddCell(row, k, str(cell.value)[:80], "is a formula without a stored value", "open the file in a spreadsheet and save it")
        for k, cell in enumerate(asked)
        if cell.data_type == "f" and k < len(cells) and not cells[k]
    ]


def _shown(cell: Any) -> str:  # noqa: ANN401  openpyxl has no types
    """Give a cell as it is shown: a code with its zeros, a date as an ISO date."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool) and (code := _CODE_FORMAT.fullmatch(cell.number_format or "")):
        return str(value).zfill(len(code[0]))
    return _plain(value)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ", timespec="seconds")
    return str(value)


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1].strip():
        cells.pop()
    return cells


def _drop_tail(sheet: Sheet) -> None:
    while sheet.rows and not sheet.rows[-1]:
        sheet.rows.pop()


def _ods(door: Doorway, name: str | None, most: int | None) -> Iterator[Sheet]:
    with zipfile.ZipFile(door.path) as packed:
        with packed.open("content.xml") as stream:
            require_plain_xml(stream, f"{door.path.name} (content.xml)")
        with packed.open("content.xml") as stream:
            sheet = Sheet("")
            for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
                if event == "start" and element.tag == f"{_TABLE}table":
                    sheet = Sheet(element.get(f"{_TABLE}name", ""))
                elif event == "end" and element.tag == f"{_TABLE}table-row":
                    _add_row(door, sheet, element)
                    element.clear()
                elif event == "end" and element.tag == f"{_TABLE}table":
                    element.clear()
                    _drop_tail(sheet)
                    sheet.rows = sheet.rows[:most]
                    if name is None or sheet.name == name:
                        yield sheet


def _add_row(door: Doorway, sheet: Sheet, element: Element) -> None:
    """Add a row as often as it is repeated; empty ones are only made when a filled one follows."""
    cells: list[str] = []
    for cell in element:
        if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            continue
        repeated = _repeated(cell, "columns")
        shown = _ods_shown(cell)
        if not shown and len(cells) + repeated >= CELLS_OF_A_ROW:
            break
        if len(cells) + repeated > CELLS_OF_A_ROW:
            require_count(door, len(cells) + repeated, "columns")
        if shown in ERRORS:
            sheet.odd.append(
                OddCell(len(sheet.rows), len(cells), shown, "is an error of the spreadsheet", "mend the formula, or write the value")
            )
        cells += [shown] * repeated
    repeated = _repeated(element, "rows")
    cells = _trimmed(cells)
    if not cells and len(sheet.rows) + repeated > door.limits.rows:
        return
    require_count(door, len(sheet.rows) + repeated, "rows")
    sheet.n_cells += len(cells) * repeated
    require_count(door, sheet.n_cells, "cells")
    sheet.rows += [cells] * repeated


def _repeated(element: Element, what: str) -> int:
    return max(1, int(element.get(f"{_TABLE}number-{what}-repeated", "1")))


def _ods_shown(cell: Element) -> str:
    kind = cell.get(f"{_OFFICE}value-type")
    text = "\n".join(_paragraph(part) for part in cell if part.tag == f"{_TEXT}p")
    if kind in ("float", "currency", "percentage"):
        coded = re.fullmatch(r"0\d+", text)
        return text if coded else _plain(float(cell.get(f"{_OFFICE}value", "nan")))
    if kind == "date":
        return cell.get(f"{_OFFICE}date-value", text).replace("T00:00:00", "").replace("T", " ")
    if kind == "boolean":
        return cell.get(f"{_OFFICE}boolean-value", text)
    return text


def _paragraph(element: Element) -> str:
    """Join the text of a paragraph with its spans, spaces, tabs and line breaks; comments are no value."""
    parts = [element.text or ""]
    for part in element:
        if part.tag == f"{_TEXT}s":
            parts.append(" " * min(int(part.get(f"{_TEXT}c", "1")), CELLS_OF_A_ROW))
        elif part.tag == f"{_TEXT}tab":
            parts.append("\t")
        elif part.tag == f"{_TEXT}line-break":
            parts.append("\n")
        elif part.tag != f"{_OFFICE}annotation":
            parts.append(_paragraph(part))
        parts.append(part.tail or "")
    return "".join(parts)

"""The cells of a table file as text, with the row numbers that a spreadsheet shows."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv

from bordergis.errors import SchemaError
from bordergis.readers.assemble import Raw
from bordergis.readers.door import LIMITS, open_door, read_member, require_count
from bordergis.readers.sheets import read_sheet
from bordergis.readers.text import clean_text, read_text

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from bordergis.readers.door import Doorway, Limits
    from bordergis.readers.sheets import Sheet

__all__ = ["TABLE_FORMATS", "Cells", "cells_of", "read_cells"]

TABLE_FORMATS = ("csv", "tsv", "xlsx", "ods", "zip")
"""Formats of the door whose cells are read here; a zip holds one CSV."""

DELIMITERS = (",", ";", "\t", "|")
HEAD_ROWS = 30
"""Rows looked at to find the delimiter and the row with the column names."""

HEAD_LETTERS = 400_000
BLOCK_BYTES = 32_000_000
"""The longest single row of a CSV that is read."""

ODD_SHOWN = 5

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$")
_EXCEL_HINT = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_STRAY_QUOTE = re.compile(r'"(?<=[^,;\t|\r\n"]")(?=[^,;\t|\r\n"])')
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")


@dataclass(frozen=True)
class Cells:
    """The cells of one table.

    Attributes
    ----------
    table
        A column a column of the file, all text; the index counts rows from the first data row, so that blank rows leave gaps.
    first_row
        The spreadsheet's number of the first data row.
    tags
        The HXL tag of each column that has one.
    remarks
        What is wrong with whole rows or single cells already here, as in :class:`~bordergis.readers.assemble.Raw`.
    notes
        What was found and left out: encoding, delimiter, blank rows, title rows.
    encoding
        Encoding of a text file.
    """

    table: pd.DataFrame
    first_row: int
    tags: dict[str, str] = field(default_factory=dict)
    remarks: pd.DataFrame | None = None
    notes: tuple[str, ...] = ()
    encoding: str | None = None


class Odd(NamedTuple):
    """Something wrong with a row, or with one of its cells."""

    at: int
    column: str
    value: str
    severity: str
    rule: str
    remedy: str


class _Head(NamedTuple):
    """Where the names stand: how many rows before the first data row, the names, their HXL tags."""

    rows: int
    names: list[str]
    tags: dict[str, str]
    notes: tuple[str, ...]


def read_cells(path: str | os.PathLike[str], *, sheet: str | None = None, limits: Limits = LIMITS) -> Raw:
    r"""Read a CSV (also inside a zip), XLSX or ODS file as cells of text, through the guarded door.

    Parameters
    ----------
    path
        The file.
    sheet
        Name of the sheet, if the workbook has several.
    limits
        How large the file may be.

    Returns
    -------
    Raw
        The cells, as :func:`bordergis.readers.assemble.assemble` takes them.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "villages.csv"
    >>> _ = file.write_text("code;name\n010203;O Smach\n", encoding="utf-8")
    >>> read_cells(file).cells.to_dict("records")
    [{'code': '010203', 'name': 'O Smach'}]
    """
    door = open_door(path, formats=TABLE_FORMATS, limits=limits)
    cells = cells_of(door, sheet)
    return Raw(cells.table, door.path, door.words, cells.first_row, notes=cells.notes, remarks=cells.remarks)


def cells_of(door: Doorway, sheet: str | None = None, *, head: bool = False) -> Cells:
    r"""Read the cells of a file that passed the door.

    Parameters
    ----------
    door
        The file.
    sheet
        Name of the sheet, if the workbook has several.
    head
        Read only the first rows: enough to see the columns.

    Raises
    ------
    SchemaError
        If quotes are not closed, there is no row of column names, or a workbook has several sheets and none is named.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "villages.csv"
    >>> _ = file.write_text("name,lat\n#loc+name,#geo+lat\nO Smach,14.4\n", encoding="utf-8")
    >>> cells_of(open_door(file)).tags
    {'name': '#loc+name', 'lat': '#geo+lat'}
    """
    if door.format in ("xlsx", "ods"):
        return _of_sheet(door, read_sheet(door, sheet, most=HEAD_ROWS if head else None))
    notes: tuple[str, ...] = ()
    if door.format == "zip":
        name, content = read_member(door, ".csv")
        notes = (f"{name} inside the zip was read.",)
    else:
        with door.path.open("rb") as stream:
            content = stream.read(HEAD_LETTERS if head else -1)
    if head:
        content = _whole_lines(content)
    cells = _of_text(door, content, notes, head=head)
    require_count(door, len(cells.table), "rows")
    return cells


def _whole_lines(content: bytes) -> bytes:
    """Cut off the last line, which may be half a line, in whatever encoding."""
    if len(content) < HEAD_LETTERS:
        return content
    line_end = next((end for end in (b"\n\0", b"\0\n", b"\n", b"\r") if end in content[-HEAD_LETTERS // 2 :]), b"")
    return content[: content.rfind(line_end) + len(line_end)] if line_end else content


def _of_sheet(door: Doorway, found: Sheet) -> Cells:
    head = _head(door, found.rows[:HEAD_ROWS])
    names = head.names
    body = found.rows[head.rows :]
    columns = {name: pa.array([row[n] if n < len(row) else "" for row in body], pa.string()) for n, name in enumerate(names)}
    table = pd.DataFrame({name: pd.Series(pd.array(cells, dtype="str")) for name, cells in columns.items()})
    beyond = [Odd(n, "row", " | ".join(row[len(names) :]), "rejected", _TOO_MANY.format(len(row), len(names)), _TOO_MANY_REMEDY)
              for n, row in enumerate(body) if len(row) > len(names) and any(row[len(names) :])]  # fmt: skip
    inner = [Odd(odd.row - head.rows, names[odd.column], odd.value, "flagged", odd.rule, odd.remedy)
             for odd in found.odd if odd.row >= head.rows and odd.column < len(names)]  # fmt: skip
    notes = (*found.notes, *head.notes)
    return _without_blank_rows(Cells(table, head.rows + 1, head.tags, _remarks([*beyond, *inner]), notes))


_TOO_MANY = "has {} cells under {} column names"
_TOO_MANY_REMEDY = "put quotes around values that hold the delimiter, or name every column"
_TOO_FEW_REMEDY = "complete the row; a line break inside a value needs quotes around it"


def _of_text(door: Doorway, content: bytes, notes: tuple[str, ...], *, head: bool) -> Cells:
    try:
        text, encoding = read_text(content)
    except SchemaError as fault:
        raise SchemaError(f"{door.path.name}: {fault}") from fault
    del content
    hint = _EXCEL_HINT.match(text)
    if hint:
        text = text[hint.end() :]
    lines = _LINE.findall(text[:HEAD_LETTERS])
    delimiter = hint[1] if hint else _delimiter(door, lines)
    if not head:
        _require_quotes_closed(door, text, delimiter)

    rows, ends = _first_rows(lines, delimiter)
    top = _head(door, rows, named_only=True)
    told = (*notes, f"Read as {encoding}, {_DELIMITER_WORDS.get(delimiter, repr(delimiter))} between cells.", *top.notes)
    if head:
        shown = [[*row, *[""] * len(top.names)][: len(top.names)] for row in rows[top.rows :]]
        return Cells(pd.DataFrame(shown, columns=top.names, dtype="str"), top.rows + 1, top.tags, notes=told, encoding=encoding)
    body = text[sum(map(len, lines[: ends[top.rows - 1]])) :].encode()
    del text
    table, odd, trimmed = _parsed(door, body, delimiter, top.names)
    if trimmed:
        told = (*told, f"{trimmed} rows end with more delimiters than there are columns; the empty cells were left out.")
    return _without_blank_rows(Cells(table, top.rows + 1, top.tags, _remarks(odd), told, encoding))


def _first_rows(lines: list[str], delimiter: str) -> tuple[list[list[str]], list[int]]:
    """Part the first rows into cells, and say with which line each ends."""
    reader = csv.reader(lines, delimiter=delimiter)
    rows, ends = [], []
    for row in reader:
        rows.append(row)
        ends.append(reader.line_num)
        if len(rows) == HEAD_ROWS:
            break
    return rows, ends


_DELIMITER_WORDS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


def _delimiter(door: Doorway, lines: list[str]) -> str:
    """Choose the delimiter that parts the first rows into the most cells, the same number in most rows."""
    if door.format == "tsv" and any("\t" in line for line in lines[:HEAD_ROWS]):
        return "\t"
    scores = {}
    for delimiter in DELIMITERS:
        widths = [len(row) for row in _first_rows(lines, delimiter)[0] if row]
        usual = max(set(widths), key=lambda width: (widths.count(width), width), default=0)
        scores[delimiter] = (usual > 1, widths.count(usual) * usual)
    return max(DELIMITERS, key=lambda delimiter: scores[delimiter])


def _require_quotes_closed(door: Doorway, text: str, delimiter: str) -> None:
    """Refuse quotes that make the ends of rows uncertain. The whole file is only walked through if something looks odd."""
    if text.count('"') % 2 == 0 and not _STRAY_QUOTE.search(text):
        return
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    broken: list[str] = []
    start = 1
    while len(broken) < ODD_SHOWN:
        try:
            next(reader)
        except StopIteration:
            break
        except csv.Error:
            broken.append(f"{start}" if start == reader.line_num else f"{start} to {reader.line_num}")
        start = reader.line_num + 1
    if broken:
        raise SchemaError(
            f"{door.path.name}: quotes are not closed, or stand inside quoted text, in line {', '.join(broken)}; "
            'write a quote inside a quoted value twice (""), and close every quote.'
        )


def _head(door: Doorway, rows: Sequence[Sequence[str]], *, named_only: bool = False) -> _Head:
    """Find the row of column names: the first that fills at least half as many cells as the fullest of the first rows.

    In a text only named columns count (another cell is a fault of its row); in a sheet a filled column without a name is one too.
    """
    filled = [sum(1 for cell in row if cell.strip()) for row in rows]
    widest = max(filled, default=0)
    if widest == 0:
        raise SchemaError(f"{door.path.name}: has no cells with anything in them; get the file again.")
    first = next(n for n, count in enumerate(filled) if 2 * count >= widest)
    width = len(rows[first]) if named_only else max(n + 1 for row in rows[first:] for n, cell in enumerate(row) if cell.strip())
    require_count(door, width, "columns")
    cells = list(clean_text(pd.Series([*rows[first], *[""] * width], dtype="str")))[:width]
    numbers = sum(1 for cell in cells if _NUMBER.fullmatch(cell))
    if 2 * numbers > filled[first]:
        raise SchemaError(
            f"{door.path.name}: row {first + 1} should name the columns, but holds numbers ({', '.join(cells[:4])}); "
            "put a row of column names at the top."
        )
    notes = [f"Rows 1 to {first}, above the column names, were left out."] if first else []
    tags = _tags(rows[first + 1] if first + 1 < len(rows) else [])
    own_tags = _tags(cells)
    names, unnamed = _unique(cells)
    notes += unnamed
    if tags:
        notes.append(f"Row {first + 2} holds HXL tags.")
    place = own_tags or tags
    return _Head(first + 1 + bool(tags), names, {names[n]: tag for n, tag in place.items() if n < len(names)}, tuple(notes))


def _tags(row: Sequence[str]) -> dict[int, str]:
    """Take a row as HXL tags if at least half of its filled cells begin with #."""
    filled = {n: cell.strip() for n, cell in enumerate(row) if cell.strip()}
    tags = {n: re.sub(r"\s+", "", cell) for n, cell in filled.items() if re.match(r"#\s*[A-Za-z]", cell)}
    return tags if filled and 2 * len(tags) >= len(filled) else {}


def _unique(cells: Sequence[str]) -> tuple[list[str], list[str]]:
    """Give every column a name of its own, and say which got one."""
    names: list[str] = []
    notes = []
    for n, cell in enumerate(cells, start=1):
        name = cell or f"column {n}"
        again = name
        count = 1
        while again in names:
            count += 1
            again = f"{name} ({count})"
        if again != cell:
            notes.append(f"Column {n} is called {again!r} here: " + ("its name stands twice." if cell else "it has no name."))
        names.append(again)
    return names, notes


def _parsed(door: Doorway, body: bytes, delimiter: str, names: list[str]) -> tuple[pd.DataFrame, list[Odd], int]:
    """Part a text into cells; rows of another width are mended where only empty cells are too many, and named otherwise."""
    bad: list[arrow_csv.InvalidRow] = []

    def keep(row: arrow_csv.InvalidRow) -> str:
        bad.append(row)
        return "skip"

    if not body.strip():
        return pd.DataFrame({name: pd.Series(dtype="str") for name in names}), [], 0
    inner = [f"c{n}" for n in range(len(names))]
    try:
        parsed = arrow_csv.read_csv(
            pa.BufferReader(body),
            read_options=arrow_csv.ReadOptions(column_names=inner, use_threads=False, block_size=BLOCK_BYTES),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=keep
            ),
            convert_options=arrow_csv.ConvertOptions(column_types=dict.fromkeys(inner, pa.string()), strings_can_be_null=False),
        )
    except pa.ArrowInvalid as fault:
        raise SchemaError(f"{door.path.name}: its rows cannot be told apart ({fault}); save it as CSV again.") from fault
    table = parsed.to_pandas().set_axis(names, axis="columns")
    if not bad:
        return table, [], 0

    numbers = [row.number - 1 for row in bad]
    table.index = pd.RangeIndex(len(table) + len(bad)).delete(numbers)
    cells = [next(csv.reader(io.StringIO(row.text, newline=""), delimiter=delimiter), []) for row in bad]
    width = len(names)
    odd, trimmed = [], 0
    for number, row in zip(numbers, cells, strict=True):
        if len(row) > width and not any(cell.strip() for cell in row[width:]):
            trimmed += 1
        elif len(row) != width and any(row):
            remedy = _TOO_MANY_REMEDY if len(row) > width else _TOO_FEW_REMEDY
            odd.append(Odd(number, "row", delimiter.join(row)[:200], "rejected", _TOO_MANY.format(len(row), width), remedy))
    mended = pd.DataFrame([[*row, *[""] * width][:width] for row in cells], index=numbers, columns=names, dtype="str")
    return pd.concat([table, mended]).sort_index(), odd, trimmed


def _without_blank_rows(cells: Cells) -> Cells:
    """Leave out rows in which every cell is empty, and count them; those after the last row are not worth a word."""
    blank = pd.Series(data=True, index=cells.table.index)
    for name in cells.table.columns:
        still = cells.table.loc[blank[blank].index, name]
        blank[still.index] = still.str.strip() == ""
        if not blank.any():
            return cells
    table = cells.table[~blank]
    inside = int((blank.index[blank] < (table.index[-1] if len(table) else 0)).sum())
    notes = (*cells.notes, f"{inside} blank rows were left out.") if inside else cells.notes
    return replace(cells, table=table, notes=notes)


def _remarks(odd: Sequence[Odd]) -> pd.DataFrame | None:
    return pd.DataFrame(odd).set_index("at").rename_axis(None) if odd else None

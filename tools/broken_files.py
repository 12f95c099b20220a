"""Make good and broken files of every format, read them, and print what the user sees as Markdown (part of docs/readers.md).

Run it with `python tools/broken_files.py`; `--write` puts the tables into docs/readers.md.
"""

from __future__ import annotations

import argparse
import copy
import io
import json
import tempfile
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import geopandas as gpd
import openpyxl
import pandas as pd
import shapely

from bordergis.errors import BorderGISError
from bordergis.readers.checked import FaultsError
from bordergis.readers.read import read_layer

ROOT = Path(__file__).resolve().parents[1]
BEGIN, END = "<!-- begin: tools/broken_files.py -->", "<!-- end: tools/broken_files.py -->"

Row = dict[str, object]
Writer = Callable[[list[Row], Path], None]

ROWS: list[Row] = [
    {"facility_id": "010203", "name": "សាលា", "kind": "school", "status_since": "2025-07-24", "lon": "103.70120", "lat": "14.43120"},
    {"facility_id": "010204", "name": "โรงเรียน", "kind": "school", "status_since": "2025-07-25", "lon": "103.71120", "lat": "14.42120"},
    {"facility_id": "010205", "name": "Health post", "kind": "health", "status_since": "2025-07-26", "lon": "103.72120", "lat": "14.41120"},
]
KINDS = {
    "good file": "nothing is wrong",
    "empty": "0 bytes",
    "cut off": "the first half of a good file",
    "another format": "a GDAL virtual file (VRT) under this name",
    "no column": "the column `kind` is not there",
    "no rows": "names of columns only",
    "swapped": "one row has latitude and longitude swapped",
    "no position": "one position cannot be read",
    "other CRS": "UTM zone 48N instead of degrees",
    "id twice": "two rows have one id",
    "no value": "one row has no `kind`",
    "odd date": "one date in the Buddhist era, one that does not exist",
    "trick": "a trick of this format",
}
TRICKS = {
    "csv": "Latin-1 text",
    "xlsx": "a zip bomb",
    "ods": "a cell repeated a billion times",
    "parquet": "another format's bytes between the marks",
    "gpkg": "a virtual table that reads another file",
    "geojson": "a coordinate system given by link",
    "flatgeobuf": "another format's bytes behind the mark",
    "geoparquet": "no coordinate system",
    "kml": "a document type with an entity",
    "kmz": "a part that unpacks outside its folder",
    "gpx": "a document type with an entity",
    "zip": "a locked archive",
}
CHANGES: dict[str, dict[int, Row]] = {
    "swapped": {1: {"lon": "14.42120", "lat": "103.71120"}},
    "no position": {1: {"lat": "fourteen"}},
    "other CRS": {n: {"lon": f"52205{n}", "lat": f"158615{n}"} for n in range(3)},
    "id twice": {1: {"facility_id": "010203"}},
    "no value": {1: {"kind": ""}},
    "odd date": {0: {"status_since": "2568-07-24"}, 1: {"status_since": "2025-02-31"}},
}
VRT = '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>other.csv</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
DOCTYPE = '<!DOCTYPE a [<!ENTITY e "x">]>'
OFFICE = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)


@dataclass(frozen=True)
class Case:
    """One file: its format, what is wrong with it, and what reading it says."""

    format: str
    kind: str
    outcome: str
    message: str


def rows_of(kind: str) -> list[Row]:
    """Give the rows of a kind of broken file."""
    rows = copy.deepcopy(ROWS)
    if kind == "no rows":
        return []
    if kind == "no column":
        return [{name: cell for name, cell in row.items() if name != "kind"} for row in rows]
    for n, changes in CHANGES.get(kind, {}).items():
        rows[n] |= changes
    return rows


def to_csv(rows: list[Row], file: Path) -> None:
    """Write CSV."""
    file.write_text(_csv(rows), encoding="utf-8")


def to_zip(rows: list[Row], file: Path) -> None:
    """Write CSV inside a zip."""
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("export.csv", _csv(rows))


def to_xlsx(rows: list[Row], file: Path) -> None:
    """Write a workbook."""
    book = openpyxl.Workbook()
    sheet = book.create_sheet("Sheet1", 0)
    lines: list[list[object]] = [[*_names(rows)], *([*row.values()] for row in rows)]
    for line in lines:
        sheet.append([str(cell) for cell in line])
    book.save(file)


def to_ods(rows: list[Row], file: Path, repeated: int = 1) -> None:
    """Write an OpenDocument spreadsheet."""
    lines = [_names(rows), *([str(cell) for cell in row.values()] for row in rows)]
    cell = '<table:table-cell office:value-type="string" table:number-columns-repeated="{}"><text:p>{}</text:p></table:table-cell>'
    body = "".join(
        "<table:table-row>" + "".join(cell.format(repeated, escape(text)) for text in line) + "</table:table-row>" for line in lines
    )
    content = f'<office:document-content {OFFICE}><office:body><office:spreadsheet><table:table table:name="Sheet1">{body}</table:table>'
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("content.xml", f"{content}</office:spreadsheet></office:body></office:document-content>")
        packed.writestr("META-INF/manifest.xml", "<manifest/>")


def to_parquet(rows: list[Row], file: Path) -> None:
    """Write Parquet without shapes."""
    pd.DataFrame(rows, columns=_names(rows)).to_parquet(file)


def to_vector(rows: list[Row], file: Path) -> None:
    """Write GeoPackage, GeoJSON, FlatGeobuf or GeoParquet, by the ending."""
    points = [shapely.Point(float(str(row["lon"])), _degrees(str(row["lat"]))) for row in rows]
    layer = gpd.GeoDataFrame(pd.DataFrame(rows, columns=_names(rows)).drop(columns=["lon", "lat"]), geometry=points, crs=_crs(rows))
    if file.suffix == ".parquet":
        layer.to_parquet(file)
    elif file.suffix == ".geojson" and any(row["lat"] == "fourteen" for row in rows):
        file.write_text(layer.to_json(drop_id=True).replace("Infinity", '"fourteen"'), encoding="utf-8")
    else:
        layer.to_file(file)


def to_kml(rows: list[Row], file: Path) -> None:
    """Write KML, or KMZ by the ending."""
    text = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{"".join(map(_placemark, rows))}</Document></kml>'
    if file.suffix == ".kml":
        file.write_text(text, encoding="utf-8")
        return
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("doc.kml", text)


def to_gpx(rows: list[Row], file: Path) -> None:
    """Write GPX; it has no room for an id, so the reader numbers the rows."""
    points = "".join(
        f'<wpt lat="{row["lat"]}" lon="{row["lon"]}"><time>{row["status_since"]}</time><name>{row["name"]}</name>'
        f"<type>{row.get('kind', '')}</type></wpt>"
        for row in rows
    )
    file.write_text(f'<gpx xmlns="http://www.topografix.com/GPX/1/1">{points}</gpx>', encoding="utf-8")


WRITERS: dict[str, tuple[str, Writer]] = {
    "csv": (".csv", to_csv),
    "zip": (".zip", to_zip),
    "xlsx": (".xlsx", to_xlsx),
    "ods": (".ods", to_ods),
    "parquet": (".parquet", to_parquet),
    "gpkg": (".gpkg", to_vector),
    "geojson": (".geojson", to_vector),
    "flatgeobuf": (".fgb", to_vector),
    "geoparquet": (".parquet", to_vector),
    "kml": (".kml", to_kml),
    "kmz": (".kmz", to_kml),
    "gpx": (".gpx", to_gpx),
}
NOT_POSSIBLE = {("gpx", "id twice"), ("gpx", "odd date"), ("kml", "other CRS"), ("kmz", "other CRS"), ("gpx", "other CRS")}
"""Files that the format cannot hold: GPX has no ids and no dates of a status; these three have one coordinate system only."""


def make(folder: Path, form: str, kind: str) -> Path:
    """Write one good or broken file."""
    ending, write = WRITERS[form]
    file = folder / form / f"{kind.replace(' ', '-')}{ending}"
    file.parent.mkdir(exist_ok=True)
    if kind == "another format":
        file.write_text(VRT, encoding="utf-8")
        return file
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        write(rows_of(kind), file)
    if kind == "empty":
        file.write_bytes(b"")
    if kind == "cut off":
        content = file.read_bytes()
        file.write_bytes(content[: len(content) // 2])
    if kind == "trick":
        _trick(form, file)
    return file


def look(folder: Path, form: str, kind: str) -> Case:
    """Read one file, and keep what the user sees."""
    file = make(folder, form, kind)
    options = {"number_rows": True} if form == "gpx" else {}
    try:
        read = read_layer(file, "facilities", **options)
    except FaultsError as fault:
        return Case(form, kind, "row rejected", _plain(str(fault).split("\n")[1]))
    except BorderGISError as fault:
        return Case(form, kind, "refused", _plain(str(fault).split("\n")[0]))
    if read.report.rows_flagged:
        return Case(form, kind, "flagged", _plain(read.report.words().split("\n")[1]))
    return Case(form, kind, "read", f"{read.report.rows_in} rows, {read.report.rows_clean} clean")


def cases() -> list[Case]:
    """Make and read every file."""
    with tempfile.TemporaryDirectory() as folder:
        return [look(Path(folder), form, kind) for form in WRITERS for kind in KINDS if (form, kind) not in NOT_POSSIBLE]


def tables() -> str:
    """Give the outcomes as one table, and the messages format by format."""
    found = {(case.format, case.kind): case for case in cases()}
    lines = ["| file | " + " | ".join(WRITERS) + " |", "|---" * (len(WRITERS) + 1) + "|"]
    for kind in KINDS:
        outcomes = [found[form, kind].outcome if (form, kind) in found else "" for form in WRITERS]
        lines.append(f"| {kind} | " + " | ".join(outcomes) + " |")
    for form in WRITERS:
        lines += ["", f"### {form}", "", "| file | what the user sees |", "|---|---|"]
        for kind, what in KINDS.items():
            if (form, kind) in found:
                told = TRICKS[form] if kind == "trick" else what
                lines.append(f"| {kind}: {told} | {_cell(found[form, kind].message)} |")
    return "\n".join(lines) + "\n"


def _trick(form: str, file: Path) -> None:
    if form == "csv":
        file.write_bytes(b"facility_id,name,kind,lon,lat\n1,Caf\xe9 d'\xe9cole,school,103.7,14.4\n")
    elif form == "zip":
        content = bytearray(file.read_bytes())
        content[content.find(b"PK\x01\x02") + 8] |= 1
        file.write_bytes(bytes(content))
    elif form == "xlsx":
        with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("xl/media/bomb.bin", bytes(20_000_000))
    elif form == "ods":
        to_ods(rows_of("good file"), file, repeated=1_000_000_000)
    elif form == "gpkg":
        _virtual_table(file)
    elif form == "geojson":
        layer = json.loads(file.read_text(encoding="utf-8"))
        layer["crs"] = {"type": "link", "properties": {"href": "http://example.org/crs", "type": "proj4"}}
        file.write_text(json.dumps(layer), encoding="utf-8")
    elif form == "geoparquet":
        layer = gpd.read_parquet(file)
        gpd.GeoDataFrame(layer.drop(columns="geometry"), geometry=layer.geometry.to_numpy(), crs=None).to_parquet(file)
    elif form in ("kml", "gpx"):
        file.write_text(f"<?xml version='1.0'?>{DOCTYPE}{file.read_text(encoding='utf-8')}", encoding="utf-8")
    elif form == "kmz":
        with zipfile.ZipFile(file, "a") as packed:
            packed.writestr("../../startup.sh", "echo")
    else:
        good = file.read_bytes()
        file.write_bytes(good[:8] + b"\x01\x07" * 500 + good[-8:])


def _virtual_table(file: Path) -> None:
    """Enter a virtual table in the list of tables, as a hostile GeoPackage would."""
    import sqlite3  # noqa: PLC0415

    with sqlite3.connect(file) as base:
        base.execute("PRAGMA writable_schema = ON")
        sql = "CREATE VIRTUAL TABLE stolen USING VirtualOGR('other.csv')"
        base.execute("INSERT INTO sqlite_master VALUES ('table', 'stolen', 'stolen', 0, ?)", (sql,))
    base.close()


def _names(rows: list[Row]) -> list[str]:
    return list(rows[0]) if rows else list(ROWS[0])


def _csv(rows: list[Row]) -> str:
    text = io.StringIO()
    pd.DataFrame(rows, columns=_names(rows)).to_csv(text, index=False, lineterminator="\n")
    return text.getvalue()


def _degrees(text: str) -> float:
    return float("inf") if text == "fourteen" else float(text)


def _crs(rows: list[Row]) -> int:
    return 32648 if rows and str(rows[0]["lon"]).startswith("522") else 4326


def _placemark(row: Row) -> str:
    data = "".join(
        f'<Data name="{name}"><value>{row[name]}</value></Data>' for name in ("facility_id", "kind", "status_since") if name in row
    )
    point = f"<Point><coordinates>{row['lon']},{row['lat']},0</coordinates></Point>"
    return f"<Placemark><name>{row['name']}</name><ExtendedData>{data}</ExtendedData>{point}</Placemark>"


def _plain(message: str) -> str:
    return " ".join(message.split())


def _cell(message: str) -> str:
    return escape(message).replace("|", "\\|").replace("{", "&#123;")


def main() -> None:
    """Print the tables, or write them into the page."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--write", action="store_true", help="put the tables into docs/readers.md")
    made = tables()
    if not asked.parse_args().write:
        print(made)
        return
    page = ROOT / "docs" / "readers.md"
    text = page.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    page.write_text(f"{before}{BEGIN}\n{made}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()

"""The guarded door: every file passes here before a library opens it.

Readers of geodata choose how to read a file by what is in it, not by its name, and some contents make them read other files or the
network. So a file is looked at first: it must be a regular file on this machine, hold what its name says, and stay within limits.
"""

from __future__ import annotations

import mmap
import re
import sqlite3
import zipfile
import zlib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from bordergis.errors import DataMissingError, SchemaError

if TYPE_CHECKING:
    import os
    from collections.abc import Collection
    from typing import IO

__all__ = ["FORMATS", "LIMITS", "Doorway", "Limits", "open_door", "read_member", "require_count", "require_plain_xml", "said_of"]

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be. Each limit is above any honest file of this work and below what would stop a laptop.

    Attributes
    ----------
    file_bytes
        Bytes of the file: a country's OpenStreetMap extract has 300 MB.
    unpacked_bytes
        Bytes a packed file may unpack to: a bomb of 1.4 MB unpacks to 1.5 GB.
    ratio
        How many times larger a packed file may become: tables reach 30, a bomb about 1,000.
    members
        Files inside a packed file: a workbook has some dozens.
    rows
        Rows of one layer: all populated places of both countries are under 100,000.
    columns
        Columns of one layer: the widest published format has 200.
    cells
        Cells of one sheet: an empty sheet can claim 17 billion.
    vertices
        Vertices of one layer: a detailed country outline with all its communes has about 2 million.

    Examples
    --------
    >>> from dataclasses import replace
    >>> replace(LIMITS, rows=10_000_000).rows
    10000000
    """

    file_bytes: int = 1_000 * MEGABYTE
    unpacked_bytes: int = 1_000 * MEGABYTE
    ratio: float = 100.0
    members: int = 1_000
    rows: int = 5_000_000
    columns: int = 1_000
    cells: int = 100_000_000
    vertices: int = 50_000_000


LIMITS = Limits()
"""The limits that hold unless a caller gives others."""


@dataclass(frozen=True, slots=True)
class Doorway:
    """A file that may be opened.

    Attributes
    ----------
    path
        The file, as an absolute path.
    format
        What it is: a key of :data:`FORMATS`.
    told
        How that is known, in words.
    limits
        The limits it was held against.
    """

    path: Path
    format: str
    told: str
    limits: Limits = LIMITS

    @property
    def words(self) -> str:
        """The format and how it is known, for a report.

        Examples
        --------
        >>> Doorway(Path("a.csv"), "csv", "by its name and its text").words
        'csv, by its name and its text'
        """
        return f"{self.format}, {self.told}"


FORMATS = {
    "csv": (".csv",),
    "tsv": (".tsv", ".tab", ".txt"),
    "xlsx": (".xlsx", ".xlsm"),
    "ods": (".ods",),
    "parquet": (".parquet", ".geoparquet"),
    "gpkg": (".gpkg",),
    "geojson": (".geojson", ".json"),
    "flatgeobuf": (".fgb",),
    "kml": (".kml",),
    "kmz": (".kmz",),
    "gpx": (".gpx",),
    "osm": (".osm",),
    "osm.pbf": (".pbf",),
    "zip": (".zip",),
}
"""Every format that passes, with the endings its name may have."""

_HEAD_BYTES = 4_096
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_GPKG_IDS = (b"GPKG", b"GP10", b"GP11")
_XML_ROOTS = {"kml": "kml", "gpx": "gpx", "osm": "osm", "html": "a web page", "ogrvrtdatasource": "a GDAL virtual file (VRT)"}
_REFUSED = {
    b"\xd0\xcf\x11\xe0": ("an old or a locked Excel file", "open it, take the password off, and save it as .xlsx"),
    b"%PDF": ("a PDF", "ask its author for the table behind it"),
    b"\x1f\x8b": ("a gzip file", "unpack it first"),
    b"7z\xbc\xaf": ("a 7z archive", "unpack it first"),
    b"Rar!": ("a RAR archive", "unpack it first"),
    b"\x00\x00\x27\x0a": ("a Shapefile", "export it as GeoPackage: a Shapefile cuts Khmer and Thai text and may not say its encoding"),
}
_SHAPEFILE_ENDINGS = (".shp", ".dbf", ".shx")
_OUTSIDE = re.compile(r"^[/\\]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)")
_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9_+.-]+:")
_CRS_MEMBER = re.compile(rb'"(?:crs"\s*:\s*(?:null|\{.{0,400})|coordRefSys"\s*:)', re.DOTALL | re.IGNORECASE)
_CRS_NAMED = re.compile(
    rb'"crs"\s*:\s*(?:null|\{\s*"type"\s*:\s*"name"\s*,\s*"properties"\s*:\s*\{\s*"name"\s*:\s*"'
    rb'(?:urn:ogc:def:crs:(?:OGC|EPSG):[\w.]*:\w+|(?:EPSG|OGC):\w+)"\s*\}\s*\})'
)
_GEOJSON = re.compile(rb'"type"\s*:\s*"(?:FeatureCollection|Feature|(?:Multi)?(?:Point|LineString|Polygon)|GeometryCollection)"')
_ESCAPED_ASCII = re.compile(rb"\\u00([2-7][0-9A-Fa-f])")


def open_door(path: str | os.PathLike[str], *, formats: Collection[str] | None = None, limits: Limits = LIMITS) -> Doorway:
    """Look at a file before anything opens it.

    Parameters
    ----------
    path
        A regular file on this machine.
    formats
        The formats the caller can read (:data:`FORMATS`); by default all.
    limits
        How large the file may be.

    Returns
    -------
    Doorway
        The absolute path, the format, and how it is known.

    Raises
    ------
    DataMissingError
        If there is no such file.
    SchemaError
        If the path is an address or a folder, the file is empty, too large, dangerous, of no known format, or not what its name says.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "villages.csv"
    >>> _ = file.write_text("name,lat,lon", encoding="utf-8")
    >>> open_door(file).format
    'csv'
    >>> open_door("https://example.org/villages.csv")
    Traceback (most recent call last):
    ...
    bordergis.errors.SchemaError: https://example.org/villages.csv: is an address, not a file on this machine; download the file and
    give its path.
    """
    file = _regular_file(path, limits)
    with file.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    found, how = _format(file, head, limits)
    by_name = _by_name(file)
    if found != by_name and not (by_name == "tsv" and found == "csv"):
        raise SchemaError(f"{file.name}: its name says {by_name}, but it is {found} ({how}); {_remedy(found)}.")
    if formats is not None and by_name not in formats:
        raise SchemaError(f"{file.name}: is {by_name}; this reader takes {', '.join(formats)}.")
    return Doorway(file, by_name, f"by its name and {how}", limits)


def read_member(door: Doorway, ending: str) -> tuple[str, bytes]:
    """Unpack the one file with an ending from a packed file.

    Returns
    -------
    Its name and its bytes.

    Raises
    ------
    SchemaError
        If there is none, or more than one, or it is damaged.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "export.zip"
    >>> with zipfile.ZipFile(file, "w") as packed:
    ...     packed.writestr("notes.md", "seen")
    >>> read_member(open_door(file), ".md")
    ('notes.md', b'seen')
    """
    with zipfile.ZipFile(door.path) as packed:
        names = [name for name in packed.namelist() if name.lower().endswith(ending)]
        if len(names) != 1:
            found = ", ".join(names[:5]) or ", ".join(packed.namelist()[:5]) or "nothing"
            raise SchemaError(f"{door.path.name}: expected one {ending} file inside, found {found}; unpack it and give the file itself.")
        try:
            return names[0], packed.read(names[0])
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as fault:
            raise SchemaError(f"{door.path.name}: {names[0]} inside is damaged ({fault}); get the file again.") from fault


def require_count(door: Doorway, count: int, what: str) -> None:
    """Refuse more ``rows``, ``columns``, ``cells`` or ``vertices`` than the limits allow.

    Raises
    ------
    SchemaError
        With both numbers.

    Examples
    --------
    >>> require_count(Doorway(Path("a.csv"), "csv", "", Limits(rows=2)), 3, "rows")
    Traceback (most recent call last):
    ...
    bordergis.errors.SchemaError: a.csv: has 3 rows, more than the limit of 2; split it, or give `limits` with a larger `rows`.
    """
    most = getattr(door.limits, what)
    if count > most:
        raise SchemaError(
            f"{door.path.name}: has {count:,} {what}, more than the limit of {most:,}; split it, or give `limits` with a larger `{what}`."
        )


def said_of(fault: Exception, door: Doorway) -> str:
    """Give what a library said in one line, with the name of the file for its path.

    Examples
    --------
    >>> said_of(OSError("cannot open /data/a.csv"), Doorway(Path("/data/a.csv"), "csv", ""))
    'cannot open a.csv'
    """
    return " ".join(str(fault).replace(str(door.path), door.path.name).split())


def _regular_file(path: str | os.PathLike[str], limits: Limits) -> Path:
    text = str(path)
    if "\0" in text or text.lstrip().startswith(("<", "{", "[")):
        raise SchemaError(f"{text[:40]!r} is content, not the path of a file; save it to a file and give its path.")
    if _PREFIX.match(text) or text.startswith(("/vsi", "\\\\")):
        raise SchemaError(f"{text}: is an address, not a file on this machine; download the file and give its path.")
    file = Path(path)
    if file.is_dir():
        raise SchemaError(f"{file}: is a folder; give the path of one file in it.")
    if not file.exists():
        raise DataMissingError(f"There is no file {file}; check the path and the spelling.")
    if not file.is_file():
        raise SchemaError(f"{file}: is not a regular file; copy its content to one.")
    if file.is_symlink() and file.resolve().parent != file.parent.resolve():
        raise SchemaError(f"{file}: is a link to a file in another folder ({file.resolve()}); if you trust it, give that path.")
    size = file.stat().st_size
    if size == 0:
        raise SchemaError(f"{file.name}: is empty (0 bytes); get the file again.")
    if size > limits.file_bytes:
        raise SchemaError(
            f"{file.name}: has {size / MEGABYTE:,.0f} MB, more than the limit of {limits.file_bytes / MEGABYTE:,.0f}; "
            "cut it to the area, or give `limits` with a larger `file_bytes`."
        )
    return file.absolute()


def _by_name(file: Path) -> str:
    ending = file.suffix.lower()
    if ending in _SHAPEFILE_ENDINGS:
        what, remedy = _REFUSED[b"\x00\x00\x27\x0a"]
        raise SchemaError(f"{file.name}: is part of {what}, which is not read; {remedy}.")
    for name, endings in FORMATS.items():
        if ending in endings:
            return name
    known = ", ".join(ending for endings in FORMATS.values() for ending in endings)
    raise SchemaError(f"{file.name}: the ending {ending or '(none)'!r} names no format that is read; known: {known}. Rename or export it.")


def _remedy(found: str) -> str:
    if found == "a web page":
        return "open the page in a browser (you may have to sign in) and download the file itself"
    if found in FORMATS:
        return f"rename it to end in {FORMATS[found][0]} if that is what you mean"
    return "it is not read; ask for the data itself"


def _format(file: Path, head: bytes, limits: Limits) -> tuple[str, str]:
    """Tell the format by the content, and how."""
    for magic, (what, remedy) in _REFUSED.items():
        if head.startswith(magic):
            raise SchemaError(f"{file.name}: is {what}, which is not read; {remedy}.")
    if head.startswith(b"PAR1"):
        return "parquet", "its first bytes"
    if head.startswith(b"fgb\x03fgb"):
        return "flatgeobuf", "its first bytes"
    if head[4:15] == b"\n\tOSMHeader":
        return "osm.pbf", "its first bytes"
    if head.startswith(b"SQLite format 3\0"):
        return _sqlite(file, head)
    if head.startswith(b"PK"):
        return _packed(file, limits)
    return _text(file, head)


def _sqlite(file: Path, head: bytes) -> tuple[str, str]:
    if head[68:72] not in _GPKG_IDS:
        raise SchemaError(f"{file.name}: is a SQLite database but no GeoPackage; export the layer as GeoPackage.")
    page, pages = int.from_bytes(head[16:18], "big"), int.from_bytes(head[28:32], "big")
    size = file.stat().st_size
    if size < (page if page != 1 else 65_536) * pages:
        raise SchemaError(f"{file.name}: is cut off ({size:,} of {page * pages:,} bytes); get the file again.")
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro&immutable=1", uri=True)) as base:
            tables = {name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            virtual = [sql for (sql,) in base.execute("SELECT sql FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL%'")]
    except sqlite3.DatabaseError as fault:
        raise SchemaError(f"{file.name}: is a damaged GeoPackage ({fault}); get the file again.") from fault
    if "gpkg_contents" not in tables:
        raise SchemaError(f"{file.name}: is a SQLite database without a list of layers; export the layer as GeoPackage.")
    strange = [sql for sql in virtual if not re.search(r"USING\s+(rtree|fts\d)\b", sql, re.IGNORECASE)]
    if strange:
        raise SchemaError(f"{file.name}: holds a virtual table ({strange[0][:60]}), which may reach other files; export the layer anew.")
    return "gpkg", "its first bytes and its list of layers"


def _packed(file: Path, limits: Limits) -> tuple[str, str]:
    """Look at the list of a packed file; nothing is unpacked."""
    try:
        with zipfile.ZipFile(file) as packed:
            members = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as fault:
        raise SchemaError(f"{file.name}: is a damaged or half-downloaded archive ({fault}); get the file again.") from fault
    _require_harmless(file, members, limits)
    names = {member.filename for member in members}
    if "xl/workbook.xml" in names:
        return "xlsx", "its parts"
    if "content.xml" in names and "META-INF/manifest.xml" in names:
        return "ods", "its parts"
    if file.suffix.lower() == ".kmz" and any(name.lower().endswith(".kml") for name in names):
        return "kmz", "its parts"
    return "zip", "its first bytes"


def _require_harmless(file: Path, members: list[zipfile.ZipInfo], limits: Limits) -> None:
    outside = [member.filename for member in members if _OUTSIDE.search(member.filename)]
    if outside:
        raise SchemaError(f"{file.name}: a part would unpack outside its folder ({outside[0]!r}); do not unpack it, ask who made it.")
    if any(member.flag_bits & 0x1 for member in members):
        raise SchemaError(f"{file.name}: is locked with a password; unpack it and give the file itself.")
    if len(members) > limits.members:
        raise SchemaError(f"{file.name}: holds {len(members):,} files, more than the limit of {limits.members:,}; unpack what you need.")
    unpacked = sum(member.file_size for member in members)
    ratio = unpacked / file.stat().st_size
    if unpacked > limits.unpacked_bytes or (ratio > limits.ratio and unpacked > MEGABYTE):
        raise SchemaError(
            f"{file.name}: would unpack to {unpacked / MEGABYTE:,.0f} MB ({ratio:,.0f} times its size), more than the limits "
            f"({limits.unpacked_bytes / MEGABYTE:,.0f} MB, {limits.ratio:,.0f} times); it may be a zip bomb. If you trust it, unpack it."
        )


def _text(file: Path, head: bytes) -> tuple[str, str]:
    start = _opening(head)
    if start.startswith("<"):
        return _xml(file, start)
    if start.startswith(("{", "[")):
        return _json(file)
    if b"\0" in head and not head.startswith(_UTF16_MARKS) and not _wide(head):
        raise SchemaError(f"{file.name}: is binary and of no format that is read; known: {', '.join(FORMATS)}.")
    return "csv" if file.suffix.lower() not in FORMATS["tsv"] else "tsv", "its text"


def _opening(head: bytes) -> str:
    """Show the first letters of a text, whatever its encoding."""
    if head.startswith(b"\xff\xfe"):
        text = head.decode("utf-16-le", "replace")
    elif head.startswith(b"\xfe\xff"):
        text = head.decode("utf-16-be", "replace")
    else:
        text = head.replace(b"\0", b"").decode("utf-8", "replace")
    return text.lstrip("\ufeff \t\r\n")


def _wide(head: bytes) -> bool:
    """Tell UTF-16 without its mark: every second byte of ASCII text is zero."""
    even, odd = head[::2], head[1::2]
    return min(even.count(0), odd.count(0)) == 0 and max(even.count(0), odd.count(0)) > len(head) / 8


def require_plain_xml(stream: IO[bytes], name: str) -> str:
    """Read XML as far as its first element and name that; a document type or an entity can only stand before it.

    Raises
    ------
    SchemaError
        If it declares a document type or entities, or is not well-formed.

    Examples
    --------
    >>> import io
    >>> require_plain_xml(io.BytesIO(b"<kml><Document/></kml>"), "a.kml")
    'kml'
    """
    root = _Root()
    parser = DefusedXMLParser(target=root, forbid_dtd=True)
    try:
        while not root.name and (part := stream.read(_HEAD_BYTES)):
            parser.feed(part)
    except DefusedXmlException as fault:
        raise SchemaError(
            f"{name}: declares a document type or entities, which can hide rows or read other files; "
            "open it in its program and export it again."
        ) from fault
    except ParseError as fault:
        raise SchemaError(f"{name}: is not well-formed XML ({fault}); export it again.") from fault
    return root.name


class _Root:
    """Remember the first element of an XML file."""

    name = ""

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        self.name = self.name or tag.rpartition("}")[2]

    def close(self) -> None:
        """Nothing is kept open."""


def _xml(file: Path, start: str) -> tuple[str, str]:
    if "<html" in start.lower():
        return "a web page", "its text"
    with file.open("rb") as stream:
        root = require_plain_xml(stream, file.name)
    return _XML_ROOTS.get(root.lower(), f"XML with the root {root!r}"), "its first element"


def _json(file: Path) -> tuple[str, str]:
    """Refuse a coordinate system given by address, wherever it stands and however it is escaped."""
    with file.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        if mapped[:2] in _UTF16_MARKS or b"\0" in mapped[:_HEAD_BYTES]:
            raise SchemaError(f"{file.name}: is JSON, but not in UTF-8; save it in UTF-8.")
        escaped = _ESCAPED_ASCII.search(mapped)
        content = _ESCAPED_ASCII.sub(lambda found: bytes.fromhex(found[1].decode()), mapped) if escaped else mapped
        _require_own_crs(file, content)
        known = _GEOJSON.search(content)
    return ("geojson" if known else "JSON without features"), "its text"


def _require_own_crs(file: Path, content: bytes | mmap.mmap) -> None:
    found = [member[0] for member in _CRS_MEMBER.finditer(content)]
    for member in found:
        if not _CRS_NAMED.match(member):
            raise SchemaError(
                f"{file.name}: gives its coordinate system in a way that is not read (a link or an address could reach the network); "
                "export it as plain GeoJSON (longitude, latitude on WGS 84) or as GeoPackage."
            )

"""A situation as one file: an archive of GeoParquet layers and a manifest, the same bytes for the same situation.

The archive is a plain ZIP without compression of its own (Parquet is compressed already), so that any tool unpacks it into a folder of
layers. Nothing in it is ever run: tables and text only.

Hashes find damage and careless edits. They are no seal: whoever changes a layer can write its hash anew. So what was saved is read as
anybody's file: only the members that the manifest names, only tables, and with every layer held against its contract.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import zipfile
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from bordergis.errors import BorderGISError, DataMissingError, SavedFileError
from bordergis.files import write_atomic
from bordergis.provenance import Provenance, attach, of

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

__all__ = ["Answers", "Record", "read_record", "software", "write_record"]

FORMAT = "bordergis situation"
FORMAT_VERSION = 1
MANIFEST = "manifest.json"
ANSWERED = ("rules", "answer.zones", "answer.access")
"""Tables that every saved situation has beside its layers."""

STACK = ("bordergis", "geopandas", "numpy", "pandas", "pyarrow", "pyproj", "shapely")
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The moment written for every member of the archive: the hour of saving would change the bytes."""

MALFORMED = (
    ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError, pa.ArrowException, shapely.errors.ShapelyError,
)  # fmt: skip
"""What the libraries raise on a manifest or table that no bordergis wrote (RuntimeError: too deeply nested, or a CRS that is none)."""


@dataclass(frozen=True, eq=False)
class Answers:
    """What was answered when a situation was saved, and by which software.

    Attributes
    ----------
    zones, access
        The zones in force and the table of the villages' access, as computed then.
    software
        The version of bordergis, and of the libraries beneath it, that computed them.
    """

    zones: gpd.GeoDataFrame
    access: gpd.GeoDataFrame
    software: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Record:
    """All that a saved situation holds.

    Attributes
    ----------
    date
        The date, as ISO text.
    rules_name
        The preset of the rules; none for a table of one's own.
    rules
        The rules themselves: the numbers of a preset may change.
    layers
        Every layer, whole: also what lies after the date.
    answers
        What followed from them.
    """

    date: str
    rules_name: str | None
    rules: pd.DataFrame
    answers: Answers
    layers: Mapping[str, pd.DataFrame] = field(default_factory=lambda: MappingProxyType({}))


def software() -> dict[str, str]:
    """Say which versions compute here.

    Examples
    --------
    >>> sorted(software())[0]
    'bordergis'
    """
    return {name: version(name) for name in STACK}


def write_record(path: str | os.PathLike[str], record: Record) -> Path:
    """Write a situation to one file, whole or not at all.

    Raises
    ------
    OutputError
        If the file cannot be written; what was there stays.
    """
    return write_atomic(path, _encode(record))


def read_record(path: str | os.PathLike[str]) -> Record:
    """Read a saved situation, and refuse it unless every byte of every layer is as it was saved.

    Raises
    ------
    DataMissingError
        If there is no such file.
    SavedFileError
        If it is not a saved situation, was cut short or changed, was not written by bordergis, or comes from a later format.
    """
    file = Path(path)
    if not file.is_file():
        raise DataMissingError(f"There is no saved situation {file}; save one with `situation.save(path)` or `bordergis save`.")
    seal, members = _unpack(file)
    try:
        manifest = _read_manifest(file, members, seal)
        strange = sorted(members.keys() - {MANIFEST, *(about["file"] for about in manifest["tables"].values())})
        if strange:
            raise SavedFileError(f"{file} holds {strange[0]!r}, which {MANIFEST} does not name; use the file as it was saved.")
        tables = {str(name): _decode(file, members, about) for name, about in manifest["tables"].items()}
        return _record(manifest, tables)
    except BorderGISError:
        raise
    except MALFORMED as fault:
        raise SavedFileError(
            f"{file} cannot be read, though its hashes agree: it was not written by bordergis ({type(fault).__name__}: {fault}); "
            "save the situation again."
        ) from fault


# ── writing ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _encode(record: Record) -> bytes:
    tables = {"rules": record.rules, "answer.zones": record.answers.zones, "answer.access": record.answers.access}
    tables |= {f"layer.{name}": layer for name, layer in record.layers.items()}
    packed = {name: _pack(name, table) for name, table in sorted(tables.items())}
    manifest = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "date": record.date,
        "rules": record.rules_name,
        "software": dict(record.answers.software),
        "tables": {name: about for name, (about, _) in packed.items()},
    }
    told = (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.comment = _digest(told).encode()
        for name, content in ((MANIFEST, told), *((about["file"], content) for about, content in packed.values())):
            archive.writestr(zipfile.ZipInfo(name, LONG_AGO), content)
    return buffer.getvalue()


def _pack(name: str, table: pd.DataFrame) -> tuple[dict[str, Any], bytes]:
    """Turn one table into Parquet, and say in the manifest what Parquet itself does not keep."""
    lists = [column for column in table.columns if _holds_lists(table[column])]
    shapes = list(table.columns[table.dtypes == "geometry"])
    flat = table.assign(**{column: table[column].map(_as_json, na_action="ignore").astype("str") for column in lists})
    flat.attrs = {}
    attach(flat, of(table))
    buffer = io.BytesIO()
    flat.to_parquet(buffer)
    about = {
        "file": f"{name}.parquet",
        "rows": len(table),
        "sha256": _digest(buffer.getvalue()),
        "spatial": isinstance(table, gpd.GeoDataFrame),
        "lists": lists,
        "dtypes": {column: str(table[column].dtype) for column in table.columns if column not in {*lists, *shapes}},
    }
    return about, buffer.getvalue()


def _holds_lists(values: pd.Series) -> bool:
    return values.dtype == "object" and bool(values.map(lambda cell: isinstance(cell, (list, tuple))).any())


def _as_json(cell: object) -> str:
    return json.dumps(cell, ensure_ascii=False)  # numbers keep every digit


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _unpack(file: Path) -> tuple[bytes, dict[str, bytes]]:
    """Give the comment of the archive, and its members."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            packed = [member.filename for member in members if member.compress_type != zipfile.ZIP_STORED]
            if packed:  # ours never are; refusing them keeps a small file from swelling in memory
                raise SavedFileError(f"{file} is not a saved situation: its member {packed[0]} is compressed; save the situation again.")
            if sum(member.file_size for member in members) > file.stat().st_size:  # many members may point at the same bytes
                raise SavedFileError(f"{file} is not a saved situation: its members are larger than itself; save the situation again.")
            return archive.comment, {member.filename: archive.read(member) for member in members}
    except (zipfile.BadZipFile, EOFError, LookupError, RuntimeError, ValueError) as fault:  # RuntimeError: marked as encrypted
        if isinstance(fault, SavedFileError):
            raise
        raise SavedFileError(
            f"{file} is not a saved situation, or was cut short ({fault}); save the situation again, or fetch the file again."
        ) from fault


def _read_manifest(file: Path, members: Mapping[str, bytes], seal: bytes) -> dict[str, Any]:
    told = members.get(MANIFEST, b"")
    if not told:
        raise SavedFileError(f"{file} has no {MANIFEST}: it is not a saved situation; save one with `situation.save(path)`.")
    if _digest(told).encode() != seal:
        raise SavedFileError(f"{file}: {MANIFEST} was changed after saving (its hash differs); use the file as it was saved.")
    manifest: dict[str, Any] = json.loads(told)
    if manifest["format"] != FORMAT or manifest["format_version"] not in range(1, FORMAT_VERSION + 1):
        raise SavedFileError(
            f"{file} has format {manifest['format']!r}, version {manifest['format_version']}; this bordergis reads {FORMAT!r} up to "
            f"version {FORMAT_VERSION}; install a later bordergis."
        )
    return manifest


def _record(manifest: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> Record:
    rules, zones, access = (tables[name] for name in ANSWERED)
    versions = MappingProxyType({str(name): str(number) for name, number in manifest["software"].items()})
    layers = {name.removeprefix("layer."): table for name, table in tables.items() if name not in ANSWERED}
    named = manifest["rules"] if manifest["rules"] is None else str(manifest["rules"])
    date = dt.date.fromisoformat(manifest["date"]).isoformat()
    return Record(date, named, rules, Answers(zones, access, versions), MappingProxyType(layers))


def _decode(file: Path, members: Mapping[str, bytes], about: Mapping[str, Any]) -> pd.DataFrame:
    content = members.get(about["file"])
    if content is None or _digest(content) != about["sha256"]:
        what = "is missing" if content is None else "was changed after saving (its hash differs)"
        raise SavedFileError(f"{file}: {about['file']} {what}; use the file as it was saved.")
    rows = pq.read_metadata(io.BytesIO(content)).num_rows
    if rows != about["rows"] or rows > len(content):  # no key fits into less than a byte; a bomb does
        raise SavedFileError(f"{file}: {about['file']} tells of {rows:,} rows in {len(content):,} bytes; use the file as it was saved.")
    read = gpd.read_parquet if about["spatial"] else pd.read_parquet
    table = read(io.BytesIO(content))
    told = of(table)
    attach(table, Provenance(*(tuple(map(str, part)) for part in (told.sources, told.steps, told.notes))))
    table = table.astype({column: dtype for column, dtype in about["dtypes"].items() if str(table[column].dtype) != dtype})
    return table.assign(**{column: table[column].map(_from_json, na_action="ignore").astype("object") for column in about["lists"]})


def _from_json(cell: str) -> tuple[object, ...]:
    return _tuples(json.loads(cell))


def _tuples(value: Any) -> Any:  # noqa: ANN401  whatever JSON holds
    return tuple(map(_tuples, value)) if isinstance(value, list) else value

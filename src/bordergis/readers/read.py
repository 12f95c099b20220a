"""Read a file as a layer whatever its format, and say what was guessed."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING

from bordergis.errors import SchemaError
from bordergis.provenance import Provenance, attach, of
from bordergis.readers.cells import cells_of
from bordergis.readers.door import open_door
from bordergis.readers.headers import contract_of, kinds_of, publisher_of
from bordergis.readers.inspection import is_geonames
from bordergis.readers.kml import KML_FORMATS, read_placemarks
from bordergis.readers.vector import DRIVERS, vector_columns

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping

    from bordergis.readers.checked import Checked
    from bordergis.readers.door import Doorway

__all__ = ["read_layer"]

OSM_KINDS = ("roads", "places", "facilities")
HXL_KINDS = ("incidents", "facilities", "access_reports", "figures")
"""Layers that tags alone can give; the reader of HXL knows more tags than the contracts have."""


@dataclass(frozen=True)
class _Choice:
    """Which reader takes the file, what it is told, and how that was found out."""

    module: str
    reader: str
    told: Mapping[str, object]
    notes: tuple[str, ...]

    def function(self) -> Callable[..., Checked]:
        return getattr(import_module(f"bordergis.readers.{self.module}"), self.reader)


def read_layer(path: str | os.PathLike[str], kind: str | None = None, **options: object) -> Checked:
    r"""Read a file as a checked layer; format and kind are found out, and the report's notes say how.

    Parameters
    ----------
    path
        Any file that a reader takes: CSV, XLSX, ODS, Parquet, GeoPackage, GeoJSON, FlatGeobuf, GeoParquet, KML, KMZ, GPX, OpenStreetMap,
        or an export of ACLED, UCDP GED, IMSMA, DTM, HXL, GeoNames or COD-AB.
    kind
        The layer it holds, such as ``villages``; by default told by its columns.
    **options
        For the reader that takes the file, such as ``columns``, ``sheet``, ``layer``, ``number_rows``, ``to_lonlat`` and ``on_error``.

    Returns
    -------
    Checked
        The layer and its report.

    Raises
    ------
    SchemaError
        If the file may be several kinds of layer, or none; the message lists them. If an option is not one of that reader.
    DataMissingError
        If there is no such file.
    FaultsError
        If rows must be rejected and ``on_error`` is ``raise``.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "villages.csv"
    >>> _ = file.write_text("code,name,lat,lon\n010203,O Smach,14.4312,103.7012\n", encoding="utf-8")
    >>> read = read_layer(file)
    >>> read.report.kind, read.layer["place_id"].item()
    ('villages', '010203')
    """
    door = open_door(path)
    asked = kind if kind is None or kind.strip().replace(" ", "_") == "admin_areas" else _known(kind)
    choice = _choice(door, asked, options)
    reader = choice.function()
    unknown = [name for name in options if name not in inspect.signature(reader).parameters]
    if unknown:
        known = ", ".join(name for name in inspect.signature(reader).parameters if name not in ("path", *choice.told))
        raise SchemaError(f"{door.path.name}: {choice.reader} has no option {', '.join(unknown)}; it has {known}.")
    read = reader(door.path, **choice.told, **options)
    layer = attach(read.layer, of(read.layer).merge(Provenance(notes=choice.notes)))
    return replace(read, layer=layer, report=replace(read.report, notes=(*choice.notes, *read.report.notes)))


def _known(kind: str) -> str:
    return contract_of(kind).name.replace(" ", "_")


def _choice(door: Doorway, kind: str | None, options: Mapping[str, object]) -> _Choice:
    if door.format in ("osm", "osm.pbf"):
        return _osm(door, kind)
    if is_geonames(door):
        return _Choice("geonames", "from_geonames", {}, ("Read as a GeoNames dump: that is how its lines or its zip are made.",))
    if door.format in KML_FORMATS:
        found = read_placemarks(door)
        names = list(dict.fromkeys(name for row in found.rows for name in row))
        shapes = {type(shape).__name__ for shape in found.shapes if shape is not None}
        return _generic(door, ("kml", "from_kml"), kind, kinds_of(names, shapes=shapes, label=_label(door, options)))
    if door.format in (*DRIVERS, "parquet"):
        return _vector(door, kind, options)
    return _table(door, kind, options)


def _osm(door: Doorway, kind: str | None) -> _Choice:
    if kind not in OSM_KINDS:
        raise SchemaError(f"{door.path.name}: an OpenStreetMap file holds many layers; say which with `kind`: {', '.join(OSM_KINDS)}.")
    return _Choice("osm", "from_osm", {"what": kind}, ())


def _vector(door: Doorway, kind: str | None, options: Mapping[str, object]) -> _Choice:
    layer = options.get("layer")
    names, shapes, spatial = vector_columns(door, layer if isinstance(layer, str) else None)
    published = _published(door, names, kind)
    if published is not None:
        return published
    fits = kinds_of(names, shapes=shapes, label=_label(door, options))
    if not spatial and door.format == "parquet":
        return _generic(door, ("table", "from_table"), kind, fits)
    return _generic(door, ("vector", "from_vector"), kind, fits)


def _table(door: Doorway, kind: str | None, options: Mapping[str, object]) -> _Choice:
    sheet = options.get("sheet")
    cells = cells_of(door, sheet if isinstance(sheet, str) else None, head=True)
    names = list(cells.table.columns)
    published = _published(door, names, kind)
    if published is not None:
        return published
    fits = kinds_of(names, tags=cells.tags, label=_label(door, options))
    if cells.tags and "columns" not in options:
        taken = kind if kind is not None else fits[0] if len(fits) == 1 else None
        if taken in HXL_KINDS:
            how = "" if kind else f" and taken as {taken}, which its tags fit"
            return _Choice("hxl", "from_hxl", {"kind": taken}, (f"Read by its HXL tags{how}.",))
        if taken is None:
            fits = fits or list(HXL_KINDS)
    return _generic(door, ("table", "from_table"), kind, fits)


def _published(door: Doorway, names: list[str], kind: str | None) -> _Choice | None:
    publisher = publisher_of(names, kind)
    if publisher is None or (publisher.module == "codab" and door.format not in DRIVERS):
        return None
    told = {"osm": {"what": "roads"}, "imsma": {"what": "hazards" if publisher.kind == "hazards" else "accidents"}}
    note = f"Read as {publisher.name}, for it has the columns {', '.join(publisher.columns)}; it gives {publisher.kind.replace('_', ' ')}."
    return _Choice(publisher.module, publisher.reader, told.get(publisher.module, {}), (note,))


def _generic(door: Doorway, reader: tuple[str, str], kind: str | None, fits: list[str]) -> _Choice:
    if kind is not None:
        return _Choice(*reader, {"kind": kind}, ())
    if len(fits) == 1:
        return _Choice(*reader, {"kind": fits[0]}, (f"Taken as {fits[0].replace('_', ' ')}, which its columns fit.",))
    if fits:
        raise SchemaError(f"{door.path.name}: may be any of {', '.join(fits)}; say which with `kind={fits[0]!r}`.")
    raise SchemaError(
        f"{door.path.name}: its columns fit no kind of layer; say which it is with `kind`, such as `kind='villages'`, and if need be "
        "which column is which with `columns` (a missing id can be made with `number_rows=True`). `inspect_file` shows what the file holds."
    )


def _label(door: Doorway, options: Mapping[str, object]) -> str:
    """Words that may name the kind: the file, and its layer or sheet."""
    return " ".join(str(part) for part in (door.path.stem, options.get("layer", ""), options.get("sheet", "")))

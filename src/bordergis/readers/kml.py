"""Read KML, KMZ and GPX (points, lines and areas from a phone, a GPS receiver or a virtual globe) as a layer."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from bordergis.crs import LONLAT
from bordergis.errors import SchemaError
from bordergis.readers.cells import Cells
from bordergis.readers.door import open_door, require_count, require_plain_xml
from bordergis.readers.headers import contract_of, match_columns
from bordergis.readers.shapes import strange_positions, without_heights
from bordergis.readers.table import Source, layer_of

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping
    from xml.etree.ElementTree import Element

    from numpy.typing import NDArray

    from bordergis.readers.checked import Checked
    from bordergis.readers.door import Doorway

__all__ = ["KML_FORMATS", "Placemarks", "from_kml", "read_placemarks"]

KML_FORMATS = ("kml", "kmz", "gpx")

NOT_READ = ("NetworkLink", "GroundOverlay", "PhotoOverlay", "ScreenOverlay")
"""Features of KML that hold no shape of their own: links to other files, and pictures. They are counted, never followed."""

GPX_KINDS = {"wpt": "waypoint", "rte": "route", "trk": "track"}
GPX_COLUMNS = {"name": "name", "cmt": "comment", "desc": "description", "time": "date", "sym": "symbol", "type": "type", "src": "source"}

LONLAT_PARTS = 2

_PAIR = re.compile(r"\s*,\s*")


@dataclass
class Placemarks:
    """The features of a KML or GPX file.

    Attributes
    ----------
    rows
        The texts of each, by column.
    shapes
        The shape of each; none where it has none or its coordinates cannot be read.
    broken
        Placemarks whose coordinates cannot be read, with the coordinates.
    counts
        What else was met: links, overlays, placemarks without a shape.
    """

    rows: list[dict[str, str]] = field(default_factory=list)
    shapes: list[shapely.Geometry | None] = field(default_factory=list)
    broken: dict[int, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def add(self, row: dict[str, str], shape: shapely.Geometry | str | None) -> None:
        """Add a feature; a text in place of its shape is coordinates that cannot be read."""
        if isinstance(shape, str):
            self.broken[len(self.rows)] = shape
        self.rows.append({name: text for name, text in row.items() if text})
        self.shapes.append(None if isinstance(shape, str) else shape)


def from_kml(
    path: str | os.PathLike[str],
    kind: str,
    *,
    columns: Mapping[str, str] | None = None,
    number_rows: bool = False,
    on_error: str = "raise",
) -> Checked:
    """Read the placemarks of KML or KMZ, or the waypoints, routes and tracks of GPX.

    Parameters
    ----------
    path
        The file.
    kind
        The layer it holds: a key of :data:`bordergis.schema.CONTRACTS`, such as ``places``.
    columns
        Column of the contract and the column of the file it comes from. The file's columns are ``name``, ``description`` (HTML is kept as
        text), ``folder``, ``date``, ``end date``, ``id`` and the names of its extended data.
    number_rows
        Make a missing id of the file's name and the number of the placemark.
    on_error
        ``raise`` if a placemark must be rejected, or ``quarantine`` it in ``FILE.rejected.csv``.

    Returns
    -------
    Checked
        The layer. Links to other files and pictures are not followed but counted in the notes, as are placemarks without a shape.

    Raises
    ------
    SchemaError
        If the file is not what it seems, or declares a document type or entities.
    FaultsError
        If placemarks must be rejected and ``on_error`` is ``raise``.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "walk.kml"
    >>> _ = file.write_text("<kml><Placemark><name>O Smach</name><Point><coordinates>103.7,14.4</coordinates></Point></Placemark></kml>")
    >>> from_kml(file, "places", number_rows=True).layer[["place_id", "name"]].to_dict("records")
    [{'place_id': 'walk:1', 'name': 'O Smach'}]
    """
    contract = contract_of(kind)
    door = open_door(path, formats=KML_FORMATS)
    found = read_placemarks(door)
    shapes, heights = without_heights(np.array(found.shapes, dtype=object))
    table = pd.DataFrame(found.rows, index=range(len(found.rows)), dtype="str").fillna("")
    cells = Cells(table, 1, remarks=_remarks(found, shapes), notes=(*_notes(found), *heights))
    matched = match_columns(contract, list(table.columns), told=columns, shaped=True)
    source = Source(door.path, door.words, gpd.GeoSeries(shapes, index=table.index, crs=LONLAT) if contract.geometry else None)
    return layer_of(cells, source, contract, matched, number_rows=number_rows, on_error=on_error)


def read_placemarks(door: Doorway) -> Placemarks:
    """Read every feature of a KML, KMZ or GPX file that passed the door.

    Raises
    ------
    SchemaError
        If it is not well-formed, or nested too deeply.
    """
    found = Placemarks()
    stream, name = _stream(door, found)
    try:
        with stream:
            require_plain_xml(stream, name)
            stream.seek(0)
            for row, shape in (_gpx if door.format == "gpx" else _kml)(stream, found):
                found.add(row, shape)
                require_count(door, len(found.rows), "rows")
    except (ParseError, DefusedXmlException, RecursionError) as fault:
        raise SchemaError(f"{name}: is not well-formed, or nested too deeply ({fault}); export it again.") from fault
    if not found.rows:
        raise SchemaError(f"{name}: has no placemarks, waypoints, routes or tracks; get the file again.")
    known = [shape for shape in found.shapes if shape is not None]
    require_count(door, int(shapely.get_num_coordinates(known).sum()), "vertices")
    return found


def _stream(door: Doorway, found: Placemarks) -> tuple[IO[bytes], str]:
    """Open the KML; of several in a KMZ the first at its top, as its format says."""
    if door.format != "kmz":
        return door.path.open("rb"), door.path.name
    with zipfile.ZipFile(door.path) as packed:
        names = [name for name in packed.namelist() if name.lower().endswith(".kml")]
        main = next((name for name in names if "/" not in name), names[0])
        if len(names) > 1:
            found.notes.append(f"{main} was read; not read: {', '.join(name for name in names if name != main)}.")
        try:
            return io.BytesIO(packed.read(main)), f"{door.path.name} ({main})"
        except (zipfile.BadZipFile, EOFError) as fault:
            raise SchemaError(f"{door.path.name}: {main} inside is damaged ({fault}); get the file again.") from fault


def _notes(found: Placemarks) -> list[str]:
    notes = [*found.notes, "Row numbers count the placemarks of the file from 1."]
    notes += [f"{count} {what} not read: they lead to other files or are pictures." for what, count in sorted(found.counts.items())]
    return notes


def _remarks(found: Placemarks, shapes: NDArray[np.object_]) -> pd.DataFrame | None:
    """Name coordinates that cannot be read, or cannot be meant."""
    told = {"severity": "rejected", "rule": "cannot be read as a shape", "remedy": "write lon,lat with a space between positions"}
    broken = pd.DataFrame({"column": "geometry", "value": [text[:80] for text in found.broken.values()], **told}, index=list(found.broken))
    strange = strange_positions(shapes)
    return pd.concat([broken, strange]) if len(broken) and strange is not None else broken if len(broken) else strange


def _kml(stream: IO[bytes], found: Placemarks) -> Iterator[tuple[dict[str, str], shapely.Geometry | str | None]]:
    """Walk through the file, remembering the folders; a placemark is forgotten once it is read."""
    above: list[Element] = []
    folders: list[str] = []
    for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
        tag = _local(element)
        if event == "start":
            above.append(element)
            if tag == "Folder":
                folders.append("")
            continue
        above.pop()
        parent = above[-1] if above else None
        if tag == "name" and parent is not None and _local(parent) == "Folder":
            folders[-1] = (element.text or "").strip()
        elif tag == "Folder":
            folders.pop()
        elif tag in NOT_READ:
            found.counts[tag] += 1
        elif tag == "Placemark":
            yield _placemark(element, " / ".join(filter(None, folders))), _shape(element)
        if tag in ("Placemark", "Folder", *NOT_READ):
            element.clear()


def _placemark(element: Element, folder: str) -> dict[str, str]:
    row = {"id": element.get("id", ""), "folder": folder}
    for part in element:
        tag = _local(part)
        if tag in ("name", "description", "address", "phoneNumber", "snippet"):
            row[tag] = _text(part)
        elif tag == "TimeStamp":
            row["date"] = _child_text(part, "when")
        elif tag == "TimeSpan":
            row |= {"date": _child_text(part, "begin"), "end date": _child_text(part, "end")}
        elif tag == "ExtendedData":
            row |= _extended(part, row)
    return row


def _extended(element: Element, row: Mapping[str, str]) -> dict[str, str]:
    """Give the named values; a name that the placemark itself has is kept apart."""
    values = {}
    for part in element.iter():
        if _local(part) == "Data":
            values[part.get("name", "")] = _child_text(part, "value")
        elif _local(part) == "SimpleData":
            values[part.get("name", "")] = _text(part)
    return {(name if name not in row else f"data {name}") or "data": text for name, text in values.items()}


def _shape(element: Element) -> shapely.Geometry | str | None:
    """Make the shape of a placemark; the coordinates as text if they cannot be read."""
    for part in element:
        make = _SHAPES.get(_local(part))
        if make is not None:
            try:
                return make(part)
            except (ValueError, IndexError, shapely.errors.GEOSException):
                return " ".join("".join(part.itertext()).split()) or _local(part)
    return None


def _point(element: Element) -> shapely.Geometry:
    (position,) = _coordinates(element)
    return shapely.Point(position)


def _line(element: Element) -> shapely.Geometry:
    return shapely.LineString(_coordinates(element))


def _area(element: Element) -> shapely.Geometry:
    rings = {"outerBoundaryIs": [], "innerBoundaryIs": []}  # type: dict[str, list[list[tuple[float, ...]]]]
    for part in element:
        if _local(part) in rings:
            rings[_local(part)] += [_coordinates(ring) for ring in part]
    (outer,) = rings["outerBoundaryIs"]
    return shapely.Polygon(outer, rings["innerBoundaryIs"])


def _track(element: Element) -> shapely.Geometry:
    return shapely.LineString(_numbers([_text(part).split() for part in element if _local(part) == "coord"]))


def _several(element: Element) -> shapely.Geometry:
    """Join the parts: of one type into a multi-shape, else into a collection, which no contract takes."""
    shapes = [make(part) for part in element if (make := _SHAPES.get(_local(part))) is not None]
    if not shapes:
        raise ValueError(_local(element))
    kinds = {type(shape) for shape in shapes}
    join = _JOINED.get(kinds.pop(), shapely.GeometryCollection) if len(kinds) == 1 else shapely.GeometryCollection
    joined: shapely.Geometry = join(shapes)
    return joined


_JOINED: Mapping[type, Callable[..., Any]] = {
    shapely.Point: shapely.multipoints,
    shapely.LineString: shapely.multilinestrings,
    shapely.Polygon: shapely.multipolygons,
}


_SHAPES = {
    "Point": _point, "LineString": _line, "LinearRing": _line, "Polygon": _area, "Track": _track, "MultiGeometry": _several,
    "MultiTrack": _several,
}  # fmt: skip


def _coordinates(element: Element) -> list[tuple[float, ...]]:
    text = _PAIR.sub(",", _child_text(element, "coordinates").strip())
    return _numbers([position.split(",") for position in text.split()])


def _numbers(positions: list[list[str]]) -> list[tuple[float, ...]]:
    """Read longitude, latitude and, where every position has one, height."""
    width = 3 if all(len(position) > LONLAT_PARTS for position in positions) else LONLAT_PARTS
    return [tuple(float(positions[n][part]) for part in range(width)) for n in range(len(positions))]


def _gpx(stream: IO[bytes], found: Placemarks) -> Iterator[tuple[dict[str, str], shapely.Geometry | str | None]]:
    heights = 0
    for _, element in iterparse(stream, events=("end",), forbid_dtd=True):
        tag = _local(element)
        if tag == "ele":
            heights += 1
        if tag in GPX_KINDS:
            row = {"folder": GPX_KINDS[tag]} | {column: _child_text(element, name) for name, column in GPX_COLUMNS.items()}
            yield row, _gpx_shape(element, tag)
            element.clear()
    if heights:
        found.notes.append(f"{heights} heights were dropped.")


def _gpx_shape(element: Element, tag: str) -> shapely.Geometry | str | None:
    try:
        if tag == "wpt":
            return shapely.Point(_gpx_position(element))
        if tag == "rte":
            return shapely.LineString([_gpx_position(part) for part in element if _local(part) == "rtept"])
        lines = [[_gpx_position(part) for part in segment if _local(part) == "trkpt"] for segment in element if _local(segment) == "trkseg"]
        lines = [line for line in lines if len(line) > 1]
        return shapely.LineString(lines[0]) if len(lines) == 1 else shapely.MultiLineString(lines) if lines else None
    except (ValueError, shapely.errors.GEOSException) as fault:
        return str(fault)


def _gpx_position(element: Element) -> tuple[float, float]:
    return float(element.get("lon", "")), float(element.get("lat", ""))


def _local(element: Element) -> str:
    """Name an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _text(element: Element) -> str:
    return "".join(element.itertext()).strip()


def _child_text(element: Element, name: str) -> str:
    return next((_text(part) for part in element if _local(part) == name), "")

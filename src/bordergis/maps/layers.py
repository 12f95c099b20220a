"""A layer as the page takes it: plain parts, ready to be packed.

A row without a position fit to draw (or with a sensitive one) stays in its layer and is listed in the panel; its
coordinates are not in the file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from bordergis import provenance
from bordergis.crs import require_lonlat
from bordergis.errors import GeometryKindError
from bordergis.maps import cells
from bordergis.maps.island import pack_coordinates, pack_days, pack_integers, pack_points, pack_rows, pack_shapes, pack_text
from bordergis.maps.style import AREAS, GLYPHS, LINES
from bordergis.schema import POSITIONED
from bordergis.words import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from bordergis.maps.cells import Text
    from bordergis.words import Words

__all__ = ["Changes", "Column", "Days", "Discs", "MapLayer", "Pen", "drawn_geometries", "kind_of", "pack_layer"]

KIND_OF_LAYER = {
    **dict.fromkeys(("border", "roads", "sectors", "obstacles"), "line"),
    **dict.fromkeys(("camps", "designated", "hazards", "restricted", "zones_definite", "zones_possible"), "area"),
}
KIND_BY_DIMENSION = ("point", "line", "area")
HIDDEN_AT_FIRST = ("sectors", "chainage", "roads")
CODED = frozenset(
    {
        "access",
        "brunnel",
        "category",
        "confidence",
        "country",
        "evidence",
        "highway_class",
        "in_zone",
        "kind",
        "passability",
        "status",
        "verification_status",
    }
)
LENGTHS = frozenset({"radius_m", "position_radius_m"})
KIND_OF_COLUMN = {
    **dict.fromkeys(("date", "recorded_on", "start", "end", "status_since", "valid_from", "valid_to"), "date"),
    **dict.fromkeys(LENGTHS, "length"),
}
PAIRS = {"name_khm_side": "names", "name_tha_side": "names", "adm1_khm": "adm1", "adm1_tha": "adm1"}


@dataclass(frozen=True, slots=True)
class Column:
    """One line of the details panel: a text for every row.

    ``kind`` is ``text``, ``link``, ``date`` (ISO), ``length`` (``500 m``, ``5 km``), ``code`` (of the vocabulary ``code``), ``facts``
    (:mod:`bordergis.maps.grounds`) or ``span`` (the layer's own days, so without a text); columns of the same ``pair`` stand side by
    side (both sides' names; a claim and its denial).
    """

    key: str
    label: str
    text: Text | None
    kind: str = "text"
    code: str = ""
    pair: str = ""


@dataclass(frozen=True, slots=True)
class Days:
    """First and last day of every row, in days since 1970-01-01; :data:`bordergis.maps.cells.OPEN` where none is told.

    ``since`` marks rows that are shown from their first day on: what happened stays happened.
    """

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    since: bool = False


@dataclass(frozen=True, slots=True)
class Discs:
    """Discs on the ellipsoid that an area is the union of, each with its row and its days."""

    lonlat: NDArray[np.float64]
    row: NDArray[np.int64]
    radius_m: NDArray[np.float64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Changes:
    """From which day on a row has which look; before its first change it has ``first``."""

    row: NDArray[np.int64]
    start: NDArray[np.int64]
    look: Text
    first: str = "unknown"


@dataclass(frozen=True, slots=True)
class MapLayer:
    """One layer as the page takes it.

    Attributes
    ----------
    layer_id
        Stable name, also of its words and of its style.
    kind
        ``point``, ``line``, ``area`` or ``ring`` (a point drawn as a circle of ``radius_m``).
    geometries
        One a row; missing where it is not drawn.
    looks
        The key of each row's glyph or stroke, as of the situation's date.
    titles
        The heading of each row: a text, or the keys of the columns it is made of.
    legend
        Pairs of look and words, in the order shown.
    timed
        Keys of the columns that speak of the situation's date only.
    as_of_only
        Whether the looks are known for the situation's date only.
    places_of
        The layer whose positions and days these rows have too, row by row; they are packed once.
    """

    layer_id: str
    name: str
    kind: str
    geometries: NDArray[np.object_]
    looks: Text
    titles: Text | tuple[str, ...]
    columns: tuple[Column, ...] = ()
    note: str = ""
    note_key: str = ""
    radius_m: NDArray[np.int64] | None = None
    legend: tuple[tuple[str, str], ...] = ()
    sources: tuple[str, ...] = ()
    days: Days | None = None
    discs: Discs | None = None
    changes: Changes | None = None
    timed: tuple[str, ...] = ()
    as_of_only: bool = False
    places_of: str = ""


@dataclass(frozen=True, slots=True)
class Pen:
    """What every layer needs besides its rows: words to fall back on, and the titles of the sources."""

    words: Words
    titles: Mapping[str, str]

    def layer(
        self, rows: gpd.GeoDataFrame, layer_id: str, titles: Text | tuple[str, ...], looks: Text, columns: Iterable[Column]
    ) -> MapLayer:
        """Make a layer of a situation, with its words and its legend."""
        geometries = drawn_geometries(rows)
        kind = KIND_OF_LAYER.get(layer_id) or kind_of(geometries, layer_id)
        styles: Iterable[str] = {"point": GLYPHS.get(layer_id, ()), "line": LINES, "area": AREAS}[kind]
        legend = [look for look in styles if kind == "point" or look in looks.words or look == layer_id.removeprefix("zones_")]
        note_key = f"note.{layer_id}"
        return MapLayer(
            layer_id,
            self.words.get(f"layer.{layer_id}", layer_id),
            kind,
            geometries,
            looks,
            titles,
            tuple(columns),
            note=self.words.get(note_key, ""),
            note_key=note_key,
            legend=self.legend(layer_id, legend),
            sources=provenance.of(rows).sources,
        )

    def noted(self, layer: MapLayer, note_key: str) -> MapLayer:
        """Give a layer another note."""
        return replace(layer, note=self.words.get(note_key, ""), note_key=note_key)

    def legend(self, layer_id: str, looks: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """Name the looks of a layer."""
        return tuple((look, say(self.words, f"look.{layer_id}", look)) for look in looks)

    def columns(self, frame: pd.DataFrame, names: Iterable[str]) -> tuple[Column, ...]:
        """Make the panel's lines for these columns, in order; lines without any text are left out."""
        plain = unmarked(frame)
        made = (self.column(name, self._values(plain, name)) for name in names)
        return tuple(column for column in made if column.text)

    def column(self, name: str, text: Text | None, pair: str = "") -> Column:
        """Make one line of the panel, of the kind that its name tells."""
        coded = name in CODED or name == "position_class"
        kind = "code" if coded else "link" if name.endswith("_url") else KIND_OF_COLUMN.get(name, "text")
        label = self.words.get(f"field.{name}", name.replace("_", " "))
        return Column(name, label, text, kind, name if coded else "", pair or PAIRS.get(name, ""))

    def claim(self, frame: pd.DataFrame) -> tuple[Column, ...]:
        """Put the denial beside the claim, on every row; where there is none, the page says so."""
        return tuple(self.column(name, cells.texts(frame, name), "claim") for name in ("reported_by", "counter_claim"))

    def _values(self, frame: pd.DataFrame, name: str) -> Text:
        match name:
            case "position_class":
                return cells.position_classes(frame)
            case "source":
                return cells.source(frame, self.titles)
        return (cells.lengths if name in LENGTHS else cells.texts)(frame, name)


def unmarked(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the same columns as a plain table without provenance, which pandas would copy with every column taken from it."""
    plain = pd.DataFrame(frame)
    plain.attrs = {}
    return plain


def drawn_geometries(frame: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Give each row's geometry where it may be drawn, else ``None``.

    Not drawn: no or an empty geometry, a position coarser than :data:`bordergis.schema.POSITIONED`, a sensitive row or a shelter.

    Raises
    ------
    MissingCRSError, CRSMismatchError
        If the layer is not lon/lat.
    """
    require_lonlat(frame)
    found = np.array(frame.geometry.array, dtype=object)
    known = cells.texts(frame, "position_class")
    coarse = (known.codes > 0) & ~known.is_any_of(POSITIONED)
    found[coarse | cells.withheld(frame) | shapely.is_empty(found)] = None
    return found


def kind_of(geometries: NDArray[np.object_], name: str) -> str:
    """Tell whether these are points, lines or areas.

    Raises
    ------
    GeometryKindError
        If they are mixed.
    """
    found = geometries[~shapely.is_missing(geometries)]
    dimensions = np.unique(shapely.get_dimensions(found))
    if len(dimensions) > 1 or (shapely.get_type_id(found) == shapely.GeometryType.GEOMETRYCOLLECTION).any():
        kinds = ", ".join(sorted({geometry.geom_type for geometry in found}))
        raise GeometryKindError(f"The layer {name!r} mixes geometries ({kinds}); give points, lines and areas as one layer each.")
    return KIND_BY_DIMENSION[int(dimensions[0])] if len(dimensions) else "point"


def pack_layer(layer: MapLayer, as_of: int) -> dict[str, Any]:
    """Pack one layer for the page; ``as_of`` is the situation's day since 1970-01-01."""
    counts = dict(zip(layer.looks.words, np.bincount(layer.looks.codes, minlength=len(layer.looks.words) + 1)[1:].tolist(), strict=True))
    return {
        "id": layer.layer_id,
        "name": layer.name,
        "kind": layer.kind,
        "note": layer.note,
        "note_key": layer.note_key,
        "shown": layer.layer_id not in HIDDEN_AT_FIRST,
        "rows": len(layer.geometries),
        "undrawn": _undrawn(layer),
        "legend": [{"look": look, "label": label, "n": counts.get(look, 0)} for look, label in layer.legend],
        "places_of": layer.places_of,
        "shape": None if layer.places_of else (pack_points if layer.kind == "point" else pack_shapes)(layer.geometries),
        "look": {"d": layer.looks.words, "i": pack_integers(layer.looks.codes)},
        "radius": None if layer.radius_m is None else pack_integers(layer.radius_m),
        "as_of": as_of,
        "as_of_only": layer.as_of_only,
        "timed": list(layer.timed),
        **_packed_time(layer),
        **_packed_columns(layer),
    }


def _undrawn(layer: MapLayer) -> int:
    """Count the rows with neither a geometry nor a disc."""
    missing = shapely.is_missing(layer.geometries)
    if layer.discs is not None:
        missing[layer.discs.row] = False
    return int(missing.sum())


def _packed_time(layer: MapLayer) -> dict[str, Any]:
    days, discs, changes = layer.days, layer.discs, layer.changes
    return {
        "days": days and {"start": _days(days.start), "end": _days(days.end), "since": days.since},
        "discs": discs
        and {
            "xy": pack_coordinates(discs.lonlat),
            "of": pack_rows(discs.row),
            "radius": pack_integers(np.rint(discs.radius_m).astype(np.int64)),
            "start": _days(discs.start),
            "end": _days(discs.end),
        },
        "changes": changes
        and {
            "row": pack_rows(changes.row),
            "start": _days(changes.start),
            "look": {"d": changes.look.words, "i": pack_integers(changes.look.codes)},
            "first": changes.first,
        },
    }


def _packed_columns(layer: MapLayer) -> dict[str, Any]:
    return {
        "title": list(layer.titles) if isinstance(layer.titles, tuple) else pack_text(layer.titles),
        "fields": [
            {
                "key": column.key,
                "label": column.label,
                "kind": column.kind,
                "code": column.code,
                "pair": column.pair,
                "text": None if column.text is None else pack_text(column.text),
            }
            for column in layer.columns
        ],
    }


def _days(days: NDArray[np.int64]) -> bytes:
    return pack_days(days, cells.OPEN)

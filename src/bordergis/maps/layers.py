"""What the map draws: each layer of a situation as plain parts, ready to be packed.

A row without a position fit to draw (or with a sensitive one) stays in its layer and is listed in the panel; its
coordinates are not in the file.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from bordergis import provenance
from bordergis.crs import require_lonlat
from bordergis.errors import GeometryKindError
from bordergis.maps import cells
from bordergis.maps.island import pack_integers, pack_points, pack_shapes, pack_text
from bordergis.maps.style import AREAS, GLYPHS, INCIDENT_LOOKS, LINES
from bordergis.maps.text import say
from bordergis.schema import POSITIONED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from bordergis.maps.cells import Text
    from bordergis.maps.text import Words
    from bordergis.situation import Situation

__all__ = ["Column", "MapLayer", "Pen", "draw_extra", "draw_situation", "pack_layer"]

KIND_OF_LAYER = {
    "border": "line",
    "designated": "area",
    "hazards": "area",
    "zones_definite": "area",
    "zones_possible": "area",
}
KIND_BY_DIMENSION = ("point", "line", "area")
OSM_LINE = "osm-2026c"  # the line whose difference from the Thai survey's was measured
PLACE_LOOKS = {"heritage": "heritage", "bridge": "bridge", "town": "town", "commune": "town", "district_seat": "town"}
CHECKPOINT_LOOKS = ("open", "restricted", "closed")
KNOWN_ACCESS = ("inaccessible", "restricted", "reachable")

CODED = frozenset({"category", "confidence", "country", "in_zone", "kind", "reported_inaccessible", "status", "verification_status"})
PAIRS = {"name_khm_side": "names", "name_tha_side": "names", "adm1_khm": "adm1", "adm1_tha": "adm1"}
PLACE_COLUMNS = (
    "name_km", "name_th", "name_alt", "country", "adm1", "adm2", "population", "precision", "confidence",
    "source", "note",
)  # fmt: skip
CHECKPOINT_COLUMNS = (
    "name_khm_side", "name_tha_side", "name_km", "name_th", "adm1_khm", "adm1_tha", "status", "status_since",
    "status_reported_by", "status_source_url", "precision", "position_basis", "confidence", "source", "note",
)  # fmt: skip
CLAIM_COLUMNS = (
    "date", "category", "place_as_given", "side_as_reported", "description", "casualties_as_reported",
    "weapon_as_reported",
)  # fmt: skip
EVIDENCE_COLUMNS = (
    "verification_status",
    "verified_by",
    "precision",
    "location_note",
    "confidence",
    "source",
    "source_url",
)
VISIT_COLUMNS = (
    "date", "observer", "place_as_given", "access", "facilitated_by", "reported_by", "precision", "source",
    "source_url", "note",
)  # fmt: skip
ZONE_COLUMNS = ("rule_id", "radius_m", "start", "end", "n_members", "members", "citation")


@dataclass(frozen=True, slots=True)
class Column:
    """One line of the details panel: a label and a text for every row.

    ``kind`` is ``text`` or ``link``; columns of the same ``pair`` stand side by side (both sides' names; a claim
    and its denial).
    """

    label: str
    values: Text
    kind: str = "text"
    pair: str = ""


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
        The key of each row's glyph or stroke.
    titles
        The heading of each row.
    legend
        Pairs of look and words, in the order shown.
    """

    layer_id: str
    name: str
    kind: str
    geometries: NDArray[np.object_]
    looks: list[str]
    titles: Text
    columns: tuple[Column, ...] = ()
    note: str = ""
    radius_m: tuple[int, ...] = ()
    legend: tuple[tuple[str, str], ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pen:
    """What every layer needs besides its rows: the page's words and the titles of the sources."""

    words: Words
    titles: Mapping[str, str]

    def layer(self, rows: gpd.GeoDataFrame, layer_id: str, titles: Text, looks: list[str], columns: Iterable[Column]) -> MapLayer:
        """Make a layer of a situation, with its words and its legend."""
        kind = KIND_OF_LAYER.get(layer_id, "point")
        styles: Iterable[str] = {"point": GLYPHS.get(layer_id, ()), "line": LINES, "area": AREAS}[kind]
        legend = [look for look in styles if kind == "point" or look == _one_look(layer_id)]
        return MapLayer(
            layer_id,
            self.words[f"layer.{layer_id}"],
            kind,
            drawn_geometries(rows),
            looks,
            titles,
            tuple(columns),
            note=self.words.get(f"note.{layer_id}", ""),
            legend=self.legend(layer_id, legend),
            sources=provenance.of(rows).sources,
        )

    def legend(self, layer_id: str, looks: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """Name the looks of a layer."""
        return tuple((look, say(self.words, f"look.{layer_id}", look)) for look in looks)

    def columns(self, frame: pd.DataFrame, names: Iterable[str]) -> tuple[Column, ...]:
        """Make the panel's lines for these columns, in order; lines without any text are left out."""
        made = (self._column(frame, name) for name in names)
        return tuple(column for column in made if any(column.values))

    def claim(self, frame: pd.DataFrame) -> tuple[Column, ...]:
        """Put the denial beside the claim, on every row."""
        none = self.words["value.none_recorded"]
        return tuple(
            Column(self.words[f"field.{name}"], [value or none for value in cells.texts(frame, name)], pair="claim")
            for name in ("reported_by", "counter_claim")
        )

    def _column(self, frame: pd.DataFrame, name: str) -> Column:
        kind = "link" if name.endswith("_url") else "text"
        return Column(self.words[f"field.{name}"], self._values(frame, name), kind, PAIRS.get(name, ""))

    def _values(self, frame: pd.DataFrame, name: str) -> Text:
        match name:
            case "date":
                return cells.dates(frame)
            case "precision":
                return cells.precision(frame, self.words)
            case "source":
                return cells.source(frame, self.titles)
            case "radius_m":
                return cells.lengths(frame, name)
        return cells.coded(frame, name, self.words) if name in CODED else cells.texts(frame, name)


def drawn_geometries(frame: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Give each row's geometry where it may be drawn, else ``None``.

    Not drawn: no or an empty geometry, a position coarser than :data:`bordergis.schema.POSITIONED`, a sensitive row.

    Raises
    ------
    MissingCRSError, CRSMismatchError
        If the layer is not lon/lat.
    """
    require_lonlat(frame)
    found = np.array(frame.geometry.array, dtype=object)
    coarse = [value is not None and value not in POSITIONED for value in cells.texts(frame, "position_class")]
    found[np.array(coarse, dtype=bool) | np.array(cells.sensitive(frame), dtype=bool) | shapely.is_empty(found)] = None
    return found


def draw_situation(situation: Situation, pen: Pen) -> list[MapLayer]:
    """Give every layer of a situation, from the bottom up."""
    layers = [draw_designated(situation.designated_areas, pen)]
    if len(situation.hazards):
        layers.append(draw_hazards(situation.hazards, pen))
    if len(situation.zones):
        layers += [draw_zones(situation.zones, pen, certainty) for certainty in ("possible", "definite")]
    incidents = draw_incidents(situation.incidents, pen)
    return [
        *layers,
        draw_precision(incidents, situation.incidents, pen),
        draw_border(situation.border, pen),
        draw_places(situation.places, situation.villages, pen),
        draw_villages(situation.access.table, pen),
        incidents,
        draw_visits(situation.visits, pen),
        draw_checkpoints(situation.checkpoints, pen),
    ]


def draw_border(frame: gpd.GeoDataFrame, pen: Pen) -> MapLayer:
    """Draw the mapped lines, all alike, in alphabetical order of who maps them."""
    rows = frame.sort_values(["claimed_by", "border_id"], kind="stable")
    titles = cells.joined(cells.texts(rows, "title"), cells.texts(rows, "line_date"), mark=", ")
    columns = pen.columns(rows, ("claimed_by", "line_date", "accuracy_note", "status_note", "source"))
    made = pen.layer(rows, "border", titles, ["border"] * len(rows), columns)
    return replace(made, note=pen.words["note.border_osm"]) if OSM_LINE in set(rows["border_id"]) else made


def draw_designated(frame: gpd.GeoDataFrame, pen: Pen) -> MapLayer:
    """Draw areas that a named instrument defines."""
    columns = pen.columns(frame, ("valid_from", "note", "source", "source_url"))
    return pen.layer(frame, "designated", cells.texts(frame, "name"), ["designated"] * len(frame), columns)


def draw_hazards(frame: gpd.GeoDataFrame, pen: Pen) -> MapLayer:
    """Draw recorded hazard areas with the class of their record."""
    columns = pen.columns(frame, ("kind", "recorded_on", "reported_by", "note", "source", "source_url"))
    return pen.layer(frame, "hazards", cells.texts(frame, "hazard_id"), ["hazards"] * len(frame), columns)


def draw_zones(frame: gpd.GeoDataFrame, pen: Pen, certainty: str) -> MapLayer:
    """Draw the exclusion zones of one certainty."""
    rows = frame[(frame["certainty"] == certainty).to_numpy(dtype=bool)]
    layer_id = f"zones_{certainty}"
    return pen.layer(rows, layer_id, cells.texts(rows, "zone_id"), [certainty] * len(rows), pen.columns(rows, ZONE_COLUMNS))


def draw_incidents(frame: gpd.GeoDataFrame, pen: Pen) -> MapLayer:
    """Draw reported incidents, each claim with its denial."""
    looks = [INCIDENT_LOOKS.get(value or "", "other") for value in cells.texts(frame, "category")]
    titles = cells.joined(cells.dates(frame), cells.coded(frame, "category", pen.words), cells.texts(frame, "place_as_given"))
    columns = (*pen.columns(frame, CLAIM_COLUMNS), *pen.claim(frame), *pen.columns(frame, EVIDENCE_COLUMNS))
    return pen.layer(frame, "incidents", titles, looks, columns)


def draw_precision(incidents: MapLayer, frame: gpd.GeoDataFrame, pen: Pen) -> MapLayer:
    """Draw how finely each incident is placed: a circle of that radius in metres."""
    radius = np.array(cells.numbers(frame, "position_radius_m"))
    keep = np.flatnonzero(np.isfinite(radius) & ~shapely.is_missing(incidents.geometries))
    return replace(
        incidents,
        layer_id="precision",
        name=pen.words["layer.precision"],
        note=pen.words["note.precision"],
        kind="ring",
        geometries=incidents.geometries[keep],
        looks=["precision"] * len(keep),
        titles=[incidents.titles[row] for row in keep],
        columns=(),
        radius_m=tuple(int(metres) for metres in np.rint(radius[keep])),
        legend=pen.legend("precision", ["precision"]),
    )


def draw_villages(access: gpd.GeoDataFrame, pen: Pen) -> MapLayer:
    """Draw villages by access; unknown wherever nothing says otherwise."""
    looks = [value if value in KNOWN_ACCESS else "unknown" for value in cells.texts(access, "status")]
    order = np.argsort([look != "unknown" for look in looks], kind="stable")  # what is known is drawn over what is not
    frame, looks = access.iloc[order], [looks[row] for row in order]
    found = Column(pen.words["field.access"], [say(pen.words, "look.villages", look) for look in looks])
    why = pen.columns(frame, ("in_zone", "in_zone_since", "reported_inaccessible", "reasons"))
    return pen.layer(frame, "villages", cells.texts(frame, "name"), looks, (found, *why, *pen.columns(frame, PLACE_COLUMNS)))


def draw_checkpoints(frame: gpd.GeoDataFrame, pen: Pen) -> MapLayer:
    """Draw checkpoints with their last reported status."""
    looks = [value if value in CHECKPOINT_LOOKS else "unknown" for value in cells.texts(frame, "status")]
    return pen.layer(frame, "checkpoints", cells.texts(frame, "name"), looks, pen.columns(frame, CHECKPOINT_COLUMNS))


def draw_visits(frame: gpd.GeoDataFrame, pen: Pen) -> MapLayer:
    """Draw where observers looked."""
    titles = cells.joined(cells.dates(frame), cells.texts(frame, "place_as_given"))
    return pen.layer(frame, "visits", titles, ["visit"] * len(frame), pen.columns(frame, VISIT_COLUMNS))


def draw_places(frame: gpd.GeoDataFrame, villages: gpd.GeoDataFrame, pen: Pen) -> MapLayer:
    """Draw the other named places: towns, temples, bridges."""
    rows = frame[~frame["place_id"].isin(villages["place_id"]).to_numpy(dtype=bool)]
    looks = [PLACE_LOOKS.get(kind or "", "other") for kind in cells.texts(rows, "kind")]
    return pen.layer(rows, "places", cells.texts(rows, "name"), looks, pen.columns(rows, ("kind", *PLACE_COLUMNS)))


def draw_extra(frame: gpd.GeoDataFrame, pen: Pen, name: str, number: int) -> MapLayer:
    """Draw a layer the analyst gives, in one plain look, with all its columns.

    Raises
    ------
    GeometryKindError
        If points, lines and areas are mixed in it.
    """
    found = drawn_geometries(frame)
    plain = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    numbered: Text = [f"{name} {row}" for row in range(1, len(frame) + 1)]
    return MapLayer(
        f"extra-{number}",
        name,
        _only_kind(found, name),
        found,
        ["extra"] * len(frame),
        cells.texts(plain, "name") if "name" in plain else numbered,
        tuple(Column(str(column), cells.texts(plain, column)) for column in plain.columns),
        note=pen.words["note.extra"],
        legend=(("extra", name),),
        sources=provenance.of(frame).sources,
    )


def pack_layer(layer: MapLayer) -> dict[str, Any]:
    """Pack one layer for the page."""
    counts = Counter(layer.looks)
    return {
        "id": layer.layer_id,
        "name": layer.name,
        "kind": layer.kind,
        "note": layer.note,
        "shown": True,
        "rows": len(layer.looks),
        "undrawn": int(shapely.is_missing(layer.geometries).sum()),
        "legend": [{"look": look, "label": label, "n": counts[look]} for look, label in layer.legend],
        "shape": (pack_points if layer.kind in ("point", "ring") else pack_shapes)(layer.geometries),
        "look": pack_text(layer.looks),
        "title": pack_text(layer.titles),
        "radius": pack_integers(layer.radius_m) if layer.radius_m else None,
        "fields": [
            {"label": column.label, "kind": column.kind, "pair": column.pair, "text": pack_text(column.values)} for column in layer.columns
        ],
    }


def _one_look(layer_id: str) -> str:
    """Give the look of a layer that has only one."""
    return layer_id.removeprefix("zones_")


def _only_kind(geometries: NDArray[np.object_], name: str) -> str:
    found = geometries[~shapely.is_missing(geometries)]
    dimensions = np.unique(shapely.get_dimensions(found))
    if len(dimensions) > 1 or (shapely.get_type_id(found) == shapely.GeometryType.GEOMETRYCOLLECTION).any():
        kinds = ", ".join(sorted({geometry.geom_type for geometry in found}))
        raise GeometryKindError(f"The layer {name!r} mixes geometries ({kinds}); give points, lines and areas as one layer each.")
    return KIND_BY_DIMENSION[int(dimensions[0])] if len(dimensions) else "point"

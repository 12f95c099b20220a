"""What the map draws: each layer of a situation, from the bottom up."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from bordergis import border, datasets, provenance
from bordergis.maps import cells, timeline
from bordergis.maps.coarse import coarse_discs, coarse_sites
from bordergis.maps.grounds import GROUNDS, ground_columns
from bordergis.maps.layers import Column, Days, MapLayer, Pen, drawn_geometries, kind_of
from bordergis.maps.style import INCIDENT_LOOKS
from bordergis.maps.veil import veiled_cells

if TYPE_CHECKING:
    import geopandas as gpd

    from bordergis.maps.cells import Text
    from bordergis.situation import Situation

__all__ = ["border_note", "draw_extra", "draw_situation"]

OSM_LINE = "osm-2026c"  # the line whose difference from the Thai survey's was measured
PLACE_LOOKS = {"bridge": "bridge", "town": "town", "commune": "town", "district_seat": "town"}
FACILITY_LOOKS = {"school": "school", "hospital": "health", "health centre": "health", "health post": "health", "clinic": "health"}
CHECKPOINT_LOOKS = ("open", "restricted", "closed")
ACCESS_LOOKS = ("inaccessible", "restricted", "reachable")
MAIN_ROADS = ("motorway", "trunk", "primary", "secondary")
SECTOR_M = 100_000.0
TICK_M = 10_000.0
LINE_STEP_DEG = 5e-4  # sectors only say where one ends: 50 m is fine enough

PLACE_COLUMNS = (
    "place_id", "name_km", "name_th", "name_alt", "country", "adm1", "adm2", "population", "position_class", "position_radius_m",
    "confidence", "source", "note",
)  # fmt: skip
CHECKPOINT_COLUMNS = (
    "checkpoint_id", "name_khm_side", "name_tha_side", "name_km", "name_th", "adm1_khm", "adm1_tha", "status", "status_since",
    "status_reported_by", "status_source_url", "position_class", "position_radius_m", "position_basis", "confidence", "source", "note",
)  # fmt: skip
CLAIM_COLUMNS = ("category", "place_as_given", "side_as_reported", "description", "casualties_as_reported", "weapon_as_reported")
EVIDENCE_COLUMNS = (
    "verification_status", "verified_by", "position_class", "position_radius_m", "location_note", "confidence", "source", "source_url",
    "incident_id",
)  # fmt: skip
VISIT_COLUMNS = (
    "date", "observer", "place_as_given", "access", "facilitated_by", "reported_by", "position_class", "position_radius_m", "source",
    "source_url", "note", "visit_id",
)  # fmt: skip
AREA_COLUMNS = (
    "kind",
    "zone_class",
    "name",
    "valid_from",
    "valid_to",
    "passability",
    "for_whom",
    "citation",
    "reported_by",
    "note",
    "source",
    "source_url",
)
HAZARD_COLUMNS = ("hazard_id", "kind", "evidence", "ordnance", "recorded_on", "reported_by", "note", "source", "source_url")
FACILITY_COLUMNS = (
    "facility_id",
    "kind",
    "status",
    "status_since",
    "adm1",
    "adm2",
    "reported_by",
    "position_class",
    "source",
    "source_url",
)
SITE_COLUMNS = (
    "name_km", "name_th", "name_alt", "kind", "status", "status_since", "radius_m", "adm1", "confidence", "source", "camp_id",
    "facility_id",
)  # fmt: skip
ZONE_COLUMNS = ("zone_id", "rule_id", "radius_m", "start", "end", "n_members", "members", "citation")
STATUS_COLUMNS = ("status", "status_since", "status_reported_by", "status_source_url")


def draw_situation(situation: Situation, pen: Pen) -> list[MapLayer]:
    """Give every layer of a situation, from the bottom up; layers of which nothing is known are left out."""
    past = timeline.past_zones(situation)
    incidents = draw_incidents(situation.incidents, pen)
    return [
        *([draw_roads(situation.roads, pen)] if len(situation.roads) else []),
        draw_area(situation.designated_areas, pen, "designated"),
        *draw_hazards(situation.hazards, pen),
        *([draw_area(situation.restricted_areas, pen, "restricted")] if len(situation.restricted_areas) else []),
        *(layer for certainty in ("possible", "definite") for layer in draw_zones(past, pen, certainty)),
        *draw_camps(coarse_sites(situation), pen),
        draw_precision(incidents, situation.incidents, pen),
        draw_border(situation.border, pen),
        draw_sectors(_marks(situation)[0], pen),
        *([draw_obstacles(situation.obstacles, pen)] if len(situation.obstacles) else []),
        *draw_closures(situation.closures, pen),
        draw_places(situation, pen),
        draw_heritage(situation.places, pen),
        draw_villages(situation, past, pen),
        *([draw_facilities(situation.facilities, pen)] if len(situation.facilities) else []),
        incidents,
        draw_visits(situation.visits, pen),
        draw_checkpoints(situation, pen),
        draw_ticks(_marks(situation)[1], pen),
    ]


def _marks(situation: Situation) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Give the sectors and ticks of the lines; those of the embedded lines are made once."""
    return marks_along(situation.border) if "border" in situation.own else _embedded_marks()


@cache
def _embedded_marks() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    return marks_along(datasets.load_border())


def marks_along(lines: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Cut each line into sectors of a hundred kilometres, and mark every ten, by its own chainage."""
    sectors, ticks = [], []
    for row in range(len(lines)):
        line = lines.iloc[[row]]
        named = {"claimed_by": line["claimed_by"].iloc[0]}
        sectors.append(border.sectors_by_length(line, SECTOR_M).assign(**named))
        at = pd.Series(np.arange(0.0, 1000 * border.border_length(line).iloc[0], TICK_M))
        ticks.append(border.point_at(line, at).to_frame().assign(name=[f"km {metres / 1000:g}" for metres in at], **named))
    cut, marked = pd.concat(sectors, ignore_index=True), pd.concat(ticks, ignore_index=True)
    cut = cut.set_geometry(cut.geometry.simplify(LINE_STEP_DEG))
    return provenance.inherit(cut, lines, step="sectors along the lines"), provenance.inherit(marked, lines, step="marks along the lines")


def draw_border(frame: gpd.GeoDataFrame, pen: Pen) -> MapLayer:
    """Draw the mapped lines, all alike, in alphabetical order of who maps them."""
    rows = frame.sort_values(["claimed_by", "border_id"], kind="stable")
    titles = cells.joined(cells.texts(rows, "title"), cells.texts(rows, "line_date"), ", ")
    columns = pen.columns(rows, ("claimed_by", "line_date", "accuracy_note", "status_note", "source", "border_id"))
    made = pen.layer(rows, "border", titles, cells.constant("border", len(rows)), columns)
    return pen.noted(made, border_note(rows))


def border_note(lines: gpd.GeoDataFrame) -> str:
    """Name the words that stand beside the lines: where none but embedded ones are drawn, how much another differs, and how to add it."""
    embedded = datasets.load_border()["claimed_by"]
    alone = OSM_LINE in set(lines["border_id"]) and lines["claimed_by"].isin(embedded).all()
    return "note.border_osm" if alone else "note.border"


def draw_sectors(rows: gpd.GeoDataFrame, pen: Pen) -> MapLayer:
    """Draw each line in sectors of equal length, by chainage; shown on demand."""
    columns = pen.columns(rows, ("claimed_by",))
    return pen.layer(rows, "sectors", cells.texts(rows, "name"), cells.constant("sectors", len(rows)), columns)


def draw_ticks(rows: gpd.GeoDataFrame, pen: Pen) -> MapLayer:
    """Draw a tick every ten kilometres along each line; shown on demand."""
    return pen.layer(rows, "chainage", cells.texts(rows, "name"), cells.constant("tick", len(rows)), pen.columns(rows, ("claimed_by",)))


def draw_roads(frame: gpd.GeoDataFrame, pen: Pen) -> MapLayer:
    """Draw the main roads, as a background."""
    rows = frame[frame["highway_class"].str.removesuffix("_link").isin(MAIN_ROADS)]
    columns = pen.columns(rows, ("ref", "highway_class", "surface", "brunnel"))
    return pen.layer(rows, "roads", ("ref", "highway_class"), cells.constant("roads", len(rows)), columns)


def draw_area(frame: gpd.GeoDataFrame, pen: Pen, layer_id: str) -> MapLayer:
    """Draw areas that somebody bounds by words, for as long as they are in force."""
    titles = cells.joined(cells.texts(frame, "name"), cells.texts(frame, "zone_class"), ", ")
    made = pen.layer(frame, layer_id, titles, cells.constant(layer_id, len(frame)), pen.columns(frame, ("area_id", *AREA_COLUMNS)))
    return replace(made, days=_days(frame, "valid_from", "valid_to"))


def draw_hazards(frame: gpd.GeoDataFrame, pen: Pen) -> list[MapLayer]:
    """Draw recorded hazard areas with the class of their record; a record holds until the next one of the same area."""
    later = frame.sort_values("recorded_on", kind="stable").groupby("hazard_id", sort=False)["recorded_on"].shift(-1).reindex(frame.index)
    known = frame.assign(until=later - pd.Timedelta(days=1))
    made = []
    for kind, rows in _by_dimension(known):
        layer_id = {"point": "hazard_spots", "area": "hazards"}[kind]
        look = cells.constant({"point": "spot", "area": "hazards"}[kind], len(rows))
        layer = pen.layer(rows, layer_id, cells.texts(rows, "hazard_id"), look, pen.columns(rows, HAZARD_COLUMNS))
        made.append(replace(layer, days=_days(rows, "recorded_on", "until")))
    return made


def draw_obstacles(frame: gpd.GeoDataFrame, pen: Pen) -> MapLayer:
    """Draw wire, fences, trenches and cordons as they were seen; never the border."""
    columns = pen.columns(frame, ("obstacle_id", *AREA_COLUMNS))
    made = pen.layer(frame, "obstacles", ("kind", "name"), cells.constant("obstacles", len(frame)), columns)
    return replace(made, days=_days(frame, "valid_from", "valid_to"))


def draw_closures(frame: gpd.GeoDataFrame, pen: Pen) -> list[MapLayer]:
    """Draw what is closed: spots, stretches and areas as a layer each."""
    made = []
    for kind, rows in _by_dimension(frame):
        layer_id = {"point": "closure_spots", "line": "closures", "area": "closure_areas"}[kind]
        look = cells.constant({"point": "closed", "line": "closures", "area": "closures"}[kind], len(rows))
        layer = pen.layer(rows, layer_id, ("kind", "name"), look, pen.columns(rows, ("closure_id", *AREA_COLUMNS)))
        made.append(replace(layer, kind=kind, days=_days(rows, "valid_from", "valid_to")))
    return made


def draw_zones(past: timeline.PastZones, pen: Pen, certainty: str) -> list[MapLayer]:
    """Draw the exclusion zones of one certainty: those made by rules as their discs, recorded ones by their outline."""
    rows = past.rows[(past.rows["certainty"] == certainty).to_numpy(dtype=bool)]
    if not len(rows):
        return []
    layer_id = f"zones_{certainty}"
    discs = past.discs_of(rows)
    outlined = rows.set_geometry(rows.geometry.where(~rows["zone_id"].isin(past.discs["zone_id"])))
    made = pen.layer(
        outlined, layer_id, cells.texts(rows, "zone_id"), cells.constant(certainty, len(rows)), pen.columns(rows, ZONE_COLUMNS)
    )
    days = Days(cells.days_of(rows, "start"), cells.days_of(rows, "end"))
    timed = ("n_members", "members", "start", "end")
    return [replace(made, days=days, discs=discs, timed=timed, as_of_only=not past.complete, sources=provenance.of(past.rows).sources)]


def draw_incidents(frame: gpd.GeoDataFrame, pen: Pen) -> MapLayer:
    """Draw reported incidents, each claim with its denial."""
    looks = cells.texts(frame, "category").map(lambda category: INCIDENT_LOOKS.get(category, "other"), missing="other")
    date = replace(pen.column("date", None), kind="span")
    columns = (date, *pen.columns(frame, CLAIM_COLUMNS), *pen.claim(frame), *pen.columns(frame, EVIDENCE_COLUMNS))
    made = pen.layer(frame, "incidents", ("date", "category", "place_as_given"), looks, columns)
    return replace(made, days=_days(frame, "date_start", "date_end", since=True))


def draw_precision(incidents: MapLayer, frame: gpd.GeoDataFrame, pen: Pen) -> MapLayer:
    """Draw how finely each incident is placed: a circle of that radius in metres."""
    radius = np.where(shapely.is_missing(incidents.geometries), 0.0, np.nan_to_num(cells.numbers(frame, "position_radius_m")))
    return MapLayer(
        "precision",
        pen.words["layer.precision"],
        "ring",
        incidents.geometries,
        cells.constant("precision", len(frame)),
        cells.constant(None, len(frame)),
        note=pen.words["note.precision"],
        note_key="note.precision",
        radius_m=np.rint(radius).astype(np.int64),
        legend=pen.legend("precision", ["precision"]),
        sources=incidents.sources,
        places_of="incidents",
    )


def draw_villages(situation: Situation, past: timeline.PastZones, pen: Pen) -> MapLayer:
    """Draw villages by access; unknown wherever nothing says otherwise."""
    frame = situation.access.table
    looks = village_looks(frame)
    changes = timeline.village_changes(situation, past)
    if changes is not None and not timeline.ends_in(changes, looks):  # a profile has left out or veiled what the status rests on
        changes = None
    columns = (pen.column("status", looks), *ground_columns(situation.access, pen), *pen.columns(frame, PLACE_COLUMNS))
    made = pen.layer(frame, "villages", cells.texts(frame, "name"), looks, columns)
    return replace(made, changes=changes, timed=("status", *GROUNDS), as_of_only=changes is None)


def village_looks(access: pd.DataFrame) -> Text:
    """Give each village's look: its status where one is known, else whether it possibly lies in a zone."""
    status = cells.texts(access, "status").map(lambda word: word if word in ACCESS_LOOKS else "unknown", missing="unknown")
    reached = cells.texts(access, "in_zone").is_any_of(["possible"]) & status.is_any_of(["unknown"])
    return cells.Text([*status.words, "possible"], np.where(reached, len(status.words) + 1, status.codes))


def draw_checkpoints(situation: Situation, pen: Pen) -> MapLayer:
    """Draw checkpoints with their last reported status."""
    frame = situation.checkpoints
    looks = cells.texts(frame, "status").map(lambda word: word if word in CHECKPOINT_LOOKS else "unknown", missing="unknown")
    changes = timeline.checkpoint_changes(situation, CHECKPOINT_LOOKS)
    made = pen.layer(frame, "checkpoints", cells.texts(frame, "name"), looks, pen.columns(frame, CHECKPOINT_COLUMNS))
    return replace(made, changes=changes, timed=STATUS_COLUMNS, as_of_only=changes is None)


def draw_visits(frame: gpd.GeoDataFrame, pen: Pen) -> MapLayer:
    """Draw where observers looked."""
    looks = cells.constant("visit", len(frame))
    made = pen.layer(frame, "visits", ("date", "place_as_given"), looks, pen.columns(frame, VISIT_COLUMNS))
    return replace(made, days=_days(frame, "date", "date", since=True))


def draw_camps(sites: gpd.GeoDataFrame, pen: Pen) -> list[MapLayer]:
    """Draw displacement sites and shelters as areas in which each lies somewhere, never as a point (:mod:`bordergis.maps.coarse`)."""
    if not len(sites):
        return []
    discs, radius_m = coarse_discs(sites)
    nowhere = sites.set_geometry(np.full(len(sites), None), crs=sites.crs)
    columns = pen.columns(sites.assign(radius_m=radius_m), SITE_COLUMNS)
    made = pen.layer(nowhere, "camps", cells.texts(sites, "name"), cells.constant("camps", len(sites)), columns)
    return [replace(made, discs=discs, as_of_only=True)]


def draw_facilities(everything: gpd.GeoDataFrame, pen: Pen) -> MapLayer:
    """Draw schools and places of health care, with their reported status; shelters are displacement sites (:func:`draw_camps`)."""
    frame = everything[~cells.is_shelter(everything)]
    looks = cells.texts(frame, "kind").map(lambda kind: FACILITY_LOOKS.get(kind, "other"), missing="other")
    made = pen.layer(frame, "facilities", cells.texts(frame, "name"), looks, pen.columns(frame, FACILITY_COLUMNS))
    return replace(made, timed=("status", "status_since"), as_of_only="status" in frame)


def draw_places(situation: Situation, pen: Pen) -> MapLayer:
    """Draw the other named places: towns and bridges."""
    frame = situation.places
    is_village = frame["place_id"].astype(object).isin(set(situation.villages["place_id"]))  # as text of pyarrow it takes ten times as long
    rows = frame[~(is_village | _is_heritage(frame)).to_numpy(dtype=bool)]
    looks = cells.texts(rows, "kind").map(lambda kind: PLACE_LOOKS.get(kind, "other"), missing="other")
    return pen.layer(rows, "places", cells.texts(rows, "name"), looks, pen.columns(rows, ("kind", *PLACE_COLUMNS)))


def draw_heritage(frame: gpd.GeoDataFrame, pen: Pen) -> MapLayer:
    """Draw temples and other heritage."""
    rows = frame[_is_heritage(frame).to_numpy(dtype=bool)]
    return pen.layer(rows, "heritage", cells.texts(rows, "name"), cells.constant("heritage", len(rows)), pen.columns(rows, PLACE_COLUMNS))


def draw_extra(frame: gpd.GeoDataFrame, pen: Pen, name: str, number: int) -> MapLayer:
    """Draw a layer the analyst gives, in one plain look, with all its columns; of withheld rows without what tells their place.

    Raises
    ------
    GeometryKindError
        If points, lines and areas are mixed in it.
    """
    found = drawn_geometries(frame)
    plain = pd.DataFrame(veiled_cells(frame).drop(columns=frame.geometry.name))
    numbered = cells.Text([f"{name} {row}" for row in range(1, len(frame) + 1)], np.arange(1, len(frame) + 1))
    return MapLayer(
        f"extra-{number}",
        name,
        kind_of(found, name),
        found,
        cells.constant("extra", len(frame)),
        cells.texts(plain, "name") if "name" in plain else numbered,
        tuple(_own_column(plain, column) for column in plain.columns),
        note=pen.words["note.extra"],
        note_key="note.extra",
        legend=(("extra", name),),
        sources=provenance.of(frame).sources,
    )


def _own_column(frame: pd.DataFrame, name: str) -> Column:
    return Column(str(name), str(name), cells.texts(frame, name))


def _is_heritage(places: gpd.GeoDataFrame) -> pd.Series:
    return places["kind"].eq("heritage").fillna(value=False) if "kind" in places else pd.Series(False, places.index)  # noqa: FBT003


def _days(frame: pd.DataFrame, start: str, end: str, *, since: bool = False) -> Days:
    return Days(cells.days_of(frame, start), cells.days_of(frame, end), since=since)


def _by_dimension(frame: gpd.GeoDataFrame) -> list[tuple[str, gpd.GeoDataFrame]]:
    """Split a layer that may hold points, lines and areas; rows without a position go with the points."""
    dimension = np.maximum(shapely.get_dimensions(np.array(frame.geometry.array, dtype=object)), 0)
    return [(kind, frame[dimension == n]) for n, kind in enumerate(("point", "line", "area")) if (dimension == n).any()]

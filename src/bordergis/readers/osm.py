"""OpenStreetMap: roads as a graph, places, schools and health facilities; from its own files, or from a layer exported from it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bordergis import geodesy
from bordergis.crs import LONLAT
from bordergis.errors import UnknownNameError
from bordergis.readers.assemble import Raw, assemble
from bordergis.readers.door import open_door
from bordergis.readers.osm_elements import read_elements, read_nodes
from bordergis.readers.osm_export import Found, direction, exported_points, exported_roads, joined, remarks, unclear_directions, unnamed
from bordergis.readers.osm_graph import split_ways
from bordergis.schema import FACILITIES, PLACES, ROADS

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from bordergis.readers.checked import Checked
    from bordergis.readers.door import Doorway
    from bordergis.readers.osm_elements import Elements
    from bordergis.readers.osm_graph import Edges

__all__ = ["FORMATS", "from_osm"]

FORMATS = ("osm", "osm.pbf", "parquet", "gpkg", "geojson", "flatgeobuf", "csv")
SOURCE = "osm"
LICENCE = "ODbL-1.0"
KINDS_SHOWN = 12

NO_ROADS = (
    "abandoned", "bus_stop", "construction", "crossing", "dismantled", "disused", "elevator", "emergency_bay", "no", "planned", "platform",
    "proposed", "raceway", "razed", "rest_area", "services", "street_lamp", "traffic_signals",
)  # fmt: skip
"""Values of `highway` that nobody can go along, or not yet, or no more."""

ROAD_TAGS = (
    "highway", "route", "ref", "name", "name:en", "name:km", "name:th", "bridge", "tunnel", "ford", "oneway", "junction", "surface",
    "access", "area",
)  # fmt: skip
ONE_DIRECTION_JUNCTIONS = ("roundabout", "circular")
"""Junctions that are driven in one direction by their nature; so are motorways."""

PLACE_RADIUS_M: Mapping[str, float] = {
    "city": 5_000.0, "town": 2_000.0, "village": 1_000.0, "borough": 2_000.0, "suburb": 1_500.0, "quarter": 1_000.0,
    "neighbourhood": 500.0, "hamlet": 500.0, "isolated_dwelling": 200.0, "farm": 200.0, "allotments": 500.0, "locality": 1_000.0,
}  # fmt: skip
"""Kinds of place that are taken, with the precision given to their point: our assumption, for OpenStreetMap states none."""

FACILITY_RADIUS_M = 100.0
"""Precision given to a school or health facility drawn as one point: our assumption."""

SCHOOLS = ("school", "kindergarten", "college", "university")
HEALTH: Mapping[str, str] = {
    "hospital": "hospital", "clinic": "clinic", "doctors": "doctors", "doctor": "doctors", "health_post": "health post",
    "centre": "health centre", "health_centre": "health centre", "birthing_centre": "birthing centre", "birthing_center": "birthing centre",
    "midwife": "midwife", "nurse": "nurse", "community_health_worker": "community health worker", "yes": "health facility",
}  # fmt: skip
"""Values of `amenity` and `healthcare` that are taken as health facilities, in our words."""

NAME_TAGS = ("name", "name:en", "name:km", "name:th", "int_name", "alt_name", "old_name", "official_name")
KHMER, THAI = r"[\u1780-\u17ff]", r"[\u0e00-\u0e7f]"


def from_osm(path: str | os.PathLike[str], *, what: str = "roads", on_error: str = "raise") -> Checked:
    """Read roads, places or facilities of OpenStreetMap.

    An OpenStreetMap file (``.osm.pbf`` or ``.osm``) has no rows: its rows here are the edges of the graph, or the elements, in the order of
    the file, and ``source_ref`` says which element each is. A layer exported from it (GeoParquet or Parquet with WKB, GeoPackage, GeoJSON,
    FlatGeobuf, CSV with WKT) is taken as it is; of roads it must have ``u``, ``v``, ``highway_class`` and, if it is right, ``length_m``.

    Roads of an OpenStreetMap file are split at every node that two roads share, and only there: a bridge does not join the road under it.
    Node ids are those of OpenStreetMap, lengths are geodesic, nothing is cut at the border. Where a node of a road is not in the file the
    road ends, and the edge is flagged.

    Parameters
    ----------
    path
        The file.
    what
        ``roads``, ``places`` or ``facilities`` (schools and health).
    on_error
        ``raise`` if a row must be rejected, or ``quarantine``.

    Returns
    -------
    Checked
        Roads (:data:`bordergis.schema.ROADS`), places (:data:`~bordergis.schema.PLACES`) or facilities
        (:data:`~bordergis.schema.FACILITIES`). What was left out by kind stands in the notes of the report.

    Raises
    ------
    UnknownNameError
        If ``what`` is something else.
    FaultsError
        If rows must be rejected and ``on_error`` is ``raise``.
    SchemaError
        If the file is damaged, of another format, or lacks a column.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "bridge.osm"
    >>> _ = file.write_text(
    ...     '<osm version="0.6"><node id="1" lon="103" lat="14"/><node id="2" lon="103" lat="14.01"/>'
    ...     '<way id="5"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/><tag k="bridge" v="yes"/></way></osm>'
    ... )
    >>> from_osm(file).layer[["u", "v", "length_m", "highway_class", "brunnel"]].round(0).to_dict("records")
    [{'u': 1, 'v': 2, 'length_m': 1106.0, 'highway_class': 'primary', 'brunnel': 'bridge'}]
    """
    if what not in _READERS:
        raise UnknownNameError(f"OpenStreetMap is read for {', '.join(_READERS)}, not for {what!r}.")
    door = open_door(path, formats=FORMATS)
    contract, of_file, of_export = _READERS[what]
    found = of_file(door) if door.format in ("osm", "osm.pbf") else of_export(door, contract)
    raw = replace(found.raw, sources=(SOURCE,))
    return assemble(raw, contract, {**found.columns, **_origin(found)}, position=found.position, on_error=on_error)


def _origin(found: Found) -> dict[str, pd.Series]:
    told = {"source_id": SOURCE, "licence": LICENCE, "redistributable": True}
    return {name: pd.Series(value, index=found.raw.cells.index) for name, value in told.items() if name not in found.columns}


def _roads(door: Doorway) -> Found:
    found = read_elements(door, "w", ("highway", "route"), ROAD_TAGS)
    tags, highway = found.tags, found.tags["highway"]
    ferry = highway.isna() & (tags["route"] == "ferry")
    road = ferry | (highway.notna() & ~highway.isin(NO_ROADS) & (tags["area"] != "yes"))
    left_out = _left_out("ways", highway[~road & highway.notna()].mask(tags["area"] == "yes", "area"))

    ways = _some(found, road)
    edges = split_ways(ways.refs, ways.counts, read_nodes(door, np.unique(ways.refs)))
    way = np.concatenate([edges.way, edges.unusable])
    cells = ways.tags.iloc[way].reset_index(drop=True)
    raw = Raw(
        cells,
        door.path,
        door.words,
        first_row=1,
        geometry=gpd.GeoSeries(np.concatenate([edges.geometry, np.full(len(edges.unusable), None)]), crs=LONLAT),
        notes=(_graph_words(ways, edges), *_merged_words(edges), *left_out),
        remarks=joined(_cut_remarks(cells, edges), unclear_directions(cells["oneway"])),
    )
    return Found(raw, _road_columns(cells, edges))


def _road_columns(cells: pd.DataFrame, edges: Edges) -> dict[str, pd.Series]:
    unknown = np.full(len(edges.unusable), np.nan)
    return {
        "u": pd.Series(np.concatenate([edges.u, np.zeros(len(unknown), np.int64)])),
        "v": pd.Series(np.concatenate([edges.v, np.zeros(len(unknown), np.int64)])),
        "length_m": pd.Series(np.concatenate([edges.length_m, np.zeros(len(unknown))])),
        "highway_class": cells["highway"].fillna("ferry"),
        "ref": cells["ref"],
        "name": cells["name"],
        "name_en": cells["name:en"],
        "name_km": cells["name:km"],
        "name_th": cells["name:th"],
        "brunnel": _brunnel(cells),
        "oneway": _oneway(cells),
        "surface": cells["surface"],
        "access": cells["access"],
        "source_ref": cells["element"],
    }


def _brunnel(cells: pd.DataFrame) -> pd.Series:
    """Tell bridge, tunnel, ford or ferry; of two tags the first in this order."""
    told = {name: cells[name].notna() & (cells[name] != "no") for name in ("bridge", "tunnel", "ford")}
    ferry = cells["highway"].isna()
    kind = np.select([ferry, *told.values()], ["ferry", *told], default="")
    return pd.Series(kind, index=cells.index, dtype="str").mask(lambda word: word == "")


def _oneway(cells: pd.DataFrame) -> pd.Series:
    """Tell the direction; a road without the tag is open both ways, but for those that are driven one way by their nature."""
    by_nature = cells["junction"].isin(ONE_DIRECTION_JUNCTIONS) | (cells["highway"] == "motorway")
    return direction(cells["oneway"]).mask(cells["oneway"].isna(), by_nature.astype("Int64"))


def _cut_remarks(cells: pd.DataFrame, edges: Edges) -> pd.DataFrame:
    element = cells["element"]
    cut = element.iloc[: len(edges.way)][edges.cut]
    unusable = element.iloc[len(edges.way) :]
    return joined(
        remarks(cut, "source_ref", "flagged", "goes on over a node that is not in the file", "use an extract with complete ways"),
        remarks(unusable, "source_ref", "rejected", "has fewer than two nodes in the file", "use an extract with complete ways"),
    )


def _graph_words(ways: Elements, edges: Edges) -> str:
    nodes = len(np.union1d(edges.u, edges.v))
    return f"{len(ways.counts):,} ways became {len(edges.u):,} edges between {nodes:,} nodes; rows are edges, in the order of the ways."


def _merged_words(edges: Edges) -> tuple[str, ...]:
    if not edges.merged:
        return ()
    return (f"{edges.merged} nodes that lie on the point of another, joined to it by a road, were taken as that one.",)


def _places(door: Doorway) -> Found:
    found = read_elements(door, "nwr", ("place",), ("place", "population", *NAME_TAGS))
    taken = found.tags["place"].isin(list(PLACE_RADIUS_M))
    left_out = _left_out("elements", found.tags["place"][~taken])
    raw, radius_m = _located(door, _some(found, taken), left_out)
    cells = raw.cells

    names = _names(cells)
    names["name"], nameless = unnamed(names["name"], cells["element"])
    columns = {
        "place_id": "osm:" + cells["element"],
        **names,
        "kind": cells["place"],
        "population": cells["population"],
        "position_class": _class_of(raw, "place"),
        "position_radius_m": np.maximum(radius_m, cells["place"].map(PLACE_RADIUS_M)),
        "source_ref": cells["element"],
    }
    return Found(replace(raw, remarks=joined(raw.remarks, nameless)), columns)


def _facilities(door: Doorway) -> Found:
    found = read_elements(door, "nwr", ("amenity", "healthcare"), ("amenity", "healthcare", "operator", *NAME_TAGS))
    amenity, healthcare = found.tags["amenity"], found.tags["healthcare"]
    kind = amenity.where(amenity.isin(SCHOOLS), amenity.map(HEALTH).fillna(healthcare.map(HEALTH)))
    taken = kind.notna()
    health = healthcare.notna() & ~taken
    left_out = _left_out("elements of healthcare", healthcare[health])
    raw, radius_m = _located(door, _some(found, taken), left_out)
    cells = raw.cells
    columns = {
        "facility_id": "osm:" + cells["element"],
        **_names(cells),
        "kind": kind[taken].reset_index(drop=True),
        "operator": cells["operator"],
        "position_class": _class_of(raw, "exact"),
        "position_radius_m": np.maximum(radius_m, FACILITY_RADIUS_M).where(radius_m.notna()),
        "source_ref": cells["element"],
    }
    return Found(raw, columns)


def _located(door: Doorway, found: Elements, notes: tuple[str, ...]) -> tuple[Raw, pd.Series]:
    """Give each element the middle of the hull of its nodes, and how far its farthest node lies from there."""
    nodes = read_nodes(door, np.unique(found.refs))
    place = nodes.find(found.refs)
    owner = np.repeat(np.arange(len(found.counts)), found.counts)[place >= 0]
    xy = np.stack([nodes.lon[place[place >= 0]], nodes.lat[place[place >= 0]]], axis=-1)

    order = np.argsort(owner, kind="stable")
    shape = np.full(len(found.counts), None, dtype=object)
    shapely.multipoints(xy[order], indices=owner[order], out=shape)
    middle = shapely.centroid(shapely.convex_hull(shape))
    centre = shapely.get_coordinates(middle[owner])
    radius_m = np.where(shapely.is_missing(middle), np.nan, 0.0)
    np.maximum.at(radius_m, owner, geodesy.distance_m(centre[:, 0], centre[:, 1], xy[:, 0], xy[:, 1]))

    held = np.bincount(owner, minlength=len(found.counts))
    partly = found.tags.loc[held < found.counts, "element"]
    lost = remarks(partly, "position", "flagged", "has nodes that are not in the file", "use an extract with complete ways")
    empty = remarks(found.tags.loc[found.counts == 0, "element"], "position", "flagged", "has no nodes in the file", "look it up")
    raw = Raw(
        found.tags, door.path, door.words, first_row=1, geometry=gpd.GeoSeries(middle, crs=LONLAT), notes=notes, remarks=joined(lost, empty)
    )
    return raw, pd.Series(radius_m)


def _class_of(raw: Raw, name: str) -> pd.Series:
    known = pd.Series(name, index=raw.cells.index, dtype="str")
    return known.where(raw.geometry.notna(), "unlocatable") if raw.geometry is not None else known


def _names(cells: pd.DataFrame) -> dict[str, pd.Series]:
    """Sort the names by script: the English or international one first, the local one if there is no other."""
    local = cells["name"]
    latin = cells["name:en"].fillna(cells["int_name"])
    others = cells[["int_name", "alt_name", "old_name", "official_name"]].dropna(how="all")
    joined_names = [";".join(dict.fromkeys(row.dropna())) for _, row in others.iterrows()]
    return {
        "name": latin.fillna(local),
        "name_alt": pd.Series(joined_names, index=others.index, dtype="str").reindex(cells.index),
        "name_km": cells["name:km"].fillna(local.where(local.str.contains(KHMER, na=False))),
        "name_th": cells["name:th"].fillna(local.where(local.str.contains(THAI, na=False))),
    }


def _some(found: Elements, taken: pd.Series) -> Elements:
    keep = taken.to_numpy(dtype=bool)
    return replace(
        found, tags=found.tags[keep].reset_index(drop=True), refs=found.refs[np.repeat(keep, found.counts)], counts=found.counts[keep]
    )


def _left_out(what: str, kinds: pd.Series) -> tuple[str, ...]:
    """Count what was left out, by kind."""
    if kinds.empty:
        return ()
    counts = kinds.value_counts()
    named = ", ".join(f"{kind} {count:,}" for kind, count in counts.head(KINDS_SHOWN).sort_index().items())
    more = f", and {len(counts) - KINDS_SHOWN:,} more kinds" if len(counts) > KINDS_SHOWN else ""
    return (f"{len(kinds):,} {what} of other kinds were left out: {named}{more}.",)


_READERS = {
    "roads": (ROADS, _roads, exported_roads),
    "places": (PLACES, _places, exported_points),
    "facilities": (FACILITIES, _facilities, exported_points),
}

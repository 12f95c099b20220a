"""Two mapped lines of the Cambodia-Thailand land border, from coast to tripoint."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from data_packages import BuildError, Packages, run_tool

Coordinate = tuple[float, float]
Ring = Sequence[Coordinate]

DECIMALS = 6  # 0.1 m, and the grid on which timezone-boundary-builder publishes

# The polygons lie packed in blocks of bits. Their own decoder reads them; it and what it imports are installed into a
# folder that vanishes after the build (numpy comes from the running environment).
DECODER = ("timezonefinder==9.0.0", "cffi==2.1.1", "flatbuffers==25.12.19", "h3==4.5.0")
ZONES = ("Asia/Phnom_Penh", "Asia/Bangkok")

# The shared edge runs on into the sea. The land line begins where the edge crosses this meridian, at about 11.651736 N:
# the coast beside the crossing of Cham Yeam / Hat Lek.
COAST_LON = 102.91064
TRIPOINT: Coordinate = (105.206471, 14.343339)  # Cambodia, Laos and Thailand meet, as OpenStreetMap draws it

STATUS_NOTE = "mapped line, not authoritative"

OSM_PROPERTIES = {
    "border_id": "osm-2026c",
    "claimed_by": "OpenStreetMap contributors",
    "title": "Cambodia-Thailand land border as mapped by OpenStreetMap (timezone-boundary-builder 2026c)",
    "source_id": "osm-timezones",
    "line_date": "2026-08-18",
    "accuracy_m": 1990,
    "accuracy_note": (
        "Follows the line published by the Cambodian government, 92.8 % of which lies within 50 m of it. The line "
        "of the Thai survey (RTSD 2022) differs from it by 102 m on average and by at most 1,988 m, measured every metre "
        "along both; the accuracy is that, rounded up. 5,770 vertices, "
        "824.6 km; half of the edges are shorter than 113 m, the longest is 6.8 km. The date is the latest by which "
        "the edition had been published."
    ),
    "left_side": "THA",
    "right_side": "KHM",
    "status_note": STATUS_NOTE,
}

NATURAL_EARTH_PROPERTIES = {
    "border_id": "natural-earth-10m",
    "claimed_by": "Natural Earth",
    "title": "Cambodia-Thailand land border of Natural Earth 1:10 million (4.1.0)",
    "source_id": "natural-earth",
    "line_date": "2018",
    "accuracy_m": 4560,
    "accuracy_note": (
        "Drawn for maps at 1:10 million. Edition 4.0 of this line differs from the OpenStreetMap line by 1,277 m on "
        "average and by at most 3,456 m. This copy of edition 4.1.0 measures about 1,270 m and 3,441 m; the other "
        "way round, the OpenStreetMap line is up to 4,520 m from it. The line of the Thai survey (RTSD 2022) is up to 4,559 m "
        "off, measured every metre; the accuracy is that, rounded up. Its coordinates stand on a grid of 0.0036 x "
        "0.0016886 degrees (390 x 187 m here). 243 vertices, 665.4 km, the longest edge 18.3 km; its eastern end "
        "lies 2.4 km west of the tripoint of OpenStreetMap."
    ),
    "left_side": "THA",
    "right_side": "KHM",
    "status_note": STATUS_NOTE,
}


def build_border(packages: Packages, osm: Ring) -> bytes:
    """Write the lines of both publishers as GeoJSON, one feature a line of text."""
    features = [_feature(OSM_PROPERTIES, osm), _feature(NATURAL_EARTH_PROPERTIES, natural_earth_line(packages))]
    body = ",\n".join(json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in features)
    return f'{{"type":"FeatureCollection","features":[\n{body}\n]}}\n'.encode()


def osm_line(packages: Packages) -> list[Coordinate]:
    """Take the edge that the zones of Cambodia and Thailand share, from coast to tripoint."""
    rings = _zone_rings(packages)
    edge = join_edges(shared_edges(rings[ZONES[0]], rings[ZONES[1]]), end=TRIPOINT)
    return cut_at_meridian(edge, COAST_LON)


def natural_earth_line(packages: Packages) -> list[Coordinate]:
    """Take the arc that the countries Cambodia and Thailand share, from coast to tripoint."""
    topology = json.loads(packages.member("natural-earth", "package/countries-10m.json"))
    shared = _arcs_of(topology, "Cambodia") & _arcs_of(topology, "Thailand")
    if len(shared) != 1:
        raise BuildError(f"Expected one arc between Cambodia and Thailand in world-atlas, found {len(shared)}.")
    line = decode_arc(topology, shared.pop())
    return line if line[0] < line[-1] else line[::-1]


def shared_edges(one: Iterable[Ring], other: Iterable[Ring]) -> set[tuple[Coordinate, Coordinate]]:
    """Find the edges that two sets of closed rings have in common, whatever their direction.

    Examples
    --------
    >>> shared_edges([[(0, 0), (1, 0), (1, 1)]], [[(1, 1), (1, 0), (2, 0)]])
    {((1, 0), (1, 1))}
    """
    return _edges(one) & _edges(other)


def join_edges(edges: Iterable[tuple[Coordinate, Coordinate]], *, end: Coordinate) -> list[Coordinate]:
    """Join edges into one line that ends at a given vertex.

    Raises
    ------
    BuildError
        If the edges do not form one unbranched line with this end.

    Examples
    --------
    >>> join_edges({((0, 0), (1, 0)), ((1, 0), (1, 1))}, end=(0, 0))
    [(1, 1), (1, 0), (0, 0)]
    """
    neighbours: dict[Coordinate, list[Coordinate]] = {}
    for start, stop in edges:
        neighbours.setdefault(start, []).append(stop)
        neighbours.setdefault(stop, []).append(start)

    loose = [vertex for vertex, beside in neighbours.items() if len(beside) == 1]
    if end not in loose or len(loose) != 2 or any(len(beside) > 2 for beside in neighbours.values()):  # noqa: PLR2004  a line
        raise BuildError(f"The shared edge is not one line that ends at {end}; its loose ends are {sorted(loose)}.")

    line, previous = [end], None
    while following := [vertex for vertex in neighbours[line[-1]] if vertex != previous]:
        previous = line[-1]
        line.append(following[0])
    if len(line) != len(neighbours):
        raise BuildError(f"The shared edge is in several pieces: {len(line)} of {len(neighbours)} vertices are joined.")
    return line[::-1]


def cut_at_meridian(line: Ring, lon: float) -> list[Coordinate]:
    """Drop what lies before the first crossing of a meridian from west to east, and begin with the crossing itself.

    Examples
    --------
    >>> cut_at_meridian([(0, 0), (2, 2), (3, 2)], 1)
    [(1, 1.0), (2, 2), (3, 2)]
    """
    crossing = next((i for i, (here, there) in enumerate(pairwise(line)) if here[0] < lon < there[0]), None)
    if crossing is None:
        raise BuildError(f"The shared edge does not cross the meridian {lon}, where the land line begins.")
    (x0, y0), (x1, y1) = line[crossing], line[crossing + 1]
    lat = round(y0 + (lon - x0) / (x1 - x0) * (y1 - y0), DECIMALS)
    return [(lon, lat), *line[crossing + 1 :]]


def decode_arc(topology: dict[str, Any], arc: int) -> list[Coordinate]:
    """Turn one arc of a quantised TopoJSON into coordinates: running sums of steps on the grid, scaled and shifted.

    Examples
    --------
    >>> decode_arc({"arcs": [[[1, 1], [2, 0]]], "transform": {"scale": [0.5, 1], "translate": [100, 10]}}, 0)
    [(100.5, 11), (101.5, 11)]
    """
    (scale_x, scale_y), (shift_x, shift_y) = topology["transform"]["scale"], topology["transform"]["translate"]
    steps = topology["arcs"][arc]
    columns, rows = accumulate(x for x, _ in steps), accumulate(y for _, y in steps)
    return [(round(x * scale_x + shift_x, DECIMALS), round(y * scale_y + shift_y, DECIMALS)) for x, y in zip(columns, rows, strict=True)]


def _feature(properties: dict[str, Any], line: Ring) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": "LineString", "coordinates": list(line)}}


def _zone_rings(packages: Packages) -> dict[str, list[list[Coordinate]]]:
    target = packages.scratch / "decoder"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps")
    run_tool([*pip, "--only-binary=:all:", "--target", str(target), *DECODER, str(packages.archive("osm-timezones"))])
    script = Path(__file__).with_name("decode_zones.py")
    zones = json.loads(run_tool([sys.executable, "-I", str(script), str(target), *ZONES]))
    return {name: [[(round(lon, DECIMALS), round(lat, DECIMALS)) for lon, lat in ring] for ring in rings] for name, rings in zones.items()}


def _edges(rings: Iterable[Ring]) -> set[tuple[Coordinate, Coordinate]]:
    return {(min(here, there), max(here, there)) for ring in rings for here, there in pairwise([*ring, ring[0]]) if here != there}


def _arcs_of(topology: dict[str, Any], country: str) -> set[int]:
    countries = topology["objects"]["countries"]["geometries"]
    (found,) = [shape for shape in countries if shape["properties"]["name"] == country]
    polygons = found["arcs"] if found["type"] == "MultiPolygon" else [found["arcs"]]
    signed = {arc for polygon in polygons for ring in polygon for arc in ring}
    return {arc if arc >= 0 else ~arc for arc in signed}  # ~i stands for arc i, reversed

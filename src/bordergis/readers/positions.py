"""One odd cell as a position: degrees-minutes-seconds, UTM, MGRS with and without its zone, decimal commas.

The plain cases never come here; :mod:`bordergis.readers.coordinates` reads them a column at a time.
"""

from __future__ import annotations

import math
import re
import warnings
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from mgrs import MGRS  # type: ignore[import-untyped]
from mgrs.core import MGRSError  # type: ignore[import-untyped]
from pyproj import CRS, Transformer

from bordergis.crs import LONLAT

if TYPE_CHECKING:
    Box = tuple[float, float, float, float]

__all__ = ["DEGREE_M", "DROPPED_ZEROS", "MOST_PLACES", "WRITE", "Place", "UnreadError", "from_columns", "from_text", "marked"]

DEGREE_M = 111_320.0  # one degree of the equator on WGS 84: a degree of longitude is nowhere longer
MOST_PLACES = 7  # decimal places of a degree that mean anything (1 cm)
DROPPED_ZEROS = 2  # a pair may differ by so many decimal places because a program left out zeros at the end
WRITE = "write decimal degrees such as 14.3833, 104.6833 (latitude, longitude), degrees with N and E, UTM with its zone, or MGRS"


class UnreadError(ValueError):
    """Why a cell holds no position, and the remedy."""


@dataclass(frozen=True)
class Place:
    """A position read from one odd cell; ``named`` if the text itself says which number is which."""

    lon: float
    lat: float
    form: str
    cell_m: float
    flags: tuple[str, ...] = ()
    named: bool = True


# --- one odd cell: degrees ---

MARKS = str.maketrans(
    dict.fromkeys("\u00ba\u02da\u2218\u00b0", "\u00b0")
    | dict.fromkeys("\u2032\u2019\u2018\u02b9\u00b4\u0060\u02bc", "'")
    | dict.fromkeys("\u2033\u201d\u201c\u02ba", '"')
    | dict.fromkeys("\u2212\u2010\u2011\ufe63\uff0d", "-")
    | {"\uff0c": ",", "\uff1b": ";", "\u00a0": " "}
)
WORDS = (
    (r"NORTH|\u0e40\u0e2b\u0e19\u0e37\u0e2d|\u1787\u17be\u1784", "N"),
    (r"SOUTH|\u0e43\u0e15\u0e49|\u178f\u17d2\u1794\u17bc\u1784", "S"),
    (r"EAST|\u0e15\u0e30\u0e27\u0e31\u0e19\u0e2d\u0e2d\u0e01|\u1780\u17be\u178f", "E"),
    (r"WEST|\u0e15\u0e30\u0e27\u0e31\u0e19\u0e15\u0e01|\u179b\u17b7\u1785", "W"),
    (r"DEGREES?|DEG\b\.?", "\u00b0"),
    (r"MINUTES?|MIN\b\.?", "'"),
    (r"SECONDS?|SEC\b\.?|''", '"'),
    (r"(?<=[0-9])\s*D\s*(?=[0-9])", "\u00b0"),
    (r"(?<=[0-9])\s*M\s*(?=[0-9]+(?:\.[0-9]+)?\s*S)", "'"),
    (r"(?<=')([0-9]+(?:\.[0-9]+)?)\s*S(?=\s*[NSEW])", r'\1"'),
)
"""Words for the points of the compass (English, Thai, Khmer) and for the parts of a degree."""

WORDY = re.compile("[^\x00-\x7f\u00b0]|[A-Z]{3}|''|[0-9] ?D")  # without one of these, no word can be there

LONGEST = 200  # characters; a longer cell is a text, not a position
SHOWN = 40

TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]*|,[0-9]+)?)|(?P<label>(?:LATITUDE|LONGITUDE|LAT|LONG|LON|LNG)\b\.?\s*[=:]?)|(?P<letter>[NSEW])"
    r"|(?P<mark>[\u00b0'\":]|(?<=[0-9])-(?=[0-9]))|(?P<sign>[+-])|(?P<separator>[,;/]))\s*"
)
AXIS = {"N": "lat", "S": "lat", "E": "lon", "W": "lon"}
UNITS = "\u00b0'\""


class _Token(NamedTuple):
    kind: str
    text: str
    bare: bool


@dataclass(frozen=True)
class _Angle:
    """One latitude or longitude; ``axis`` if the text says which."""

    degrees: float
    cell_deg: float
    parts: int
    axis: str | None
    hemisphere: bool
    comma: bool


def marked(cell: str) -> str:
    """Write a cell with plain degree, minute and second signs and the letters of its axes."""
    text = " ".join(cell.translate(MARKS).upper().split())
    if len(text) <= LONGEST and WORDY.search(text):
        for word, mark in WORDS:
            text = re.sub(word, mark, text)
    return text


def _shown(text: str) -> str:
    return repr(text if len(text) <= SHOWN else text[:SHOWN] + "\u2026")


def _tokens(text: str) -> list[_Token]:
    tokens, at = [], 0
    while at < len(text):
        found = TOKEN.match(text, at)
        if found is None:
            raise UnreadError(f"{_shown(text)} is not a position; {WRITE}")
        kind = str(found.lastgroup)
        tokens.append(_Token(kind, found[kind], bare=found.group() == found[kind]))
        at = found.end()
    return tokens


def from_columns(lon: str, lat: str) -> Place:
    """Read a longitude and a latitude that stand in two cells, at least one of them odd."""
    for name, cell in (("longitude", lon), ("latitude", lat)):
        if not cell:
            raise UnreadError(f"the {name} is missing; give both numbers or neither")
    east, north = _angle(_tokens(lon), lon), _angle(_tokens(lat), lat)
    if east.axis == "lat" or north.axis == "lon":
        raise UnreadError(f"latitude and longitude look swapped; write lon={lat}, lat={lon}")
    return _from_angles(north, east)


def from_text(text: str, area: Box) -> Place:
    """Read a position that stands in one cell."""
    if len(text) > LONGEST:
        raise UnreadError(f"a text of {len(text)} characters is not a position; {WRITE}")
    if grid := UTM.fullmatch(text):
        return _from_utm(grid, area)
    if grid := MGRS_TEXT.fullmatch(text):
        return _from_mgrs(grid, area)
    tokens = _tokens(text)
    left, right = _halves(tokens, text)
    first, second = _angle(left, text), _angle(right, text)
    if first.axis is not None and first.axis == second.axis:
        raise UnreadError(f"{_shown(text)} has the same letter twice; give N or S once and E or W once")
    if first.axis == "lon" or second.axis == "lat":
        first, second = second, first
    place = _from_angles(first, second)
    order = (first.axis or second.axis) is None and first.parts > 1
    return replace(place, flags=(*place.flags, "read as latitude, longitude")) if order else place


def _from_angles(north: _Angle, east: _Angle) -> Place:
    form = "decimal" if north.parts == east.parts == 1 else "dms"
    cell_deg = max(north.cell_deg, east.cell_deg)
    flags = ["decimal comma read"] if north.comma or east.comma else []
    if form == "decimal":
        fine = min(north.cell_deg, east.cell_deg)
        uneven = cell_deg > fine * 10.0**DROPPED_ZEROS * 1.5
        cell_deg = cell_deg if uneven else fine
        flags += ["cell taken from the number with fewer decimals"] if uneven else []
    elif not (north.hemisphere and east.hemisphere):
        flags.append("no N or E: read as north and east unless a minus says otherwise")
    named = north.axis == "lat" or east.axis == "lon"
    return Place(east.degrees, north.degrees, form, cell_deg * DEGREE_M, tuple(flags), named)


def _halves(tokens: list[_Token], text: str) -> tuple[list[_Token], list[_Token]]:
    """Cut a pair in two: at the separator, else by its labels or letters, else in the middle of its numbers."""
    kinds = [token.kind for token in tokens]
    numbers = [at for at, kind in enumerate(kinds) if kind == "number"]
    if kinds.count("separator") == 1:
        cut = kinds.index("separator")
        if tokens[cut] == _Token("separator", ",", bare=True) and any("," in tokens[at].text for at in numbers):
            raise UnreadError(f"{_shown(text)} has commas for decimals and between the numbers; write 14.3833; 104.6833")
        return tokens[:cut], tokens[cut + 1 :]
    if len(numbers) % 2 or not numbers or "separator" in kinds:
        raise UnreadError(f"{_shown(text)} is not a pair of latitude and longitude; {WRITE}")
    cut = _cut(kinds, numbers)
    return tokens[:cut], tokens[cut:]


def _cut(kinds: list[str], numbers: list[int]) -> int:
    for kind in ("label", "letter"):
        if kinds.count(kind) == 2:  # noqa: PLR2004  # one for each half
            first = kinds.index(kind)
            return kinds.index(kind, first + 1) if first == 0 else first + 1
    middle = numbers[len(numbers) // 2]
    return middle - 1 if kinds[middle - 1] == "sign" else middle


def _angle(tokens: list[_Token], text: str) -> _Angle:
    """Read one latitude or longitude."""
    order = "".join(
        {"label": "L", "letter": "H", "number": "9", "mark": "m", "sign": "s", "separator": ","}[token.kind] for token in tokens
    )
    if not re.fullmatch(r"L?(?:H?s?|s)9m?(?:9m?){0,2}H?", order) or order.count("H") > 1 or ("s" in order and "H" in order):
        raise UnreadError(f"{_shown(text)} is not a latitude and longitude; {WRITE}")
    numbers = [token.text for token in tokens if token.kind == "number"]
    letter = next((token.text for token in tokens if token.kind == "letter"), "")
    label = next((token.text for token in tokens if token.kind == "label"), "")
    axis = AXIS.get(letter) or {"LA": "lat", "LO": "lon", "LN": "lon"}.get(label[:2])
    if label and axis != {"LA": "lat"}.get(label[:2], "lon"):
        raise UnreadError(f"{_shown(text)} says both {label.strip(' =:')} and {letter}; {WRITE}")
    _require_units(tokens, numbers, text)

    values = [float(number.replace(",", ".")) for number in numbers]
    size = sum(value / 60.0**power for power, value in enumerate(values))
    minus = letter in ("S", "W") or any(token == ("sign", "-", token.bare) for token in tokens)
    decimals = len(re.split("[.,]", numbers[-1])[1]) if re.search("[.,]", numbers[-1]) else 0
    cell_deg = 10.0 ** -min(decimals, MOST_PLACES) / 60.0 ** (len(numbers) - 1)
    return _Angle(-size if minus else size, cell_deg, len(numbers), axis, bool(letter), "," in "".join(numbers))


def _require_units(tokens: list[_Token], numbers: list[str], text: str) -> None:
    """Refuse minutes and seconds of 60 or more, decimals before the last number, and marks out of order."""
    if any(float(number.replace(",", ".")) >= 60 for number in numbers[1:]):  # noqa: PLR2004  # minutes in a degree
        raise UnreadError(f"{_shown(text)} has minutes or seconds of 60 or more; correct them")
    if any(re.search("[.,]", number) for number in numbers[:-1]):
        raise UnreadError(f"{_shown(text)} has decimals before the last number of an angle; {WRITE}")
    place = -1
    for token in tokens:
        place += token.kind == "number"
        if token.kind == "mark" and token.text in UNITS and token.text != UNITS[place]:
            raise UnreadError(f"{_shown(text)} has its degree, minute and second marks out of order; {WRITE}")
    if tokens[-1].kind == "mark" and tokens[-1].text not in UNITS:
        raise UnreadError(f"{_shown(text)} breaks off; {WRITE}")


# --- one odd cell: grids ---

BANDS = "CDEFGHJKLMNPQRSTUVWX"
BAND_DEG = 8.0
FIRST_BAND_DEG = -80.0
LAST_BAND_ENDS_DEG = 84.0
EDGE_DEG = 0.01  # about 1 km: metres rounded to 10, 100 or 1,000 may fall just over the edge of their band
ZONE_DEG = 6.0
ZONES = 60
EAST_LIMITS_M = (100_000.0, 1_300_000.0)
"""Eastings that occur: a zone holds 166-834 km, and countries that use one zone throughout (Thailand: 47) go well beyond it."""
SQUARE_DIGITS = 5  # digits of an easting within its square of 100 km, down to 1 m

METRES = r"[0-9]{5,8}(?:\.[0-9]{1,6})?|[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,6})?"
UTM = re.compile(
    rf"(?:UTM )?(?:ZONE )?(?P<zone>[0-9]{{1,2}}) ?(?P<band>[A-Z])[,:;]? ?(?:E ?)?(?P<east>{METRES}) ?M? ?E?"
    rf"(?:[,;/] ?| |(?<=E))(?:N ?)?(?P<north>{METRES}) ?M? ?N?"
)
MGRS_TEXT = re.compile(r"(?:MGRS ?:? ?)?(?:(?P<zone>[0-9]{1,2}) ?(?P<band>[A-Z]) ?)?(?P<square>[A-Z]{2}) ?(?P<digits>[0-9][0-9 ]*)")
GRID = MGRS()


@lru_cache(maxsize=2 * ZONES)
def _to_lonlat(zone: int, hemisphere: str) -> Transformer:
    return Transformer.from_crs(CRS.from_epsg((32600 if hemisphere == "N" else 32700) + zone), LONLAT, always_xy=True)


def _within(place: tuple[float, float], area: Box) -> bool:
    lon, lat = place
    west, south, east, north = area
    return west <= lon <= east and south <= lat <= north


def _in_zone(place: tuple[float, float], zone: int, band: str, slack_deg: float) -> bool:
    """Say whether a place lies in its grid zone (the wide zones of Norway and Svalbard count as any)."""
    west = zone * ZONE_DEG - 180.0 - ZONE_DEG
    return _in_band(place[1], band, slack_deg) and (band in "VX" or west - slack_deg <= place[0] <= west + ZONE_DEG + slack_deg)


def _band(letter: str) -> tuple[float, float]:
    """Southern and northern edge of a band; the last one is half as high again."""
    south = FIRST_BAND_DEG + BAND_DEG * BANDS.index(letter)
    return south, LAST_BAND_ENDS_DEG if letter == BANDS[-1] else south + BAND_DEG


def _in_band(lat: float, letter: str, slack_deg: float) -> bool:
    south, north = _band(letter)
    return south - slack_deg <= lat <= north + slack_deg


def _from_utm(grid: re.Match[str], area: Box) -> Place:
    zone, letter, text = int(grid["zone"]), grid["band"], _shown(grid.string)
    east, north = (float(grid[name].replace(",", "")) for name in ("east", "north"))
    if not 1 <= zone <= ZONES or letter not in BANDS:
        raise UnreadError(f"{text}: {zone}{letter} is not a UTM zone; zones are 1-60 with a letter C-X (not I, O), here 47P and 48P")
    places = _utm_places(zone, letter, east, north)
    near = [place for place in places if _within(place, area)]
    turned = [place for place in _utm_places(zone, letter, north, east) if _within(place, area)]
    if turned and not near:
        raise UnreadError(f"easting and northing look swapped; write {zone}{letter} {grid['north']} {grid['east']}")
    if len(places) > 1 and len(near) != 1:
        raise UnreadError(f"{text} may be in band S or in the southern hemisphere; write the band of latitude or decimal degrees")
    if not places:
        raise UnreadError(f"{text} has no place in {zone}{letter}; check easting (6 digits), northing (7 digits) and the letter")
    lon, lat = (near or places)[0]
    flags = ["thousands commas read"] if "," in grid["east"] + grid["north"] else []
    outside = abs(lon - (ZONE_DEG * zone - 180.0 - ZONE_DEG / 2)) > ZONE_DEG / 2 + EDGE_DEG
    flags += [f"lies outside its zone {zone}"] if outside else []
    decimals = min(len(grid[name].partition(".")[2]) for name in ("east", "north"))
    return Place(lon, lat, "utm", 10.0**-decimals, tuple(flags))


def _utm_places(zone: int, letter: str, east: float, north: float) -> list[tuple[float, float]]:
    """Read the letter as a band of latitude and, if it is N or S, as a hemisphere: the places it can mean."""
    if not EAST_LIMITS_M[0] <= east <= EAST_LIMITS_M[1] or not 0 <= north <= 10_000_000:  # noqa: PLR2004  # the false northing of the south
        return []
    band = _to_lonlat(zone, "N" if letter >= "N" else "S").transform(east, north)
    places = [band] if _in_band(band[1], letter, EDGE_DEG) else []
    if letter in "NS":
        whole = _to_lonlat(zone, letter).transform(east, north)
        fits = FIRST_BAND_DEG <= whole[1] <= LAST_BAND_ENDS_DEG and whole not in places
        places += [whole] if fits else []
    return places


def _from_mgrs(grid: re.Match[str], area: Box) -> Place:
    text, digits = _shown(grid.string), _grid_digits(grid)
    cell_m = 10.0 ** (SQUARE_DIGITS - len(digits) // 2)
    cell = grid["square"] + digits
    if grid["zone"] is None:
        return _from_partial_mgrs(cell, cell_m, area, text)
    zone, band = int(grid["zone"]), grid["band"]
    place = _cell_centre(zone, band, cell)
    if place is None:
        raise UnreadError(f"{text}: square {grid['square']} is not in a grid zone {zone}{band}; check the letters, in the area 47P and 48P")
    outside = not _in_zone(place, zone, band, cell_m / DEGREE_M)
    return Place(*place, "mgrs", cell_m, (f"lies outside its grid zone {zone}{band}",) if outside else ())


def _from_partial_mgrs(cell: str, cell_m: float, area: Box, text: str) -> Place:
    """Find the one grid zone in which the cell falls inside the area."""
    tried = {f"{zone}{band}": (zone, band, _cell_centre(zone, band, cell)) for zone, band in _grid_zones(*area)}
    found = {
        name: place
        for name, (zone, band, place) in tried.items()
        if place is not None and _within(place, area) and _in_zone(place, zone, band, cell_m / DEGREE_M)
    }
    if not found:
        raise UnreadError(
            f"{text} falls inside the area in none of its grid zones ({', '.join(tried)}); write the zone, or correct the letters"
        )
    if len(found) > 1:
        raise UnreadError(f"{text} falls inside the area in several grid zones ({', '.join(found)}); write the zone")
    name, place = next(iter(found.items()))
    return Place(*place, "partial mgrs", cell_m, (f"grid zone {name} inferred from the area",))


def _grid_digits(grid: re.Match[str]) -> str:
    parts = grid["digits"].split()
    digits = "".join(parts)
    even = (len(parts) == 1 and len(digits) % 2 == 0) or (len(parts) == 2 and len(parts[0]) == len(parts[1]))  # noqa: PLR2004  # easting, northing
    if not even or len(digits) > 2 * SQUARE_DIGITS:
        raise UnreadError(
            f"{_shown(grid.string)}: MGRS has as many digits for the easting as for the northing, 1 to 5 each, such as WA 220 861"
        )
    return digits


@lru_cache(maxsize=ZONES)
def _grid_zones(west: float, south: float, east: float, north: float) -> list[tuple[int, str]]:
    """List the zones and bands that meet the area."""
    zones = range(int((west + 180) // ZONE_DEG) + 1, math.ceil((east + 180) / ZONE_DEG) + 1)
    return [(zone, band) for zone in zones for band in BANDS if _band(band)[0] < north and _band(band)[1] > south]


def _cell_centre(zone: int, band: str, cell: str) -> tuple[float, float] | None:
    """Find the middle of a cell; none if the zone has no such square."""
    try:
        with warnings.catch_warnings():  # the library warns of a square beyond its band; that is said in the flag
            warnings.simplefilter("ignore", RuntimeWarning)
            _, hemisphere, east, north = GRID.MGRSToUTM(f"{zone}{band}{cell}")
    except MGRSError:
        return None
    return _to_lonlat(zone, hemisphere).transform(east, north)

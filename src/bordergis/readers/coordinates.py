"""Positions as people write them: decimal degrees, degrees-minutes-seconds, UTM, MGRS with and without its zone.

Every cell becomes exactly one of three things: a position, a fault that says what to do, or missing. Whatever was assumed on the way to a
position is said in ``flag``; latitude and longitude that look swapped are a fault and are never put right in silence.

``cell_m`` is the size of what the text names: the grid cell of MGRS, or one unit of the last digit printed. ``radius_m`` is half the
diagonal of that cell, so that the place meant lies within it; the accuracy of the measurement is another matter, and rarely printed.
All positions are taken to be on WGS 84.
"""

from __future__ import annotations

import math
import re
import warnings
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from mgrs import MGRS  # type: ignore[import-untyped]
from mgrs.core import MGRSError  # type: ignore[import-untyped]
from pyproj import CRS, Transformer

from bordergis.crs import LAT_LIMIT_DEG, LON_LIMIT_DEG, LONLAT
from bordergis.errors import SchemaError
from bordergis.readers.text import as_text, is_missing, plain_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]
    Box = tuple[float, float, float, float]
    _Cell = TypeVar("_Cell")

__all__ = ["AREA", "FORMS", "parse_coordinates", "parse_position"]

AREA = (101.0, 10.0, 107.0, 16.0)
"""Where positions are expected (west, south, east, north): the border (102.3-105.2E, 11.6-14.4N) with more than a degree around it.
Longitudes and latitudes of this box share no value, so that a swapped pair is always seen."""

FORMS = ("decimal", "dms", "utm", "mgrs", "partial mgrs", "missing")

DEGREE_M = 111_320.0  # one degree of the equator on WGS 84: a degree of longitude is nowhere longer
MOST_PLACES = 7  # decimal places of a degree that mean anything (1 cm)
DROPPED_ZEROS = 2  # a pair may differ by so many decimal places because a program left out zeros at the end

NUMBER = r"^\s*(?P<number>[+-]?[0-9]+(?:\.(?P<places>[0-9]*))?)\s*$"
PAIR = (
    r"^\s*(?P<number>[+-]?[0-9]{1,3}\.(?P<places>[0-9]+))\s*[,;/\s]\s*"
    r"(?P<second>[+-]?[0-9]{1,3}\.(?P<second_places>[0-9]+))\s*$"
)

WRITE = "write decimal degrees such as 14.3833, 104.6833 (latitude, longitude), degrees with N and E, UTM with its zone, or MGRS"


def parse_coordinates(lon: pd.Series, lat: pd.Series, *, area: Box = AREA) -> pd.DataFrame:
    """Read positions from a column of longitudes and a column of latitudes.

    Parameters
    ----------
    lon, lat
        Numbers, or text: decimal degrees (point or comma) or degrees, minutes, seconds. On the same index.
    area
        Where positions are expected: west, south, east, north in degrees.

    Returns
    -------
    pandas.DataFrame
        On the index of ``lon``: ``lon``, ``lat`` (degrees, missing where there is no position), ``form`` (:data:`FORMS`; missing at a
        fault), ``cell_m``, ``radius_m`` (metres), ``flag`` (what was assumed), ``fault`` (why there is no position, and the remedy).

    Raises
    ------
    SchemaError
        If the columns differ in index, or ``area`` is not a box of degrees.

    Examples
    --------
    >>> cells = parse_coordinates(pd.Series(["104.6833", "14.3833"]), pd.Series(["14.3833", "104.6833"]))
    >>> cells[["lon", "lat", "form"]]
            lon      lat     form
    0  104.6833  14.3833  decimal
    1       NaN      NaN      NaN
    >>> cells["fault"][1]
    'latitude and longitude look swapped; write lon=104.6833, lat=14.3833'
    """
    if not lon.index.equals(lat.index):
        raise SchemaError("The columns of longitude and latitude are not on the same index; take both from one table.")
    _require_area(area)

    east, north = _plain(lon), _plain(lat)
    found = _Found.of(east.value, north.value, _pair_cell_deg(east.places, north.places))
    _say_uneven(found, east.places, north.places)
    odd = (east.odd | north.odd).nonzero()[0]
    found.read(odd, zip(_readable(lon.iloc[odd]), _readable(lat.iloc[odd]), strict=True), lambda pair: _from_columns(*pair))

    return found.judged(area).table(lon.index)


def parse_position(text: pd.Series, *, area: Box = AREA) -> pd.DataFrame:
    """Read positions from one column of text.

    A pair of plain numbers is latitude, longitude, as people write it; letters (N, E) or words (``lat=``, ``lon=``) say otherwise. A cell
    of MGRS becomes its centre. MGRS without its zone gets the one zone in which it falls inside the area.

    Parameters
    ----------
    text
        One position a cell.
    area
        Where positions are expected: west, south, east, north in degrees.

    Returns
    -------
    pandas.DataFrame
        As :func:`parse_coordinates`.

    Raises
    ------
    SchemaError
        If ``area`` is not a box of degrees.

    Examples
    --------
    >>> cells = parse_position(pd.Series(["14°23'N 104°41'E", "WA 220 861", "near the market"]))
    >>> cells[["lon", "lat", "form", "cell_m"]].round(3)
           lon     lat          form    cell_m
    0  104.683  14.383           dms  1855.333
    1  105.204  14.347  partial mgrs   100.000
    2      NaN     NaN           NaN       NaN
    >>> cells["flag"][1]
    'grid zone 48P inferred from the area'
    """
    _require_area(area)

    cells = as_text(text)
    pairs = pc.extract_regex(pa.array(cells, from_pandas=True), PAIR)
    north, east = _numbers(pairs, "number", "places"), _numbers(pairs, "second", "second_places")
    found = _Found.of(east.value, north.value, _pair_cell_deg(east.places, north.places))
    _say_uneven(found, east.places, north.places)
    odd = _odd(cells, north.value).nonzero()[0]
    found.read(odd, _readable(cells.iloc[odd]), lambda cell: _from_text(cell, area))
    _say_order(found, area)

    return found.judged(area).table(text.index)


def _require_area(area: Box) -> None:
    west, south, east, north = area
    if not (-LON_LIMIT_DEG <= west < east <= LON_LIMIT_DEG and -LAT_LIMIT_DEG <= south < north <= LAT_LIMIT_DEG):
        raise SchemaError(f"The area is (west, south, east, north) in degrees, such as {AREA}; got {area}.")


# --- plain numbers, a whole column at a time ---


class _Plain(NamedTuple):
    """A column of plain numbers: their values, decimal places, and which cells are something else."""

    value: Floats
    places: Floats
    odd: Mask


def _plain(values: pd.Series) -> _Plain:
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values) and not pd.api.types.is_complex_dtype(values):
        numbers = values.to_numpy(dtype=float, na_value=np.nan)
        return _Plain(numbers, _places(numbers), np.zeros(len(numbers), dtype=bool))
    text = as_text(values)
    read = _numbers(pc.extract_regex(pa.array(text, from_pandas=True), NUMBER), "number", "places")
    return read._replace(odd=_odd(text, read.value))


def _odd(text: pd.Series, value: Floats) -> Mask:
    """Mark the cells that hold something, but no plain number."""
    odd = np.isnan(value)
    odd[odd] = ~is_missing(text[odd]).to_numpy()
    return odd


def _numbers(matches: pa.StructArray, number: str, places: str) -> _Plain:
    value = pc.struct_field(matches, number).cast(pa.float64()).to_numpy(zero_copy_only=False)
    length = pc.utf8_length(pc.struct_field(matches, places)).cast(pa.float64()).to_numpy(zero_copy_only=False)
    return _Plain(value, length, np.isnan(value))


def _places(numbers: Floats) -> Floats:
    """Count the decimal places a number needs (its zeros at the end are not known)."""
    places = np.zeros(len(numbers))
    for digits in range(MOST_PLACES):
        places += np.round(numbers, digits) != numbers
    return places


def _pair_cell_deg(left: Floats, right: Floats) -> Floats:
    """Degrees of the last digit: of the finer number, for programs leave zeros out; of the coarser where that explains too little."""
    finer = np.maximum(left, right)
    places = np.where(_uneven(left, right), np.minimum(left, right), finer)
    return np.asarray(10.0 ** -np.minimum(places, MOST_PLACES))


def _uneven(left: Floats, right: Floats) -> Mask:
    return np.abs(np.minimum(left, MOST_PLACES) - np.minimum(right, MOST_PLACES)) > DROPPED_ZEROS


def _say_uneven(found: _Found, left: Floats, right: Floats) -> None:
    found.say(_uneven(left, right) & ~np.isnan(found.lon + found.lat), "cell taken from the number with fewer decimals")


def _say_order(found: _Found, area: Box) -> None:
    both = ~found.named & _inside(found.lon, found.lat, area) & _inside(found.lat, found.lon, area)
    found.say(both, "read as latitude, longitude (the other order lies in the area too)")


def _readable(cells: pd.Series) -> list[str]:
    """Write odd cells with ASCII digits, plain spaces and marks, in capitals; missing ones as nothing."""
    text = plain_text(cells).mask(is_missing(cells), "")
    return [_marked(cell) for cell in text]


# --- what was found ---


class _UnreadError(ValueError):
    """Why a cell holds no position, and the remedy."""


@dataclass(frozen=True)
class _Place:
    """A position read from one odd cell; ``named`` if the text itself says which number is which."""

    lon: float
    lat: float
    form: str
    cell_m: float
    flags: tuple[str, ...] = ()
    named: bool = True


@dataclass(frozen=True)
class _Found:
    """The columns of the answer, filled step by step; never seen outside this module."""

    lon: Floats
    lat: Floats
    form: NDArray[np.object_]
    cell_m: Floats
    flag: NDArray[np.object_]
    fault: NDArray[np.object_]
    named: Mask

    @classmethod
    def of(cls, lon: Floats, lat: Floats, cell_deg: Floats) -> _Found:
        n = len(lon)
        form, flag, fault = (np.full(n, value, dtype=object) for value in ("decimal", None, None))
        return cls(lon.copy(), lat.copy(), form, cell_deg * DEGREE_M, flag, fault, np.zeros(n, dtype=bool))

    def say(self, where: Mask, words: str) -> None:
        for row in where.nonzero()[0]:
            self.flag[row] = words if self.flag[row] is None else f"{self.flag[row]}; {words}"

    def blame(self, where: Mask, words: str) -> None:
        """Note a fault; ``{lon}`` and ``{lat}`` in the words become the numbers."""
        for row in where.nonzero()[0]:
            self.fault[row] = words.format(lon=f"{self.lon[row]:.10g}", lat=f"{self.lat[row]:.10g}")

    def read(self, rows: NDArray[np.int64], cells: Iterable[_Cell], reader: Callable[[_Cell], _Place]) -> None:
        """Read odd cells one by one."""
        for row, cell in zip(rows, cells, strict=True):
            self.lon[row] = self.lat[row] = np.nan
            try:
                place = reader(cell)
            except _UnreadError as error:
                self.fault[row] = str(error)
            else:
                self.lon[row], self.lat[row], self.form[row], self.cell_m[row] = place.lon, place.lat, place.form, place.cell_m
                self.flag[row], self.named[row] = "; ".join(place.flags) or None, place.named

    def judged(self, area: Box) -> _Found:
        """Find the pairs that cannot be positions here, and mark those that lie elsewhere."""
        open_, lon, lat = pd.isna(self.fault), self.lon, self.lat
        known = open_ & ~np.isnan(lon) & ~np.isnan(lat)
        inside = _inside(lon, lat, area)
        origin = known & (lon == 0) & (lat == 0)
        swapped = known & ~origin & ~inside & ~self.named & _inside(lat, lon, area)
        beyond = known & ~swapped & ((np.abs(lon) > LON_LIMIT_DEG) | (np.abs(lat) > LAT_LIMIT_DEG))
        self.blame(swapped, "latitude and longitude look swapped; write lon={lat}, lat={lon}")
        self.blame(beyond, "lon={lon}, lat={lat} are not degrees; if they are metres, write the zone too (48P easting northing)")
        self.blame(open_ & np.isnan(lon) & ~np.isnan(lat), "the longitude is missing; give both numbers or neither")
        self.blame(open_ & ~np.isnan(lon) & np.isnan(lat), "the latitude is missing; give both numbers or neither")
        self.say(origin, "0, 0 read as missing")
        self.say(known & ~origin & ~swapped & ~beyond & ~inside, "outside the area")
        faulty = pd.notna(self.fault)
        self.flag[faulty] = None
        lost = origin | faulty
        return replace(self, lon=np.where(lost, np.nan, lon), lat=np.where(lost, np.nan, lat))

    def table(self, index: pd.Index) -> pd.DataFrame:
        placed = ~np.isnan(self.lon)
        cell_m = np.where(placed, self.cell_m, np.nan)
        form = np.where(placed, self.form, "missing").astype(object)
        form[pd.notna(self.fault)] = None
        columns = {
            "lon": self.lon,
            "lat": self.lat,
            "form": pd.array(form, dtype="str"),
            "cell_m": cell_m,
            "radius_m": cell_m * np.sqrt(0.5),
            "flag": pd.array(self.flag, dtype="str"),
            "fault": pd.array(self.fault, dtype="str"),
        }
        return pd.DataFrame(columns, index=index)


def _inside(lon: Floats, lat: Floats, area: Box) -> Mask:
    west, south, east, north = area
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


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


def _marked(cell: str) -> str:
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
            raise _UnreadError(f"{_shown(text)} is not a position; {WRITE}")
        kind = str(found.lastgroup)
        tokens.append(_Token(kind, found[kind], bare=found.group() == found[kind]))
        at = found.end()
    return tokens


def _from_columns(lon: str, lat: str) -> _Place:
    """Read a longitude and a latitude that stand in two cells, at least one of them odd."""
    for name, cell in (("longitude", lon), ("latitude", lat)):
        if not cell:
            raise _UnreadError(f"the {name} is missing; give both numbers or neither")
    east, north = _angle(_tokens(lon), lon), _angle(_tokens(lat), lat)
    if east.axis == "lat" or north.axis == "lon":
        raise _UnreadError(f"latitude and longitude look swapped; write lon={lat}, lat={lon}")
    return _from_angles(north, east)


def _from_text(text: str, area: Box) -> _Place:
    """Read a position that stands in one cell."""
    if len(text) > LONGEST:
        raise _UnreadError(f"a text of {len(text)} characters is not a position; {WRITE}")
    if grid := UTM.fullmatch(text):
        return _from_utm(grid, area)
    if grid := MGRS_TEXT.fullmatch(text):
        return _from_mgrs(grid, area)
    tokens = _tokens(text)
    left, right = _halves(tokens, text)
    first, second = _angle(left, text), _angle(right, text)
    if first.axis is not None and first.axis == second.axis:
        raise _UnreadError(f"{_shown(text)} has the same letter twice; give N or S once and E or W once")
    if first.axis == "lon" or second.axis == "lat":
        first, second = second, first
    place = _from_angles(first, second)
    order = (first.axis or second.axis) is None and first.parts > 1
    return replace(place, flags=(*place.flags, "read as latitude, longitude")) if order else place


def _from_angles(north: _Angle, east: _Angle) -> _Place:
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
    return _Place(east.degrees, north.degrees, form, cell_deg * DEGREE_M, tuple(flags), named)


def _halves(tokens: list[_Token], text: str) -> tuple[list[_Token], list[_Token]]:
    """Cut a pair in two: at the separator, else by its labels or letters, else in the middle of its numbers."""
    kinds = [token.kind for token in tokens]
    numbers = [at for at, kind in enumerate(kinds) if kind == "number"]
    if kinds.count("separator") == 1:
        cut = kinds.index("separator")
        if tokens[cut] == _Token("separator", ",", bare=True) and any("," in tokens[at].text for at in numbers):
            raise _UnreadError(f"{_shown(text)} has commas for decimals and between the numbers; write 14.3833; 104.6833")
        return tokens[:cut], tokens[cut + 1 :]
    if len(numbers) % 2 or not numbers or "separator" in kinds:
        raise _UnreadError(f"{_shown(text)} is not a pair of latitude and longitude; {WRITE}")
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
        raise _UnreadError(f"{_shown(text)} is not a latitude and longitude; {WRITE}")
    numbers = [token.text for token in tokens if token.kind == "number"]
    letter = next((token.text for token in tokens if token.kind == "letter"), "")
    label = next((token.text for token in tokens if token.kind == "label"), "")
    axis = AXIS.get(letter) or {"LA": "lat", "LO": "lon", "LN": "lon"}.get(label[:2])
    if label and axis != {"LA": "lat"}.get(label[:2], "lon"):
        raise _UnreadError(f"{_shown(text)} says both {label.strip(' =:')} and {letter}; {WRITE}")
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
        raise _UnreadError(f"{_shown(text)} has minutes or seconds of 60 or more; correct them")
    if any(re.search("[.,]", number) for number in numbers[:-1]):
        raise _UnreadError(f"{_shown(text)} has decimals before the last number of an angle; {WRITE}")
    place = -1
    for token in tokens:
        place += token.kind == "number"
        if token.kind == "mark" and token.text in UNITS and token.text != UNITS[place]:
            raise _UnreadError(f"{_shown(text)} has its degree, minute and second marks out of order; {WRITE}")
    if tokens[-1].kind == "mark" and tokens[-1].text not in UNITS:
        raise _UnreadError(f"{_shown(text)} breaks off; {WRITE}")


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


def _from_utm(grid: re.Match[str], area: Box) -> _Place:
    zone, letter, text = int(grid["zone"]), grid["band"], _shown(grid.string)
    east, north = (float(grid[name].replace(",", "")) for name in ("east", "north"))
    if not 1 <= zone <= ZONES or letter not in BANDS:
        raise _UnreadError(f"{text}: {zone}{letter} is not a UTM zone; zones are 1-60 with a letter C-X (not I, O), here 47P and 48P")
    places = _utm_places(zone, letter, east, north)
    near = [place for place in places if _within(place, area)]
    turned = [place for place in _utm_places(zone, letter, north, east) if _within(place, area)]
    if turned and not near:
        raise _UnreadError(f"easting and northing look swapped; write {zone}{letter} {grid['north']} {grid['east']}")
    if len(places) > 1 and len(near) != 1:
        raise _UnreadError(f"{text} may be in band S or in the southern hemisphere; write the band of latitude or decimal degrees")
    if not places:
        raise _UnreadError(f"{text} has no place in {zone}{letter}; check easting (6 digits), northing (7 digits) and the letter")
    lon, lat = (near or places)[0]
    flags = ["thousands commas read"] if "," in grid["east"] + grid["north"] else []
    outside = abs(lon - (ZONE_DEG * zone - 180.0 - ZONE_DEG / 2)) > ZONE_DEG / 2 + EDGE_DEG
    flags += [f"lies outside its zone {zone}"] if outside else []
    decimals = min(len(grid[name].partition(".")[2]) for name in ("east", "north"))
    return _Place(lon, lat, "utm", 10.0**-decimals, tuple(flags))


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


def _from_mgrs(grid: re.Match[str], area: Box) -> _Place:
    text, digits = _shown(grid.string), _grid_digits(grid)
    cell_m = 10.0 ** (SQUARE_DIGITS - len(digits) // 2)
    cell = grid["square"] + digits
    if grid["zone"] is None:
        return _from_partial_mgrs(cell, cell_m, area, text)
    zone, band = int(grid["zone"]), grid["band"]
    place = _cell_centre(zone, band, cell)
    if place is None:
        raise _UnreadError(
            f"{text}: square {grid['square']} is not in a grid zone {zone}{band}; check the letters, in the area 47P and 48P"
        )
    outside = not _in_zone(place, zone, band, cell_m / DEGREE_M)
    return _Place(*place, "mgrs", cell_m, (f"lies outside its grid zone {zone}{band}",) if outside else ())


def _from_partial_mgrs(cell: str, cell_m: float, area: Box, text: str) -> _Place:
    """Find the one grid zone in which the cell falls inside the area."""
    tried = {f"{zone}{band}": (zone, band, _cell_centre(zone, band, cell)) for zone, band in _grid_zones(*area)}
    found = {
        name: place
        for name, (zone, band, place) in tried.items()
        if place is not None and _within(place, area) and _in_zone(place, zone, band, cell_m / DEGREE_M)
    }
    if not found:
        raise _UnreadError(
            f"{text} falls inside the area in none of its grid zones ({', '.join(tried)}); write the zone, or correct the letters"
        )
    if len(found) > 1:
        raise _UnreadError(f"{text} falls inside the area in several grid zones ({', '.join(found)}); write the zone")
    name, place = next(iter(found.items()))
    return _Place(*place, "partial mgrs", cell_m, (f"grid zone {name} inferred from the area",))


def _grid_digits(grid: re.Match[str]) -> str:
    parts = grid["digits"].split()
    digits = "".join(parts)
    even = (len(parts) == 1 and len(digits) % 2 == 0) or (len(parts) == 2 and len(parts[0]) == len(parts[1]))  # noqa: PLR2004  # easting, northing
    if not even or len(digits) > 2 * SQUARE_DIGITS:
        raise _UnreadError(
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

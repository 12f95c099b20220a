"""A gazetteer made ready for matching: every way to read every name, the kinds of place, and the administrative units."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from rapidfuzz import fuzz

from bordergis.crs import LONLAT
from bordergis.naming.mention import ADMIN, split_units
from bordergis.naming.spelling import Form, coarse, fold, kinds, name_forms
from bordergis.provenance import inherit

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Index", "Parents", "Units", "alike", "names_in", "unit_key", "units_as_places"]

SAME_UNIT = 88.0
"""Likeness (0 to 100, by sound) from which two names of provinces or districts are one: Oddar / Otdar Meanchey are 96."""

TEXT = ["place_id", "name", "name_alt", "name_km", "name_th", "kind", "country", "adm1", "adm2", "adm3", "position_class"]

LEVELS = {"adm1": "province", "adm2": "district", "adm3": "subdistrict", "adm4": "village"}


def units_as_places(units: pd.DataFrame, country: str) -> gpd.GeoDataFrame:
    """Turn an official list of units (codes and names, no coordinates) into places without a point.

    Such rows let :func:`bordergis.naming.locate` recognise that a district is meant, or that a village exists which no source locates.

    Parameters
    ----------
    units
        ``code``, ``level`` (adm1 to adm4), ``name``, ``name_local``, ``parent_code``, as :func:`bordergis.load_gazetteer` gives them.
    country
        ``KHM`` or ``THA``.

    Returns
    -------
    geopandas.GeoDataFrame
        A row a unit (:data:`bordergis.schema.PLACES`), on the index of ``units``; a code that stands more than once is numbered.

    Examples
    --------
    >>> import bordergis as bg
    >>> places = units_as_places(bg.load_gazetteer("KHM"), "KHM").set_index("place_id")
    >>> places.loc["KHM:1303", ["name", "kind", "adm1"]].to_list()
    ['Choam Ksan', 'district', 'Preah Vihear']
    """
    name = units.drop_duplicates("code").set_index("code")["name"]
    code, again = units["code"], units.groupby("code").cumcount()
    kind = units["level"].map(LEVELS)
    table = pd.DataFrame(
        {
            "place_id": country + ":" + code + again.map(lambda n: f"#{n + 1}" if n else ""),
            "name": units["name"],
            "name_km" if country == "KHM" else "name_th": units["name_local"].where(units["name_local"] != ""),
            "kind": kind,
            "country": country,
            "adm1": code.str[:2].map(name),
            "adm2": code.str[:4].map(name).where(code.str.len() >= 4),  # noqa: PLR2004  codes have two digits a level, villages eight
            "adm3": code.str[:6].map(name).where(code.str.len() >= 6),  # noqa: PLR2004
            "position_class": kind.where(kind != "village", "subdistrict"),
        }
    )
    return inherit(gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(None, index=units.index, crs=LONLAT)), units, step="units_as_places()")


@cache
def names_in(text: str) -> tuple[str, ...]:
    """List the names in one cell of a gazetteer: sides of a slash, what stands before and in brackets.

    Examples
    --------
    >>> names_in("Emerald Triangle (Mom Bei / Chong Bok)")
    ('Emerald Triangle', 'Mom Bei', 'Chong Bok')
    """
    parts = re.split(r"\s*[;|]\s*|\s+/\s+|[()]", text)
    return tuple(part.strip() for part in parts if part and part.strip())


@cache
def unit_key(name: str) -> str:
    """Write the name of a unit by sound, without the word for its level.

    Examples
    --------
    >>> unit_key("O'Chrov district") == unit_key("Ou Chrov")
    True
    """
    forms = name_forms(name)
    return forms[0].key if forms else fold(name)


@dataclass(frozen=True, slots=True)
class Parents:
    """The units a place is said to lie in, as far as the gazetteer knows them.

    Attributes
    ----------
    provinces
        Keys (:func:`unit_key`) of the provinces stated, or implied by a finer unit that is stated.
    districts
        The same for districts: pairs of province and district.
    finest
        The finest stated unit in words (``Kantharalak district``), if it is only one.
    level
        Its level, else empty.
    names
        Keys of everything stated, known or not.
    countries
        Countries of the provinces.
    """

    provinces: frozenset[str] = frozenset()
    districts: frozenset[tuple[str, str]] = frozenset()
    finest: str = ""
    level: str = ""
    names: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()

    @property
    def stated(self) -> bool:
        """Whether any stated unit is known."""
        return bool(self.provinces or self.districts)

    def districts_of(self, provinces: frozenset[str]) -> frozenset[str]:
        """Keys of the districts stated within some provinces."""
        return frozenset(district for province, district in self.districts if province in provinces)


@dataclass(frozen=True)
class Units:
    """Every province, district and subdistrict that a gazetteer names, in its units or in the columns of its places.

    Attributes
    ----------
    table
        ``level``, ``key``, ``name``, ``province``, ``district`` (keys), ``country``; no row twice.
    """

    table: pd.DataFrame

    def find(self, name: str) -> pd.DataFrame:
        """Rows whose name is this one, spelled alike or by sound; only of the level that the name states.

        Examples
        --------
        >>> import pandas as pd
        >>> key = unit_key("Oddar Meanchey")
        >>> rows = [("province", key, "Oddar Meanchey", key, "", "KHM")]
        >>> units = Units(pd.DataFrame(rows, columns=["level", "key", "name", "province", "district", "country"]))
        >>> units.find("Otdar Meanchey province")["name"].to_list()
        ['Oddar Meanchey']
        """
        stated = {kind for form in name_forms(name) for kind in form.stated if kind in ADMIN}
        wanted = unit_key(name)
        rows = sorted(n for key, numbers in self._rows.items() if _like(wanted, key) >= SAME_UNIT for n in numbers)
        found = self.table.iloc[rows]
        return found[found["level"].isin(stated)] if stated else found

    @cached_property
    def _rows(self) -> dict[str, list[int]]:
        """Numbers of the rows of each key."""
        rows: dict[str, list[int]] = {}
        for n, key in enumerate(self.table["key"]):
            rows.setdefault(key, []).append(n)
        return rows

    def parents(self, texts: Iterable[str]) -> Parents:
        """Read stated units; one that the gazetteer does not know counts for nothing."""
        pieces = [piece for text in texts for piece in split_units(text)]
        found = pd.concat([self.table.iloc[:0], *(self.find(piece).assign(piece=n) for n, piece in enumerate(pieces))])
        found = _settled(found)
        fine = found[found["district"] != ""]
        provinces, districts = frozenset(found["province"]) - {""}, frozenset(zip(fine["province"], fine["district"], strict=True))
        finest, level = _finest(found)
        countries = frozenset(found["country"].dropna()) - {""}
        return Parents(provinces, districts, finest, level, frozenset(map(unit_key, pieces)), countries)


def alike(some: frozenset[str], others: frozenset[str]) -> frozenset[str]:
    """Those of some keys of units that are like one of the others; official lists spell one unit in several ways.

    Examples
    --------
    >>> len(alike(frozenset({unit_key("Oddar Meanchey")}), frozenset({unit_key("Otdar Meanchey")})))
    1
    """
    return frozenset(one for one in some if any(_like(one, other) >= SAME_UNIT for other in others))


@cache
def _like(one: str, other: str) -> float:
    if one == other or coarse(one) == coarse(other):
        return 100.0
    return float(fuzz.ratio(one, other, score_cutoff=SAME_UNIT))


def _settled(found: pd.DataFrame) -> pd.DataFrame:
    """Of units found under one name keep those that the others stated bear out: Samraong of Oddar Meanchey, not of Takeo.

    A name that is a province is not read as a district or subdistrict of the name; a subdistrict alone, of several, says nothing.
    """
    if found.empty:
        return found
    for coarser, finer in (("province", ("district", "subdistrict")), ("district", ("subdistrict",))):
        top = found[found["level"] == coarser]
        same = found["level"].isin(finer) & found["piece"].isin(top["piece"])
        found = found[~same]
        held = set(top[coarser])
        elsewhere = found["level"].isin(finer) & ~found[coarser].isin(held)
        reached = set(found.loc[found["level"].isin(finer) & ~elsewhere, "piece"])
        found = found[~(elsewhere & found["piece"].isin(reached))]
    lone = found["level"].eq("subdistrict") & (found.groupby("piece")["district"].transform("nunique") > 1)
    return found[~lone]


def _finest(found: pd.DataFrame) -> tuple[str, str]:
    """Name the finest unit stated, if there is one and not several."""
    for level in ADMIN:
        rows = found[found["level"] == level]
        if len(rows):
            keys = set(rows[level if level != "subdistrict" else "key"])
            one = len(keys) == 1 or len(set(rows["piece"])) == 1
            if one:
                return f"{rows['name'].min()} {level}", level
    return "", ""


@dataclass(frozen=True)
class Index:
    """A gazetteer ready for matching.

    Attributes
    ----------
    places
        A row a place, numbered from 0 in the order of ``place_id``: the gazetteer's columns, ``lon``, ``lat``, ``provinces`` and
        ``districts`` (sets of keys), ``classes`` (the kinds it may be called).
    forms
        A row a way to read a name: ``place``, ``name``, ``raw``, ``key``, ``words``, ``dropped``, ``part``.
    units
        Its administrative units.
    """

    places: pd.DataFrame
    forms: pd.DataFrame
    units: Units

    @classmethod
    def build(cls, gazetteer: gpd.GeoDataFrame) -> Index:
        """Read a gazetteer; nothing of it is changed, and the order of its rows does not matter."""
        places = _table(gazetteer)
        units = Units(_units(places))
        places = _plain(pd.concat([places, _missing_units(places, units.table)], ignore_index=True))
        forms = _forms(places)
        stated: list[frozenset[str]] = [frozenset()] * len(places)
        for place, words in zip(forms["place"], forms["stated"], strict=True):
            stated[place] |= words
        places = places.assign(classes=[_classes(kind, words) for kind, words in zip(places["kind"], stated, strict=True)])
        return cls(places, forms.drop(columns="stated"), units)


def _table(gazetteer: gpd.GeoDataFrame) -> pd.DataFrame:
    table = pd.DataFrame(gazetteer).reindex(columns=[*TEXT, "position_radius_m"])
    points = gazetteer.geometry
    table = table.assign(lon=np.where(points.isna(), np.nan, points.x), lat=np.where(points.isna(), np.nan, points.y))
    table = table.sort_values("place_id", kind="stable", ignore_index=True)
    table = _plain(table)
    return table.assign(provinces=[_unit_keys(cell) for cell in table["adm1"]], districts=[_unit_keys(cell) for cell in table["adm2"]])


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Write every missing text as ``None``."""
    text = [column for column in TEXT if column in table]
    return table.assign(**{c: pd.Series([v if isinstance(v, str) else None for v in table[c]], table.index, dtype="object") for c in text})


@cache
def _unit_keys(cell: str | None) -> frozenset[str]:
    return frozenset(unit_key(name) for name in names_in(cell)) if cell else frozenset()


def _level(kind: str | None) -> str:
    found = kinds().column.get(kind or "", "")
    return found if found in ADMIN else ""


def _units(places: pd.DataFrame) -> pd.DataFrame:
    """List the units named by rows of the gazetteer, and by the columns of its places where they name one side only."""
    rows: dict[tuple[str, str, str, str], tuple[str, str]] = {}
    for place in places[["name", "kind", "country", "adm1", "adm2"]].drop_duplicates().itertuples(index=False):
        country = place.country if place.country in {"KHM", "THA"} else ""
        for level, name, province, district in _named_units(place.name, _level(place.kind), place.adm1, place.adm2):
            rows.setdefault((level, unit_key(name), province, district), (name, country))
    flat = [(level, key, name, province, district, country) for (level, key, province, district), (name, country) in rows.items()]
    table = pd.DataFrame(flat, columns=["level", "key", "name", "province", "district", "country"], dtype="object")
    return table.sort_values(["level", "key", "province", "district"], kind="stable", ignore_index=True)


def _named_units(name: str, level: str, adm1: str | None, adm2: str | None) -> list[tuple[str, str, str, str]]:
    if any(cell and len(names_in(cell)) > 1 for cell in (adm1, adm2)):
        return []
    province, district = (unit_key(cell) if cell else "" for cell in (adm1, adm2))
    found = [("province", adm1, province, "")] if adm1 else []
    found += [("district", adm2, province, district)] if adm2 else []
    found += [("subdistrict", name, province, district)] if level == "subdistrict" else []
    found += [("province", name, unit_key(name), "")] if level == "province" else []
    found += [("district", name, province, unit_key(name))] if level == "district" else []
    return found


def _missing_units(places: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Make rows for the provinces and districts that only the columns of other places name."""
    kind = places["kind"].map(_level)
    have = set(zip(kind, places["name"].map(unit_key), strict=True))
    new = units[units["level"].isin(["province", "district"])]
    new = new[np.array([pair not in have for pair in zip(new["level"], new["key"], strict=True)], dtype=bool)]
    province_name = units[units["level"] == "province"].groupby("province")["name"].min()
    table = new[["name", "country"]].assign(
        kind=new["level"],
        adm1=new["province"].map(province_name),
        adm2=new["name"].where(new["level"] == "district", None),
        position_class=new["level"],
        provinces=[frozenset({key} - {""}) for key in new["province"]],
        districts=[frozenset({key} - {""}) for key in new["district"]],
    )
    return table.reindex(columns=places.columns).astype({"lon": float, "lat": float, "position_radius_m": float})


def _forms(places: pd.DataFrame) -> pd.DataFrame:
    rows: list[tuple[int, str, Form]] = []
    for n, *cells in places[["name", "name_alt", "name_km", "name_th"]].itertuples():
        names = dict.fromkeys(name for cell in cells if cell for name in names_in(cell))
        rows += [(n, name, form) for name in names for form in name_forms(name)]
    flat = [(n, name, form.raw, form.key, form.words, form.stated, form.dropped, form.part) for n, name, form in rows]
    return pd.DataFrame(flat, columns=["place", "name", "raw", "key", "words", "stated", "dropped", "part"])


def _classes(kind: str | None, words: frozenset[str]) -> frozenset[str]:
    """Kinds a place may be called: its own, and those its proper name states; its words alone where the gazetteer gives no kind."""
    own = kinds().column.get(kind or "", "")
    return frozenset({own}) | (words & kinds().proper) if own else words

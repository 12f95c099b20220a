"""Which column of a file is which column of a contract, and which contract a file may hold."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from bordergis import datasets
from bordergis.errors import SchemaError
from bordergis.schema import CONTRACTS, hxl_tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bordergis.schema import Contract

__all__ = ["ASSUMED", "POSITION", "PUBLISHERS", "Matched", "Publisher", "contract_of", "kinds_of", "match_columns", "publisher_of"]

POSITION = ("lon", "lat", "position", "geometry")
"""What may say where: two columns, one with a whole position, or a shape as well-known text."""

ASSUMED = "position_class"
"""A column that no analyst's table has: where a layer requires it, it is assumed, and the note says so."""

READ_KINDS = (
    "villages", "places", "camps", "checkpoints", "checkpoint_status", "incidents", "incident_places", "visits", "figures", "closures",
    "facilities", "roads", "designated_areas", "hazards", "access_reports", "border", "periods", "provisions",
)  # fmt: skip
"""Layers that an analyst may have in a file; rules and zones are made, not read."""


@dataclass(frozen=True)
class Matched:
    """The columns of a file by what they mean.

    Attributes
    ----------
    columns
        Column of the contract, and the column of the file it comes from.
    position
        Which of :data:`POSITION` the file has, and its column.
    notes
        What was guessed.
    missing
        Columns the contract requires and the file has not.
    """

    columns: dict[str, str]
    position: dict[str, str]
    notes: tuple[str, ...]
    missing: tuple[str, ...]


def contract_of(kind: str) -> Contract:
    """Give the contract of a kind of layer.

    Raises
    ------
    UnknownNameError
        If there is no such kind; the message lists those there are.

    Examples
    --------
    >>> contract_of("access reports").name
    'access reports'
    """
    name = kind.strip().replace(" ", "_")
    datasets.require_known("kind of layer", name, CONTRACTS)
    return CONTRACTS[name]


def match_columns(
    contract: Contract,
    names: Sequence[str],
    *,
    told: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
    shaped: bool = False,
) -> Matched:
    """Match the columns of a file with those of a contract: as told, else by HXL tag, else by name, else by a usual heading.

    Parameters
    ----------
    contract
        What the file is to be read as.
    names
        The columns of the file.
    told
        Column of the contract (or ``lon``, ``lat``, ``position``, ``geometry``) and the column of the file it comes from.
    tags
        The HXL tag of each column of the file that has one.
    shaped
        Whether the file has shapes, so that no column says where.

    Raises
    ------
    SchemaError
        If ``told`` names a column that is not in the contract or not in the file.

    Examples
    --------
    >>> from bordergis.schema import VILLAGES
    >>> found = match_columns(VILLAGES, ["code", "ชื่อหมู่บ้าน", "MGRS"])
    >>> found.columns, found.position
    ({'place_id': 'code', 'name': 'ชื่อหมู่บ้าน'}, {'position': 'MGRS'})
    """
    asked = dict(told or {})
    _require_sensible(contract, names, asked)
    free = [name for name in names if name not in asked.values()]
    wanted = [*contract.fields, *(POSITION if contract.geometry and not shaped else ())]

    found = {**asked}
    by_tag = _by_tag(contract, tags or {})
    by_heading = {_key(name): name for name in reversed(free)}
    guessed = []
    for column in wanted:
        if column in found:
            continue
        name, how = by_tag.get(column), "its HXL tag"
        if name is None or name not in free:
            name, how = _by_heading(column, by_heading, free)
        if name is not None:
            found[column] = name
            free.remove(name)
            if name != column:
                guessed.append(f"{name!r} was read as {column} ({how}).")
    found, position = _one_position({name: found[name] for name in wanted if name in found})
    found, borrowed = _instead(contract, found)
    missing = tuple(name for name, field in contract.fields.items() if field.required and name not in found)
    return Matched(found, position, (*guessed, *borrowed), missing)


def kinds_of(names: Sequence[str], *, tags: Mapping[str, str] | None = None, shapes: Iterable[str] = (), label: str = "") -> list[str]:
    """List the kinds of layer that a file may hold, by its columns; the first is the best if there is only one of its kind.

    Parameters
    ----------
    names
        The columns of the file.
    tags
        Their HXL tags.
    shapes
        Geometry types found in the file; none for a table.
    label
        The name of the file or layer, which decides between kinds that fit alike.

    Examples
    --------
    >>> kinds_of(["place_id", "status", "as_of", "reported_by"])
    ['access_reports']
    >>> kinds_of(["code", "name"], label="villages.csv")
    ['villages']
    """
    fits = {}
    shapes = set(shapes)
    for kind in READ_KINDS:
        contract = CONTRACTS[kind]
        matched = match_columns(contract, names, tags=tags, shaped=bool(shapes))
        needed = [name for name in matched.missing if contract.fields[name].filled and name != ASSUMED]
        if not needed and _holds(contract, matched, shapes):
            fits[kind] = frozenset(matched.columns.values())
    best = [kind for kind, used in fits.items() if not any(used < other for other in fits.values())]
    named = [kind for kind in best if any(word in _key(label) for word in (_key(kind), _key(kind).removesuffix("s")))]
    return named or best


def _holds(contract: Contract, matched: Matched, shapes: set[str]) -> bool:
    """Whether the geometry fits: shapes of an allowed type, or a position where the contract needs one."""
    if shapes:
        return bool(shapes & set(contract.geometry))
    if not contract.geometry:
        return True
    points = "Point" in contract.geometry
    return bool(matched.position if points else "geometry" in matched.position) or not contract.located


def _require_sensible(contract: Contract, names: Sequence[str], told: Mapping[str, str]) -> None:
    unknown = [column for column in told if column not in contract.fields and column not in POSITION]
    if unknown:
        known = ", ".join([*contract.fields, *(POSITION if contract.geometry else ())])
        raise SchemaError(f"{contract.name} has no column {', '.join(map(repr, unknown))}; known: {known}.")
    absent = [name for name in told.values() if name not in names]
    if absent:
        raise SchemaError(f"The file has no column {', '.join(map(repr, absent))}; it has {', '.join(map(repr, names))}.")


def _by_tag(contract: Contract, tags: Mapping[str, str]) -> dict[str, str]:
    """Columns of the file whose HXL tag is that of a column of the contract; the order of attributes means nothing."""
    by_tag = {_tag_key(tag): name for name, tag in reversed(list(tags.items()))}
    return {column: by_tag[key] for column, tag in hxl_tags(contract).items() if (key := _tag_key(tag)) in by_tag}


def _tag_key(tag: str) -> tuple[str, frozenset[str]]:
    name, *attributes = re.sub(r"\s", "", tag).casefold().split("+")
    return name, frozenset(attributes)


def _by_heading(column: str, by_heading: Mapping[str, str], free: Sequence[str]) -> tuple[str | None, str]:
    for heading in (_key(column), *_usual().get(column, ())):
        name = by_heading.get(heading)
        if name is not None and name in free:
            return name, "its name" if heading == _key(column) else "a usual heading"
    return None, ""


def _one_position(found: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Part what says where from the rest; one way of saying it is enough."""
    columns = {column: name for column, name in found.items() if column not in POSITION}
    where = {column: name for column, name in found.items() if column in POSITION}
    if "lon" in where and "lat" in where:
        return columns, {column: where[column] for column in ("lon", "lat")}
    for column in ("position", "geometry"):
        if column in where:
            return columns, {column: where[column]}
    return columns, where


def _instead(contract: Contract, found: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """Take the cells of another column where a needed one is not there."""
    borrowed = {
        column: found[other]
        for column, other in _borrowed().items()
        if column in contract.fields and contract.fields[column].required and column not in found and other in found
    }
    notes = [f"There is no column for {column}; it was taken from {name!r}." for column, name in borrowed.items()]
    return {**found, **borrowed}, notes


def _key(heading: str) -> str:
    """Fold a heading: case, accents of Latin letters, spaces and signs mean nothing."""
    folded = unicodedata.normalize("NFKD", heading.casefold())
    return re.sub(r"[\s_\-./\\()\[\]:\u0300-\u036f\u200b-\u200f\ufeff]+", "", folded)


@cache
def _usual() -> dict[str, tuple[str, ...]]:
    table = _table()
    return {column: tuple(map(_key, headings)) for part in ("position", "any") for column, headings in table[part].items()}


@cache
def _borrowed() -> dict[str, str]:
    return {str(column): str(other) for column, other in _table()["instead"].items()}


@cache
def _table() -> dict[str, Any]:
    with datasets.path("facts/headers.toml").open("rb") as file:
        return tomllib.load(file)


@dataclass(frozen=True)
class Publisher:
    """A publisher whose files are known by their columns: its reader, the layer it gives, and the columns only it has."""

    name: str
    module: str
    reader: str
    kind: str
    columns: tuple[str, ...]


PUBLISHERS = (
    Publisher("ACLED", "acled", "from_acled", "incidents", ("event_id_cnty", "sub_event_type", "geo_precision")),
    Publisher("UCDP GED", "ucdp_ged", "from_ucdp_ged", "incidents", ("where_prec", "date_prec", "dyad_name")),
    Publisher("IOM DTM", "dtm", "from_dtm", "figures", ("numPresentIdpInd", "admin0Name")),
    Publisher("IMSMA", "imsma", "from_imsma", "hazards", ("land_id", "land_classification")),
    Publisher("IMSMA", "imsma", "from_imsma", "incidents", ("accident_id", "accident_classification")),
    Publisher("COD-AB", "codab", "from_codab", "admin_areas", ("adm0_pcode", "adm1_pcode")),
    Publisher("OpenStreetMap edges", "osm", "from_osm", "roads", ("u", "v", "highway_class", "length_m")),
)
"""Publishers by their tell-tale columns."""


def publisher_of(names: Sequence[str], kind: str | None = None) -> Publisher | None:
    """Tell the publisher of a file by its columns, if it gives the kind of layer that is asked for.

    Examples
    --------
    >>> publisher_of(["event_id_cnty", "event_date", "sub_event_type", "geo_precision"]).name
    'ACLED'
    """
    keys = {_key(name) for name in names}
    for publisher in PUBLISHERS:
        if kind in (None, publisher.kind) and {_key(column) for column in publisher.columns} <= keys:
            return publisher
    return None

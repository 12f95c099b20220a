"""Read a GeoNames country dump as a layer of villages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from bordergis.errors import SchemaError
from bordergis.readers.assemble import Raw, assemble
from bordergis.readers.columns import remark
from bordergis.readers.door import open_door, read_member, require_count
from bordergis.readers.text import read_text
from bordergis.schema import VILLAGES

if TYPE_CHECKING:
    import os

    from bordergis.readers.checked import Checked
    from bordergis.readers.door import Doorway

__all__ = ["from_geonames"]

COLUMNS = (
    "geonameid", "name", "asciiname", "alternatenames", "latitude", "longitude", "feature_class", "feature_code", "country_code", "cc2",
    "admin1", "admin2", "admin3", "admin4", "population", "elevation", "dem", "timezone", "modified",
)  # fmt: skip
"""Columns of the dump, as its publisher lists them; it has no row of headings."""

COUNTRIES = {"KH": "KHM", "TH": "THA"}

POPULATED = "P"
ABANDONED = ("PPLH", "PPLQ", "PPLW", "PPLCH")
"""Feature codes of places where nobody lives any more (historical, abandoned, destroyed)."""

POINT_RADIUS_M = 1_000.0
"""Precision given to a GeoNames village point: our assumption, for the publisher states none."""

CONTRACT = replace(VILLAGES, located=True)
"""GeoNames always has a point: a row without one is damaged."""


def from_geonames(path: str | os.PathLike[str], *, on_error: str = "raise") -> Checked:
    r"""Read the populated places of a GeoNames country dump (``KH.zip`` or ``KH.txt``).

    Parameters
    ----------
    path
        The dump, zipped or not.
    on_error
        ``raise`` if a row must be rejected, or ``quarantine`` it in ``FILE.rejected.csv``.

    Returns
    -------
    Checked
        Villages (:data:`bordergis.schema.VILLAGES`), with ``place_id`` such as ``geonames:1831898``. How many features of other kinds
        were left out stands in the notes.

    Raises
    ------
    DataMissingError
        If there is no such file.
    SchemaError
        If the file is not a GeoNames dump, or too large.
    FaultsError
        If rows must be rejected and ``on_error`` is ``raise``.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> row = ["1831898", "Anlong Veaeng", "Anlong Veaeng", "", "14.23223", "104.08107", "P", "PPL", "KH", *[""] * 5, "56927", *[""] * 4]
    >>> dump = Path(tempfile.mkdtemp()) / "KH.txt"
    >>> _ = dump.write_text("\t".join(row), encoding="utf-8")
    >>> from_geonames(dump).layer[["place_id", "country", "population"]].to_dict("records")
    [{'place_id': 'geonames:1831898', 'country': 'KHM', 'population': 56927.0}]
    """
    raw = _villages_only(_raw(open_door(path, formats=("tsv", "zip"))))
    cells = raw.cells
    return assemble(raw, CONTRACT, _columns(cells), position=(cells["longitude"], cells["latitude"]), on_error=on_error)


def _raw(door: Doorway) -> Raw:
    """Part the lines into cells; a line with another number of them is remarked on."""
    text, encoding = read_text(_content(door))
    lines = text.removesuffix("\n").split("\n")
    require_count(door, len(lines), "rows")
    rows = [line.removesuffix("\r").split("\t") for line in lines]
    width = len(COLUMNS)
    if len(rows[0]) != width:
        raise SchemaError(
            f"{door.path.name}: expected the {width} tab-separated columns of a GeoNames dump, found {len(rows[0])} in the first line."
        )
    cells = pd.DataFrame([(row + [""] * width)[:width] for row in rows], columns=list(COLUMNS), dtype="str")
    widths = pd.Series([len(row) for row in rows])
    whole = pd.Series(lines, dtype="str").str[:200]
    rule = f"does not have {width} columns"
    broken = remark(whole[widths != width], "row", "rejected", rule, "get the dump again; it may be cut off")
    return Raw(cells, door.path, f"GeoNames dump, {encoding}, {door.words}", first_row=1, sources=("geonames",), remarks=broken)


def _content(door: Doorway) -> bytes:
    """Read the dump, or the member of the zip that is called as the zip is (a read-me stands beside it)."""
    if door.format == "zip":
        return read_member(door, f"{door.path.stem.lower()}.txt")[1]
    return door.path.read_bytes()


def _villages_only(raw: Raw) -> Raw:
    """Keep the places where people live, and every damaged line; say how many others there are."""
    damaged = raw.cells.index.isin(raw.remarks.index) if raw.remarks is not None else False
    lived_in = (raw.cells["feature_class"] == POPULATED) & ~raw.cells["feature_code"].isin(ABANDONED)
    kept = lived_in | damaged
    note = f"{len(kept)} features, {int(lived_in.sum())} populated places kept, {int((~kept).sum())} of other kinds left out."
    return replace(raw, cells=raw.cells[kept], notes=(*raw.notes, note))


def _columns(cells: pd.DataFrame) -> dict[str, pd.Series]:
    people = cells["population"].mask(cells["population"] == "0")
    fixed = {"kind": "populated_place", "position_class": "place", "confidence": "medium", "source_id": "geonames", "licence": "CC-BY-4.0"}
    return {
        "place_id": "geonames:" + cells["geonameid"].mask(cells["geonameid"] == ""),
        "name": cells["name"],
        "name_alt": cells["alternatenames"].str.replace(",", ";"),
        "country": cells["country_code"].map(COUNTRIES).fillna(cells["country_code"]),
        "population": people,
        "position_radius_m": pd.Series(POINT_RADIUS_M, cells.index),
        "source_ref": cells["geonameid"],
        **{name: pd.Series(value, cells.index) for name, value in fixed.items()},
        "redistributable": pd.Series(data=True, index=cells.index),
    }

"""Read a GeoNames country dump as a layer of villages."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from bordergis.crs import LONLAT
from bordergis.errors import DataMissingError, SchemaError
from bordergis.provenance import Provenance, attach
from bordergis.schema import VILLAGES

if TYPE_CHECKING:
    import os

__all__ = ["from_geonames"]

COLUMNS = (
    "geonameid", "name", "asciiname", "alternatenames", "latitude", "longitude", "feature_class", "feature_code", "country_code", "cc2",
    "admin1", "admin2", "admin3", "admin4", "population", "elevation", "dem", "timezone", "modified",
)  # fmt: skip
"""Columns of the dump, as its publisher lists them."""

COUNTRIES = {"KH": "KHM", "TH": "THA"}

POPULATED = "P"
ABANDONED = ("PPLH", "PPLQ", "PPLW", "PPLCH")
"""Feature codes of places where nobody lives any more (historical, abandoned, destroyed)."""

POINT_RADIUS_M = 1_000.0
"""Precision given to a GeoNames village point: our assumption, for the publisher states none."""

LARGEST_BYTES = 500_000_000
"""A dump that unpacks to more than this is refused; the largest country's is smaller."""


def from_geonames(path: str | os.PathLike[str]) -> gpd.GeoDataFrame:
    r"""Read the populated places of a GeoNames country dump (``KH.zip`` or ``KH.txt``).

    Parameters
    ----------
    path
        The dump, zipped or not.

    Returns
    -------
    geopandas.GeoDataFrame
        Villages (:data:`bordergis.schema.VILLAGES`), with ``place_id`` such as ``geonames:1831898``. How many features of other kinds
        were left out stands in the provenance.

    Raises
    ------
    DataMissingError
        If there is no such file.
    SchemaError
        If the file is not a GeoNames dump, or unpacks to more than 500 MB.

    Examples
    --------
    >>> import tempfile
    >>> row = ["1831898", "Anlong Veaeng", "Anlong Veaeng", "", "14.23223", "104.08107", "P", "PPL", "KH", *[""] * 5, "56927", *[""] * 4]
    >>> dump = Path(tempfile.mkdtemp()) / "KH.txt"
    >>> _ = dump.write_text("\t".join(row), encoding="utf-8")
    >>> from_geonames(dump)[["place_id", "country", "population"]].to_dict("records")
    [{'place_id': 'geonames:1831898', 'country': 'KHM', 'population': 56927.0}]
    """
    file = Path(path)
    table = _table(_text(file), file.name)
    lived_in = (table["feature_class"] == POPULATED) & ~table["feature_code"].isin(ABANDONED)
    places = table[lived_in].reset_index(drop=True)
    layer = gpd.GeoDataFrame(
        {
            "place_id": "geonames:" + places["geonameid"],
            "name": places["name"],
            "name_alt": places["alternatenames"].str.replace(",", ";").replace("", pd.NA).astype("str"),
            "kind": "populated_place",
            "country": places["country_code"].map(COUNTRIES),
            "population": pd.to_numeric(places["population"]).where(lambda people: people > 0).astype("float64"),
            "position_class": "place",
            "position_radius_m": POINT_RADIUS_M,
            "confidence": "medium",
            "source_id": "geonames",
            "source_ref": places["geonameid"],
        },
        geometry=gpd.points_from_xy(pd.to_numeric(places["longitude"]), pd.to_numeric(places["latitude"])),
        crs=LONLAT,
    )
    VILLAGES.validate(layer)
    note = f"{file.name}: {len(table)} features, {len(layer)} populated places kept, {len(table) - len(layer)} of other kinds left out."
    return attach(layer, Provenance(("geonames",), (f"from_geonames({file.name})",), (note,)))


def _text(file: Path) -> str:
    if not file.is_file():
        raise DataMissingError(f"There is no file {file}; fetch it with `bordergis data fetch geonames-kh`.")
    if not zipfile.is_zipfile(file):
        return file.read_text(encoding="utf-8")
    with zipfile.ZipFile(file) as packed:
        member = f"{file.stem}.txt"
        if member not in packed.namelist():
            raise SchemaError(f"{file.name}: expected {member} inside, found {', '.join(packed.namelist()[:5])}.")
        if packed.getinfo(member).file_size > LARGEST_BYTES:
            raise SchemaError(f"{file.name}: unpacks to more than {LARGEST_BYTES // 1_000_000} MB; this is not a GeoNames country dump.")
        return packed.read(member).decode("utf-8")


def _table(text: str, name: str) -> pd.DataFrame:
    first = text.split("\n", 1)[0]
    if first.count("\t") != len(COLUMNS) - 1:
        raise SchemaError(
            f"{name}: expected the {len(COLUMNS)} tab-separated columns of a GeoNames dump, found {first.count(chr(9)) + 1} in the "
            "first line."
        )
    return pd.read_csv(io.StringIO(text), sep="\t", names=COLUMNS, dtype="str", keep_default_na=False, quoting=csv.QUOTE_NONE)

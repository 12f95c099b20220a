"""Read common operational datasets of administrative boundaries (COD-AB): areas with their P-codes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio  # type: ignore[import-untyped]
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, GeometryError  # type: ignore[import-untyped]

from bordergis.crs import LONLAT, require_lonlat
from bordergis.errors import SchemaError
from bordergis.readers.assemble import Raw, assemble
from bordergis.readers.columns import carried, filled_from, named, remark, require_columns, with_remarks
from bordergis.readers.door import open_door, require_count
from bordergis.readers.shapes import without_heights
from bordergis.readers.vector import DRIVERS
from bordergis.schema import ADMIN_AREAS

if TYPE_CHECKING:
    import os
    from pathlib import Path

    from bordergis.readers.checked import Checked
    from bordergis.readers.door import Doorway

__all__ = ["from_codab"]


COUNTRIES = {"KH": "KHM", "KHM": "KHM", "TH": "THA", "THA": "THA"}
"""Country by the code of the whole country, in two letters or three."""

LOCAL = ("km", "th")
"""Endings of the columns that hold a name in Khmer or in Thai."""

DATES = ("validon", "valid_on", "valid_from", "date")
"""Columns that say since when the codes hold, the best first."""

_PCODE = re.compile(r"adm(\d)_?pcode")

NOTE = "Boundaries as the data set draws them; other data sets draw them otherwise, and none is authoritative here."


def from_codab(path: str | os.PathLike[str], *, level: int | None = None, layer: str | None = None, on_error: str = "raise") -> Checked:
    """Read administrative areas with P-codes (COD-AB, as GeoPackage, GeoJSON or FlatGeobuf).

    Parameters
    ----------
    path
        The file.
    level
        Level of the areas (1 province, 2 district, 3 commune or subdistrict); by default the finest that has a column of P-codes.
    layer
        Name of the layer, if the file has several.
    on_error
        ``raise`` if a row must be rejected, or ``quarantine`` it in ``FILE.rejected.csv``.

    Returns
    -------
    Checked
        Areas (:data:`bordergis.schema.ADMIN_AREAS`), with the P-code of the area above. Other columns are carried.

    Raises
    ------
    SchemaError
        If the file has no P-codes, or several layers and none is named.
    MissingCRSError, CRSMismatchError
        If the file is not in longitude and latitude on WGS 84.
    FaultsError
        If rows must be rejected and ``on_error`` is ``raise``.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from shapely import box
    >>> area = {"ADM1_PCODE": ["KH22"], "ADM1_EN": ["Oddar Meanchey"], "ADM0_PCODE": ["KH"], "validOn": ["2018-10-04"]}
    >>> file = Path(tempfile.mkdtemp()) / "adm1.geojson"
    >>> gpd.GeoDataFrame(area, geometry=[box(103, 14, 104, 15)], crs=4326).to_file(file)
    >>> from_codab(file).layer[["pcode", "level", "name", "parent_pcode", "country"]].to_dict("records")
    [{'pcode': 'KH22', 'level': 1, 'name': 'Oddar Meanchey', 'parent_pcode': 'KH', 'country': 'KHM'}]
    """
    door = open_door(path, formats=tuple(DRIVERS))
    raw = _raw(door, layer)
    cells = named(raw.cells)
    columns = _columns(cells, _level(cells, level, door.path))
    return assemble(with_remarks(raw, _orphans(columns)), ADMIN_AREAS, columns, on_error=on_error)


def _raw(door: Doorway, layer: str | None) -> Raw:
    """Read the areas; every cell becomes text."""
    try:
        chosen = _layer_name(door, layer)
        driver = pyogrio.read_info(door.path, layer=chosen)["driver"]
        if driver != DRIVERS[door.format]:
            raise SchemaError(f"{door.path.name}: would be read as {driver}, not {DRIVERS[door.format]}; export it again.")
        areas = pyogrio.read_dataframe(door.path, layer=chosen)
    except (DataSourceError, DataLayerError, FeatureError, GeometryError) as fault:
        raise SchemaError(f"{door.path.name}: is damaged or not {door.format} ({fault}); export it again.") from fault
    if not isinstance(areas, gpd.GeoDataFrame):
        raise SchemaError(f"{door.path.name}: the layer {chosen!r} has no shapes; give the layer of areas.")
    require_count(door, len(areas), "rows")
    require_lonlat(areas)
    cells = pd.DataFrame({name: _text(areas[name]) for name in areas.columns.drop(areas.geometry.name)}, index=areas.index)
    flat, heights = without_heights(np.asarray(areas.geometry.array))
    shapes = gpd.GeoSeries(flat, index=areas.index, crs=LONLAT)
    return Raw(cells, door.path, f"COD-AB layer {chosen!r}, {door.words}", first_row=1, geometry=shapes, notes=(*heights, NOTE))


def _layer_name(door: Doorway, layer: str | None) -> str:
    layers = [str(name) for name, *_ in pyogrio.list_layers(door.path)]
    if layer is None and len(layers) != 1:
        raise SchemaError(f"{door.path.name}: has the layers {', '.join(layers)}; say which with `layer={layers[0]!r}`.")
    if layer is not None and layer not in layers:
        raise SchemaError(f"{door.path.name}: has no layer {layer!r}; it has {', '.join(layers)}.")
    return layer or layers[0]


def _text(values: pd.Series) -> pd.Series:
    """Give cells as text: dates as ISO dates, whole numbers without a point."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return values.dt.strftime("%Y-%m-%d").astype("str").fillna("")
    if pd.api.types.is_float_dtype(values):
        return values.map(lambda number: "" if pd.isna(number) else f"{number:.15g}").astype("str")
    return values.astype("str").fillna("")


def _level(cells: pd.DataFrame, level: int | None, file: Path) -> int:
    found = sorted(int(match[1]) for name in cells if (match := _PCODE.fullmatch(name)) and int(match[1]) > 0)
    if not found:
        raise SchemaError(f"{file.name}: no column of P-codes such as ADM1_PCODE; it has {', '.join(cells)}.")
    if level is not None and level not in found:
        raise SchemaError(f"{file.name}: no P-codes of level {level}; it has those of {', '.join(map(str, found))}.")
    return found[-1] if level is None else level


def _columns(cells: pd.DataFrame, level: int) -> dict[str, pd.Series]:
    here, above = f"adm{level}", f"adm{level - 1}"
    code = filled_from(cells, _codes(here))
    local = filled_from(cells, [f"{here}_{ending}" for ending in LOCAL])
    latin = filled_from(cells, [f"{here}_en", f"{here}_name", f"{here}_ref"])
    require_columns(
        pd.DataFrame({"name": latin.fillna(local)}).dropna(axis="columns", how="all"), ["name"], f"a COD-AB layer of level {level}"
    )
    parent = filled_from(cells, _codes(above))
    country = filled_from(cells, _codes("adm0")).fillna(code.str[:2])
    parent = parent.fillna(country) if level == 1 else parent
    used = {*_codes(here), f"{here}_en", f"{here}_name", *(f"{here}_{ending}" for ending in LOCAL)}
    return {
        "pcode": code,
        "level": pd.Series(level, cells.index, dtype="float64"),
        "name": latin.fillna(local),
        "name_local": local,
        "parent_pcode": parent,
        "country": country.map(COUNTRIES).fillna(country),
        "valid_from": filled_from(cells, DATES),
        **carried(cells, used, ADMIN_AREAS),
    }


def _codes(adm: str) -> tuple[str, str]:
    return f"{adm}_pcode", f"{adm}pcode"


def _orphans(columns: dict[str, pd.Series]) -> pd.DataFrame:
    """Remark on areas whose code does not begin with the code of the area they are said to lie in."""
    code, parent = columns["pcode"], columns["parent_pcode"]
    start = parent.where(~parent.isin(list(COUNTRIES)), parent.str[:2])
    strange = [
        isinstance(own, str) and isinstance(begin, str) and not own.startswith(begin) for own, begin in zip(code, start, strict=True)
    ]
    remedy = "look both codes up in the list of P-codes"
    return remark(parent[strange], "parent_pcode", "flagged", "does not begin the area's own code", remedy)

"""What a foreign code of precision means here: a class, a radius, and on what that rests.

The table is data (``facts/precision.toml``), for everyone to read and to replace. No publisher gives its classes in metres, but one, so
the radii are assumptions, and say so.
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bordergis import datasets
from bordergis.errors import SchemaError, UnknownNameError
from bordergis.provenance import inherit
from bordergis.schema import POSITION_CLASSES, POSITIONED

if TYPE_CHECKING:
    import geopandas as gpd

    from bordergis.readers.checked import Checked

__all__ = ["date_precision", "fine_points_only", "position_precision", "precision_table"]

TABLES = ("position", "date")
POSITION_COLUMNS = ("scheme", "code", "meaning", "position_class", "radius_m", "stated", "basis")
DATE_COLUMNS = ("scheme", "code", "meaning", "date_precision", "basis")


def precision_table(of: str = "position") -> pd.DataFrame:
    """Show what each code of precision is taken to mean, and on what that rests.

    Change a copy and give it to a reader (``precision=``) to replace the assumptions.

    Parameters
    ----------
    of
        ``position`` (classes and radii) or ``date``.

    Returns
    -------
    pandas.DataFrame
        A row a code: its scheme, meaning, and our ``position_class`` with ``radius_m`` in metres, or our ``date_precision`` (1 day …
        5 year);
        ``stated`` says whether the publisher itself gives the distance; ``basis`` says what the number rests on.

    Raises
    ------
    UnknownNameError
        For a table of anything else.

    Examples
    --------
    >>> table = precision_table().set_index(["scheme", "code"])
    >>> table.loc["ucdp_ged.where_prec", ["position_class", "radius_m", "stated"]].head(2).to_dict("list")
    {'position_class': ['place', 'area'], 'radius_m': [3000.0, 25000.0], 'stated': [False, True]}
    >>> precision_table("date").set_index(["scheme", "code"])["date_precision"].loc["acled.time_precision"].to_dict()
    {'1': 1, '2': 3, '3': 4}
    """
    if of not in TABLES:
        raise UnknownNameError(f"There is no table of precision of {of!r}; known: {', '.join(TABLES)}.")
    with datasets.path("facts/precision.toml").open("rb") as file:
        rows = tomllib.load(file)[of]
    table = pd.DataFrame(rows, columns=list(POSITION_COLUMNS if of == "position" else DATE_COLUMNS))
    return inherit(table, step=f"precision_table({of})", sources=("derived",), notes=("Radii are assumptions of ours unless `stated`.",))


def position_precision(codes: pd.Series, scheme: str, table: pd.DataFrame | None = None) -> pd.DataFrame:
    """Say for each code which class of position it is, and within how many metres.

    Parameters
    ----------
    codes
        The codes, as text.
    scheme
        Such as ``acled.geo_precision``.
    table
        The assumptions; by default :func:`precision_table`.

    Returns
    -------
    pandas.DataFrame
        ``position_class`` and ``position_radius_m`` on the index of ``codes``; an unknown or missing code is ``unlocatable``.

    Examples
    --------
    >>> position_precision(pd.Series(["1", "4", "?"]), "ucdp_ged.where_prec").to_dict("list")
    {'position_class': ['place', 'province', 'unlocatable'], 'position_radius_m': [3000.0, nan, nan]}
    """
    known = _scheme(scheme, precision_table() if table is None else table)
    return pd.DataFrame(
        {
            "position_class": codes.map(known["position_class"]).fillna("unlocatable").astype("str"),
            "position_radius_m": codes.map(known["radius_m"]).astype("float64"),
        }
    )


def date_precision(codes: pd.Series, scheme: str) -> pd.Series:
    """Say for each code how finely the date is known (1 day … 5 year); missing for an unknown code.

    Examples
    --------
    >>> date_precision(pd.Series(["1", "3", None]), "acled.time_precision").to_list()
    [1, 4, <NA>]
    """
    return codes.map(_scheme(scheme, precision_table("date"))["date_precision"]).astype("Int64").rename("date_precision")


def fine_points_only(read: Checked) -> Checked:
    """Take away the point of every row whose position is coarse, and the class of every row that has no point.

    A point that stands for a district, a province or a border is not where the event was. What the file prints stays in ``coord_raw``.
    """
    layer = read.layer
    coarse = ~layer["position_class"].isin(POSITIONED)
    lost = layer.geometry.isna() & ~coarse
    cleared = layer.assign(
        position_class=layer["position_class"].mask(lost, "unlocatable"),
        position_radius_m=layer["position_radius_m"].mask(lost),
        geometry=layer.geometry.where(~coarse, None),
    )
    notes = _counted(layer, coarse, lost)
    return replace(
        read,
        layer=inherit(cleared, layer, step="fine_points_only()", notes=notes),
        report=replace(read.report, notes=(*read.report.notes, *notes)),
    )


def _counted(layer: gpd.GeoDataFrame, coarse: pd.Series, lost: pd.Series) -> tuple[str, ...]:
    notes = []
    if coarse.any():
        counts = ", ".join(f"{name} {n}" for name, n in layer.loc[coarse, "position_class"].value_counts(sort=False).sort_index().items())
        notes.append(f"{int(coarse.sum())} of {len(layer)} rows are known only coarsely ({counts}); kept without a point.")
    if lost.any():
        notes.append(f"{int(lost.sum())} of {len(layer)} rows have no coordinates that could be read; kept as unlocatable.")
    return tuple(notes)


def _scheme(scheme: str, table: pd.DataFrame) -> pd.DataFrame:
    wanted = POSITION_COLUMNS[:2] + POSITION_COLUMNS[3:5] if "position_class" in table else DATE_COLUMNS[:2]
    missing = [name for name in wanted if name not in table]
    if missing:
        raise SchemaError(f"The table of precision lacks {', '.join(missing)}; change a copy of `precision_table()`.")
    known = table[table["scheme"] == scheme].set_index("code")
    if known.empty:
        raise SchemaError(f"The table of precision does not speak of {scheme}; it has {', '.join(sorted(set(table['scheme'])))}.")
    if "position_class" in table:
        _require_classes(known)
    return known


def _require_classes(known: pd.DataFrame) -> None:
    strange = sorted(set(known["position_class"]) - {*POSITION_CLASSES, ""})
    endless = known["position_class"].isin(POSITIONED) & ~(np.isfinite(known["radius_m"]) & (known["radius_m"] >= 0))
    if strange or endless.any():
        raise SchemaError(
            f"The table of precision is wrong: classes {', '.join(strange) or 'are fine'}; codes without a radius: "
            f"{', '.join(known.index[endless]) or 'none'}. Use {', '.join(POSITION_CLASSES)}, and give exact, place and area "
            "a radius in metres."
        )

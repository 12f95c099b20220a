"""What a contract is, and how a layer is checked against one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from bordergis.crs import LONLAT, require_lonlat
from bordergis.errors import SchemaError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandera.pandas as pa

__all__ = ["AREAS", "DTYPES", "LINES", "POINTS", "POINTS_OR_MULTI", "Contract", "Field"]

FAULTS_SHOWN = 20

DTYPES = {"number": "float64", "whole": "Int64", "date": "datetime64[s]", "flag": "boolean", "list": "object"}
"""How pandas holds each kind of column; every other kind is text."""

POINTS = ("Point",)
POINTS_OR_MULTI = ("Point", "MultiPoint")
LINES = ("LineString", "MultiLineString")
AREAS = ("Polygon", "MultiPolygon")


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a contract.

    Attributes
    ----------
    kind
        ``text``, ``number``, ``whole``, ``date``, ``time`` (a moment with its UTC offset), ``flag`` or ``list``.
    meaning
        What the column says, with its unit.
    required
        Whether the column must be there.
    filled
        Whether every row must have a value.
    unique
        Whether a value may stand only once (the key).
    words
        The controlled vocabulary, if there is one.
    least
        The smallest value allowed, if there is one.
    hxl
        Its tag in the Humanitarian Exchange Language, if there is one.
    """

    kind: str
    meaning: str
    required: bool = True
    filled: bool = True
    unique: bool = False
    words: tuple[str, ...] | None = None
    least: float | None = None
    hxl: str | None = None


@dataclass(frozen=True)
class Contract:
    """What a layer must satisfy.

    Attributes
    ----------
    name
        The layer's name, in the plural.
    fields
        Its columns.
    geometry
        Geometry types allowed; empty for a plain table.
    located
        Whether every row must have a geometry. Where it need not, a row without one is kept and counted.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import Point
    >>> from bordergis.schema import VILLAGES
    >>> villages = gpd.GeoDataFrame({"place_id": ["a", "a"], "name": ["O", None]}, geometry=[Point(103, 14)] * 2, crs=4326)
    >>> VILLAGES.validate(villages)
    Traceback (most recent call last):
    ...
    bordergis.errors.SchemaError: villages: 3 faults.
      row 0, place_id = 'a': must be unique
      row 1, name = None: must have a value
      row 1, place_id = 'a': must be unique
    Mend these rows and try again.
    """

    name: str
    fields: Mapping[str, Field]
    geometry: tuple[str, ...] = ()
    located: bool = True

    def validate(self, layer: pd.DataFrame) -> None:
        """Check a layer against the contract.

        Raises
        ------
        SchemaError
            With every fault: row, column, value and rule.
        MissingCRSError, CRSMismatchError
            If a spatial layer is not lon/lat on WGS 84.
        """
        if self.geometry:
            if not isinstance(layer, gpd.GeoDataFrame):
                raise SchemaError(
                    f"{self.name}: expected a GeoDataFrame, got {type(layer).__name__}; make one with "
                    "`geopandas.GeoDataFrame(table, geometry=geopandas.points_from_xy(lon, lat), crs=4326)`."
                )
            require_lonlat(layer)

        faults = self._faults(layer)
        if faults:
            shown = "\n".join(f"  {fault}" for fault in faults[:FAULTS_SHOWN])
            more = f"\n  … and {len(faults) - FAULTS_SHOWN} more" if len(faults) > FAULTS_SHOWN else ""
            count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
            raise SchemaError(f"{self.name}: {count}.\n{shown}{more}\nMend these rows and try again.")

    def _faults(self, layer: pd.DataFrame) -> list[str]:
        from pandera.errors import SchemaErrors  # noqa: PLC0415  with pandera itself, only when something is checked

        try:
            self._schema.validate(pd.DataFrame(layer), lazy=True)
        except SchemaErrors as found:
            cases = found.failure_cases
            order = cases.sort_values(["index", "column"], key=lambda part: part.astype(str), kind="stable")
            return [_fault(case) for case in order.to_dict("records")]
        return []

    def empty(self) -> pd.DataFrame:
        """Give a layer of this kind without rows: nothing is known, which says nothing about the ground.

        Examples
        --------
        >>> from bordergis.schema import HAZARDS
        >>> len(HAZARDS.empty()), HAZARDS.empty().crs.to_epsg()
        (0, 4326)
        """
        columns = {name: pd.Series(dtype=DTYPES.get(field.kind, "str")) for name, field in self.fields.items()}
        return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=LONLAT)) if self.geometry else pd.DataFrame(columns)

    @cached_property
    def _schema(self) -> pa.DataFrameSchema:
        import pandera.pandas as pa  # noqa: PLC0415  0.5 s: only when something is checked

        columns = {name: _column(field) for name, field in self.fields.items()}
        if self.geometry:
            kinds = pa.Check(partial(_is_geometry, kinds=self.geometry), name=f"must be {' or '.join(self.geometry)}")
            columns["geometry"] = pa.Column(nullable=not self.located, checks=kinds)
        return pa.DataFrameSchema(columns)


def _column(field: Field) -> pa.Column:
    import pandera.pandas as pa  # noqa: PLC0415

    checks = [pa.Check(_KINDS[field.kind], name=f"must be {_KIND_WORDS[field.kind]}")]
    if field.words is not None:
        checks.append(pa.Check.isin(field.words, error=f"must be one of {', '.join(field.words)}"))
    if field.least is not None:
        checks.append(pa.Check(partial(_is_at_least, least=field.least), error=f"must be at least {field.least:g}"))
    return pa.Column(nullable=not field.filled, unique=field.unique, required=field.required, checks=checks)


def _fault(case: Mapping[Any, Any]) -> str:
    rule = str(case["check"])
    if rule == "column_in_dataframe":
        return f"column {case['failure_case']}: is missing"
    rule = {"not_nullable": "must have a value", "field_uniqueness": "must be unique"}.get(rule, rule)
    value = None if pd.isna(case["failure_case"]) else case["failure_case"]
    return f"row {case['index']}, {case['column']} = {value!r}: {rule}"


def _each(test: Callable[[Any], bool], values: pd.Series) -> pd.Series:
    return values.map(test).astype(bool)


def _is_geometry(values: pd.Series, *, kinds: tuple[str, ...]) -> pd.Series:
    found = gpd.GeoSeries(values)
    return found.geom_type.isin(kinds) & ~found.is_empty


def _is_text(values: pd.Series) -> pd.Series:
    if isinstance(values.dtype, pd.StringDtype):
        return values.notna()
    return _each(lambda value: isinstance(value, str), values)


def _is_number(values: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return values.abs() < float("inf")
    return pd.Series(data=False, index=values.index)


def _is_whole(values: pd.Series) -> pd.Series:
    numeric = _is_number(values)
    return numeric & (values % 1 == 0) if numeric.all() else numeric


def _is_date(values: pd.Series) -> pd.Series:
    plain = pd.api.types.is_datetime64_dtype(values)
    return values == values.dt.normalize() if plain else pd.Series(data=False, index=values.index)


def _is_moment(values: pd.Series) -> pd.Series:
    return pd.Series(data=isinstance(values.dtype, pd.DatetimeTZDtype), index=values.index)


def _is_at_least(values: pd.Series, *, least: float) -> pd.Series:
    return ~(pd.to_numeric(values, errors="coerce") < least)  # what is no number breaks another rule


def _is_flag(values: pd.Series) -> pd.Series:
    if isinstance(values.dtype, pd.BooleanDtype):
        return values.notna()
    return _each(lambda value: isinstance(value, (bool, np.bool_)), values)


def _is_list(values: pd.Series) -> pd.Series:
    return _each(lambda value: isinstance(value, (list, tuple)), values)


_KINDS: Mapping[str, Callable[[pd.Series], pd.Series]] = {
    "text": _is_text,
    "number": _is_number,
    "whole": _is_whole,
    "date": _is_date,
    "time": _is_moment,
    "flag": _is_flag,
    "list": _is_list,
}
_KIND_WORDS = {
    "text": "text",
    "number": "a finite number",
    "whole": "a whole number",
    "date": "a calendar date (datetime64 without time or zone)",
    "time": "a moment with its UTC offset",
    "flag": "true or false",
    "list": "a list",
}

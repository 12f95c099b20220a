"""Columns of Arrow tables (Parquet, GeoParquet, GeoPackage, FlatGeobuf) as the cells of a reader."""

from __future__ import annotations

import json

import pandas as pd
import pyarrow as pa

__all__ = ["plain_columns"]

FIRST_YEAR, LAST_YEAR = 1900, 2100
"""Dates outside these years are looked at one by one: they may be of another era."""


def plain_columns(table: pa.Table) -> dict[str, pd.Series]:
    """Give the columns of an Arrow table as pandas keeps them best: text, whole numbers, numbers, dates; anything else as JSON text.

    Dates outside 1900 to 2100, and moments with a zone, become text, so that they are checked like any other text.

    Examples
    --------
    >>> plain_columns(pa.table({"code": [10203, None], "tags": [["a"], ["b", "c"]]}))["tags"].to_list()
    ['["a"]', '["b", "c"]']
    """
    return {name: _plain_column(table.column(n)) for n, name in enumerate(table.column_names)}


def _plain_column(column: pa.ChunkedArray) -> pd.Series:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    for holds, convert in _CONVERTERS:
        if holds(column.type):
            return convert(column)
    return pd.Series(
        [None if cell is None else json.dumps(cell, ensure_ascii=False, default=str) for cell in column.to_pylist()], dtype="str"
    )


def _text(column: pa.ChunkedArray) -> pd.Series:
    return column.to_pandas().astype("str")


def _flags(column: pa.ChunkedArray) -> pd.Series:
    return column.to_pandas().astype("boolean")


def _whole(column: pa.ChunkedArray) -> pd.Series:
    return pd.Series(pd.array(column.to_numpy(), dtype="Int64")) if not column.null_count else pd.Series(column.to_pylist(), dtype="Int64")


def _numbers(column: pa.ChunkedArray) -> pd.Series:
    return column.cast(pa.float64()).to_pandas()


def _nothing(column: pa.ChunkedArray) -> pd.Series:
    return pd.Series(pd.NA, index=range(len(column)), dtype="str")


def _days(column: pa.ChunkedArray) -> pd.Series:
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.tz:
        moments = column.cast(pa.timestamp("s", kind.tz), safe=False).to_pandas()
        return moments.map(lambda moment: moment.isoformat(), na_action="ignore").astype("str")
    days = column.cast(pa.timestamp("s"), safe=False)
    years = days.to_pandas().dt.year
    if ((years < FIRST_YEAR) | (years > LAST_YEAR)).any():
        return pd.Series([None if day is None else day.isoformat()[:10] for day in days.to_pylist()], dtype="str")
    return days.to_pandas()


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_floating(kind) or pa.types.is_decimal(kind)


def _is_day(kind: pa.DataType) -> bool:
    return pa.types.is_date(kind) or pa.types.is_timestamp(kind)


_CONVERTERS = (
    (_is_text, _text),
    (pa.types.is_boolean, _flags),
    (pa.types.is_integer, _whole),
    (_is_number, _numbers),
    (_is_day, _days),
    (pa.types.is_null, _nothing),
)

"""The columns of a publisher's file: found whatever their case, required by name, and carried on if no contract knows them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from bordergis.errors import SchemaError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bordergis.readers.assemble import Raw
    from bordergis.schema import Contract

__all__ = ["carried", "filled_from", "missing_text", "named", "remark", "require_columns", "with_remarks"]


def named(cells: pd.DataFrame) -> pd.DataFrame:
    """Give headings one spelling: ``Event ID Cnty`` and ``EVENT_ID_CNTY`` are ``event_id_cnty``.

    Raises
    ------
    SchemaError
        If two columns then have one name.

    Examples
    --------
    >>> list(named(pd.DataFrame(columns=[" Event Date", "NOTES"])))
    ['event_date', 'notes']
    """
    headings = pd.Index([str(name).strip().strip("\ufeff").casefold().replace(" ", "_") for name in cells.columns])
    if not headings.is_unique:
        raise SchemaError(f"Two columns are called {', '.join(sorted(set(headings[headings.duplicated()])))}; rename one.")
    return cells.set_axis(headings, axis="columns")


def require_columns(cells: pd.DataFrame, needed: Collection[str], what: str) -> None:
    """Refuse a file that lacks a column its publisher always writes.

    Examples
    --------
    >>> require_columns(pd.DataFrame(columns=["event_date"]), ["event_id_cnty"], "an ACLED export")
    Traceback (most recent call last):
    ...
    bordergis.errors.SchemaError: This is not an ACLED export: no column event_id_cnty; it has event_date.
    """
    missing = [name for name in needed if name not in cells]
    if missing:
        raise SchemaError(f"This is not {what}: no column {', '.join(missing)}; it has {', '.join(map(str, cells.columns))}.")


def filled_from(cells: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    """Take for every row the first of several columns that has a value; columns the file lacks are passed over.

    Examples
    --------
    >>> filled_from(pd.DataFrame({"a": ["", "x"], "b": ["y", "z"]}), ["a", "b", "c"]).to_list()
    ['y', 'x']
    """
    values = missing_text(cells)
    for name in names:
        if name in cells:
            values = values.where(values.notna(), cells[name].mask(cells[name].str.strip() == ""))
    return values


def missing_text(cells: pd.DataFrame) -> pd.Series:
    """Give a column of text without values, on the index of ``cells``."""
    return pd.Series(pd.NA, index=cells.index, dtype="str")


def carried(cells: pd.DataFrame, used: Collection[str], contract: Contract) -> dict[str, pd.Series]:
    """Give the columns that no contract knows, to be carried under their own names.

    A name that the contract gives another meaning is carried with ``source_`` before it.
    """
    rest = [name for name in cells.columns if name not in used]
    taken = {*contract.fields, "geometry"}
    return {f"source_{name}" if name in taken else name: cells[name].mask(cells[name] == "") for name in rest}


def remark(cells: pd.Series, column: str, severity: str, rule: str, remedy: pd.Series | str) -> pd.DataFrame:
    """Note a fault for each of some cells.

    Examples
    --------
    >>> remark(pd.Series({1: "b"}), "name", "flagged", "is odd", "look").to_dict("index")
    {1: {'column': 'name', 'value': 'b', 'severity': 'flagged', 'rule': 'is odd', 'remedy': 'look'}}
    """
    told = remedy.loc[cells.index] if isinstance(remedy, pd.Series) else remedy
    words = {"column": column, "value": cells, "severity": severity, "rule": rule, "remedy": told}
    return pd.DataFrame(words, index=cells.index)


def with_remarks(raw: Raw, *remarks: pd.DataFrame) -> Raw:
    """Add faults that a reader found itself to those of the file."""
    parts = [part for part in (raw.remarks, *remarks) if part is not None and len(part)]
    return replace(raw, remarks=pd.concat(parts)) if parts else raw

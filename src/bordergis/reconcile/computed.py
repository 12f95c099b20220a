"""The computed side: which settlements were answered to be inaccessible, apart from what is reported of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bordergis.errors import SchemaError

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["computed_answer", "within_unit"]

PARTS = ("in_zone", "cut_off")
ANSWERS = ("definite", "possible", "no")
UNITS = ("adm1", "adm2")


def computed_answer(access: gpd.GeoDataFrame) -> pd.Series:
    """Say what the computed parts alone answer: definite, possible, no or unknown.

    A village is *definite* if one part is; *no* only if every part that was computed is. Reports are left out, so that a report is
    never held against itself.

    Raises
    ------
    SchemaError
        If the table has no computed part.

    Examples
    --------
    >>> import bordergis as bg
    >>> computed_answer(bg.load("2026-01-14").access.table).value_counts()["definite"]
    np.int64(20)
    """
    parts = [part for part in PARTS if part in access]
    if not parts:
        raise SchemaError(f"computed: expected a column {' or '.join(PARTS)}; pass the table of `inaccessible_villages(…)`.")
    told = access[parts].astype("str").where(lambda cell: cell != "not_computed")
    any_of = {word: (told == word).any(axis=1).to_numpy() for word in ANSWERS}
    unknown = (told.notna() & ~told.isin(ANSWERS)).any(axis=1).to_numpy()
    sure_no = any_of["no"] & ~unknown
    answer = np.select([any_of["definite"], any_of["possible"], sure_no], ANSWERS, "unknown")
    return pd.Series(answer, index=access.index, name="computed", dtype="str")


def within_unit(access: gpd.GeoDataFrame, place: str) -> pd.Series:
    """Mark the settlements of a province or district, by the name that the layer has for it."""
    columns = [column for column in UNITS if column in access]
    return (access[columns] == place).any(axis=1)

"""The answer on access: a table with the parts, and what can be asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    import geopandas as gpd

__all__ = ["InaccessibleVillages"]


@dataclass(frozen=True, eq=False)
class InaccessibleVillages:
    """Which villages cannot be reached, from what, since when, says who.

    Attributes
    ----------
    table
        The villages on their index, each answer in columns of its own.
    as_of
        The date; none if no date was given.

    Examples
    --------
    >>> import bordergis as bg
    >>> bg.load("2026-01-14").access.table["status"].value_counts()["unknown"]
    np.int64(210)
    """

    table: gpd.GeoDataFrame
    as_of: dt.date | None = None

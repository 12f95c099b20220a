"""Compare two exports of one source: what was added, changed, withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from bordergis.errors import SchemaError
from bordergis.provenance import inherit
from bordergis.schema import INCIDENTS

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["IncidentUpdate", "update_incidents"]

KEY = "source_event_id"


@dataclass(frozen=True)
class IncidentUpdate:
    """The state of a source after an update, and how it came there.

    Attributes
    ----------
    layer
        The incidents now: those of the new export, and the old ones it does not speak of.
    table
        A row an event: ``source_event_id``, ``change`` (added, changed, withdrawn, unchanged), ``columns`` (which ones changed).
    """

    layer: gpd.GeoDataFrame
    table: pd.DataFrame


def update_incidents(
    old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, *, deletions: Collection[str] = (), complete: bool = True
) -> IncidentUpdate:
    """Bring incidents up to date with a later export of the same source.

    Events are matched by the source's own id. A withdrawn event leaves the layer and stays in the table: nothing vanishes unsaid.

    Parameters
    ----------
    old, new
        Incidents of one source, such as :func:`~bordergis.readers.acled.from_acled` reads them.
    deletions
        Ids that the source says it deleted (ACLED publishes such a list).
    complete
        Whether ``new`` is a whole export over the same area and time, so that an event it lacks was withdrawn; ``False`` if it holds only
        new and revised events.

    Returns
    -------
    IncidentUpdate
        The layer and, for every event, what became of it.

    Raises
    ------
    SchemaError
        If a layer is not of incidents, an id is missing or stands twice, or the layers are of different sources.

    Examples
    --------
    >>> import geopandas as gpd
    >>> day = pd.to_datetime(["2025-07-24"] * 2)
    >>> def export(**killed):
    ...     ids = list(killed)
    ...     same = {"category": "Battles", "event_type": "Armed clash", "reported_by": "a test", "position_class": "unlocatable"}
    ...     rows = {"incident_id": ids, "source_event_id": ids, "killed_best": list(killed.values()), "date_start": day, "date_end": day}
    ...     where = {"position_radius_m": float("nan"), "geometry": gpd.GeoSeries([None] * len(ids), crs=4326)}
    ...     return gpd.GeoDataFrame(rows | same | where)
    >>> update_incidents(export(a=1, b=0), export(b=2, c=0)).table.to_dict("records")
    [{'source_event_id': 'a', 'change': 'withdrawn', 'columns': ''},
     {'source_event_id': 'b', 'change': 'changed', 'columns': 'killed_best'},
     {'source_event_id': 'c', 'change': 'added', 'columns': ''}]
    """
    for layer in (old, new):
        INCIDENTS.validate(layer)
        _require_ids(layer)
    _require_one_source(old, new)

    before, after = old.set_index(KEY, drop=False), new.set_index(KEY, drop=False)
    deleted = before.index.union(after.index).intersection(list(deletions))
    after = after[~after.index.isin(deleted)]
    gone = before.index.difference(after.index).union(deleted) if complete else deleted
    both = before.index.intersection(after.index)
    columns = _changed_columns(before.loc[both], after.loc[both])
    table = _table(before.index, after.index, gone, columns)

    kept = before[~before.index.isin(after.index.union(gone))]
    layer = gpd.GeoDataFrame(pd.concat([kept, after]), crs=new.crs) if len(kept) else after
    layer = layer.reset_index(drop=True)
    counts = table["change"].value_counts().reindex(["added", "changed", "withdrawn", "unchanged"], fill_value=0)
    told = f"update of {len(old)} incidents by {len(new)}: " + ", ".join(f"{n} {change}" for change, n in counts.items()) + "."
    return IncidentUpdate(
        inherit(layer, old, new, step=f"update_incidents(complete={complete})", notes=(told,)),
        inherit(table, old, new, step=f"update_incidents(complete={complete})", notes=(told,)),
    )


def _require_ids(layer: gpd.GeoDataFrame) -> None:
    if KEY not in layer:
        raise SchemaError(f"Incidents are matched by {KEY}; this layer has no such column.")
    ids = layer[KEY]
    bad = ids.isna() | ids.duplicated(keep=False)
    if bad.any():
        raise SchemaError(
            f"Incidents are matched by {KEY}; {int(bad.sum())} rows have none or share one: {', '.join(map(str, ids[bad].unique()[:5]))}."
        )


def _require_one_source(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> None:
    named = [set(layer["source_id"].dropna()) if "source_id" in layer else set() for layer in (old, new)]
    if len(old) and len(new) and named[0] != named[1]:
        words = (" and ".join(sorted(names)) or "no source" for names in named)
        raise SchemaError(f"The ids of two sources cannot be compared: {', '.join(words)}.")


def _table(before: pd.Index, after: pd.Index, gone: pd.Index, columns: pd.Series) -> pd.DataFrame:
    ids = before.union(after).union(gone)
    change = pd.Series("unchanged", ids)
    change[after.difference(before)] = "added"
    change[gone] = "withdrawn"
    change[columns.index[columns != ""]] = "changed"
    told = {KEY: ids, "change": change.to_numpy(), "columns": columns.reindex(ids, fill_value="").to_numpy()}
    return pd.DataFrame(told).sort_values(KEY, ignore_index=True)


def _changed_columns(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> pd.Series:
    """Name for every event the columns whose value differs; two missing values are the same."""
    names = list(dict.fromkeys([*before.columns, *after.columns]))
    differs = pd.DataFrame({name: _differs(_texts(before, name), _texts(after, name)) for name in names}, index=before.index)
    marked = differs.to_numpy()
    return pd.Series(
        ["; ".join(name for name, changed in zip(names, row, strict=True) if changed) for row in marked], before.index, dtype="object"
    )


def _differs(left: pd.Series, right: pd.Series) -> pd.Series:
    return (left != right).fillna(value=True).astype(bool) & ~(left.isna() & right.isna())


def _texts(layer: gpd.GeoDataFrame, name: str) -> pd.Series:
    """Give a column in a form that compares: shapes as WKB, all else as it is; a column that is not there is missing."""
    if name not in layer:
        return pd.Series(pd.NA, layer.index, dtype="object")
    values = layer.geometry.to_wkb() if name == "geometry" else layer[name]
    return values.astype("object").where(values.notna(), pd.NA)

"""Zones over time: one row for as long as a zone stays the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from bordergis.provenance import inherit
from bordergis.zones.build import exclusion_zones

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

__all__ = ["zones_over_time"]


def zones_over_time(incidents: gpd.GeoDataFrame, dates: Iterable[dt.date | str], **options: Any) -> gpd.GeoDataFrame:  # noqa: ANN401  as exclusion_zones takes them
    """Build the zones of many dates, computing only what changes.

    Days on which the same incidents, hazard records and areas are in force have the same zones; they are built once.

    Parameters
    ----------
    incidents
        Incidents (:data:`bordergis.schema.INCIDENTS`).
    dates
        The days, in any order.
    **options
        ``rules``, ``hazards``, ``areas`` and ``by``, as in :func:`bordergis.exclusion_zones`.

    Returns
    -------
    geopandas.GeoDataFrame
        As zones of one date, with ``shown_from`` and ``shown_to``: the first and last of the given days on which this very zone stands.
        A zone that changes has a new row.

    Raises
    ------
    SchemaError, RuleError
        As in :func:`bordergis.exclusion_zones`.

    Examples
    --------
    >>> import bordergis as bg
    >>> days = ["2025-12-06", "2025-12-07", "2025-12-08", "2025-12-09"]
    >>> zones = bg.zones_over_time(bg.load_incidents(), days)
    >>> bool((zones["shown_from"] <= zones["shown_to"]).all())
    True
    """
    days = sorted({pd.Timestamp(day) for day in dates})
    spans = _spans(days, _turns(incidents, options))
    parts = []
    for first, last in spans:
        zones = exclusion_zones(incidents, as_of=first.date(), **options)
        parts.append(zones.assign(shown_from=first, shown_to=last))
    if not parts:
        return exclusion_zones(incidents.iloc[:0], as_of="1900-01-01", **options)
    joined = _joined(pd.concat(parts, ignore_index=True))
    table = gpd.GeoDataFrame(joined, geometry="geometry", crs=incidents.crs)
    return inherit(table, incidents, step=f"zones_over_time({len(days)} days, {len(spans)} built)")


def _turns(incidents: gpd.GeoDataFrame, options: dict[str, Any]) -> list[pd.Timestamp]:
    """Days on which anything may begin or end: zones are the same from one to the day before the next."""
    from bordergis.zones.rules import DEFAULT_RULES, load_rules  # noqa: PLC0415

    rules = options.get("rules", DEFAULT_RULES)
    table = load_rules(rules) if isinstance(rules, str) else rules
    lifetime = incidents["event_type"].map(table.set_index("event_type")["lifetime_days"]).fillna(0)
    over = incidents["date_end"] + pd.to_timedelta(lifetime.astype(int) + 1, unit="D")
    turns = [*incidents["date_start"], *over]
    for name, columns in (("hazards", ("recorded_on",)), ("areas", ("valid_from", "valid_to"))):
        layer = options.get(name)
        if layer is not None:
            for column in columns:
                turns += list(layer[column].dropna() + pd.Timedelta(days=int(column == "valid_to")))
    return sorted(set(turns))


def _spans(days: list[pd.Timestamp], turns: list[pd.Timestamp]) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Join neighbouring days between which nothing begins or ends."""
    at = pd.Series(pd.DatetimeIndex(turns).searchsorted(pd.DatetimeIndex(days), side="right"), index=days)
    return [(some.index[0], some.index[-1]) for _, some in at.groupby(at, sort=True)]


def _joined(zones: pd.DataFrame) -> pd.DataFrame:
    """Join rows of one zone that stay the same from one span to the next."""
    same = zones["zone_id"] + "|" + zones["discs"].map(hash).astype(str) + "|" + zones["end"].astype(str)
    run = same.groupby(zones["zone_id"]).transform(lambda values: (values != values.shift()).cumsum())
    groups = zones.groupby(["zone_id", run], sort=False)
    kept = groups.head(1).copy()
    kept["shown_to"] = groups["shown_to"].max().to_numpy()
    kept["zone_id"] = kept["zone_id"] + "@" + kept["shown_from"].dt.strftime("%Y-%m-%d")
    return kept.reset_index(drop=True)

"""Zones over time: one row for as long as a zone stays the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from bordergis.provenance import inherit
from bordergis.zones.build import exclusion_zones
from bordergis.zones.rules import DEFAULT_RULES, apply_rules, load_rules

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
    for span, (first, last) in enumerate(spans):
        zones = exclusion_zones(incidents, as_of=first.date(), **options)
        parts.append(zones.assign(shown_from=first, shown_to=last, span=span))
    filled = [zones for zones in parts if len(zones)]
    if filled:
        table = gpd.GeoDataFrame(_joined(pd.concat(filled, ignore_index=True)), geometry="geometry", crs=incidents.crs)
    else:
        none = pd.Series([], dtype="datetime64[s]")
        table = exclusion_zones(incidents.iloc[:0], as_of="1900-01-01", **options).assign(shown_from=none, shown_to=none)
    layers = [options[name] for name in ("hazards", "areas") if options.get(name) is not None]
    return inherit(table, incidents, _rules(options), *layers, step=f"zones_over_time({len(days)} days, {len(spans)} built)")


def _turns(incidents: gpd.GeoDataFrame, options: dict[str, Any]) -> list[pd.Timestamp]:
    """Days on which anything may begin or end: zones are the same from one to the day before the next."""
    lifetime = apply_rules(incidents, _rules(options))["lifetime_days"].fillna(0)
    over = incidents["date_end"] + pd.to_timedelta(lifetime.astype(int) + 1, unit="D")
    turns = [*incidents["date_start"], *over]
    for name, columns in (("hazards", ("recorded_on",)), ("areas", ("valid_from", "valid_to"))):
        layer = options.get(name)
        if layer is not None:
            for column in columns:
                turns += list(layer[column].dropna() + pd.Timedelta(days=int(column == "valid_to")))
    return sorted(set(turns))


def _rules(options: dict[str, Any]) -> pd.DataFrame:
    rules = options.get("rules", DEFAULT_RULES)
    return load_rules(rules) if isinstance(rules, str) else rules


def _spans(days: list[pd.Timestamp], turns: list[pd.Timestamp]) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Join neighbouring days between which nothing begins or ends."""
    at = pd.Series(pd.DatetimeIndex(turns).searchsorted(pd.DatetimeIndex(days), side="right"), index=days)
    return [(some.index[0], some.index[-1]) for _, some in at.groupby(at, sort=True)]


def _joined(zones: pd.DataFrame) -> pd.DataFrame:
    """Join rows of one zone that stay the same from one span to the next."""
    told = (zones["discs"].map(hash).astype(str), zones["start"].astype(str), zones["end"].astype(str))
    same = zones["zone_id"].str.cat(told, sep="|", na_rep="open")
    of_zone = zones["zone_id"]
    turned = (same != same.groupby(of_zone).shift()) | (zones["span"].groupby(of_zone).diff() != 1)
    groups = zones.groupby(["zone_id", turned.groupby(of_zone).cumsum()], sort=False)
    kept = groups.head(1).drop(columns="span")
    kept["shown_to"] = groups["shown_to"].max().to_numpy()
    kept["zone_id"] = kept["zone_id"] + "@" + kept["shown_from"].dt.strftime("%Y-%m-%d")
    return kept.reset_index(drop=True).astype({"shown_from": "datetime64[s]", "shown_to": "datetime64[s]"})

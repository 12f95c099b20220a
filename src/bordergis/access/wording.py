"""What is known of one village, by whom, and what is not: in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Hashable, Mapping

__all__ = ["explain_village"]

IN_ZONE = {
    "definite": "It lies in a zone for every position the reports and its own point allow",
    "possible": "It lies in a zone for some position the reports and its own point allow",
    "no": "It lies in no zone of the layer",
    "unknown": "It has no position, or none of stated precision, so whether it lies in a zone is not known",
}
SINCE = {"definite": "for every such position since {date}", "possible": "possibly since {date}"}


def explain_village(village: pd.Series, routes: pd.DataFrame, reports: pd.DataFrame, *, why: str, as_of: dt.date | None) -> str:
    """Tell of one village what is known, by whom, and what is not."""
    where = ", ".join(str(village[name]) for name in ("adm2", "adm1") if name in village and pd.notna(village[name]))
    day = f" as of {as_of}" if as_of else ""
    head = f"{village['name']} ({village['place_id']}{', ' + where if where else ''}){day}: access {village['status']}."
    lines = [
        head,
        f"Why: {why} (row `{village['decided_by']}` of the decision table)",
        f"Zones: {_zone(village)}",
        *(f"Road to {route['target_set']}: {_route(route)}" for route in routes.to_dict("records")),
        *(["Roads: " + str(village["cut_off_reason"])] if routes.empty else []),
        *(f"Report: {_report(report)}" for report in reports.to_dict("records")),
        f"Not known: {_unknown(village, reports)}",
    ]
    return "\n".join(lines)


def _zone(village: pd.Series) -> str:
    words = IN_ZONE[village["in_zone"]]
    if pd.isna(village["zone_ids"]):
        return words + "."
    where = f"{village['depth_m']:,.0f} m inside" if village["depth_m"] >= 0 else f"{-village['depth_m']:,.0f} m outside"
    since = SINCE[village["in_zone"]].format(date=f"{village['in_zone_since']:%Y-%m-%d}")
    return f"{words}: {village['zone_ids']}; its point is {where} the rim; {since}."


def _route(route: Mapping[Hashable, Any]) -> str:
    told = str(route["reason"])
    responsible = route["closures_responsible"]
    again = "" if pd.isna(responsible) else f" Opened again, these would reconnect it: {responsible}."
    return told[:1].upper() + told[1:] + "." + again


def _report(report: Mapping[Hashable, Any]) -> str:
    said = {name: report[name] for name in ("kind", "for_whom") if pd.notna(report[name])}
    more = "".join(f"; {name.replace('_', ' ')}: {value}" for name, value in said.items())
    old = "" if report["counts"] else " (the same author has said something later)"
    return f"{report['status']} according to {report['reported_by']}, {report['as_of']:%Y-%m-%d}{more}{old}."


def _unknown(village: pd.Series, reports: pd.DataFrame) -> str:
    """Say what nobody knows here: it is as much a part of the answer as the rest."""
    missing = []
    if reports.empty:
        missing.append("nobody reports on this village by name")
    if village["cut_off"] in ("not_computed", "unknown"):
        missing.append("whether a road leads there")
    missing.append("the state of the ground: no map and no missing mark is evidence of safety or passability")
    return "; ".join(missing) + "."

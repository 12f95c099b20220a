"""What a situation says, as plain text by stable id: the one form in which two situations are compared."""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bordergis.datasets import sources as known_sources
from bordergis.provenance import of
from bordergis.schema import CHECKPOINTS, CLOSURES, FIGURES, INCIDENTS, RULES, VILLAGES
from bordergis.schema.contract import DTYPES
from bordergis.situation_files import software
from bordergis.zones import load_rules

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from bordergis.schema import Contract
    from bordergis.situation import Situation

__all__ = ["ANSWERS", "HEAD", "Snapshot", "answer_records", "answered", "rules_of", "take"]

HEAD = ["name", "state", "day", "sources", "reasons"]
"""What every record begins with; the columns after these are its content."""

ANSWERS = ("access", "in_zone", "cut_off", "zone")
"""Kinds that are computed, so that rules, gazetteer and software can change them."""


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """A situation as records.

    Attributes
    ----------
    date
        Its date.
    records
        By kind, a row a thing on its stable id: ``name``, ``state`` in words, ``day`` it speaks of, ``sources``, ``reasons``, and then
        its content as text.
    """

    date: dt.date
    records: Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Kind:
    """How the rows of a layer become records: which columns are the key, the name, the day, and who says so, and the state in words."""

    layer: str
    contract: Contract
    key: str
    name: str
    state: Callable[[pd.DataFrame, dt.date], pd.Series]
    day: str | None = None
    said_by: str | None = None


def take(situation: Situation) -> Snapshot:
    """Write down what a situation says; a saved one as it was answered when it was saved."""
    layers = {name: _rows(getattr(situation, kind.layer), kind, situation.date) for name, kind in KINDS.items()}
    others = {"source": _sources(layers), "rule": _rules(situation), "software": _software(situation)}
    return Snapshot(situation.date, MappingProxyType(answer_records(*answered(situation)) | layers | others))


def answered(situation: Situation) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Give the zones and the access of a situation; of a saved one those that were answered when it was saved."""
    given = situation.saved
    return (given.zones, given.access) if given else (situation.zones, situation.access.table)


def answer_records(zones: gpd.GeoDataFrame, access: gpd.GeoDataFrame) -> dict[str, pd.DataFrame]:
    """Write down the computed answers alone."""
    behind = "; ".join(of(access).sources)
    head = {"name": access["name"], "day": pd.NaT, "sources": behind, "reasons": access["reasons"]}
    by_id = pd.DataFrame(head).set_axis(access["place_id"])
    answers = {"access": access["status"], "in_zone": access["in_zone"], "cut_off": access.get("cut_off", "not_computed")}
    content = pd.DataFrame({column: zones[column].map(_text) for column in zones if column not in ("geometry", "zone_id")})
    head = {"name": zones["rule_id"], "state": _in_force(zones), "day": pd.NaT, "sources": zones.get("citation", ""), "reasons": ""}
    zone = content.assign(geometry=_shape(zones), **head).set_axis(zones["zone_id"])
    by_village = {kind: _headed(by_id.assign(state=np.asarray(told))) for kind, told in answers.items()}
    return by_village | {"zone": _headed(zone)}


def rules_of(situation: Situation) -> pd.DataFrame:
    """Give the table of the rules, of a preset too."""
    return load_rules(situation.rules) if isinstance(situation.rules, str) else situation.rules


def _headed(table: pd.DataFrame) -> pd.DataFrame:
    content = [column for column in table.columns if column not in HEAD]
    return table[[*HEAD, *content]].rename_axis("id")


def _rows(layer: pd.DataFrame, kind: Kind, date: dt.date) -> pd.DataFrame:
    """Write down a layer: the columns of its contract as text, so that neither other columns nor number formats count as a change."""
    fields = kind.contract.fields
    typed = layer.reindex(columns=list(fields)).astype({column: DTYPES.get(field.kind, "str") for column, field in fields.items()})
    content = typed.astype("str").fillna("")
    if isinstance(layer, gpd.GeoDataFrame):
        content["geometry"] = _shape(layer)
    head = pd.DataFrame(
        {
            "name": typed[kind.name].fillna(typed[kind.key]),
            "state": kind.state(typed, date),
            "day": typed[kind.day] if kind.day else pd.NaT,
            "sources": content["source_id"],
            "reasons": ("according to " + typed[kind.said_by]).fillna("") if kind.said_by else "",
        },
        index=typed.index,
    )
    content = content.drop(columns=[kind.key]).rename(columns={"name": "called"})
    return _headed(pd.concat([head, content], axis=1).set_axis(typed[kind.key]))


def _in_force(zones: pd.DataFrame) -> pd.Series:
    n = zones["discs"].map(lambda discs: len({disc[0] for disc in discs})).astype("int64")
    return pd.Series("in force", zones.index).mask(n > 0, "in force, of " + n.astype("str") + " incidents")


def _text(cell: object) -> str:
    return json.dumps(cell, default=str) if isinstance(cell, (list, tuple)) else str(cell)  # a list and a tuple say the same


def _shape(layer: gpd.GeoDataFrame) -> pd.Series:
    """Give each geometry as a number that is the same only for the same coordinates."""
    told = pd.Series(shapely.to_wkb(layer.geometry.array, hex=True), index=layer.index, dtype="object").fillna("")
    return pd.Series(pd.util.hash_array(told.to_numpy(dtype=object)), index=layer.index).astype("str")


def _as_is(column: str) -> Callable[[pd.DataFrame, dt.date], pd.Series]:
    return lambda rows, _: rows[column]


def _closed(rows: pd.DataFrame, date: dt.date) -> pd.Series:
    return pd.Series("closed", rows.index).mask(rows["valid_to"] < pd.Timestamp(date), "ended")


def _figure(rows: pd.DataFrame, _: dt.date) -> pd.Series:
    number = rows["value"].map("{:,.0f}".format).astype("str").where(rows["value"].notna(), "no number")
    loose = (rows["qualifier"] + " ").mask(rows["qualifier"] == "exact", "")
    return loose + number + " " + rows["unit"]


KINDS: Mapping[str, Kind] = {
    "village": Kind("villages", VILLAGES, "place_id", "name", _as_is("name")),
    "checkpoint": Kind("checkpoints", CHECKPOINTS, "checkpoint_id", "name", _as_is("status"), "status_since", "status_reported_by"),
    "closure": Kind("closures", CLOSURES, "closure_id", "name", _closed, "valid_from", "reported_by"),
    "figure": Kind("figures", FIGURES, "figure_id", "indicator", _figure, "as_of", "author"),
    "incident": Kind("incidents", INCIDENTS, "incident_id", "category", _as_is("category"), "date_start", "reported_by"),
}
"""The layers whose rows are compared one by one."""


def _sources(layers: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Write down every source that a row names; a row that names none adds nothing."""
    named = sorted(set(pd.concat([rows["sources"] for rows in layers.values()])) - {""})
    titles = known_sources()["title"].reindex(named)
    head = {"name": titles.fillna(pd.Series(named, named)), "state": "in use", "day": pd.NaT, "sources": named, "reasons": ""}
    return _headed(pd.DataFrame(head).set_axis(named))


def _rules(situation: Situation) -> pd.DataFrame:
    rules = rules_of(situation).reset_index(drop=True)
    weapon = rules["weapon"].fillna("") if "weapon" in rules else pd.Series("", rules.index)
    radius = (rules["radius_m"].map("{:,.0f} m".format)).where(rules["radius_m"].notna(), "no zone")
    table = pd.DataFrame(
        {
            "name": rules["event_type"],
            "state": radius + " for " + rules["lifetime_days"].astype("str") + " days",
            "day": pd.NaT,
            "sources": rules["citation"],
            "reasons": "",
        }
    )
    content = rules.reindex(columns=[name for name in RULES.fields if name not in ("event_type", "weapon")]).astype("str").fillna("")
    table = table.join(content)
    return _headed(table.set_axis(rules["event_type"] + weapon.map(lambda word: f" ({word})" if word else "")))


def _software(situation: Situation) -> pd.DataFrame:
    used = situation.saved.software if situation.saved else software()
    table = pd.DataFrame({"name": list(used), "state": list(used.values()), "day": pd.NaT, "sources": "", "reasons": ""}, index=list(used))
    return _headed(table)

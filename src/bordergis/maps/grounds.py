"""Why a village has its access: who decided, zones, roads and reports, as codes and values that the page puts into words.

A ground is one text a row, in JSON; villages of which the same is known share it. What :mod:`bordergis.access.wording` says in English,
the page says of these in its language. Minutes and distances by road are not among them: those to a place that is itself withheld, told
of several villages, would tell where it lies.
"""

from __future__ import annotations

import json
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bordergis.maps import cells
from bordergis.maps.layers import Column, unmarked
from bordergis.words import retold, words_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from bordergis.access import InaccessibleVillages
    from bordergis.maps.cells import Text
    from bordergis.maps.layers import Pen

__all__ = ["GROUNDS", "ground_columns"]

GROUNDS = ("decided_by", "in_zone", "cut_off", "reported")


def ground_columns(access: InaccessibleVillages, pen: Pen) -> tuple[Column, ...]:
    """Make the columns of the grounds, one for each part of the answer."""
    table = unmarked(access.table)
    made = zip(GROUNDS, (_decisions(table, access.decisions), _zones(table), _roads(table, access), _reports(table, access)), strict=True)
    return tuple(Column(name, pen.words[f"field.{name}"], text, kind="facts") for name, text in made)


def _decisions(table: pd.DataFrame, decisions: pd.DataFrame) -> Text:
    """Name the row that decided; the sentence of an analyst's own row goes with it."""
    ours = words_for("en")
    own = {
        row: why for row, why in zip(decisions["decision_id"], decisions["why"], strict=True) if ours.get(f"value.decided_by.{row}") != why
    }
    return cells.texts(table, "decided_by").map(lambda row: _json({"row": row, "why": own.get(row)}))


def _zones(table: pd.DataFrame) -> Text:
    depth = table["depth_m"].round().astype("Int64")
    zones = table["zone_ids"].where(depth.notna())  # told together or not at all
    told = pd.DataFrame({"is": table["in_zone"], "zones": zones, "depth": depth})
    told["since"] = table["in_zone_since"].dt.strftime("%Y-%m-%d")
    return _facts(told)


def _roads(table: pd.DataFrame, access: InaccessibleVillages) -> Text:
    """Say whether each is cut off, and of each target set why; sets that are answered alike are told alike."""
    whole = _facts(pd.DataFrame({"is": table["cut_off"], "by": table["cut_off_by"]}))
    if access.state is None or access.routes.empty:
        return whole
    said = _said(access.routes, access.state.limit_m)
    sets = [_facts(rows) for _, rows in said.groupby("to", sort=False)]  # each has the villages in their order
    return reduce(lambda first, second: cells.joined(first, second, ","), [whole, *sets])


def _said(routes: pd.DataFrame, limit_m: float) -> pd.DataFrame:
    """Give for each route what is said of it, by which closures, and why nothing is."""
    said = _statements(routes)
    free = np.isin(said, ["no_target", "not_computed"])
    far = pd.Series(np.where(said == "off_network", round(limit_m), -1), routes.index, dtype="Int64")
    told = pd.DataFrame(
        {"to": routes["target_set"], "said": said, "by": routes["closures_responsible"], "why": routes["reason"].where(free)}
    )
    return told.assign(limit=far.where(far >= 0))


def _statements(routes: pd.DataFrame) -> NDArray[np.str_]:
    """Give the statement on each route; those that hold for some of the positions only are told apart."""
    answer, maybe = routes["answer"], routes["certainty"] == "possible"
    barred = answer == "cut_off"
    said = {
        "reached_maybe": (answer == "reachable_by_road") & maybe,
        "reached": answer == "reachable_by_road",
        "cut_map": barred & routes["time_open_min"].isna(),
        "cut_maybe": barred & maybe,
        "cut": barred,
        "on_barrier_maybe": (answer == "on_barrier") & maybe,
        "on_barrier": answer == "on_barrier",
        "off_network": answer == "not_on_network",
        "no_target": answer == "no_target",
    }
    return np.select(list(said.values()), list(said), "not_computed")


def _reports(table: pd.DataFrame, access: InaccessibleVillages) -> Text:
    """Gather the reports on each village, each with its author and day; who has said something later is told so."""
    whole = _facts(pd.DataFrame({"is": table["reported"], "for": table["reported_for"]}))
    known = access.reports
    if known.empty:
        return whole
    told = pd.DataFrame({"said": known["status"], "who": known["reported_by"], "on": known["as_of"].dt.strftime("%Y-%m-%d")})
    told = told.assign(kind=known["kind"], whom=known["for_whom"], old=pd.Series("yes", known.index).mask(known["counts"]))
    by_village = pd.Series(_facts(told).to_list(), known.index).groupby(known["place_id"]).agg(",".join)
    return cells.joined(whole, cells.texts(pd.DataFrame({"reports": table["place_id"].map(by_village)}), "reports"), ",")


def _facts(told: pd.DataFrame) -> Text:
    """Write each row as JSON, once for all rows that are alike."""
    rows = told.reset_index(drop=True)
    number = rows.groupby(list(rows), sort=False, dropna=False).ngroup().to_numpy(dtype=np.int64)
    kinds = rows.loc[~pd.Series(number).duplicated()].astype(object)
    return cells.Text([_json(row) for row in _rows(kinds)], number + 1)


def _rows(kinds: pd.DataFrame) -> Iterable[dict[str, Any]]:
    for row in kinds.where(kinds.notna(), None).to_dict("records"):
        why = row.get("why")
        yield {str(name): value for name, value in row.items()} | ({"why": retold(why) or why} if why else {})


def _json(told: Mapping[str, Any]) -> str:
    return json.dumps({name: value for name, value in told.items() if value is not None}, ensure_ascii=False, separators=(",", ":"))

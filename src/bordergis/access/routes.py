"""The second answer: from which named target sets each village is cut off, by what, and for how many of the possible positions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from bordergis.access.targets import OWN_NETWORK
from bordergis.access.travel import travel
from bordergis.network import walking_minutes

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from bordergis.access.conditions import RoadState
    from bordergis.access.travel import Travel

__all__ = [
    "CAUSES",
    "NOT_COMPUTED",
    "ROUTE_COLUMNS",
    "WORDS",
    "Group",
    "answer_routes",
    "code_routes",
    "groups_of",
    "sum_up",
    "summed",
]

ROUTE_COLUMNS = {
    "place_id": "str", "target_set": "str", "answer": "str", "certainty": "str", "time_min": "float64", "time_open_min": "float64",
    "detour_min": "float64", "off_network_m": "float64", "walk_min": "float64", "target_id": "str", "target_name": "str",
    "closures_responsible": "str", "method": "str", "reason": "str",
}  # fmt: skip

NO_ROADS = "cut off: not computed, for no roads were given (`bordergis data fetch osm-roads-kh` fetches them)"
JUDGED = ("on_barrier", "reachable_by_road", "cut_off")
DEFINITE, POSSIBLE, NO, UNKNOWN, NOT_COMPUTED = 2, 1, 0, -1, -2
"""How a village is cut off from a set, in an order in which more is surer."""
CAUSES = ("closures", "map", "none")
WORDS = {DEFINITE: "definite", POSSIBLE: "possible", NO: "no", UNKNOWN: "unknown", NOT_COMPUTED: "not_computed"}


def answer_routes(villages: gpd.GeoDataFrame, state: RoadState | None, *, blame: bool = True) -> pd.DataFrame:
    """Answer each village for each target set, set by set in the order of the villages; no rows where there are no roads.

    Without ``blame`` neither the closures responsible nor walks over land are searched.
    """
    if state is None:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in ROUTE_COLUMNS.items()})
    sets = [_one_set(villages, state, name, blame=blame) for name in state.targets["target_set"].unique()]
    return pd.concat(sets, ignore_index=True).astype(ROUTE_COLUMNS)


def _one_set(villages: gpd.GeoDataFrame, state: RoadState, name: str, *, blame: bool) -> pd.DataFrame:
    """Answer for one set; where its targets are told by country, each village for those of its own."""
    groups, why = groups_of(villages, state, name)
    answers = _not_computed(villages, name, why)
    for group in groups:
        if len(group.targets):
            theirs = _answers(villages, state, name, travel(state, group.targets, blame=blame))
            theirs = _on_foot(theirs, villages, state, group.targets) if blame else theirs
        else:
            theirs = _not_computed(villages, name, f"the layer holds no target of this set in {group.country}").assign(answer="no_target")
        answers = theirs if group.here.all() else theirs.where(pd.Series(group.here), answers)
    return answers


class Group(NamedTuple):
    """The villages of one country, or of none that is told, and the targets of a set that are theirs."""

    here: NDArray[np.bool_]
    targets: NDArray[np.int_]
    country: str | None


def groups_of(villages: gpd.GeoDataFrame, state: RoadState, name: str) -> tuple[list[Group], str]:
    """Give which villages ask for which targets of a set; and why the others, if any, have none to ask for."""
    rows = np.flatnonzero(state.targets["target_set"] == name)
    located = rows[~state.targets.geometry.isna().to_numpy()[rows]]
    if not len(located):
        note = state.targets["note"].iloc[rows].dropna() if "note" in state.targets else pd.Series(dtype="str")
        return [], "; ".join(note) or "none of its targets has a position"
    whose = state.targets.get("for_country", pd.Series(pd.NA, state.targets.index)).iloc[located]
    listed = villages.get("country", pd.Series(pd.NA, villages.index)).astype("str").to_numpy(dtype=object, na_value=None)
    home = listed if whose.notna().any() else np.full(len(villages), None, dtype=object)
    groups = []
    for country in dict.fromkeys(home):
        own = located if country is None and name != OWN_NETWORK else located[(whose.isna() | (whose == country)).to_numpy()]
        if len(own) or country is not None:
            groups.append(Group(np.asarray(home == country), own, country))
    return groups, "its country is not told, and the targets are those of a country"


def _on_foot(answers: pd.DataFrame, villages: gpd.GeoDataFrame, state: RoadState, targets: NDArray[np.int_]) -> pd.DataFrame:
    """Say of villages off the mapped roads how long the walk over land would take; whether anybody can walk there nobody knows."""
    off = np.flatnonzero(answers["answer"] == "not_on_network")
    if not len(off):
        return answers
    goals = state.targets.iloc[targets]
    walk = walking_minutes(villages.iloc[off], goals, friction=state.friction)
    found = walk["method"] == "raster"
    to = goals["name"].astype("str").to_numpy(dtype=object)[walk["target"].fillna(0).to_numpy(dtype=np.int64)]
    minutes = walk["walk_min"].round().astype("Int64").astype("str")
    words = ("; over land about " + minutes + " min on foot to " + to).where(found, "; over land: " + walk["reason"].astype("str"))
    answers = answers.copy()
    answers.loc[off, "walk_min"] = walk["walk_min"].to_numpy()
    answers.loc[off, "method"] = walk["method"].to_numpy()
    answers.loc[off, "reason"] += words.to_numpy(dtype=object)
    return answers


def _not_computed(villages: gpd.GeoDataFrame, name: str, why: str) -> pd.DataFrame:
    empty = pd.DataFrame({column: None if kind == "str" else np.nan for column, kind in ROUTE_COLUMNS.items()}, index=range(len(villages)))
    return empty.assign(place_id=villages["place_id"].to_numpy(), target_set=name, answer="not_computed", method="none", reason=why)


def _answers(villages: gpd.GeoDataFrame, state: RoadState, name: str, trip: Travel) -> pd.DataFrame:
    """Answer each village for one set of located targets."""
    off_m = state.placed["off_network_m"].to_numpy(dtype=float, na_value=np.nan)
    kind, sure = _judged(state, trip)
    judged = np.isin(kind, JUDGED)
    reached = kind == "reachable_by_road"
    time_min, open_min = np.where(reached, trip.worst_s, np.nan) / 60, np.where(np.isfinite(trip.open_s) & judged, trip.open_s, np.nan) / 60
    target = np.where(reached, trip.target, -1)
    answers = pd.DataFrame(
        {
            "place_id": villages["place_id"].to_numpy(),
            "target_set": name,
            "answer": kind,
            "certainty": pd.Series(np.where(sure, "definite", "possible")).where(judged),
            "time_min": time_min,
            "time_open_min": open_min,
            "detour_min": np.clip(time_min - open_min, 0.0, None),
            "off_network_m": off_m,
            "walk_min": np.nan,
            "target_id": _named(state.targets["target_id"], target),
            "target_name": _named(state.targets["name"], target),
            "closures_responsible": pd.Series(trip.responsible).where(np.isin(kind, ["cut_off", "on_barrier"])),
            "method": np.where(judged, "road", "none"),
        }
    )
    return answers.assign(reason=_reasons(answers, state))


def _judged(state: RoadState, trip: Travel) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Give the answer in a word for each village, and whether it holds wherever in its own precision it lies."""
    off_m = state.placed["off_network_m"].to_numpy(dtype=float, na_value=np.nan)
    placed = state.placed["on_network"].fillna(value=False).to_numpy(dtype=bool)
    on_barrier = (trip.on_barrier > 0) & np.isfinite(trip.open_s)  # what the map never joined, no barrier cuts off
    kind = np.select(
        [np.isnan(off_m), ~placed, np.full(len(placed), fill_value=not trip.has_targets), on_barrier, ~trip.cut_some],
        ["not_computed", "not_on_network", "no_target", "on_barrier", "reachable_by_road"],
        "cut_off",
    ).astype(object)
    return kind, state.near & (trip.cut_every | ~trip.cut_some)


def code_routes(state: RoadState, sets: Sequence[Sequence[Group]]) -> tuple[NDArray[np.int_], NDArray[np.bool_]]:
    """Give in numbers what :func:`answer_routes` gives in words: how each village is cut off from each set, and whether it need not be."""
    shape = (len(sets), len(state.placed))
    codes, closable = np.full(shape, NOT_COMPUTED), np.zeros(shape, bool)
    for number, groups in enumerate(sets):
        for here, targets, _ in groups:
            codes[number, here] = UNKNOWN
            if len(targets):
                trip = travel(state, targets, blame=False)
                codes[number, here] = _coded(*_judged(state, trip))[here]
                closable[number, here] = np.isfinite(trip.open_s)[here]
    return codes, closable


def _named(names: pd.Series, number: NDArray[np.int_]) -> NDArray[np.object_]:
    told = np.empty(len(names) + 1, dtype=object)
    told[:-1] = names
    return told[number]


def _reasons(answers: pd.DataFrame, state: RoadState) -> NDArray[np.object_]:
    """Say in words why each row is answered so."""
    limit_m = state.limit_m
    answer, target = answers["answer"], answers["target_name"].astype("str").fillna("a target without a name")
    minutes = answers["time_min"].round().astype("Int64").astype("str")
    more = (", " + answers["detour_min"].round().astype("Int64").astype("str") + " min more than with nothing closed").where(
        answers["detour_min"] >= 1, ""
    )
    away = answers["off_network_m"].round().astype("Int64").astype("str")
    maybe = answers["certainty"] == "possible"
    but = np.where(maybe, f"; but its position is not known well enough to lie surely within {limit_m:,.0f} m of a mapped road", "")
    never = answers["time_open_min"].isna()
    return np.select(
        [
            answer == "reachable_by_road",
            (answer == "cut_off") & never,
            (answer == "cut_off") & maybe,
            answer == "cut_off",
            (answer == "on_barrier") & maybe,
            answer == "on_barrier",
            answer == "not_on_network",
            answer == "no_target",
        ],
        [
            minutes + " min by mapped road to " + target + more + but,
            "no mapped road leads there even with nothing closed; roads are missing on maps",
            "no mapped road is open for some of the positions that it and what is closed may have",
            "no mapped road is open",
            "its road may lie inside what is closed",
            "its road lies inside what is closed",
            "the nearest mapped road is " + away + f" m away, beyond {limit_m:,.0f} m",
            f"none of the targets lies within {limit_m:,.0f} m of a mapped road",
        ],
        "it has no position",
    )


def sum_up(routes: pd.DataFrame, place_ids: pd.Series) -> pd.DataFrame:
    """Sum up the sets of each village: whether it is cut off from every, or from some of them, and whether by closures or by the map."""
    names = list(routes["target_set"].unique())
    shape = (len(names), len(place_ids))
    if not names:
        return pd.DataFrame(
            {
                "cut_off": "not_computed",
                "cut_off_some": "not_computed",
                "cut_off_by": "none",
                "cut_off_from": pd.Series(pd.NA, place_ids.index, dtype="str"),
                "cut_off_reason": NO_ROADS,
            },
            index=place_ids.index,
        )
    code = _codes(routes).reshape(shape)
    closable = (routes["time_open_min"].notna() | (routes["answer"] == "on_barrier")).to_numpy().reshape(shape)
    every, most, by = summed(code, closable)
    cause = np.array(CAUSES, dtype=object)[by]
    told = pd.DataFrame({"every": every, "some": most, "cause": cause}).join(pd.DataFrame(code.T))
    told["which"] = told.groupby(list(told.columns), sort=False).ngroup()
    kinds = told.drop_duplicates("which")
    words = [_words(row[len(names) * -1 - 1 : -1], row[2], names) for row in kinds.to_numpy(dtype=object).tolist()]
    sources = [", ".join(name for name, each in zip(names, row[-len(names) - 1 : -1], strict=True) if each >= POSSIBLE) or None
               for row in kinds.to_numpy(dtype=object).tolist()]  # fmt: skip
    which = told["which"].to_numpy()
    return pd.DataFrame(
        {
            "cut_off": told["every"].map(WORDS).to_numpy(),
            "cut_off_some": told["some"].map(WORDS).to_numpy(),
            "cut_off_by": cause,
            "cut_off_from": np.array(sources, dtype=object)[which],
            "cut_off_reason": np.array(words, dtype=object)[which],
        },
        index=place_ids.index,
    ).astype("str")


def summed(code: NDArray[np.int_], closable: NDArray[np.bool_]) -> tuple[NDArray[np.int_], NDArray[np.int_], NDArray[np.int_]]:
    """Sum up the sets of each village in numbers: cut off from every one, from the one it is cut off from most surely, and by what."""
    most = code.max(axis=0)
    surest = (code >= POSSIBLE) & (code == most)
    cause = np.select([(surest & closable).any(axis=0), surest.any(axis=0)], [0, 1], 2)
    return _from_every(code), most, cause


def _codes(routes: pd.DataFrame) -> NDArray[np.int_]:
    return _coded(routes["answer"].to_numpy(dtype=object), (routes["certainty"] == "definite").to_numpy())


def _coded(kind: NDArray[np.object_], sure: NDArray[np.bool_]) -> NDArray[np.int_]:
    """Give an answer as a number; a road that may not be the village's says nothing."""
    barred, reached = np.isin(kind, ["cut_off", "on_barrier"]), kind == "reachable_by_road"
    some = np.where(barred, POSSIBLE, UNKNOWN)
    certain = np.where(barred, DEFINITE, NO)
    told = np.where(sure, certain, some)
    return np.select([barred | reached, kind == "not_computed"], [told, NOT_COMPUTED], UNKNOWN)


def _from_every(code: NDArray[np.int_]) -> NDArray[np.int_]:
    """From every set that could be computed: no as soon as one is reached, unknown as soon as one of the others is."""
    computed = code > NOT_COMPUTED
    least = np.where(computed, code, DEFINITE).min(axis=0)
    reached = (code == NO).any(axis=0)
    return np.select([~computed.any(axis=0), reached], [NOT_COMPUTED, NO], least)


def _words(codes: Sequence[int], cause: str, names: Sequence[str]) -> str:
    """Say in words from which sets, which are reached, and which nobody knows."""
    by_code = {code: ", ".join(name for name, each in zip(names, codes, strict=True) if each == code) for code in WORDS}
    map_only = "no mapped road leads to " if cause == "map" else "cut off from "
    told = [
        (by_code[DEFINITE], map_only),
        (by_code[POSSIBLE], "possibly cut off from "),
        (by_code[NO], "a mapped road leads to "),
        (by_code[UNKNOWN], "unknown whether a road leads to "),
        (by_code[NOT_COMPUTED], "not computed for "),
    ]
    return "; ".join(words + sets for sets, words in told if sets)

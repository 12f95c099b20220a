"""From scores to an answer: located, ambiguous, no match; and why every rival lost."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bordergis import geodesy
from bordergis.naming import scoring
from bordergis.naming.gazetteer import alike
from bordergis.naming.mention import ADMIN
from bordergis.naming.spelling import fold, kinds
from bordergis.schema import POSITIONED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bordergis.naming.gazetteer import Index, Parents

_NOWHERE = ("unlocatable", "border-wide")

__all__ = ["MARGIN", "REACH", "Answer", "decide", "rank"]

MARGIN = 5.0
"""A place this close behind the best, or closer, is a rival; smaller than the steps of likeness in :mod:`bordergis.naming.scoring`."""

REACH = 15.0
"""Every place this close behind the best is listed with why it lost."""

SAME_PLACE_M = 2_000.0
"""Points of one name closer than this are one place: two gazetteers differ by up to 1.7 km for the towns of this border."""

SAME_PLACE_MOST_M = 3_000.0
"""The same where both positions are less precise than that."""

SETTLEMENT_RADIUS_M = 2_500.0
"""What is reported at a village lies up to 1.6 km from its point (mine finds at a village of Khok Sung); 2 to 3 km are used."""

AREA_RADIUS_M = 3_000.0
"""For `the X area`, and for a part of a village that has no point of its own."""

CONTEXT_RADIUS_M = 5_000.0
"""For a place without an entry that is said to be at, or part of, one that has it: the widest `area`."""

SHORT_NAME = 5
"""Letters up to which a bare name, with no parent stated, is not enough: half of such names stand more than once in the gazetteers."""

DISTINCTIVE_NAME = 7
"""Letters from which a name spelled alike outweighs a stated province."""

POINT_RADIUS_M = 1_000.0
"""For a point whose gazetteer gives no precision: an assumption."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is decided of one name.

    Attributes
    ----------
    decision
        ``located``, ``ambiguous`` or ``no match``.
    place
        Row of the place in the index, or -1.
    score, matched, agrees
        Its score, the name that fits, whether it lies where it is said to.
    position_class, radius_m
        How finely the position is known.
    unit
        The district, province … that a coarse class speaks of, else empty.
    reason
        Why, in words.
    rivals
        The other places within reach: ``place``, ``score``, ``name``, ``distance_m``, ``reason``.
    """

    decision: str
    place: int
    score: float
    matched: str | None
    agrees: bool | None
    position_class: str
    radius_m: float
    unit: str
    reason: str
    rivals: pd.DataFrame


def decide(ranked: pd.DataFrame, parents: Parents, *, least: float, wide: bool) -> Answer:
    """Decide which place one name means, if that can be said.

    Parameters
    ----------
    ranked
        The places within reach, best first (:func:`rank`).
    parents
        What the name is said to lie in.
    least
        The smallest score of a match.
    wide
        Whether the area around the place is meant.
    """
    if ranked.empty:
        return _nothing("nothing of this name in the gazetteer", parents, ranked)
    group, top = ranked.reset_index(drop=True), ranked.iloc[0]
    group = group.assign(distance_m=_from(top, group))
    group = group.assign(same=_same_place(top, group))
    contender = (group["score"] >= top["score"] - MARGIN) & ~group["same"]
    if top["score"] < least:
        words = f"the nearest name, {_named(top)}, scores {top['score']:.0f} of at least {least:.0f}: {_why(top, None)}"
        return _nothing(words, parents, _rivals(group, top, "not near enough", skip_top=False))
    if contender.any():
        return _ambiguous(group, contender, parents)
    pointed = group[group["same"] & ~group["pointless"]]
    chosen = pointed.iloc[0] if len(pointed) else top
    if doubt := _thin(chosen, parents):
        return _ambiguous(group, contender, parents, doubt)
    if chosen["position_class"] in _NOWHERE:
        words = f"the gazetteer lists {_named(chosen)}, and no source gives it a position"
        return _nothing(words, parents, _rivals(group, chosen, "without a position", skip_top=False))
    return _located(group, chosen, wide=wide)


def _thin(chosen: pd.Series, parents: Parents) -> str:
    """Say why one match is too little, if it is: a short name alone, or a common one elsewhere than stated."""
    letters = len(fold(chosen["name"]).replace(" ", ""))
    if not parents.stated and not chosen["asked"] and letters <= SHORT_NAME:
        return "it is short, and nothing is stated of where it lies"
    if chosen["parent_agrees"] is False and chosen["parent_penalty"] >= scoring.PROVINCE_DIFFERS and letters < DISTINCTIVE_NAME:
        return f"it lies in {_where(chosen)}, not where it is said to, and the name is not distinctive"
    return ""


def rank(scored: pd.DataFrame, index: Index) -> pd.DataFrame:
    """Put the places within reach of the best of their name in order, with where they lie.

    The better score comes first, then what has a point, then the more precise point, then the ``place_id``.
    """
    columns = ["place_id", "lon", "lat", "provinces", "districts", "adm1", "adm2", "adm3", "country", "position_class", "position_radius_m"]
    reach = scored[scored["score"] >= scored.groupby("row")["score"].transform("max") - REACH]
    reach = reach.join(index.places[columns], on="place")
    reach = reach.assign(pointless=reach["lon"].isna())
    order = ["row", "score", "pointless", "position_radius_m", "place"]
    return reach.sort_values(order, ascending=[True, False, True, True, True], kind="stable", ignore_index=True)


def _from(top: pd.Series, group: pd.DataFrame) -> NDArray[np.float64]:
    """Metres from the best place; missing where either has no point."""
    known = group["lon"].notna().to_numpy() & bool(np.isfinite(top["lon"]))
    metres = np.full(len(group), np.nan)
    here = [np.full(int(known.sum()), top[axis]) for axis in ("lon", "lat")]
    metres[known] = geodesy.distance_m(*here, *(group.loc[known, axis].to_numpy(dtype=float) for axis in ("lon", "lat")))
    return metres


def _same_place(top: pd.Series, group: pd.DataFrame) -> pd.Series:
    """Which rows are the best place again: another record of the point, or its entry in an official list without points.

    An official list may hold two villages of the name in one district; then the point of one does not say which is meant.
    """
    radius = group["position_radius_m"].fillna(POINT_RADIUS_M)
    close = group["distance_m"] <= (radius + radius.iloc[0]).clip(SAME_PLACE_M, SAME_PLACE_MOST_M)
    listed = group["pointless"] | bool(top["pointless"])
    listed &= pd.Series([_same_unit(top, row) for row in group.itertuples(index=False)], index=group.index)
    crowded = (listed & group["pointless"] & (group["score"] == top["score"])).sum() > 1
    same = close | (listed & (not crowded))
    same.iloc[0] = True
    return same


def _same_unit(top: pd.Series, row: object) -> bool:
    """Whether two records of one kind lie in the same district (or province, where a district is not known)."""
    finest = "districts" if top["districts"] and row.districts else "provinces"  # type: ignore[attr-defined]
    inside = bool(alike(top[finest], getattr(row, finest)))
    own, other = (kinds().column.get(kind or "", "settlement") for kind in (top["kind"], row.kind))  # type: ignore[attr-defined]
    return inside and own == other


def _located(group: pd.DataFrame, chosen: pd.Series, *, wide: bool) -> Answer:
    position, radius = _position(chosen, wide=wide)
    words = [f"{_named(chosen)}: {_why(chosen, None)}"]
    if position not in POSITIONED:
        words.append(f"known to the {position} only, so without a point")
    spread = group.loc[group["same"] & (group["name"] != chosen["name"]), "distance_m"].max()
    if np.isfinite(spread) and np.isfinite(radius):
        radius = max(radius, float(spread))
    agrees = chosen["parent_agrees"]
    if agrees is False:
        words.append(f"but it lies in {_where(chosen)}, not where it is said to")
    unit = _unit_of(group[group["same"]], position)
    rivals = _rivals(group, chosen, "")
    return Answer(
        "located", int(chosen["place"]), chosen["score"], chosen["name"], agrees, position, radius, unit, "; ".join(words), rivals
    )


def _unit_of(records: pd.DataFrame, position: str) -> str:
    """Name the unit a coarse class speaks of, as far as a record of the place says it."""
    column = {"province": "adm1", "district": "adm2", "subdistrict": "adm3"}.get(position)
    if column is None:
        return ""
    own = records.loc[[kinds().column.get(kind or "", "") == position for kind in records["kind"]], "name"]
    names = [*records[column].dropna(), *own]
    return f"{names[0]} {position}" if names else ""


def _position(chosen: pd.Series, *, wide: bool) -> tuple[str, float]:
    """Class and radius of a match; wider where the name only says about where, coarse where the place has no point."""
    kind = kinds().column.get(chosen["kind"] or "", "")
    if kind in ADMIN:  # a unit is no point, even where a map puts its label somewhere
        return kind, np.nan
    if chosen["pointless"] or (chosen["position_class"] or "place") not in POSITIONED:
        stated = chosen["position_class"]
        return stated if stated and stated not in POSITIONED else "unlocatable", np.nan
    radius = chosen["position_radius_m"] if np.isfinite(chosen["position_radius_m"]) else POINT_RADIUS_M
    if kind == "settlement":
        radius = max(radius, SETTLEMENT_RADIUS_M)
    if wide or chosen["part"] or chosen["kind_penalty"] >= scoring.PENALTY_NAMED_FOR:
        return "area", max(radius, AREA_RADIUS_M)
    return chosen["position_class"] or "place", float(radius)


def _ambiguous(group: pd.DataFrame, contender: pd.Series, parents: Parents, doubt: str = "") -> Answer:
    top = group.iloc[0]
    level, unit = _common_unit(group[contender | group["same"]])
    where = f"; all of them lie in {unit}" if level else ""
    if not level:
        level, unit = parents.level, parents.finest
    others = f"{_named(top)} {top['score']:.0f}, and {_listed(group[contender])}"
    words = f"{int(contender.sum()) + 1} places fit this name about as well ({others}){where}"
    words = f"{_named(top)} fits, but {doubt}" if doubt else words
    rivals = _rivals(group, top, doubt or "fits about as well", skip_top=False)
    return Answer("ambiguous", -1, top["score"], None, None, level or "unlocatable", np.nan, unit, words, rivals)


def _listed(rows: pd.DataFrame) -> str:
    named = [f"{_named(row)} {row['score']:.0f}" for _, row in rows.head(3).iterrows()]
    more = len(rows) - len(named)
    return ", ".join(named) + (f" and {more} more" if more > 0 else "")


def _common_unit(rows: pd.DataFrame) -> tuple[str, str]:
    """Name the district, else the province, in which all of some places lie; two districts of one name are two."""
    if not _shared(rows["provinces"]):
        return "", ""
    level, name = ("district", "adm2") if _shared(rows["districts"]) else ("province", "adm1")
    return level, f"{rows[name].dropna().min()} {level}"


def _shared(sets: pd.Series) -> bool:
    """Whether some sets of units have exactly one unit in common, by likeness."""
    shared = reduce(alike, sets)
    return bool(shared) and all(alike(frozenset({one}), frozenset({other})) for one in shared for other in shared)


def _nothing(words: str, parents: Parents, rivals: pd.DataFrame) -> Answer:
    if parents.level:
        words += f"; all that is known is the stated {parents.finest}"
    if "distance_m" not in rivals:
        rivals = pd.DataFrame(columns=["place", "score", "name", "distance_m", "reason"])
    best = float(rivals["score"].max()) if len(rivals) else 0.0
    return Answer("no match", -1, best, None, None, parents.level or "unlocatable", np.nan, parents.finest, words, rivals)


def _rivals(group: pd.DataFrame, chosen: pd.Series, verdict: str, *, skip_top: bool = True) -> pd.DataFrame:
    """List the other places within reach of the best, with why each lost."""
    reach = group[group["place"] != chosen["place"]] if skip_top else group
    best = group.iloc[0]
    close = reach["score"] >= best["score"] - MARGIN
    reasons = [
        _lost(row, chosen, verdict if near or row["place"] == chosen["place"] else "")
        for (_, row), near in zip(reach.iterrows(), close, strict=True)
    ]
    return reach.assign(distance_m=_from(chosen, reach), reason=reasons)[["place", "score", "name", "distance_m", "reason"]]


def _lost(row: pd.Series, chosen: pd.Series, verdict: str) -> str:
    if row["place"] != chosen["place"] and row["same"] and verdict != "not near enough":
        return f"the same place in another record ({_why(row, None)})"
    return "; ".join(word for word in (verdict, _why(row, chosen)) if word)


def _why(row: pd.Series, chosen: pd.Series | None) -> str:
    """Say what speaks for and against a place; against another place, only where it is worse."""
    words = []
    if chosen is None or row["likeness"] < chosen["likeness"]:
        words.append(_LIKENESS.get(row["likeness"], "the name is similar"))
    if row["part"]:
        words.append(f"without the part {row['part']!r} that only one name has")
    if row["kind_penalty"] >= scoring.PENALTY_NAMED_FOR:
        words.append(f"is {_a(row['kind'], row['classes'])}, {kinds().words.get(row['asked'], 'another kind')} is asked for")
    if row["parent_penalty"] > scoring.PARENT_UNKNOWN:
        words.append(f"lies in {_where(row)}, not where it is said to")
    elif row["parent_penalty"] <= scoring.PROVINCE_AGREES and chosen is None:
        words.append(f"lies in {_where(row)}, as stated")
    return ", ".join(words) or "fits less"


_LIKENESS = {
    scoring.SAME_SPELLING: "spelled alike",
    scoring.SAME_SOUND: "the same by sound or spelling family",
    scoring.SAME_SHORT_SOUND: "a short name, the same by sound",
    scoring.SAME_VOWEL_CLASSES: "the same but for its vowels",
}


def _a(kind: str | None, classes: frozenset[str]) -> str:
    own = kinds().column.get(kind or "", "") or min(classes, default="")
    return kinds().words.get(own, "something else")


def _where(row: pd.Series) -> str:
    return ", ".join(part for part in (row["adm3"], row["adm2"], row["adm1"]) if part) or "an unknown district"


def _named(row: pd.Series) -> str:
    return f"{row['name']} ({row['place_id'] or 'a unit of the gazetteer'})"

"""How well a place fits a name: likeness of the names, kind of place, stated parent. Numbers from 0 to 100; nothing is decided here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

from bordergis.naming.mention import ADMIN
from bordergis.naming.spelling import coarse, kinds

if TYPE_CHECKING:
    from bordergis.naming.gazetteer import Index, Parents

__all__ = ["asked_kind", "kind_penalty", "likeness", "parent_agrees", "parent_penalty", "score_names"]

# Likeness of two names. The steps are wider apart than the margin within which two places are rivals, so that a place spelled as the
# text spells it is not made doubtful by one that only sounds alike.
SAME_SPELLING = 100.0
SAME_SOUND = 94.0
SAME_SHORT_SOUND = 86.0
SAME_VOWEL_CLASSES = 88.0
MOST_FOR_FUZZY = 87.0
LEAST_LIKENESS = 80.0
"""Names less alike are not looked at: an edit of one letter in five."""

SHORT_KEY = 4
LONG_KEY = 7
LEAST_WORD_LIKENESS = 72.0
"""In a fuzzy match each word must be like its counterpart: Nong Mek is not Nong Met, however long the shared Nong."""
ALMOST_ALIKE = 92.0

# What is taken off the likeness.
PENALTY_PART = 6.0
"""One name says the part of a village (Mai, North, 2) and the other does not."""
PENALTY_BARE = 4.0
"""The name is bare and the place is not: Ta Khwai, Prasat Ta Khwai."""
PENALTY_NAMED_FOR = 10.0
"""A hill, temple or pass is asked for, and the place is a village that bears its name."""
PENALTY_OTHER_KIND = 30.0
"""The place is of another kind: a bridge is not the village of the name."""

DISTRICT_AGREES = 0.0
PROVINCE_AGREES = 2.0
NOTHING_STATED = 5.0
PARENT_UNKNOWN = 6.0
DISTRICT_DIFFERS = 12.0
PROVINCE_DIFFERS = 14.0
COUNTRY_DIFFERS = 20.0

_STRONGEST_FIRST = ("facility", "checkpoint", "bridge", "province", "district", "subdistrict", "settlement")
# For a name without a word for its kind. A commune bears the name of its chief village, so the village comes first; a district or province
# of the name stays a rival of the town, since which of them is meant changes the position by tens of kilometres.
_NO_KIND = {"settlement": 0.0, "checkpoint": 2.0, "temple": 2.0, "province": 3.0, "district": 3.0, "subdistrict": 6.0, "facility": 6.0}
_NEIGHBOUR_KINDS = {
    ("settlement", "subdistrict"): 8.0,
    ("settlement", "district"): 12.0,
    ("checkpoint", "pass"): 6.0,
    ("pass", "checkpoint"): 0.0,
}


def score_names(wanted: pd.DataFrame, index: Index, parents: list[Parents]) -> pd.DataFrame:
    """Score every place whose name is like a wanted one.

    Parameters
    ----------
    wanted
        A row a way to read a wanted name: ``row`` (the name's number), ``raw``, ``key``, ``words``, ``stated``, ``dropped``, ``part``,
        ``cost`` (taken off for a name that is only the counterpart of the one given) and ``only`` (a kind, or empty).
    index
        The gazetteer.
    parents
        What each row is said to lie in.

    Returns
    -------
    pandas.DataFrame
        A row a (``row``, ``place``), best reading: ``score``, ``likeness``, ``kind_penalty``, ``parent_penalty``, ``parent_agrees``,
        ``name`` (the one that fits), ``part``, ``asked``.
    """
    near = _alike(wanted["key"], index.forms["key"])
    pairs = near.merge(wanted, on="key").merge(index.forms, left_on="other", right_on="key", suffixes=("", "_place"))
    pairs = pairs[_comparable(pairs)].merge(
        index.places[["classes", "kind", "provinces", "districts", "country"]], left_on="place", right_index=True
    )
    spoken_of = [not only or only in classes for only, classes in zip(pairs["only"], pairs["classes"], strict=True)]
    pairs = pairs[np.array(spoken_of, dtype=bool)]
    pairs["likeness"] = [likeness(one, other) for one, other in zip(_spelled(pairs, ""), _spelled(pairs, "_place"), strict=True)]
    pairs = pairs[pairs["likeness"].astype(float) > 0]
    pairs["asked"] = [asked_kind(stated) for stated in pairs["stated"]]
    pairs["kind_penalty"] = [_kind_and_bareness(pair) for pair in pairs.itertuples(index=False)]
    told = [(parent_penalty(parents[pair.row], pair), parent_agrees(parents[pair.row], pair)) for pair in pairs.itertuples(index=False)]
    pairs["parent_penalty"] = [penalty for penalty, _ in told]
    pairs["parent_agrees"] = [agrees for _, agrees in told]
    parted = np.where((pairs["part"] != "") | (pairs["part_place"] != ""), PENALTY_PART, 0.0)
    pairs["score"] = (pairs["likeness"] - pairs["kind_penalty"] - pairs["parent_penalty"] - pairs["cost"] - parted).clip(lower=0.0)
    best = pairs.sort_values(["row", "place", "score", "name"], ascending=[True, True, False, True], kind="stable")
    best = best.drop_duplicates(["row", "place"]).assign(part=lambda table: table["part"] + table["part_place"])
    kept = [
        "row",
        "place",
        "score",
        "likeness",
        "kind_penalty",
        "parent_penalty",
        "parent_agrees",
        "name",
        "part",
        "asked",
        "kind",
        "classes",
    ]
    return best[kept].reset_index(drop=True)


def _spelled(pairs: pd.DataFrame, side: str) -> list[tuple[str, str, str]]:
    return list(pairs[[f"raw{side}", f"key{side}", f"words{side}"]].itertuples(index=False, name=None))


def _alike(wanted: pd.Series, known: pd.Series) -> pd.DataFrame:
    """Pair keys that are alike at all, first letter by first letter."""
    left, right = (_by_first_letter(keys) for keys in (wanted, known))
    pieces = [pd.DataFrame({"key": [], "other": []}, dtype="object")]
    for letter in sorted(set(left) & set(right)):
        one, other = left[letter], right[letter]
        table = process.cdist(one, other, scorer=fuzz.ratio, score_cutoff=LEAST_LIKENESS, dtype=np.uint8, workers=-1)
        rows, columns = np.nonzero(table)
        pieces.append(pd.DataFrame({"key": np.array(one, dtype=object)[rows], "other": np.array(other, dtype=object)[columns]}))
    return pd.concat(pieces, ignore_index=True)


def _by_first_letter(keys: pd.Series) -> dict[str, list[str]]:
    unique = pd.Series(sorted(set(keys)), dtype="object")
    return {str(letter): group.to_list() for letter, group in unique.groupby(unique.str[0])}


def _comparable(pairs: pd.DataFrame) -> pd.Series:
    """Which readings may be compared.

    A reading that leaves the kind aside stands against one that never had it; a name without its part against one without a part.
    """
    both_dropped = (pairs["dropped"] != "") & (pairs["dropped_place"] != "")
    both_parted = (pairs["part"] != "") & (pairs["part_place"] != "")
    mixed = ((pairs["dropped"] != "") | (pairs["dropped_place"] != "")) & ((pairs["part"] != "") | (pairs["part_place"] != ""))
    return ~(both_dropped | both_parted | mixed)


def likeness(one: tuple[str, str, str], other: tuple[str, str, str]) -> float:
    """Say how alike two names are, 0 (different) to 100 (spelled alike); each is given as spelled, by sound, and in words by sound.

    Examples
    --------
    >>> from bordergis.naming.spelling import name_forms
    >>> def alike(one, other):
    ...     return likeness(*((form.raw, form.key, form.words) for form in (name_forms(one)[0], name_forms(other)[0])))
    >>> alike("Ban Nong Joop", "Ban Nong Chup"), alike("Ban Nong Joop", "Ban Nong Top"), alike("Choam", "Choam Ksant")
    (94.0, 0.0, 0.0)
    """
    (raw, key, words), (other_raw, other_key, other_words) = one, other
    if raw == other_raw:
        return SAME_SPELLING
    if key == other_key:
        return SAME_SOUND if len(key) >= SHORT_KEY else SAME_SHORT_SOUND
    if re.findall(r"\d+", key) != re.findall(r"\d+", other_key) or min(len(key), len(other_key)) < LONG_KEY:
        return 0.0
    if coarse(key) == coarse(other_key):
        return SAME_VOWEL_CLASSES
    return min(MOST_FOR_FUZZY, _word_by_word(words.split(), other_words.split(), float(fuzz.ratio(key, other_key))))


def _word_by_word(words: list[str], others: list[str], whole: float) -> float:
    """Take the likeness of the whole only where each word is like its counterpart, or where almost no letter differs."""
    if len(words) != len(others):
        return whole if whole >= ALMOST_ALIKE else 0.0
    return whole if all(fuzz.ratio(one, other) >= LEAST_WORD_LIKENESS for one, other in zip(words, others, strict=True)) else 0.0


def asked_kind(stated: frozenset[str]) -> str:
    """Choose the kind of place a name asks for, of those its words state; empty if they state none.

    Examples
    --------
    >>> asked_kind(frozenset({"hill", "district"})), asked_kind(frozenset())
    ('district', '')
    """
    return next((kind for kind in _STRONGEST_FIRST if kind in stated), min(stated, default=""))


def kind_penalty(asked: str, kind: str | None, classes: frozenset[str]) -> float:
    """Say how badly the kind of a place fits the kind asked for.

    Examples
    --------
    >>> kind_penalty("bridge", "village", frozenset({"settlement"})), kind_penalty("", "village", frozenset({"settlement"}))
    (30.0, 0.0)
    """
    own = kinds().column.get(kind or "", "")
    if not asked:
        return min((_NO_KIND.get(each, PENALTY_BARE) for each in ({own} if own else classes)), default=0.0)
    if asked in classes:
        return PENALTY_NAMED_FOR if asked in kinds().proper and own == "settlement" else 0.0
    if not classes:
        return 0.0 if asked == "settlement" else PENALTY_BARE if asked in kinds().proper else PENALTY_OTHER_KIND
    return min(_NEIGHBOUR_KINDS.get((asked, each), PENALTY_OTHER_KIND) for each in classes)


def _kind_and_bareness(pair: object) -> float:
    """Add the cost of leaving a kind aside: free where the other name, or the gazetteer, states that kind."""
    dropped, dropped_place = pair.dropped, pair.dropped_place  # type: ignore[attr-defined]
    penalty = kind_penalty(pair.asked, pair.kind, pair.classes)  # type: ignore[attr-defined]
    if dropped and dropped not in pair.classes:  # type: ignore[attr-defined]
        return PENALTY_OTHER_KIND
    if dropped_place and dropped_place not in pair.stated:  # type: ignore[attr-defined]
        return PENALTY_OTHER_KIND if pair.asked else penalty + PENALTY_BARE  # type: ignore[attr-defined]
    return penalty


def parent_agrees(parents: Parents, place: object) -> bool | None:
    """Say whether a place lies where it is said to; ``None`` where nothing is stated or the place's unit is not known."""
    penalty = parent_penalty(parents, place)
    return None if penalty in (NOTHING_STATED, PARENT_UNKNOWN) else penalty <= PROVINCE_AGREES


def parent_penalty(parents: Parents, place: object) -> float:
    """Say how badly the place's units fit the stated ones. The stated unit may be wrong, so this is a weight and no filter."""
    provinces, districts = place.provinces, place.districts  # type: ignore[attr-defined]
    if not parents.stated:
        return NOTHING_STATED
    if not provinces:
        return PARENT_UNKNOWN
    if not provinces & parents.provinces:
        country = place.country or ""  # type: ignore[attr-defined]
        return PROVINCE_DIFFERS if not parents.countries or set(country.split("/")) & parents.countries else COUNTRY_DIFFERS
    here = parents.districts_of(provinces)
    if districts & here:
        return DISTRICT_AGREES
    return DISTRICT_DIFFERS if here and districts and place.kind not in ADMIN else PROVINCE_AGREES  # type: ignore[attr-defined]

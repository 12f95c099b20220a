"""Published figures held against each other: sums against totals, parts against wholes, series against their past, author beside author.

Every check that could be made is in the table, with the rows it is made of; what differs is listed, and nobody is said to be right.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from bordergis import datasets
from bordergis.errors import UnitError
from bordergis.provenance import inherit
from bordergis.schema import FIGURES
from bordergis.schema.qualifiers import ABOUT, ABOVE, AS_IT_STANDS, BELOW, NEARLY

__all__ = ["FigureChecks", "reconcile_figures"]

ABOUT_SHARE = 0.1
"""How far *about*, *nearly*, *close to* and *preliminary* may lie from the number printed. Our choice: no source says."""

COMPONENTS = {"displaced_people": ("displaced_in_sites", "displaced_with_hosts")}
"""Indicators that are made up of others without overlap, by their definitions."""

SUBSETS = {
    "in_displacement_camps_women": "in_displacement_camps",
    "in_displacement_camps_children": "in_displacement_camps",
    "returned_in_period_13_14_jan": "returned_home",
    "returned_home": "displaced_since_escalation",
    "health_facilities_closed": "health_facilities_affected",
    "schools_damaged": "schools_affected",
    "injured_military_mines": "injured_military",
    "villages_affected_cluster_munitions": "villages_contaminated",
}
"""Indicators that count some of what another counts. Two of one whole may overlap, and are never added."""

COUNTRY_WORDS = {"KHM": r"Cambodia", "THA": r"Thai"}
N_PROVINCES = r"(\d+) (?:Thai )?provinces"
COLUMNS = ["check", "outcome", "indicator", "place", "as_of", "author", "value", "other", "figure_ids", "words"]
FACTOR = 3.0
DIFFERING = ("differs", "listed")


@dataclass(frozen=True, slots=True, eq=False)
class FigureChecks:
    """Figures held against each other.

    Attributes
    ----------
    table
        A row a check that could be made: ``check`` (sum, components, subset, series, competing), ``outcome`` (agrees; rest: a total with
        more than its listed parts; differs; listed: a jump in a series), ``indicator``, ``place``, ``as_of``, ``author``, ``value`` and the
        ``other`` number, ``figure_ids`` and the comparison in ``words``.
    """

    table: pd.DataFrame

    @property
    def mismatches(self) -> pd.DataFrame:
        """The checks whose numbers do not agree, or jump."""
        return self.table[self.table["outcome"].isin(DIFFERING)]

    @property
    def sentences(self) -> tuple[str, ...]:
        """How many checks could be made, and every mismatch in words."""
        count = self.table["outcome"].value_counts()
        told = "; ".join(f"{word} {n}" for word, n in count.items())
        return (f"{len(self.table)} checks could be made: {told}." if len(count) else "No check could be made.", *self.mismatches["words"])


def reconcile_figures(figures: pd.DataFrame, *, factor: float = FACTOR) -> FigureChecks:
    """Hold figures against each other, and list every mismatch with its rows.

    ===========  =============================================================================================================
    check        what is compared
    ===========  =============================================================================================================
    sum          a total with the sum of its provinces or districts: same indicator, day, unit and author
    components   a number with those that make it up by definition: same place, day and author
    subset       a number with one that it is a part of: same place, day and author
    series       a number with the one before: same indicator, place and author, in one round of fighting
    competing    the numbers of several authors, or of one author several: same indicator, place and day
    ===========  =============================================================================================================

    "More than 300" is 300 or above, "up to 300" is 300 or below; "about", "close to" and "preliminary" stand for 10 % either way and
    "nearly" for 10 % below (our choice); under a word that is none of these the number may be any. Numbers differ only where no value
    fits both.

    Parameters
    ----------
    figures
        Figures (:data:`bordergis.schema.FIGURES`).
    factor
        How many times more, or less, than the number before it a number must be to be listed. A cumulative number that falls is listed
        in any case.

    Returns
    -------
    FigureChecks
        All checks, the mismatches among them, and sentences.

    Raises
    ------
    SchemaError
        If the figures break their contract.
    UnitError
        If ``factor`` is not more than 1.

    Examples
    --------
    >>> import bordergis as bg
    >>> checks = bg.reconcile_figures(bg.load_figures())
    >>> checks.mismatches.set_index("figure_ids").loc["F186; F185", ["value", "other"]].to_list()
    [409149.0, 512263.0]
    """
    FIGURES.validate(figures)
    if not factor > 1:
        raise UnitError(f"factor: expected a number above 1, got {factor!r}; 3 lists what is three times more or less than before.")
    known = _with_range(figures)
    parts = [_sums(known), _components(known), _subsets(known), _series(known, factor), _competing(known)]
    filled = [part.reindex(columns=COLUMNS) for part in parts if len(part)]
    empty = pd.DataFrame(columns=COLUMNS).astype(
        {"value": float, "other": float, "as_of": "datetime64[s]", "outcome": "str", "words": "str"}
    )
    table = pd.concat(filled, ignore_index=True) if filled else empty
    count = table["outcome"].value_counts()
    note = "; ".join(f"{word}: {n}" for word, n in count.items())
    named = sorted(figures["source_id"].unique())
    step = f"reconcile_figures(factor={factor:g})"
    return FigureChecks(inherit(table, figures, step=step, sources=named, notes=[f"Of {len(table)} checks: {note}."]))


def _with_range(figures: pd.DataFrame) -> pd.DataFrame:
    """Give each figure the least and the most that its words allow."""
    known = figures.sort_values(["as_of", "figure_id"]).reset_index(drop=True)
    value, word = known["value"], known["qualifier"]
    margin = value.abs() * ABOUT_SHARE
    strange = ~word.isin([*AS_IT_STANDS, *ABOVE, *BELOW, *ABOUT])
    low = (value - margin).where(word.isin([*ABOUT, *NEARLY]), value).mask(strange | word.isin(BELOW) & ~word.isin(NEARLY), 0.0)
    high = (value + margin).where(word.isin(ABOUT), value).mask(strange | word.isin(ABOVE), np.inf)
    ends = [known[f"value_{end}"].fillna(value) for end in ("low", "high")]
    known = known.assign(low=low.where(value.notna(), ends[0]), high=high.where(value.notna(), ends[1]))
    told = word.mask(word == "exact", "") + " " + _number(value, known["low"], known["high"])
    known["told"] = told.str.strip() + " (" + known["figure_id"] + ", " + known["author"] + ")"
    known["pcode"] = known["place_pcode"] if "place_pcode" in known else pd.Series(pd.NA, known.index, dtype="str")
    return known[known["low"].notna() & known["high"].notna()]


# ── sums ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _sums(known: pd.DataFrame) -> pd.DataFrame:
    """Hold each total against the sum of its listed parts."""
    key = ["indicator", "as_of", "unit", "author", "area"]
    parts = _each_once(known.assign(area=_parent(known["pcode"])).dropna(subset="area"), [*key, "pcode"])
    if parts.empty:
        return parts
    summed = parts.groupby(key).agg(
        part_low=("low", "sum"), part_high=("high", "sum"), other=("value", _whole), n=("pcode", "size"),
        ids=("figure_id", "; ".join), parts=("place", ", ".join),
    )  # fmt: skip
    totals = known.assign(area=_area(known)).merge(summed.reset_index(), on=key)
    stated = pd.to_numeric(totals["place"].str.extract(N_PROVINCES)[0])
    whole = totals["n"] == stated
    over, under = totals["part_low"] > totals["high"], totals["part_high"] < totals["low"]
    outcome = np.select([over | (under & whole), under], ["differs", "rest"], "agrees")
    words = totals["told"] + " for " + totals["place"] + ": " + _sum_told(totals) + " in " + totals["parts"] + _verdict(totals, outcome)
    return _row(totals, "sum", outcome, words, totals["figure_id"] + "; " + totals["ids"])


def _verdict(totals: pd.DataFrame, outcome: np.ndarray) -> pd.Series:
    apart = (totals["value"] - totals["other"]).abs()
    by = apart.map("{:,.0f}".format).astype("str")
    rest, differ = (" (" + by + " more in the total)", " (they differ by " + by + ")")
    said = {
        "agrees": "",
        "rest": rest.where(apart.notna(), " (more in the total)"),
        "differs": differ.where(apart.notna(), " (they differ)"),
    }
    return pd.Series(np.select([outcome == word for word in said], list(said.values()), ""), totals.index, dtype="str")


def _parent(pcode: pd.Series) -> pd.Series:
    """Give the unit above: of a district its province, of a province its country."""
    country = pcode.str[:2].map({"KH": "KHM", "TH": "THA"})
    return pcode.str[:-2].where(pcode.str.len() > 4, country).where(pcode.str.fullmatch(r"(KH|TH)\d{2,}"))  # noqa: PLR2004


def _area(known: pd.DataFrame) -> pd.Series:
    """Give the code of the unit that a total speaks of: its own, or the country that its words name with its provinces."""
    several = known["place"].str.contains("province")
    named = [known["pcode"].notna(), *(several & known["place"].str.contains(words) for words in COUNTRY_WORDS.values())]
    return pd.Series(np.select(named, [known["pcode"].fillna(""), *COUNTRY_WORDS], ""), known.index, dtype="str")


# ── parts of one place ────────────────────────────────────────────────────────────────────────────────────────────────


def _components(known: pd.DataFrame) -> pd.DataFrame:
    """Hold a number against the sum of all that it is made of."""
    key = ["as_of", "author", "place", "unit"]
    found = []
    for whole, made_of in COMPONENTS.items():
        parts = _each_once(known[known["indicator"].isin(made_of)], [*key, "indicator"])
        if parts.empty:
            continue
        summed = parts.groupby(key).agg(
            part_low=("low", "sum"), part_high=("high", "sum"), other=("value", _whole), n=("indicator", "size"),
            ids=("figure_id", "; ".join), parts=("indicator", " + ".join),
        )  # fmt: skip
        both = known[known["indicator"] == whole].merge(summed.reset_index(), on=key)
        over, under = both["part_low"] > both["high"], both["part_high"] < both["low"]
        outcome = np.select([over | (under & (both["n"] == len(made_of))), under], ["differs", "rest"], "agrees")
        words = both["told"] + " " + whole + " in " + both["place"] + ": " + both["parts"] + " = " + _sum_told(both)
        found.append(_row(both, "components", outcome, words + _verdict(both, outcome), both["figure_id"] + "; " + both["ids"]))
    return pd.concat(found, ignore_index=True) if found else known.iloc[:0]


def _subsets(known: pd.DataFrame) -> pd.DataFrame:
    """Hold a part against its whole: it may be no more."""
    key = ["as_of", "author", "place", "unit"]
    parts = known.assign(whole=known["indicator"].map(SUBSETS)).dropna(subset="whole")
    both = parts.merge(known, left_on=[*key, "whole"], right_on=[*key, "indicator"], suffixes=("", "_whole"))
    outcome = np.where(both["low"] > both["high_whole"], "differs", "agrees")
    words = both["told"] + " " + both["indicator"] + " of " + both["told_whole"] + " " + both["whole"] + " in " + both["place"]
    words = words.mask(outcome == "differs", words + ": the part is more than the whole")
    return _row(both.assign(other=both["value_whole"]), "subset", outcome, words, both["figure_id"] + "; " + both["figure_id_whole"])


# ── series, and authors beside each other ─────────────────────────────────────────────────────────────────────────────


def _series(known: pd.DataFrame, factor: float) -> pd.DataFrame:
    """Hold each number against the one before it, within one round of fighting."""
    key = ["indicator", "place", "author", "unit"]
    order = known.drop_duplicates([*key, "as_of"], keep="last").assign(round=_round(known["as_of"]))
    before = order.groupby([*key, "round"])[["as_of", "low", "high", "value", "told"]].shift().add_suffix("_before")
    pairs = order.join(before).dropna(subset="as_of_before")
    flow = pairs["indicator"].map(datasets.load_indicators().set_index("indicator")["stock_or_flow"]) == "flow"
    falls = flow & (pairs["high"] < pairs["low_before"])
    jumps = (pairs["low"] > factor * pairs["high_before"]) | (pairs["high"] * factor < pairs["low_before"])
    outcome = np.where(falls | jumps, "listed", "agrees")
    reason = np.select([falls, jumps], ["; a cumulative number fell", f"; more than {factor:g} times up or down"], "")
    then = pairs["as_of_before"].dt.strftime("%Y-%m-%d") + " to " + pairs["as_of"].dt.strftime("%Y-%m-%d")
    words = pairs["indicator"] + " in " + pairs["place"] + ", " + then + ": " + pairs["told_before"] + ", then " + pairs["told"] + reason
    before_id = order.groupby([*key, "round"])["figure_id"].shift().reindex(pairs.index)
    return _row(pairs.assign(other=pairs["value_before"]), "series", outcome, words, before_id + "; " + pairs["figure_id"])


def _round(days: pd.Series) -> pd.Series:
    """Give each day its round of fighting: a cumulative count begins anew with each."""
    periods = datasets.load_periods()
    begun = periods.loc[periods["kind"] == "fighting", "start"].dt.tz_localize(None).dt.normalize().sort_values()
    return pd.Series(np.searchsorted(begun.to_numpy(), days.to_numpy(), side="right"), days.index)


def _competing(known: pd.DataFrame) -> pd.DataFrame:
    """Put the numbers that several rows give for one thing side by side."""
    key = ["indicator", "place", "as_of", "unit"]
    groups = known.sort_values(["value", "figure_id"]).groupby(key, sort=False).agg(
        low=("low", "max"), high=("high", "min"), value=("value", "min"), other=("value", "max"), n=("figure_id", "size"),
        author=("author", _once), ids=("figure_id", "; ".join), told=("told", ", ".join),
    )  # fmt: skip
    several = (
        groups[groups["n"] > 1]
        .astype({"told": "str", "ids": "str"})
        .reset_index()
        .sort_values(["as_of", "indicator", "place"], ignore_index=True)
    )
    outcome = np.where(several["low"] > several["high"], "differs", "agrees")
    words = several["indicator"] + " in " + several["place"] + ", " + several["as_of"].dt.strftime("%Y-%m-%d") + ": " + several["told"]
    return _row(several, "competing", outcome, words, several["ids"])


def _once(names: pd.Series) -> str:
    return "; ".join(dict.fromkeys(names))


def _number(values: pd.Series, low: pd.Series, high: pd.Series) -> pd.Series:
    """Write numbers, and a range where there is no single one."""
    one, least, most = (column.map("{:,.0f}".format).astype("str") for column in (values, low, high))
    return one.where(values.notna(), least + " to " + most)


def _sum_told(sums: pd.DataFrame) -> pd.Series:
    return _number(sums["other"], sums["part_low"], sums["part_high"])


def _whole(values: pd.Series) -> float:
    """Add numbers; where one is not known, nor is their sum."""
    return float(values.sum(skipna=False))


def _each_once(parts: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Make one part of several numbers that one author gives for it on one day: the last of them, with the range of all."""
    groups = parts.groupby(key)
    whole = {"low": groups["low"].transform("min"), "high": groups["high"].transform("max")}
    ids = groups["figure_id"].transform("; ".join)
    return parts.assign(**whole, figure_id=ids).drop_duplicates(key, keep="last")


def _row(found: pd.DataFrame, check: str, outcome: np.ndarray, words: pd.Series, ids: pd.Series) -> pd.DataFrame:
    return found.assign(check=check, outcome=outcome, words=words + ".", figure_ids=ids)[COLUMNS]

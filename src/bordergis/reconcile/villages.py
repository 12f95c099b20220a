"""A reported list of villages beside a computed set, village by village."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from bordergis.errors import SchemaError
from bordergis.naming import LEAST_SCORE, locate
from bordergis.provenance import inherit
from bordergis.reconcile.computed import computed_answer, within_unit
from bordergis.schema import VILLAGES

if TYPE_CHECKING:
    import geopandas as gpd

    from bordergis.naming import Located

__all__ = ["OUTCOMES", "VillageReconciliation", "reconcile_villages"]

OUTCOMES = {
    "matched": "reported, and computed to be inaccessible for certain",
    "possibly matched": "reported, and computed to be possibly inaccessible",
    "reported only": "reported, and not computed to be inaccessible",
    "computed only": "computed to be inaccessible for certain, and not on the list",
    "name-ambiguous": "reported under a name that may mean several villages, or a code and a name that mean different ones",
    "unknown": "reported, but the village is not in the layer, or the layer has no answer for it",
}
"""Every outcome with its meaning; none says who is right."""

COLUMNS = ["reported_name", "reported_code", "parent", "reported_by", "as_of", "source_id"]
VILLAGE = ["place_id", "name", "adm1", "adm2", "computed"]
NO_PLACE = "no place stated"
MAYBE_LISTED = "computed to be inaccessible for certain; a name on the list that is in doubt may mean it"


@dataclass(frozen=True, slots=True, eq=False)
class VillageReconciliation:
    """A reported list beside a computed set.

    Attributes
    ----------
    table
        A row a reported village and author, then the villages that are only computed: the report (``reported_name``, ``reported_code``,
        ``parent``, ``reported_by``, ``as_of``, ``source_id``), the village (``place_id``, ``name``, ``adm1``, ``adm2``), the ``computed``
        answer, the ``outcome`` and the ``reason``.
    summary
        Rows by ``place``, ``reported_by`` and ``outcome``, with their number ``n``; they add up to the table.
    sentences
        The residual in words.
    """

    table: pd.DataFrame
    summary: pd.DataFrame
    sentences: tuple[str, ...]


def reconcile_villages(
    reported: pd.DataFrame,
    computed: gpd.GeoDataFrame,
    *,
    place: str | None = None,
    least: float = LEAST_SCORE,
) -> VillageReconciliation:
    """Set a reported list of villages beside a computed set, by code and name.

    A code alone is not believed, since village codes were used again for other villages: it counts where the name agrees, and it decides
    between villages of the same name. Reports in the computed table are left out, so that a list is never held against itself.

    Parameters
    ----------
    reported
        A row a village: ``name``, and where known ``village_code``, ``parent`` (province or district), ``reported_by``, ``as_of`` and
        ``source_id``.
    computed
        The table of :func:`bordergis.inaccessible_villages`.
    place
        The province or district that the list speaks of, as the layer has it; villages elsewhere are then not *computed only*. It is
        also the parent of rows that state none.
    least
        The smallest score of :func:`bordergis.locate` that is a match.

    Returns
    -------
    VillageReconciliation
        Every reported row with its outcome, and the villages that only the computation has.

    Raises
    ------
    SchemaError
        If the list has no names, or codes that were read as numbers, the computed table no computed part, or the layer no settlement in
        ``place``.

    Examples
    --------
    >>> import bordergis as bg
    >>> import pandas as pd
    >>> listed = pd.DataFrame({"name": ["Prey Chan", "Ban Nong Samet", "Kuala Lumpur"], "reported_by": "a village chief"})
    >>> found = bg.reconcile_villages(listed, bg.load("2026-01-14").access.table)
    >>> found.table["outcome"].head(3).tolist()
    ['matched', 'matched', 'unknown']
    """
    VILLAGES.validate(computed)
    villages = computed.reset_index(drop=True)
    villages["computed"] = computed_answer(villages)
    scope = _scope(villages, place)
    told = _as_reported(reported, place)
    found = locate(told["reported_name"], villages, within=told["parent"], least=least)
    matched = told.join(_matches(told, villages, found))
    rows = matched.merge(villages.reindex(columns=VILLAGE), on="place_id", how="left").assign(outcome=_outcomes)
    rows["reason"] = rows["why"].where(rows["why"] != "", rows["outcome"].map(OUTCOMES))
    rest = villages[scope & (villages["computed"] == "definite") & ~villages["place_id"].isin(rows["place_id"])]
    more = villages[scope & (villages["computed"] == "possible") & ~villages["place_id"].isin(rows["place_id"])]
    only = rest.reindex(columns=VILLAGE).assign(outcome="computed only", reason=OUTCOMES["computed only"])
    doubtful = found.rivals[found.rivals["name_index"].isin(rows.index[rows["outcome"] == "name-ambiguous"])]
    only["reason"] = only["reason"].mask(only["place_id"].isin(doubtful["place_id"]), MAYBE_LISTED)
    table = pd.concat([rows.drop(columns="why"), only], ignore_index=True)[[*COLUMNS, *VILLAGE, "outcome", "reason"]]
    table = table.astype({name: "str" for name in table.columns if name != "as_of"})
    count = table["outcome"].value_counts()
    note = "; ".join(f"{word}: {count.get(word, 0)}" for word in OUTCOMES)
    step = f"reconcile_villages(place={place}, least={least:g})"
    table = inherit(table, reported, computed, step=step, sources=_sources(table), notes=[f"Of {len(table)} rows: {note}."])
    return VillageReconciliation(table, _summary(table, place), _sentences(table, len(told), place, more=len(more)))


def _scope(villages: pd.DataFrame, place: str | None) -> pd.Series:
    if place is None:
        return pd.Series(data=True, index=villages.index)
    inside = within_unit(villages, place)
    if not inside.any():
        known = ", ".join(sorted(villages["adm1"].dropna().unique())) if "adm1" in villages else "none"
        raise SchemaError(f"place: no settlement of the layer lies in {place!r}; provinces in the layer: {known}.")
    return inside


def _as_reported(reported: pd.DataFrame, place: str | None) -> pd.DataFrame:
    if "name" not in reported:
        raise SchemaError(
            f"reported: expected a column `name`, got {', '.join(map(str, reported.columns))}; rename the one with the names."
        )
    if pd.api.types.is_numeric_dtype(reported.get("village_code", pd.Series(dtype="str"))):
        raise SchemaError("reported: `village_code` was read as numbers, which lose their first zero; read it as text (`dtype=str`).")
    told = reported.rename(columns={"name": "reported_name", "village_code": "reported_code"}).reindex(columns=COLUMNS)
    told = told.reset_index(drop=True).astype({name: "str" for name in COLUMNS if name != "as_of"})
    told["as_of"] = pd.to_datetime(told["as_of"]).astype("datetime64[s]")
    return told.assign(parent=told["parent"].fillna(place)) if place else told


def _matches(told: pd.DataFrame, villages: gpd.GeoDataFrame, found: Located) -> pd.DataFrame:
    """Find the village of each reported row, on its index: ``place_id``, or ``why`` there is none."""
    table = found.table
    settled = (table["decision"] == "located") & table["place_id"].isin(villages["place_id"])
    by_name = table["place_id"].where(settled)
    coded = _by_code(told, villages)
    agrees = _agrees(coded, by_name, found.rivals)
    reused = coded.notna() & ~agrees
    ambiguous = (table["decision"] == "ambiguous") & coded.isna()
    why = pd.Series("", index=told.index).mask(by_name.isna(), "not in the layer: " + table["reason"])
    why = why.mask(ambiguous, "name-ambiguous: " + table["reason"])
    why = why.mask(reused, "name-ambiguous: the code is that of " + coded.fillna("") + ", the name is not")
    place = coded.where(agrees, by_name).mask(reused)
    return pd.DataFrame({"place_id": place.astype("str"), "why": why.mask(place.notna(), "")})


def _by_code(told: pd.DataFrame, villages: pd.DataFrame) -> pd.Series:
    if "village_code" not in villages:
        return pd.Series(index=told.index, dtype="str")
    codes = villages.dropna(subset="village_code").drop_duplicates("village_code", keep=False).set_index("village_code")["place_id"]
    return told["reported_code"].map(codes).astype("str")


def _agrees(coded: pd.Series, by_name: pd.Series, rivals: pd.DataFrame) -> pd.Series:
    """Whether the village of the code is one that the name may mean: the chosen one, or a rival."""
    possible = pd.MultiIndex.from_frame(rivals[["name_index", "place_id"]])
    asked = pd.MultiIndex.from_arrays([coded.index, coded])
    return coded.notna() & ((coded == by_name) | asked.isin(possible))


def _outcomes(rows: pd.DataFrame) -> pd.Series:
    of_computed = rows["computed"].map({"definite": "matched", "possible": "possibly matched", "no": "reported only"}).fillna("unknown")
    return of_computed.mask(rows["why"].str.startswith("name-ambiguous"), "name-ambiguous")


def _sources(table: pd.DataFrame) -> list[str]:
    return sorted(table["source_id"].dropna().unique())


def _summary(table: pd.DataFrame, place: str | None) -> pd.DataFrame:
    """Count by place and author; a village that nobody reports has no author."""
    where = table["adm1"].fillna(table["parent"]).fillna(place or NO_PLACE)
    ordered = pd.Categorical(table["outcome"], list(OUTCOMES))
    keyed = table.assign(place=where, reported_by=table["reported_by"].fillna(""), outcome=ordered)
    counted = keyed.groupby(["place", "reported_by", "outcome"], observed=True).size().rename("n")
    return counted.reset_index().astype({"outcome": "str"})


def _sentences(table: pd.DataFrame, n_reported: int, place: str | None, *, more: int) -> tuple[str, ...]:
    count = table["outcome"].value_counts()
    repeated = int(table["place_id"].dropna().duplicated().sum())
    where = f" in {place}" if place else ""
    first = (
        f"{n_reported} reported rows{where}: {count.get('unknown', 0)} cannot be compared, {count.get('name-ambiguous', 0)} are in doubt."
    )
    rest = [
        f"{count[word]} {meaning}." for word, meaning in OUTCOMES.items() if word in count and word not in ("unknown", "name-ambiguous")
    ]
    again = [f"{repeated} rows name a village that another row names too."] if repeated else []
    maybe = [f"{more} more are computed to be possibly inaccessible, and not on the list; they are not in the table."] if more else []
    return (first, *rest, *maybe, *again)

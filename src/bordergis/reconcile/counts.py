"""A count without a list, beside a computed set: bounds of what both may share, and no names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bordergis.datasets import AFFECTED_PROVINCES, load_gazetteer
from bordergis.errors import SchemaError
from bordergis.provenance import inherit
from bordergis.reconcile.computed import computed_answer, within_unit
from bordergis.schema import FIGURES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

__all__ = ["reconcile_counts"]

UNIT = "villages"
SAME_MEASURE = ("villages_inaccessible",)
"""Indicators that count what is computed; of any other only the overlap is bounded."""

EXACT = ("exact", "claimed")
"""Qualifiers of a number that is meant as it stands; ``more than`` or ``about`` would open the bounds."""


def reconcile_counts(figures: pd.DataFrame, computed: gpd.GeoDataFrame, *, official: Mapping[str, int] | None = None) -> pd.DataFrame:
    """Set reported counts of villages beside the computed set: a count without a list gives bounds, not names.

    Of *N* official villages *R* are reported, and *k* to *m* are computed to be inaccessible: *k* for certain, *m* if every village that
    is possibly so, that has no answer, or that is not in the layer is counted. Then the two sets share at least ``max(0, R + k - N)``
    and at most ``min(R, m)`` villages; of the *k* alone, at most ``min(R, k)``. The counts are not subtracted from one another.

    Parameters
    ----------
    figures
        Figures in villages (:data:`bordergis.schema.FIGURES`), each of a place that the settlements have as ``adm1`` or ``adm2``.
    computed
        The table of :func:`bordergis.inaccessible_villages`. Each settlement is taken for one official village; its reports are not
        used.
    official
        The number of official villages by place; by default, for the seven affected provinces of Cambodia, that of the gazetteer.

    Returns
    -------
    pandas.DataFrame
        A row a figure: ``reported``; ``official``, ``in_layer``, ``definite``, ``possible``, ``no_answer``, ``not_in_layer`` (which add
        up with the rest of the layer); ``certain_shared_low`` / ``_high`` (reported, of the definite ones); ``shared_low`` / ``_high``;
        where the figure counts the same thing (``same_measure``) also ``reported_only_low`` / ``_high`` and ``computed_only_low`` /
        ``_high``; and a ``sentence``.

    Raises
    ------
    SchemaError
        If a figure is not in villages, has no exact number, has a place without an official number, or more villages than there are.

    Examples
    --------
    >>> import bordergis as bg
    >>> situation = bg.load("2026-01-14")
    >>> figures = situation.figures[situation.figures["figure_id"] == "F015"]
    >>> bounds = bg.reconcile_counts(figures, situation.access.table).iloc[0]
    >>> int(bounds["shared_low"]), int(bounds["shared_high"])
    (0, 84)
    >>> int(bounds["definite"]), int(bounds["certain_shared_high"]), int(bounds["official"])
    (1, 1, 308)
    """
    FIGURES.validate(figures)
    places = _official() if official is None else official
    _require_counts(figures, places)
    answer = computed_answer(computed)
    by_place = pd.DataFrame([_tally(answer[within_unit(computed, place)]) for place in figures["place"]], index=figures.index)
    kept = figures[["figure_id", "indicator", "place", "as_of", "author", "qualifier", "source_id"]]
    table = kept.join(by_place).assign(reported=figures["value"].astype("Int64"), official=figures["place"].map(places).astype("Int64"))
    _require_room(table)
    table["not_in_layer"] = table["official"] - table["in_layer"]
    table["same_measure"] = table["indicator"].isin(SAME_MEASURE)
    table = _bounded(table)
    table["sentence"] = [_sentence(row) for row in table.to_dict("records")]
    return inherit(table, figures, computed, step="reconcile_counts()", notes=["Bounds of sets, not names; counts are not subtracted."])


def _official() -> dict[str, int]:
    units = load_gazetteer("KHM")
    count = units.loc[units["level"] == "adm4", "code"].str[:2].value_counts()
    return {name: int(count[code]) for code, name in AFFECTED_PROVINCES.items()}


def _require_counts(figures: pd.DataFrame, places: Mapping[str, int]) -> None:
    faults = [
        (figures["unit"] != UNIT, f"are not in {UNIT}"),
        (figures["value"].isna(), "have no single number"),
        (~figures["qualifier"].isin(EXACT), "are not exact, so that they bound nothing"),
        (~figures["place"].isin(list(places)), f"are of a place without an official number (known: {', '.join(sorted(places))})"),
    ]
    for bad, words in faults:
        if bad.any():
            raise SchemaError(
                f"figures: {', '.join(figures.loc[bad, 'figure_id'])} {words}; choose others, or give `official={{place: number}}`."
            )


def _require_room(table: pd.DataFrame) -> None:
    for column in ("reported", "in_layer"):
        over = table[table[column] > table["official"]]
        if len(over):
            row = over.iloc[0]
            raise SchemaError(
                f"{row['figure_id']}: {row[column]} villages ({column}) of {row['official']} official ones in {row['place']}; "
                "the number of official villages, or the place, is another one: give `official={place: number}`."
            )


def _tally(answer: pd.Series) -> dict[str, object]:
    count = answer.value_counts()
    numbers = {"definite": "definite", "possible": "possible", "no_answer": "unknown"}
    return {"in_layer": len(answer), **{name: int(count.get(word, 0)) for name, word in numbers.items()}}


def _bounded(table: pd.DataFrame) -> pd.DataFrame:
    least, n, told = table["definite"], table["official"], table["reported"]
    most = least + table["possible"] + table["no_answer"] + table["not_in_layer"]
    low = (told + least - n).clip(lower=0)
    high = np.minimum(told, most)
    only = {
        "reported_only_low": told - high,
        "reported_only_high": told - low,
        "computed_only_low": (least - told).clip(lower=0),
        "computed_only_high": np.minimum(most, n - told),
    }
    only = {name: values.astype("Int64").where(table["same_measure"]) for name, values in only.items()}
    shared = {"certain_shared_low": low, "certain_shared_high": np.minimum(told, least), "shared_low": low, "shared_high": high}
    return table.assign(**{name: values.astype("Int64") for name, values in shared.items()}, **only)


def _sentence(row: Mapping[str, object]) -> str:
    said = (
        f"{row['place']}: {row['reported']} of {row['official']} official villages ({row['indicator']}, {row['author']}, "
        f"{row['as_of']:%Y-%m-%d}; a count without names). Of {row['in_layer']} settlements in the layer, computed to be inaccessible: "
        f"{row['definite']} for certain, {row['possible']} possibly, {row['no_answer']} without an answer; {row['not_in_layer']} official "
        f"villages are not in it. {row['certain_shared_low']} to {row['certain_shared_high']} of the {row['definite']} are among "
        f"those reported; with all that is possible or unknown, both sets share {row['shared_low']} to {row['shared_high']}. "
        "Which ones cannot be said."
    )
    return said if row["same_measure"] else f"{said} The two do not measure the same."

"""Find the places that names mean, with every rival: a name that is in doubt stays without a position.

The rules are general; how words are spelled and which words mean a kind of place is data (``facts/spellings.toml``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from bordergis import datasets, provenance
from bordergis.crs import LONLAT
from bordergis.errors import SchemaError
from bordergis.naming.asking import Inquiry, answer_all, questions_for, rival_rows, row_for
from bordergis.naming.gazetteer import Index, units_as_places
from bordergis.naming.mention import split_places
from bordergis.naming.pairing import Pairing
from bordergis.schema import PLACES

if TYPE_CHECKING:
    from bordergis.naming.deciding import Answer

__all__ = ["LEAST_SCORE", "Located", "locate", "split_places", "units_as_places"]

LEAST_SCORE = 85.0
"""A name spelled alike in the wrong province reaches 86; one that only sounds alike needs the right province."""


RIVAL_COLUMNS = ["name_index", "place_id", "matched_name", "score", "distance_m", "reason"]

DECISIONS = ("located", "ambiguous", "no match", "reference only")

COLUMNS = [
    "place_id",
    "matched_name",
    "score",
    "decision",
    "parent_agrees",
    "position_class",
    "position_radius_m",
    "unit",
    "counterpart",
    "anchor",
    "anchor_place_id",
    "reason",
    "geometry",
]


@dataclass(frozen=True, slots=True)
class Located:
    """The places found for names.

    Attributes
    ----------
    table
        A row a name, on the index of the names, with ``place_id``, ``matched_name``, ``score`` (0 to 100), ``decision``,
        ``parent_agrees`` (true, false or missing), ``position_class``, ``position_radius_m``, ``unit`` (what a coarse
        class speaks of), ``counterpart``, ``anchor``,
        ``anchor_place_id``, ``reason`` and a Point where the position is exact, a place or an area.
    rivals
        A row a name and rival: ``name_index``, ``place_id``, ``matched_name``, ``score``, ``distance_m`` (to the place chosen, or to the
        best where none is), ``reason`` it lost.
    """

    table: gpd.GeoDataFrame
    rivals: pd.DataFrame


def locate(
    names: pd.Series | pd.DataFrame,
    gazetteer: gpd.GeoDataFrame,
    *,
    within: pd.Series | None = None,
    pairs: pd.DataFrame | None = None,
    least: float = LEAST_SCORE,
) -> Located:
    """Find the places that names mean.

    ==============  =================================================================================================================
    decision        where
    ==============  =================================================================================================================
    located         one place fits, and nothing else fits about as well; a district or province, or a village without a point in any
                    source, is located at that class, without a point
    ambiguous       several places fit about as well: no position; the class is that of the unit in which all of them lie, if any
    no match        nothing fits; the class is that of the finest stated parent, if it is known, without a point
    reference only  the text only describes the place from another one (``opposite X``, ``2 km from X``): no position
    ==============  =================================================================================================================

    Parameters
    ----------
    names
        One place each (see :func:`split_places`), or a table with ``name`` and, where known, ``name_km`` and ``name_th``.
    gazetteer
        Places (:data:`bordergis.schema.PLACES`) with their names, kinds, provinces and districts; rows without a point count too.
    within
        The stated district or province of each name, on the same index: ``"Khok Sung district / Sa Kaeo"``. It may be wrong, so it is
        a weight and a flag, not a filter; several count as alternatives.
    pairs
        Names that the two sides use (``name``, ``counterpart``, ``feature``, ``status``); by default the embedded table. Two names of
        one site are one place; facing villages are two. A pair that is not verified is not used.
    least
        The smallest score that is a match.

    Returns
    -------
    Located
        The answers, and every rival.

    Raises
    ------
    SchemaError
        If the gazetteer breaks its contract, a name is not text, or ``within`` has another index.

    Examples
    --------
    >>> import bordergis as bg
    >>> import pandas as pd
    >>> names = pd.Series(["Ban Chorak", "Prey Chan village", "Kuala Lumpur", "1 km west of Poipet"])
    >>> found = locate(names, bg.load_places(), within=pd.Series(["Surin", "Banteay Meanchey", None, None]))
    >>> found.table[["place_id", "decision", "position_class"]].values.tolist()
    [['ban-charok', 'located', 'place'], ['prey-chan', 'located', 'place'], [nan, 'no match', 'unlocatable'],
     [nan, 'reference only', 'unlocatable']]
    """
    PLACES.validate(gazetteer)
    given = _as_table(names)
    stated = _aligned(within, given.index)
    index, pairing = Index.build(gazetteer), Pairing.build(_embedded_pairs() if pairs is None else pairs)
    cells = list(zip(given["name"], given[["name_km", "name_th"]].itertuples(index=False, name=None), stated, strict=True))
    questions = [question for n, cell in enumerate(cells) for question in questions_for(n, *cell, index)]
    answers = answer_all(questions, index, pairing, least)
    inquiry = Inquiry(questions, answers, index, pairing)
    rows = [row_for(n, name, inquiry) for n, name in enumerate(given["name"])]
    table = _as_layer(rows, given.index)
    rivals = _rivals([answers[row["chosen"]] for row in rows], index, given.index)
    count = table["decision"].value_counts()
    note = "; ".join(f"{word}: {count.get(word, 0)}" for word in DECISIONS)
    return Located(provenance.inherit(table, gazetteer, step=f"locate(least={least:g})", notes=[f"Of {len(table)} names, {note}."]), rivals)


def _as_table(names: pd.Series | pd.DataFrame) -> pd.DataFrame:
    table = names.to_frame("name") if isinstance(names, pd.Series) else pd.DataFrame(names)
    if "name" not in table:
        raise SchemaError(
            f"names: expected a column `name`, got {', '.join(map(str, table.columns))}; rename the column that holds the names."
        )
    table = table.reindex(columns=["name", "name_km", "name_th"]).astype("object")
    bad = [
        label for label, row in zip(table.index, table.to_numpy(), strict=True) if any(not (isinstance(v, str) or pd.isna(v)) for v in row)
    ]
    if bad:
        raise SchemaError(f"names: not text in row {', '.join(map(str, bad))}; a name is text, or missing.")
    return table.where(table.notna(), None)


def _aligned(within: pd.Series | None, index: pd.Index) -> list[str | None]:
    if within is None:
        return [None] * len(index)
    if not within.index.equals(index):
        raise SchemaError(f"within: expected the index of the names ({len(index)} rows), got another ({len(within)} rows).")
    return [text if isinstance(text, str) else None for text in within]


def _embedded_pairs() -> pd.DataFrame:
    return pd.read_csv(datasets.path("facts/name_pairs.csv"), dtype="str")


def _as_layer(rows: list[dict[str, object]], index: pd.Index) -> gpd.GeoDataFrame:
    kept = [{column: value for column, value in row.items() if column != "chosen"} for row in rows]
    table = pd.DataFrame(kept, columns=COLUMNS, index=index).astype(
        {"score": float, "position_radius_m": float, "parent_agrees": "boolean"}
    )
    text = [column for column in COLUMNS if column not in {"score", "position_radius_m", "parent_agrees", "geometry"}]
    return gpd.GeoDataFrame(table.astype(dict.fromkeys(text, "str")), geometry="geometry", crs=LONLAT)


def _rivals(answers: list[Answer], index: Index, labels: pd.Index) -> pd.DataFrame:
    rows = [rival_rows(label, answer, index) for label, answer in zip(labels, answers, strict=True) if len(answer.rivals)]
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=RIVAL_COLUMNS)

"""The fourth answer: from the parts to a status, by a table that users replace."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bordergis import datasets
from bordergis.errors import SchemaError
from bordergis.provenance import inherit
from bordergis.schema import ACCESS_DECISIONS

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CUT_OFF", "PARTS", "decide_status", "load_access_decisions"]

CUT_OFF = ("definite", "possible", "no", "unknown", "not_computed")
PARTS = {
    "in_zone": ("definite", "possible", "no", "unknown"),
    "cut_off": CUT_OFF,
    "cut_off_some": CUT_OFF,
    "cut_off_by": ("closures", "map", "none"),
    "reported": ("yes", "no", "conflicting", "missing"),
    "reported_for": ("everyone", "some", "missing"),
}
"""The parts a decision looks at, and the words each may have."""


def load_access_decisions() -> pd.DataFrame:
    """Read the table that makes a status of the parts: the first row whose conditions all hold decides.

    Returns
    -------
    pandas.DataFrame
        A row a decision (:data:`bordergis.schema.ACCESS_DECISIONS`); a condition is words joined by ``|``, a missing one holds always.
        Change it and give it to :meth:`InaccessibleVillages.decide`.

    Examples
    --------
    >>> load_access_decisions().set_index("decision_id").loc["reported-accessible", ["reported", "in_zone", "status"]].to_list()
    ['no', 'no', 'reachable']
    """
    with datasets.path("facts/access_decisions.toml").open("rb") as file:
        rows = tomllib.load(file)["row"]
    told = [{name: "|".join(value) if isinstance(value, list) else value for name, value in row.items()} for row in rows]
    table = pd.DataFrame(told, columns=list(ACCESS_DECISIONS.fields), dtype="str")
    return inherit(table, step="load_access_decisions()", sources=["derived"])


def decide_status(parts: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """Give ``status`` and ``decided_by`` (the row that decided) for each village.

    Raises
    ------
    SchemaError
        If the table breaks its contract, a condition has a word that its part never has, or no row decides some village.
    """
    require_decisions(decisions)
    chosen = np.full(len(parts), -1)
    for number, row in enumerate(decisions.to_dict("records")):
        holds = np.logical_and.reduce([_holds(parts[name], row.get(name)) for name in PARTS])
        chosen[(chosen < 0) & holds] = number
    if (chosen < 0).any():
        left = parts.loc[chosen < 0, list(PARTS)].iloc[0].to_dict()
        raise SchemaError(
            f"access decisions: no row decides {int((chosen < 0).sum())} villages, such as one with {left}; end the table with a row "
            "without conditions, whose status is unknown."
        )
    told = decisions[["status", "decision_id"]].set_axis(["status", "decided_by"], axis=1)
    return told.iloc[chosen].set_axis(parts.index).astype("str")


def require_decisions(decisions: pd.DataFrame) -> None:
    """Refuse a table with a word that its part never has: it would silently never hold."""
    ACCESS_DECISIONS.validate(decisions)
    wrong = [
        f"{name}: {word!r} (known: {', '.join(words)})"
        for name, words in PARTS.items()
        if name in decisions
        for told in decisions[name].dropna()
        for word in str(told).split("|")
        if word not in words
    ]
    if wrong:
        raise SchemaError(f"access decisions: words that a part never has: {'; '.join(wrong)}.")


def _holds(part: pd.Series, condition: object) -> NDArray[np.bool_]:
    if condition is None or pd.isna(condition):
        return np.ones(len(part), bool)
    return np.asarray(part.isin(str(condition).split("|")))

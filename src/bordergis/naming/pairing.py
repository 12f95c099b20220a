"""Names in pairs: one site with a name on each side, or two villages that face each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bordergis.naming.gazetteer import names_in
from bordergis.naming.spelling import fold, kinds, name_forms

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Pairing"]

VERIFIED = "verified"
FACING = "facing"
SITES = ("checkpoint", "district", "subdistrict")
"""Kinds of which a pair speaks alone: the crossing O'Smach / Chong Chom is one, the two towns beside it are not."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """Which names mean one place, and which mean a place and the one facing it.

    Attributes
    ----------
    groups
        Names of one place each, with the kind of place the group speaks of (or empty).
    facing
        Names of a place, and the names of the place facing it.
    """

    groups: tuple[tuple[tuple[str, ...], str], ...]
    facing: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]

    @classmethod
    def build(cls, pairs: pd.DataFrame) -> Pairing:
        """Read a table of pairs (``name``, ``counterpart``, ``feature``, ``status``); only verified ones count.

        Examples
        --------
        >>> import pandas as pd
        >>> row = {"name": "Ban Nong Chan", "counterpart": "Chok Chey", "feature": "facing villages", "status": "verified"}
        >>> Pairing.build(pd.DataFrame([row])).facing_names("Chouk Chey")
        ('Ban Nong Chan',)
        """
        groups: list[tuple[tuple[str, ...], str]] = []
        facing: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
        for pair in pairs[pairs["status"] == VERIFIED].itertuples(index=False):
            one, other = names_in(pair.name), names_in(pair.counterpart)
            if FACING in pair.feature:
                groups += [(one, ""), (other, "")]
                facing += [(one, other), (other, one)]
            else:
                groups.append((one + other, _site(pair.feature)))
        return cls(tuple(groups), tuple(facing))

    def other_names(self, name: str) -> tuple[tuple[str, str], ...]:
        """List the other names of the same place, each with the kind of place it is true of (or empty)."""
        mine = _keys((name,))
        found = [(other, only) for names, only in self.groups if mine & _keys(names) for other in names if not mine & _keys((other,))]
        return tuple(dict.fromkeys(found))

    def facing_names(self, name: str) -> tuple[str, ...]:
        """List the names of the place that faces this one, if any does."""
        mine = _keys((name,))
        return next((others for names, others in self.facing if mine & _keys(names)), ())


def _site(feature: str) -> str:
    first = fold(feature).split()[0]
    kind = kinds().trail.get(first, "")
    return kind if kind in SITES else ""


def _keys(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(form.key for name in names for form in name_forms(name) if not form.part)

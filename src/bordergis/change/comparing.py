"""Compare two situations, and what can be asked of the answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

import bordergis as bg
from bordergis.change.causes import CAUSES, JOIN, REAL, causes
from bordergis.change.differences import COLUMNS, differences, unchanged
from bordergis.change.snapshot import answered, take
from bordergis.change.words import sentences
from bordergis.crs import LONLAT
from bordergis.errors import SchemaError
from bordergis.provenance import inherit

if TYPE_CHECKING:
    from bordergis.change.snapshot import Snapshot
    from bordergis.maps import SituationMap
    from bordergis.situation import Situation

__all__ = ["PLACED", "SituationChange", "compare"]

PLACED = {
    **dict.fromkeys(["access", "in_zone", "cut_off", "village"], ("villages", "place_id")),
    "zone": ("zones", "zone_id"),
    "checkpoint": ("checkpoints", "checkpoint_id"),
    "closure": ("closures", "closure_id"),
    "incident": ("incidents", "incident_id"),
}
"""Where the geometry of each kind is; figures, sources, rules and software have none."""

COMPARED = ("villages", "zones", "checkpoints", "closures", "figures", "incidents")


@dataclass(frozen=True, eq=False)
class SituationChange:
    """What differs between two situations, and why.

    Attributes
    ----------
    before, after
        The situations.
    table
        A row a difference: ``kind`` (access, in_zone, cut_off, zone, village, checkpoint, closure, figure, incident, source, rule,
        software), ``id``, ``name``, ``change`` in words, ``before`` and ``after``, ``columns`` that differ, ``day`` the record speaks of,
        ``cause``, ``real`` (reported since the first date, and nothing else made the difference), ``sources``, ``reasons``.
    ends
        What each of the two says, as the records that were compared.

    Examples
    --------
    >>> import bordergis as bg
    >>> change = bg.compare(bg.load("2025-12-31"), bg.load("2026-01-14"))
    >>> change.table["kind"].value_counts()["incident"]
    np.int64(8)
    """

    before: Situation
    after: Situation
    table: pd.DataFrame
    ends: tuple[Snapshot, Snapshot]

    @cached_property
    def still(self) -> pd.DataFrame:
        """What is the same in both: ``kind``, ``id``, ``name``, ``state``."""
        return unchanged(*self.ends, found=self.table)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """The number of differences by kind, change and cause; they add up to the table."""
        return self.table.groupby(["kind", "change", "cause"], sort=False).size().rename("n").reset_index()

    def sentences(self, *, lang: str = "en") -> tuple[str, ...]:
        """Tell the change in words, what is unknown first.

        Parameters
        ----------
        lang
            ``en``, ``km`` or ``th``. Names, authors and units of the data stay as they are.

        Raises
        ------
        UnknownNameError
            If there are no words in the language.

        Examples
        --------
        >>> import bordergis as bg
        >>> situation = bg.load("2026-01-14")
        >>> bg.compare(situation, situation).sentences()[-1]
        'Nothing differs.'
        >>> bg.compare(situation, situation).sentences(lang="th")[-1]
        'ไม่มีสิ่งใดต่างกัน'
        """
        return sentences(self.table, *self.ends, lang=lang)

    def then(self, later: SituationChange) -> SituationChange:
        """Join this change with the one that follows it: a to b, then b to c, is a to c.

        A thing that differed and came back is no longer listed. The causes of both steps are named.

        Raises
        ------
        SchemaError
            If the other change does not begin where this one ends.

        Examples
        --------
        >>> import bordergis as bg
        >>> a, b, c = (bg.load(day) for day in ("2025-12-31", "2026-01-08", "2026-01-14"))
        >>> joined = bg.compare(a, b).then(bg.compare(b, c))
        >>> joined.table["id"].equals(bg.compare(a, c).table["id"])
        True
        """
        here, there = self.ends[1], later.ends[0]
        if here.date != there.date or len(differences(here, there)):
            raise SchemaError(
                f"changes: the first ends on {here.date}, the second begins on {there.date}, and they must be the same situation; "
                "compare a to b and b to c with one and the same b."
            )
        ends = self.ends[0], later.ends[1]
        found = differences(*ends)
        key = pd.MultiIndex.from_frame(found[["kind", "id"]])
        told = [change.table.set_index(["kind", "id"])["cause"].reindex(key).fillna("").reset_index(drop=True) for change in (self, later)]
        joined = [JOIN.join(dict.fromkeys(cause for cause in JOIN.join(pair).split(JOIN) if cause)) for pair in zip(*told, strict=True)]
        cause = pd.Series(joined, found.index, dtype="str")
        return _labelled(self.before, later.after, found.assign(cause=cause), ends=ends)

    def layer(self) -> gpd.GeoDataFrame:
        """Give the differences that have a place, each with its geometry (as it is after, or was before).

        Examples
        --------
        >>> import bordergis as bg
        >>> change = bg.compare(bg.load("2025-12-31"), bg.load("2026-01-14"))
        >>> set(change.layer()["kind"]) <= {"access", "in_zone", "cut_off", "zone", "village", "checkpoint", "closure", "incident"}
        True
        """
        places = pd.concat([_places(situation) for situation in (self.after, self.before)])
        places = places[~places.index.duplicated()]
        keys = pd.MultiIndex.from_frame(self.table[["kind", "id"]])
        shapes = gpd.GeoSeries(places.reindex(keys).to_numpy(), index=self.table.index, crs=LONLAT)
        layer = gpd.GeoDataFrame(self.table, geometry=shapes)
        return inherit(layer[~shapes.isna()].reset_index(drop=True), self.table, step="layer()")

    def map(self, **options: Any) -> SituationMap:  # noqa: ANN401  maps are a row above
        """Draw the differences on the map of the later situation; ``options`` are those of :func:`bordergis.changes_map`.

        Examples
        --------
        >>> import tempfile
        >>> import bordergis as bg
        >>> bg.compare(bg.load("2025-12-31"), bg.load("2026-01-14")).map().save(tempfile.mkdtemp() + "/changes.html")
        """
        return bg.changes_map(self, **options)

    def _repr_html_(self) -> str:
        """Show the sentences and the counts in a notebook."""
        told = "".join(f"<li>{escape(sentence)}</li>" for sentence in self.sentences())
        return f"<ul>{told}</ul>{self.summary.to_html(index=False)}"


def compare(before: Situation, after: Situation) -> SituationChange:
    """Say what differs between two situations, by stable ids, and why.

    For the computed answers (access, zones) the first situation is led to the second by one factor at a time, and each step is answered
    anew: software (a saved situation holds what was answered then), rules, gazetteer, map of the roads, sources withdrawn, data of the
    first date that were revised, ends that were reached, what was reported since, sources added. A difference is **real** only if what
    was reported since the first date made it, alone.

    Parameters
    ----------
    before, after
        Situations (:func:`bordergis.load`, :func:`bordergis.open_situation`); the second of the same date or later.

    Returns
    -------
    SituationChange
        The table of differences, sentences, and a map. Empty for a situation and itself.

    Raises
    ------
    SchemaError
        If the second is of an earlier date than the first.

    Examples
    --------
    >>> import bordergis as bg
    >>> change = bg.compare(bg.load("2026-01-14"), bg.load("2026-01-14", rules="acled-1km"))
    >>> change.table["cause"].unique().tolist()
    ['rules']
    """
    if after.date < before.date:
        raise SchemaError(f"situations: the second is of {after.date}, before the first ({before.date}); exchange them.")
    ends = take(before), take(after)
    found = differences(*ends)
    return _labelled(before, after, found.assign(cause=causes(found, before, after, ends=ends)), ends=ends)


def _labelled(before: Situation, after: Situation, found: pd.DataFrame, *, ends: tuple[Snapshot, Snapshot]) -> SituationChange:
    table = found.assign(real=found["cause"] == REAL)
    order = [*[name for name in COLUMNS if name not in ("sources", "reasons")], "cause", "real", "sources", "reasons"]
    count = table["cause"].value_counts()
    note = "; ".join(f"{word}: {count[word]}" for word in CAUSES if word in count) or "nothing differs"
    layers = [getattr(end, name) for end in (before, after) for name in COMPARED]
    step = f"compare({before.date}, {after.date})"
    told = inherit(table[order], *layers, step=step, notes=[f"Differences by cause: {note}."])
    return SituationChange(before, after, told, ends)


def _places(situation: Situation) -> gpd.GeoSeries:
    """Every geometry of a situation on kind and id."""
    layers = {name: getattr(situation, name) for name, _ in PLACED.values() if name != "zones"} | {"zones": answered(situation)[0]}
    found = {kind: layers[name].set_index(key).geometry for kind, (name, key) in PLACED.items()}
    return pd.concat(found, names=["kind", "id"])

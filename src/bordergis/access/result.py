"""The answer on access: a table with the parts, the routes, the reports, and what can be asked of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bordergis.access.conditions import changed
from bordergis.access.counting import count_villages, unknown_first
from bordergis.access.deciding import decide_status
from bordergis.access.routes import answer_routes, sum_up
from bordergis.access.wording import explain_village
from bordergis.datasets import require_known
from bordergis.errors import SchemaError, UnknownNameError
from bordergis.network.critical import SAMPLE, critical_edges
from bordergis.provenance import inherit

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    import geopandas as gpd

    from bordergis.access.conditions import RoadState

__all__ = ["InaccessibleVillages"]

NAMES_SHOWN = 5


@dataclass(frozen=True, eq=False)
class InaccessibleVillages:
    """Which villages cannot be reached, from what, since when, says who, and how sure that is. Nothing in it changes.

    Attributes
    ----------
    table
        The villages on their index, each answer in columns of its own: ``in_zone`` (definite / possible / no / unknown), ``zone_ids``,
        ``depth_m`` and ``in_zone_since``; ``cut_off`` (definite / possible / no / unknown / not_computed: from **every** named target
        set), ``cut_off_some`` (from at least one), ``cut_off_from``, ``cut_off_by`` (closures / map / none); ``reported`` (yes / no /
        conflicting / missing), ``reported_for``, ``reported_inaccessible``; ``status`` (inaccessible / restricted / reachable / unknown)
        with ``decided_by`` and ``reasons`` in words.
    routes
        A row a village and target set: ``answer`` (reachable_by_road / cut_off / not_on_network / on_barrier / no_target /
        not_computed), ``certainty``, ``time_min``, ``time_open_min`` (with nothing closed), ``detour_min``, ``off_network_m``,
        ``walk_min`` (over land, where no road is near), ``target_id``, ``closures_responsible``, ``method`` (road / raster / none) and
        ``reason``. What is not known is missing with a reason.
    reports
        Every report up to the date; ``counts`` marks the latest word of each author on a village.
    as_of
        The date; none if no date was given.
    zones
        The zones it was asked with.
    decisions
        The table that made the status of the parts.
    state
        The roads with what bars them; none if no roads were given.

    Examples
    --------
    >>> import bordergis as bg
    >>> access = bg.load("2026-01-14").access
    >>> access.table["status"].value_counts()["unknown"]
    np.int64(210)
    >>> print(access)
    Access is unknown for 210 of 230 villages (91%); 20 inaccessible, 0 restricted, 0 reachable. Unknown does not mean reachable.
    """

    table: gpd.GeoDataFrame
    routes: pd.DataFrame
    reports: pd.DataFrame
    as_of: dt.date | None
    zones: gpd.GeoDataFrame
    decisions: pd.DataFrame
    state: RoadState | None = None

    def summary(self, by: str = "adm1", *, sectors: gpd.GeoDataFrame | None = None) -> pd.DataFrame:
        """Count by province (``adm1``), district (``adm2``) or ``sector``; ranges run from certainly to at most, and rows add up.

        A sector is the village's column ``sector``, or the nearest of ``sectors`` (:func:`bordergis.sectors_at`).

        Examples
        --------
        >>> import bordergis as bg
        >>> counts = bg.load("2026-01-14").access.summary().set_index("adm1")
        >>> counts.loc["total", ["villages", "unknown", "in_zone", "in_zone_at_most"]].astype(int).to_list()
        [230, 210, 20, 42]
        """
        return count_villages(self.table, by, sectors=sectors)

    def explain(self, place_id: str) -> str:
        """Tell of one village in plain words what is known, by whom, and what is not.

        Examples
        --------
        >>> import bordergis as bg
        >>> print(bg.load("2026-01-14").access.explain("prey-chan").splitlines()[0])
        Prey Chan (prey-chan, Ou Chrov, Banteay Meanchey) as of 2026-01-14: access inaccessible.
        """
        found = self.table[self.table["place_id"] == place_id]
        if found.empty:
            like = self.table.loc[self.table["name"].str.contains(place_id, case=False, regex=False, na=False), "place_id"]
            hint = f"; by that name: {', '.join(like[:NAMES_SHOWN])}" if len(like) else ""
            raise UnknownNameError(f"There is no village {place_id!r} among the {len(self.table)} of the layer{hint}.")
        village = found.iloc[0]
        why = self.decisions.set_index("decision_id").loc[village["decided_by"], "why"]
        routes, reports = (layer[layer["place_id"] == place_id] for layer in (self.routes, self.reports))
        return explain_village(village, routes, reports, why=str(why), as_of=self.as_of)

    def decide(self, decisions: pd.DataFrame) -> InaccessibleVillages:
        """Give the same parts another status, by a table of your own (:data:`bordergis.schema.ACCESS_DECISIONS`).

        Examples
        --------
        >>> import bordergis as bg
        >>> access, table = bg.load("2026-01-14").access, bg.load_access_decisions()
        >>> strict = pd.concat([table.assign(in_zone=table["in_zone"].replace("definite", "definite|possible"))])
        >>> int((access.decide(strict).table["status"] == "inaccessible").sum())
        42
        """
        return replace(self, decisions=decisions).decided()

    def what_if(self, *, reopen: Iterable[str] = (), close: gpd.GeoDataFrame | None = None) -> InaccessibleVillages:
        """Ask what would follow if some barriers were gone and some closures were there.

        Parameters
        ----------
        reopen
            Ids of closures, zones, obstacles or checkpoints, as in ``closures_responsible``. A zone that is opened again no longer bars
            the roads; that its villages lie in it stays said.
        close
            Further closures (:data:`bordergis.schema.CLOSURES`), whatever their dates.
        """
        state = changed(self._roads("what_if"), reopen=tuple(reopen), close=close)
        rows = self.table.set_axis(pd.RangeIndex(len(self.table)))
        return replace(self, routes=answer_routes(rows, state), state=state).decided()

    def critical_edges(self, target_set: str | None = None, *, sample: int = SAMPLE) -> gpd.GeoDataFrame:
        """Find the roads and bridges on which most villages depend, under what is certainly closed (:func:`bordergis.critical_edges`).

        Parameters
        ----------
        target_set
            The set that must be reached; by default any target of any set.
        sample
            How many edges that cut nobody off are tried for the time they add.
        """
        state = self._roads("critical_edges")
        rows = np.ones(len(state.targets), bool)
        if target_set is not None:
            require_known("target set", target_set, set(state.targets["target_set"]))
            rows = (state.targets["target_set"] == target_set).to_numpy()
        people = self.table.get("population")
        counted = None if people is None else people.set_axis(state.placed.index)
        goals = state.target_places[rows]
        return critical_edges(state.network, state.placed, goals, barriers=state.barriers[state.sure], people=counted, sample=sample)

    def _roads(self, asked: str) -> RoadState:
        if self.state is None:
            raise SchemaError(f"{asked}: the answer was made without roads; give `roads=…` and `targets=…` to inaccessible_villages first.")
        return self.state

    def decided(self) -> InaccessibleVillages:
        """Give the answer whose table has, of its routes and parts, the summary, the status and the reasons."""
        before = self.table.drop(columns=["status", "decided_by", "reasons"], errors="ignore")
        cut = sum_up(self.routes, before["place_id"])
        parts = before.drop(columns=cut.columns, errors="ignore").assign(**{name: cut[name].to_numpy() for name in cut})
        table = parts.assign(**dict(decide_status(parts, self.decisions)))
        table["reasons"] = table["zone_reason"] + "; " + table["cut_off_reason"] + "; " + table["report_reason"] + "."
        notes = [unknown_first(table), *self.road_notes()]
        kept = [note for note in notes if note]
        return replace(self, table=inherit(table, self.table, self.decisions, step=f"decided ({len(self.decisions)} rows)", notes=kept))

    def road_notes(self) -> list[str]:
        """Give what a reader must know of the roads."""
        return [] if self.state is None else list(self.state.notes)

    def map(self, **options: Any) -> Any:  # noqa: ANN401  a SituationMap; maps are a row above
        """Draw the villages on the map of the situation of the date; ``options`` are those of :func:`bordergis.situation_map`.

        Examples
        --------
        >>> import bordergis as bg
        >>> type(bg.load("2026-01-14").access.map()).__name__
        'SituationMap'
        """
        import bordergis as bg  # noqa: PLC0415  maps import this module

        situation = bg.load(self.as_of or bg.situation.DEFAULT_DATE, zones=self.zones)
        return bg.situation_map(replace(situation, own=MappingProxyType({**situation.own, "access": self})), **options)

    def __str__(self) -> str:
        """Say first how many are unknown."""
        return unknown_first(self.table)

    def _repr_html_(self) -> str:
        """Show counts in a notebook, the unknown first."""
        by = next((name for name in ("adm1", "sector") if name in self.table), None)
        counts = self.summary(by).to_html(index=False, escape=True) if by else ""
        day = f" as of {self.as_of}" if self.as_of else ""
        notes = "".join(f"<li>{escape(note)}</li>" for note in self.road_notes())
        return f"<h4>Access{day}</h4><p>{escape(str(self))}</p>{counts}<ul>{notes}</ul>"

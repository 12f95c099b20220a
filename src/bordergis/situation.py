"""The situation: every layer of the area, as of one date."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd

from bordergis import datasets
from bordergis.access import RoadConditions, inaccessible_villages, target_sets
from bordergis.access.targets import TARGET_SETS
from bordergis.datasets.columns import local_day
from bordergis.errors import SavedFileError
from bordergis.provenance import Provenance, of
from bordergis.schema import CONTRACTS
from bordergis.situation_files import Answers, Record, read_record, software, write_record
from bordergis.zones import exclusion_zones
from bordergis.zones.rules import DEFAULT_RULES, load_rules, rule_presets

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import geopandas as gpd

    from bordergis.access import InaccessibleVillages
    from bordergis.report import Brief

__all__ = ["DEFAULT_DATE", "Situation", "load", "open_situation"]

DEFAULT_DATE = dt.date(2026, 1, 14)
"""The day of the fullest update in the embedded data (Ministry of Interior of Cambodia, published 15 January 2026)."""

FOLLOWING = ("zones", "targets")
"""Layers that follow from the others, unless you bring them."""

LAST_DAY = dt.date(9000, 1, 1)
"""Later than anything in a layer."""

LAYERS = (
    "border", "checkpoints", "villages", "places", "camps", "incidents", "visits", "figures", "hazards", "designated_areas", "periods",
    "provisions", "restricted_areas", "obstacles", "closures", "roads", "facilities", "access_reports",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Situation:
    """Every layer of the area, as of one date. Nothing in it changes; ``as_of`` gives another one.

    Attributes
    ----------
    date
        The date, local (UTC+7). Layers with dates show what had happened or was in force by then, as far as the data know.
    border, places, villages, camps, designated_areas, hazards
        Layers as loaded; areas and hazards from their first day on.
    checkpoints
        With the status reported for the date.
    incidents, visits, figures
        Those up to the date.
    periods
        Those that had begun.
    provisions
        Points of the agreements.
    closures
        Those that had begun.
    restricted_areas, obstacles, roads, facilities, access_reports
        Only where you bring them: none of them is embedded, and an empty layer says nothing about the ground.
    rules
        The rules that make zones of incidents: the name of a preset, or a table.
    zones, access
        What follows from all of it: the zones in force, and which villages are inaccessible. Computed when first asked for.
    own
        Layers of your own that stand in the place of the embedded ones.
    saved
        For a situation opened from a file: the zones and the access that were answered when it was saved, and by which software.
        ``zones`` and ``access`` are always computed by the software at hand.

    Examples
    --------
    >>> import bordergis as bg
    >>> situation = bg.load("2025-12-31")
    >>> situation.date
    datetime.date(2025, 12, 31)
    >>> len(situation.incidents) < len(situation.as_of("2026-01-14").incidents)
    True
    """

    date: dt.date
    rules: str | pd.DataFrame = DEFAULT_RULES
    own: Mapping[str, pd.DataFrame] = field(default_factory=lambda: MappingProxyType({}))
    saved: Answers | None = None

    def as_of(self, date: dt.date | str) -> Situation:
        """Give the situation as of another date."""
        return replace(self, date=local_day(date), saved=None)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the situation to one file, with every layer, the rules and the answers; the same situation gives the same bytes.

        Parameters
        ----------
        path
            Where to write, such as ``2026-01-14.situation``. A file that is there is replaced whole, or stays as it was.

        Returns
        -------
        pathlib.Path
            The file, a plain ZIP of GeoParquet layers with a manifest (:func:`open_situation` reads it).

        Raises
        ------
        OutputError
            If the file cannot be written.

        Examples
        --------
        >>> import tempfile
        >>> import bordergis as bg
        >>> file = bg.load("2026-01-14").save(tempfile.mkdtemp() + "/2026-01-14.situation")
        >>> bg.open_situation(file).date
        datetime.date(2026, 1, 14)
        """
        answers = self.saved or Answers(self.zones, self.access.table, software())
        named = self.rules if isinstance(self.rules, str) else None
        rules = load_rules(self.rules) if isinstance(self.rules, str) else self.rules
        return write_record(path, Record(self.date.isoformat(), named, rules, answers, self._whole()))

    def _whole(self) -> dict[str, pd.DataFrame]:
        """Give every layer with the rows after the date too, but the checkpoints with the status of the date."""
        whole = replace(self, date=LAST_DAY, saved=None)
        layers = {name: getattr(whole, name) for name in LAYERS} | {"checkpoints": self.checkpoints}
        return layers | {name: self.own[name] for name in FOLLOWING if name in self.own}

    @cached_property
    def border(self) -> gpd.GeoDataFrame:
        """The mapped border lines, a row a source; none is authoritative."""
        return self._layer("border", datasets.load_border)

    @cached_property
    def checkpoints(self) -> gpd.GeoDataFrame:
        """The checkpoints with the status reported for the date."""
        return self._layer("checkpoints", lambda: datasets.load_checkpoints(self.date))

    @cached_property
    def places(self) -> gpd.GeoDataFrame:
        """Named places."""
        return self._layer("places", datasets.load_places)

    @cached_property
    def villages(self) -> gpd.GeoDataFrame:
        """Settlements: the places whose access is asked for."""
        return self._layer("villages", datasets.load_villages)

    @cached_property
    def camps(self) -> gpd.GeoDataFrame:
        """Displacement camps, coarse by default."""
        return self._layer("camps", datasets.load_camps)

    @cached_property
    def incidents(self) -> gpd.GeoDataFrame:
        """Incidents that had begun by the date."""
        return _until(self._layer("incidents", datasets.load_incidents), "date_start", self.date)

    @cached_property
    def visits(self) -> gpd.GeoDataFrame:
        """Observer visits up to the date."""
        return _until(self._layer("visits", datasets.load_visits), "date", self.date)

    @cached_property
    def figures(self) -> pd.DataFrame:
        """Published figures up to the date."""
        return _until(self._layer("figures", datasets.load_figures), "as_of", self.date)

    @cached_property
    def hazards(self) -> gpd.GeoDataFrame:
        """Recorded hazard areas up to the date."""
        return _until(self._layer("hazards", datasets.load_hazards), "recorded_on", self.date)

    @cached_property
    def designated_areas(self) -> gpd.GeoDataFrame:
        """Areas a legal text bounds."""
        return _until(self._layer("designated_areas", datasets.load_designated_areas), "valid_from", self.date)

    @cached_property
    def periods(self) -> pd.DataFrame:
        """Named periods that had begun by the end of the date."""
        periods = self._layer("periods", datasets.load_periods)
        return periods[periods["start"] < _end_of(self.date)]

    @cached_property
    def provisions(self) -> pd.DataFrame:
        """Points of the agreements."""
        return self._layer("provisions", datasets.load_provisions)

    @cached_property
    def restricted_areas(self) -> gpd.GeoDataFrame:
        """Areas that somebody declared closed or evacuated, up to the date."""
        return _until(self._own_or_empty("restricted_areas"), "valid_from", self.date)

    @cached_property
    def obstacles(self) -> gpd.GeoDataFrame:
        """Wire, fences, trenches and cordons seen up to the date; never the border."""
        return _until(self._own_or_empty("obstacles"), "valid_from", self.date)

    @cached_property
    def closures(self) -> gpd.GeoDataFrame:
        """Closed roads and bridges that sources tell of, up to the date; no list of what is closed."""
        return _until(self._layer("closures", datasets.load_closures), "valid_from", self.date)

    @cached_property
    def roads(self) -> gpd.GeoDataFrame:
        """Roads as edges of a network."""
        return self._own_or_empty("roads")

    @cached_property
    def facilities(self) -> gpd.GeoDataFrame:
        """Schools, health centres and hospitals."""
        return self._own_or_empty("facilities")

    @cached_property
    def access_reports(self) -> pd.DataFrame:
        """What is reported of single villages, up to the date."""
        return _until(self._own_or_empty("access_reports"), "as_of", self.date)

    @cached_property
    def zones(self) -> gpd.GeoDataFrame:
        """The exclusion zones in force on the date."""
        if "zones" in self.own:
            return self.own["zones"]
        areas = self.restricted_areas if len(self.restricted_areas) else None
        hazards = self.hazards if len(self.hazards) else None
        return exclusion_zones(self.incidents, rules=self.rules, hazards=hazards, areas=areas, as_of=self.date)

    @cached_property
    def access(self) -> InaccessibleVillages:
        """Which villages are inaccessible, as four separate answers; without roads, whether one is cut off is not computed."""
        if "access" in self.own:
            return self.own["access"]
        return inaccessible_villages(
            self.villages,
            zones=self.zones,
            roads=RoadConditions(self.roads, border=self.border.head(1), checkpoints=self.checkpoints, obstacles=self.obstacles),
            closures=self.closures,
            targets=self.targets,
            reports=self.access_reports,
            as_of=self.date,
        )

    @cached_property
    def targets(self) -> gpd.GeoDataFrame:
        """What a village must be able to reach: your own, or the target sets that the layers give."""
        facilities = self.facilities if len(self.facilities) else None
        layers = {"places": self.places, "facilities": facilities, "checkpoints": self.checkpoints, "camps": self.camps}
        return self._layer("targets", lambda: target_sets(TARGET_SETS, **layers, border=self.border.head(1)))

    @property
    def period(self) -> str:
        """The name of the period in force at the end of the date."""
        last = _end_of(self.date) - pd.Timedelta(seconds=1)
        now = self.periods[(self.periods["kind"] != "agreement") & ~(self.periods["end"] <= last)]
        return str(now["name"].iloc[-1]) if len(now) else "before the named periods"

    @property
    def provenance(self) -> Provenance:
        """The joined origin of the layers."""
        return Provenance().merge(*(of(getattr(self, name)) for name in LAYERS))

    def _layer(self, name: str, embedded: Callable[[], Any]) -> Any:  # noqa: ANN401  a table or a spatial layer, by name
        return self.own[name] if name in self.own else embedded()

    def brief(self, lang: str = "en", place: str = "KH22") -> Brief:
        """Say the situation in a paragraph whose every number is linked to its rows (:func:`bordergis.situation_brief`).

        Examples
        --------
        >>> import bordergis as bg
        >>> bg.load("2026-01-14").brief().sentences[1]
        'Access is unknown for 210 of the 230 settlements in the layer; unknown does not mean reachable.'
        """
        import bordergis as bg  # noqa: PLC0415  reports know situations, not the other way round

        return bg.situation_brief(self, lang=lang, place=place)

    def _own_or_empty(self, name: str) -> Any:  # noqa: ANN401
        return self._layer(name, CONTRACTS[name].empty)

    def _repr_html_(self) -> str:
        """Show counts, dates and sources in a notebook."""
        rows = "".join(f"<tr><th>{name}</th><td>{len(getattr(self, name))}</td></tr>" for name in LAYERS)
        named = datasets.sources()["title"].reindex(self.provenance.sources).dropna()
        return (
            f"<h4>Situation as of {self.date}: {escape(self.period)}</h4><table><caption>rows known by then</caption>{rows}</table>"
            f"<p>Sources: {escape('; '.join(named))}.</p>"
        )


def load(as_of: dt.date | str = DEFAULT_DATE, *, rules: str | pd.DataFrame = DEFAULT_RULES, **own: pd.DataFrame) -> Situation:
    """Open the situation of the Cambodia-Thailand border.

    Parameters
    ----------
    as_of
        The date, local (UTC+7); by default the day of the fullest update in the embedded data.
    rules
        The rules that make zones of incidents: the name of a preset (:func:`bordergis.rule_presets`), or a table.
    **own
        Layers of your own in the place of the embedded ones, by name: ``villages=…``, ``incidents=…``; also ``zones=…``, in the place
        of those that the rules make, and ``targets=…``, what villages must be able to reach. Each is checked against its contract.

    Returns
    -------
    Situation
        Embedded layers are read when they are first asked for.

    Raises
    ------
    ValueError
        If ``as_of`` is not a date.
    UnknownNameError
        If there is no layer of a name.
    SchemaError
        If a layer of yours breaks its contract.

    Examples
    --------
    >>> load().date.isoformat()
    '2026-01-14'
    """
    for name, layer in own.items():
        datasets.require_known("layer", name, (*LAYERS, *FOLLOWING))
        CONTRACTS[name].validate(layer)
    return Situation(local_day(as_of), rules, MappingProxyType(own))


def open_situation(path: str | os.PathLike[str]) -> Situation:
    """Open a situation that was saved (:meth:`Situation.save`).

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    Situation
        The same layers, date and rules, with what was answered then in ``saved``. The embedded data of the bordergis at hand is not
        used. The checkpoints keep the status of the day of saving.

    Raises
    ------
    DataMissingError
        If there is no such file.
    SavedFileError
        If it is not a saved situation, was cut short or changed, has not every layer, or comes from a later format.
    SchemaError
        If a layer, the rules or the answers break their contract, as those of an older bordergis may.

    Examples
    --------
    >>> import tempfile
    >>> import bordergis as bg
    >>> situation = bg.open_situation(bg.load("2025-12-31").save(tempfile.mkdtemp() + "/2025-12-31.situation"))
    >>> len(situation.saved.zones) == len(situation.zones)
    True
    """
    record = read_record(path)
    for name, layer in record.layers.items():
        datasets.require_known("layer", name, (*LAYERS, *FOLLOWING))
        CONTRACTS[name].validate(layer)
    missing = [name for name in LAYERS if name not in record.layers]
    if missing:  # the embedded layer of this bordergis is another one
        raise SavedFileError(f"{path} has no layer {', '.join(missing)}: another bordergis saved it; save the situation again.")
    for name, table in {"rules": record.rules, "zones": record.answers.zones, "villages": record.answers.access}.items():
        CONTRACTS[name].validate(table)
    preset = record.rules_name
    same = preset is not None and preset in rule_presets().index and load_rules(preset).equals(record.rules)  # its numbers may have changed
    rules = preset if same and preset is not None else record.rules
    return Situation(local_day(record.date), rules, record.layers, record.answers)


def _end_of(date: dt.date) -> pd.Timestamp:
    return pd.Timestamp(date, tz=datasets.TIME_ZONE) + pd.Timedelta(days=1)


def _until(layer: Any, column: str, date: dt.date) -> Any:  # noqa: ANN401  a table or a spatial layer: the same kind comes back
    return layer[layer[column] <= pd.Timestamp(date)]

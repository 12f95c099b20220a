"""Who may see what: a situation with its sensitive rows taken out before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from bordergis import datasets
from bordergis.maps import cells
from bordergis.zones import exclusion_zones

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from bordergis.access import InaccessibleVillages
    from bordergis.situation import Situation

__all__ = ["PROFILES", "Shown", "apply_profile", "without_sensitive"]

PROFILES: Final = ("internal", "public")
"""Who may see a map. On neither is a displacement site or a shelter drawn where it is: ``internal`` holds areas on a fixed grid in which
each lies somewhere (:mod:`bordergis.maps.coarse`), ``public`` holds only how many were left out."""

WITHHELD_LAYERS: Final = ("camps", "visits", "access_reports")
"""Layers that a public map never holds: displacement sites, observers' routes, and who reported on which village."""

HELD_KINDS: Final = ("school",)
"""Facilities that a public map may hold; medical points and shelters are not among them."""

ZONE_WORDS: Final = {
    "definite": "in a zone of reported incidents",
    "possible": "possibly in a zone of reported incidents",
    "no": "in no zone",
    "unknown": "no position, so no answer on zones",
}
REPORT_WORDS: Final = {
    "yes": "reported inaccessible",
    "no": "reported accessible",
    "conflicting": "reports conflict",
    "missing": "no report on this village",
}


@dataclass(frozen=True)
class Shown:
    """A situation fit for a profile.

    Attributes
    ----------
    situation
        What may be drawn.
    withheld
        Rows taken out, by layer.
    """

    situation: Situation
    withheld: Mapping[str, int]


def apply_profile(situation: Situation, profile: str) -> Shown:
    """Take out what a profile must not show, before anything of it is drawn or written.

    ``internal`` shows everything, displacement sites and shelters as areas in which each lies somewhere. ``public`` leaves them out, with
    observer visits, access reports, medical points, every row marked sensitive, and every row that may not be passed on. Zones are
    made anew of the incidents that stay, so that no zone's outline gives away a position; what is known of a village's access stays,
    for a village must not look safer than it is.

    Raises
    ------
    UnknownNameError
        If there is no such profile.

    Examples
    --------
    >>> import bordergis as bg
    >>> shown = apply_profile(bg.load("2026-01-14"), "public")
    >>> len(shown.situation.visits), shown.withheld["visits"]
    (0, 12)
    """
    datasets.require_known("profile", profile, PROFILES)
    if profile == "internal":
        return Shown(situation, {})
    layers = {name: getattr(situation, name) for name in (*WITHHELD_LAYERS, "facilities", "incidents", "villages", "places")}
    kept = {name: _public_rows(name, layer) for name, layer in layers.items()}
    withheld = {name: len(layer) - len(kept[name]) for name, layer in layers.items() if len(layer) > len(kept[name])}
    own = {**situation.own, **kept}
    if "incidents" in withheld:
        own["zones"] = _zones_of(situation, kept["incidents"])
    return Shown(replace(situation, own=MappingProxyType({**own, "access": _public_access(situation.access)})), withheld)


def without_sensitive(layer: pd.DataFrame) -> pd.DataFrame:
    """Leave out the rows marked sensitive, places where displaced people stay, and rows that may not be passed on.

    Examples
    --------
    >>> rows = pd.DataFrame({"name": ["a", "b", "c"], "sensitivity": [None, "sensitive", None], "redistributable": [True, True, False]})
    >>> without_sensitive(rows)["name"].tolist()
    ['a']
    """
    hidden = pd.Series(cells.withheld(layer), layer.index)
    if "redistributable" in layer:
        hidden |= layer["redistributable"].eq(other=False).fillna(value=False).astype(bool)
    return layer[~hidden]


def _public_rows(name: str, layer: pd.DataFrame) -> pd.DataFrame:
    if name in WITHHELD_LAYERS:
        return layer.head(0)
    if name == "facilities":
        layer = layer[layer["kind"].isin(HELD_KINDS)]
    return without_sensitive(layer)


def _zones_of(situation: Situation, incidents: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    hazards, areas = (layer if len(layer) else None for layer in (situation.hazards, situation.restricted_areas))
    return exclusion_zones(incidents, rules=situation.rules, hazards=hazards, areas=areas, as_of=situation.date)


def _public_access(access: InaccessibleVillages) -> InaccessibleVillages:
    """Keep what is known of each village; of the reasons, only their kind.

    They may name a reporter, an incident left out, or a place that is itself withheld; and how deep several villages lie in a zone tells
    where its incident is.
    """
    table = without_sensitive(access.table)
    reasons = table["in_zone"].map(ZONE_WORDS) + "; " + table["reported"].map(REPORT_WORDS) + "."
    table = table.assign(reasons=reasons, zone_ids=pd.Series(pd.NA, table.index, dtype="str"), depth_m=np.nan)
    return replace(access, table=table, routes=access.routes.head(0), reports=access.reports.head(0))

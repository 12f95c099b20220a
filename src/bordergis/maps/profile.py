"""Who may see what: a situation with its sensitive rows taken out before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from bordergis import datasets
from bordergis.maps import cells
from bordergis.maps.veil import veiled_layers
from bordergis.zones import exclusion_zones

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from bordergis.access import InaccessibleVillages
    from bordergis.situation import Situation

__all__ = ["PROFILES", "ZONED_LAYERS", "Shown", "apply_profile", "apply_to_both", "without_sensitive"]

PROFILES: Final = ("internal", "public")
"""Who may see a map. On neither is a displacement site or a shelter drawn where it is: ``internal`` holds areas on a fixed grid in which
each lies somewhere (:mod:`bordergis.maps.coarse`), ``public`` holds only how many were left out."""

WITHHELD_LAYERS: Final = ("camps", "visits", "access_reports")
"""Layers that a public map never holds: displacement sites, observers' routes, and who reported on which village."""

SIFTED_LAYERS: Final = (
    "facilities", "incidents", "villages", "places", "hazards", "designated_areas", "restricted_areas", "obstacles", "closures",
    "checkpoints", "roads", "border",
)  # fmt: skip
"""Layers of which a public map holds the rows that are not withheld."""

ZONED_LAYERS: Final = ("incidents", "hazards", "restricted")
"""Layers that zones are made of, as the page names them."""

KEYS: Final = {name: f"{name.removesuffix('s')}_id" for name in ("incidents", "hazards", "obstacles", "closures", "checkpoints")} | {
    "facilities": "facility_id", "villages": "place_id", "places": "place_id", "designated_areas": "area_id", "restricted_areas": "area_id",
}  # fmt: skip

PAGE_NAMES: Final = {"designated_areas": "designated", "restricted_areas": "restricted"}

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

    ``internal`` has every row, displacement sites and shelters as areas in which each lies somewhere, and of other rows whose position is
    withheld nothing that tells it (:mod:`bordergis.maps.veil`). ``public`` leaves them out, with observer visits, access reports,
    medical points, every row marked sensitive, and every row that may not be passed on, of whatever layer. Zones are made anew of what
    stays, so that no zone's outline gives away a position; what is known of a village's access stays, for a village must not look safer
    than it is.

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
        veiled = veiled_layers(situation)
        return Shown(_with(situation, veiled) if veiled else situation, {})
    layers = {name: getattr(situation, name) for name in (*WITHHELD_LAYERS, *SIFTED_LAYERS)}
    kept = {name: _public_rows(name, layer) for name, layer in layers.items()}
    fewer = {name: rows for name, rows in kept.items() if len(rows) < len(layers[name])}
    withheld = {PAGE_NAMES.get(name, name): len(layers[name]) - len(rows) for name, rows in fewer.items()}
    if "zones" in situation.own and not withheld.keys().isdisjoint(ZONED_LAYERS):
        fewer["zones"] = _zones_of(situation, kept)  # an outline of one's own may be drawn round what is withheld
    if "border" in fewer and not len(fewer["border"]):
        fewer["border"] = datasets.load_border()  # a map needs one line at least
    return Shown(_with(situation, {**fewer, "access": _public_access(situation.access)}), withheld)


def apply_to_both(one: Situation, other: Situation, profile: str) -> tuple[Shown, Shown]:
    """Make two situations fit for one page: what either withholds, which the other may not have marked yet, both withhold.

    Raises
    ------
    UnknownNameError
        If there is no such profile.

    Examples
    --------
    >>> import bordergis as bg
    >>> now = bg.load("2026-01-14")
    >>> then = bg.load("2026-01-14", incidents=now.incidents.assign(sensitivity=None))
    >>> [shown.withheld["incidents"] for shown in apply_to_both(then, now, "public")]
    [2, 2]
    """
    datasets.require_known("profile", profile, PROFILES)
    return apply_profile(_marked_as(one, other, profile), profile), apply_profile(_marked_as(other, one, profile), profile)


def _marked_as(situation: Situation, other: Situation, profile: str) -> Situation:
    """Mark as sensitive what the other situation withholds."""
    marked = {}
    for name, key in KEYS.items():
        layer, theirs = getattr(situation, name), getattr(other, name)
        anew = layer[key].isin(theirs.loc[_hidden(theirs, profile), key]) & ~_hidden(layer, profile)
        if anew.any():
            marks = layer["sensitivity"] if "sensitivity" in layer else pd.Series(None, layer.index, dtype="str")
            marked[name] = layer.assign(sensitivity=marks.mask(anew, "sensitive"))
    return _with(situation, marked) if marked else situation


def _with(situation: Situation, layers: Mapping[str, Any]) -> Situation:
    return replace(situation, own=MappingProxyType({**situation.own, **layers}))


def without_sensitive(layer: pd.DataFrame) -> pd.DataFrame:
    """Leave out the rows marked sensitive, places where displaced people stay, and rows that may not be passed on.

    Examples
    --------
    >>> rows = pd.DataFrame({"name": ["a", "b", "c"], "sensitivity": [None, "sensitive", None], "redistributable": [True, True, False]})
    >>> without_sensitive(rows)["name"].tolist()
    ['a']
    """
    return layer[~_hidden(layer, "public")]


def _hidden(layer: pd.DataFrame, profile: str) -> pd.Series:
    hidden = pd.Series(cells.withheld(layer), layer.index)
    if profile == "public" and "redistributable" in layer:
        hidden |= layer["redistributable"].eq(other=False).fillna(value=False).astype(bool)
    return hidden


def _public_rows(name: str, layer: pd.DataFrame) -> pd.DataFrame:
    if name in WITHHELD_LAYERS:
        return layer.head(0)
    if name == "facilities":
        layer = layer[layer["kind"].isin(HELD_KINDS)]
    return without_sensitive(layer)


def _zones_of(situation: Situation, kept: Mapping[str, Any]) -> gpd.GeoDataFrame:
    hazards, areas = (kept[name] if len(kept[name]) else None for name in ("hazards", "restricted_areas"))
    return exclusion_zones(kept["incidents"], rules=situation.rules, hazards=hazards, areas=areas, as_of=situation.date)


def _public_access(access: InaccessibleVillages) -> InaccessibleVillages:
    """Keep what is known of each village; of the reasons, only their kind.

    They may name a reporter, an incident left out, or a place that is itself withheld; and how deep several villages lie in a zone tells
    where its incident is.
    """
    table = without_sensitive(access.table)
    reasons = table["in_zone"].map(ZONE_WORDS) + "; " + table["reported"].map(REPORT_WORDS) + "."
    table = table.assign(reasons=reasons, zone_ids=pd.Series(pd.NA, table.index, dtype="str"), depth_m=np.nan)
    return replace(access, table=table, routes=access.routes.head(0), reports=access.reports.head(0))

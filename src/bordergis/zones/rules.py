"""Zone rules: what radius and lifetime each kind of reported event gets, each number with its source."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bordergis import datasets
from bordergis.errors import RuleError
from bordergis.provenance import inherit
from bordergis.schema import RULES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

__all__ = ["DEFAULT_RULES", "apply_rules", "load_rules", "require_rules", "rule_presets"]

DEFAULT_RULES = "acled-by-type"


def load_rules(preset: str = DEFAULT_RULES) -> pd.DataFrame:
    """Read a table of zone rules: for each event type a radius, a lifetime and where the numbers come from.

    Parameters
    ----------
    preset
        One of :func:`rule_presets`.

    Returns
    -------
    pandas.DataFrame
        A row an event type (:data:`bordergis.schema.RULES`). A missing radius says that the type makes no zone, and the citation says
        why. Change the numbers and pass your table to :func:`exclusion_zones`; a rule without a citation is refused.

    Raises
    ------
    UnknownNameError
        If there is no such preset.

    Examples
    --------
    >>> load_rules().set_index("event_type").loc["Air/drone strike", "radius_m"].item()
    5000.0
    """
    presets = _presets()
    datasets.require_known("rule preset", preset, presets)
    chosen = presets[preset]
    rules = pd.DataFrame(
        {
            "rule_id": rule["rule_id"],
            "event_type": event_type,
            "radius_m": float(rule.get("radius_m", np.nan)),
            "lifetime_days": int(rule["lifetime_days"]),
            "certainty": rule["certainty"],
            "citation": rule["citation"],
        }
        for rule in presets[DEFAULT_RULES]["rules"]
        for event_type in rule["event_types"]
    )
    if "rules" not in chosen:
        zoned = rules["radius_m"].notna()
        same = ("rule_id", preset), *((name, chosen[f"same_{name}"]) for name in ("radius_m", "lifetime_days", "certainty", "citation"))
        for name, value in same:
            rules.loc[zoned, name] = value
    RULES.validate(rules)
    return inherit(rules, step=f"load_rules({preset})", sources=chosen["source_ids"])


def rule_presets() -> pd.DataFrame:
    """List the rule tables that come with bordergis, with what each is for.

    Examples
    --------
    >>> list(rule_presets().index)
    ['acled-by-type', 'acled-1km', 'acled-2km', 'acled-5km', 'evacuation-30km']
    """
    return pd.DataFrame({name: {"title": preset["title"]} for name, preset in _presets().items()}).T.rename_axis("preset")


def apply_rules(incidents: gpd.GeoDataFrame, rules: pd.DataFrame) -> gpd.GeoDataFrame:
    """Give each incident the numbers of its rule: the one for its type and reported weapon, else the one for its type."""
    weapon = rules["weapon"] if "weapon" in rules else pd.Series(pd.NA, rules.index, dtype="object")
    numbers = [name for name in rules.columns if name not in ("event_type", "weapon")]
    of_type = rules[weapon.isna()].set_index("event_type")[numbers]
    ruled = incidents.join(of_type, on="event_type")
    reported = incidents.get("weapon_as_reported", pd.Series("", incidents.index)).fillna("").str.casefold()
    for rule in rules[weapon.notna()].itertuples():
        meant = (incidents["event_type"] == rule.event_type) & reported.str.contains(str(rule.weapon).casefold(), regex=False)
        for name in numbers:
            ruled.loc[meant, name] = getattr(rule, name)
    return ruled


def require_rules(incidents: gpd.GeoDataFrame, rules: pd.DataFrame) -> None:
    """Refuse rules that do not speak of an event type of the incidents, or speak of one twice."""
    weapon = rules["weapon"] if "weapon" in rules else pd.Series(pd.NA, rules.index, dtype="object")
    of_type = rules.loc[weapon.isna(), "event_type"]
    if of_type.duplicated().any():
        raise RuleError(f"Two rules for the same event type: {', '.join(sorted(set(of_type[of_type.duplicated()])))}; keep one of them.")
    missing = sorted(set(incidents["event_type"].dropna()) - set(of_type))
    if missing:
        raise RuleError(
            f"The rules do not speak of these event types: {', '.join(missing)}; add a row for each (a missing radius_m says that it "
            "makes no zone)."
        )


def _presets() -> Mapping[str, Mapping[str, Any]]:
    with datasets.path("facts/rules.toml").open("rb") as file:
        return {preset["id"]: preset for preset in tomllib.load(file)["preset"]}

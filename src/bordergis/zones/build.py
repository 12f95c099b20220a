"""Exclusion zones: what the rules make of the incidents in force on a date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bordergis import geodesy
from bordergis.buffers import facet_counts
from bordergis.crs import LONLAT
from bordergis.datasets import require_known
from bordergis.provenance import inherit
from bordergis.schema import INCIDENTS, POSITIONED, RULES, ZONES
from bordergis.zones.recorded import recorded_zones
from bordergis.zones.rules import DEFAULT_RULES, apply_rules, load_rules, require_rules

if TYPE_CHECKING:
    import datetime as dt

__all__ = ["exclusion_zones"]

GROUPINGS = {"rule": "rule_id", "category": "category", "event_type": "event_type", "all": None}
ZONE_COLUMNS = {
    "zone_id": "str", "certainty": "str", "rule_id": "str", "radius_m": "float64", "members": "object", "n_members": "int64",
    "start": "datetime64[s]", "end": "datetime64[s]", "citation": "str", "discs": "object",
}  # fmt: skip


def exclusion_zones(  # noqa: PLR0913  three kinds of input, and how to make zones of them
    incidents: gpd.GeoDataFrame,
    *,
    as_of: dt.date | str,
    rules: pd.DataFrame | str = DEFAULT_RULES,
    hazards: gpd.GeoDataFrame | None = None,
    areas: gpd.GeoDataFrame | None = None,
    by: str = "rule",
) -> gpd.GeoDataFrame:
    """Build the zones of a date: what the rules make of the incidents in force, recorded hazard areas, and areas told to be kept out of.

    For each rule (or category, or event type) there are up to two zones. The **possible** zone reaches the rule's radius from *some*
    position the incident may have had (radius plus location precision); the **definite** zone is within the radius of *every* such
    position (radius less precision). An incident known only to a subdistrict or wider makes no zone: it is counted in the provenance,
    never drawn as a point. Incidents are taken by their reach: one outside the area of interest counts inside it as far as its zone goes.

    A hazard area is a zone as it is recorded: of several records of one area the latest up to the date counts, so a reduced area
    shrinks, and a cancelled or cleared one leaves. Outside the recorded areas nothing is known, and nothing is called safe.

    Parameters
    ----------
    incidents
        Incidents (:data:`bordergis.schema.INCIDENTS`).
    as_of
        The date, local (UTC+7). An incident is in force from its first day until its rule's lifetime after its last day.
    rules
        The name of a preset, or a table of your own (:data:`bordergis.schema.RULES`).
    hazards
        Recorded hazard areas (:data:`bordergis.schema.HAZARDS`).
    areas
        Areas that somebody told people to keep out of, such as cordons, evacuation areas or lists of units
        (:data:`bordergis.schema.RESTRICTED_AREAS`).
    by
        What the zones of incidents are united by: ``rule``, ``category``, ``event_type``, or ``all``.

    Returns
    -------
    geopandas.GeoDataFrame
        A row a rule and certainty, and a row a recorded area (:data:`bordergis.schema.ZONES`): ``members`` and ``discs`` say what it is
        made of, ``start`` and ``end`` when it is in force. Empty if nothing is in force.

    Raises
    ------
    SchemaError
        If a layer or the rules break their contract.
    UnknownNameError
        If ``by`` is none of the four.
    RuleError
        If the rules do not speak of an event type of the incidents; nothing is left without a zone by oversight.

    Examples
    --------
    >>> import bordergis as bg
    >>> zones = bg.exclusion_zones(bg.load_incidents(), as_of="2026-01-14")
    >>> sorted(zones["certainty"].unique())
    ['definite', 'possible']
    """
    INCIDENTS.validate(incidents)
    table = load_rules(rules) if isinstance(rules, str) else rules
    RULES.validate(table)
    require_rules(incidents, table)
    require_known("grouping", by, GROUPINGS)

    date = pd.Timestamp(as_of)
    ruled = apply_rules(incidents, table)
    begun = ruled["date_start"] <= date
    unruled = begun & ruled["radius_m"].isna()
    over = ruled["date_end"] + pd.to_timedelta(ruled["lifetime_days"], unit="D")
    in_force = begun & ~unruled & (over >= date)
    fine = ruled["position_class"].isin(POSITIONED) & ~ruled.geometry.isna() & ruled["position_radius_m"].notna()

    discs = _discs(ruled[in_force & fine], over)
    column = GROUPINGS[by]
    zones = _together(_union(discs.assign(group=discs[column] if column else "all")), recorded_zones(hazards, areas, date))
    ZONES.validate(zones)
    counts = {
        "in the layer": len(incidents),
        "after this date": int((~begun).sum()),
        "of a kind that makes no zone (finds, visits, agreements, statements)": int(unruled.sum()),
        "no longer in force": int((begun & ~unruled & ~in_force).sum()),
        "in force but placed only to a subdistrict or wider, or to no stated precision, so in no zone": int((in_force & ~fine).sum()),
        "in force and in a zone": int((in_force & fine).sum()),
    }
    name = rules if isinstance(rules, str) else "own table"
    return inherit(
        zones,
        incidents,
        table,
        *(layer for layer in (hazards, areas) if layer is not None),
        step=f"exclusion_zones(as_of={date.date()}, rules={name}, by={by})",
        notes=["Incidents " + "; ".join(f"{words}: {n}" for words, n in counts.items()) + "."],
    )


def _discs(ruled: gpd.GeoDataFrame, over: pd.Series) -> pd.DataFrame:
    """One row a disc: an incident's place, once with its definite radius (where one is left) and once with its possible one."""
    place = ruled.assign(end=over).explode(index_parts=False)
    doubt_m = place["position_radius_m"].fillna(np.inf)
    both = [
        place.assign(certainty=certainty, disc_m=place["radius_m"] + sign * doubt_m)
        for certainty, sign in (("definite", -1), ("possible", +1))
    ]
    discs = pd.concat(both)
    return discs[(discs["disc_m"] > 0) & np.isfinite(discs["disc_m"])]


def _union(discs: pd.DataFrame) -> list[dict[str, object]]:
    return [_zone(str(group), str(certainty), some) for (group, certainty), some in discs.groupby(["group", "certainty"])]


def _together(*parts: list[dict[str, object]]) -> gpd.GeoDataFrame:
    rows = [row for part in parts for row in part]
    if not rows:
        empty = pd.DataFrame(columns=list(ZONE_COLUMNS)).astype(ZONE_COLUMNS)
        return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs=LONLAT))
    table = pd.DataFrame(rows).astype(ZONE_COLUMNS)
    return gpd.GeoDataFrame(table, geometry="geometry", crs=LONLAT)


def _zone(group: str, certainty: str, discs: pd.DataFrame) -> dict[str, object]:
    discs = discs.sort_values(["incident_id"], kind="stable")
    lonlat = shapely.get_coordinates(discs.geometry)
    radius_m = discs["disc_m"].to_numpy(dtype=float)
    members = tuple(dict.fromkeys(discs["incident_id"]))
    first_day = discs["date_start"].dt.strftime("%Y-%m-%d")
    return {
        "zone_id": f"{group}:{certainty}",
        "certainty": certainty,
        "rule_id": group,
        "radius_m": float(discs["radius_m"].max()),
        "members": members,
        "n_members": len(members),
        "start": discs["date_start"].min(),
        "end": discs["end"].max(),
        "citation": "; ".join(dict.fromkeys(discs["citation"])),
        "discs": tuple(zip(discs["incident_id"], *lonlat.T.tolist(), radius_m.tolist(), first_day, strict=True)),
        "geometry": geodesy.union_of_circles(lonlat[:, 0], lonlat[:, 1], radius_m, int(facet_counts(radius_m, None).max())),
    }

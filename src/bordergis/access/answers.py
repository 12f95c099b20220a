"""Inaccessible villages: inside a zone, reported inaccessible, unknown.

Separate answers that are never merged without their parts. **Unknown is the default**: a village is ``reachable`` only where somebody
reports it so and nothing says otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bordergis.access.result import InaccessibleVillages
from bordergis.errors import SchemaError
from bordergis.provenance import inherit
from bordergis.schema import ACCESS_REPORTS, VILLAGES
from bordergis.zones import points_in_zones

if TYPE_CHECKING:
    import datetime as dt

    import geopandas as gpd

__all__ = ["inaccessible_villages"]


def inaccessible_villages(
    villages: gpd.GeoDataFrame,
    *,
    zones: gpd.GeoDataFrame,
    reports: pd.DataFrame | None = None,
    as_of: dt.date | str | None = None,
) -> InaccessibleVillages:
    """Answer, for each village, whether it lies in a zone, whether it is reported inaccessible, and what follows.

    ============  ===========================================================================================================
    status        where
    ============  ===========================================================================================================
    inaccessible  it certainly lies in a zone, or the latest word of somebody is that it is inaccessible
    reachable     the latest word of somebody is that it is accessible, nobody's is otherwise, and it may lie in no zone
    unknown       everywhere else; also where a zone only *possibly* reaches it, and where it has no position and no report
    ============  ===========================================================================================================

    "Certainly" counts the precision of the incidents **and** of the village's own point: a village known to 1 km is certainly in a zone
    only where it lies more than 1 km inside the rim.

    Parameters
    ----------
    villages
        Villages (:data:`bordergis.schema.VILLAGES`).
    zones
        Zones in force (:func:`bordergis.exclusion_zones`).
    reports
        What is reported of single villages (:data:`bordergis.schema.ACCESS_REPORTS`); of each author's reports on a village the latest
        day up to ``as_of`` counts. Authors who differ stand side by side. A report does not expire: its date stands in the reasons.
    as_of
        The date, local; needed with reports, for one of a later day must not count.

    Returns
    -------
    InaccessibleVillages
        Its ``table`` holds the villages, on their index, with ``in_zone`` (definite / possible / no / unknown), ``zone_ids``,
        ``in_zone_since``, ``reported_inaccessible`` (true / false / missing), ``status`` and ``reasons`` in words.

    Raises
    ------
    SchemaError
        If a layer breaks its contract, a report names a village that is not in the layer, or reports come without a date.

    Examples
    --------
    >>> import bordergis as bg
    >>> situation = bg.load("2026-01-14")
    >>> zones = bg.exclusion_zones(situation.incidents, as_of=situation.date)
    >>> access = bg.inaccessible_villages(situation.villages, zones=zones).table.set_index("place_id")
    >>> access.loc["ban-nong-samet", ["in_zone", "status"]].to_list()
    ['definite', 'inaccessible']
    """
    VILLAGES.validate(villages)
    rows = villages.set_axis(pd.RangeIndex(len(villages)))  # labels of the caller may repeat
    inside = _zone_answer(rows, zones)
    told = _report_answer(rows, reports, as_of)
    reported = told["reported_inaccessible"]
    status = pd.Series("unknown", index=rows.index, dtype="str")
    status[(inside["in_zone"] == "no") & reported.eq(other=False).fillna(value=False)] = "reachable"
    status[(inside["in_zone"] == "definite") | reported.fillna(value=False)] = "inaccessible"

    result = rows.join(inside.drop(columns="zone_reason")).join(told.drop(columns="report_reason")).assign(status=status)
    result["reasons"] = inside["zone_reason"] + "; " + told["report_reason"] + "."
    result = result.set_axis(villages.index)
    count = status.value_counts()
    note = "; ".join(f"{word}: {count.get(word, 0)}" for word in ("unknown", "inaccessible", "reachable"))
    table = inherit(
        result,
        villages,
        zones,
        *([] if reports is None else [reports]),
        step="inaccessible_villages()",
        notes=[f"Of {len(result)} villages: {note}. Unknown does not mean reachable."],
    )
    return InaccessibleVillages(table, None if as_of is None else pd.Timestamp(as_of).date())


def _zone_answer(villages: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> pd.DataFrame:
    """In which zones each village certainly or possibly lies, counting the precision of its own point."""
    row = villages.index
    doubt_m = villages.get("position_radius_m", pd.Series(0.0, row)).fillna(0.0)
    pairs = points_in_zones(villages, zones, margin_m=max(0.0, doubt_m.max()) if len(row) else 0.0)
    certain = (pairs["certainty"] == "definite") & (pairs["depth_m"] >= pairs["point"].map(doubt_m))
    possible = (pairs["certainty"] == "possible") & (pairs["depth_m"] >= -pairs["point"].map(doubt_m))
    found = pairs.assign(certain=certain)[certain | possible]
    by_village = found.groupby("point")

    sure, maybe = row.isin(found.loc[found["certain"], "point"]), row.isin(found["point"])
    lost = villages.geometry.isna().to_numpy()
    answer = pd.DataFrame({"in_zone": np.select([lost, sure, maybe], ["unknown", "definite", "possible"], "no")}, index=row)
    answer["zone_ids"] = by_village["zone_id"].agg(_listed).reindex(row).astype("str")
    answer["in_zone_since"] = by_village["start"].min().reindex(row)
    nearest = found.sort_values("depth_m", ascending=False, kind="stable").drop_duplicates("point").set_index("point")["incident_id"]
    words = answer["in_zone"].map(
        {"no": "in no zone", "unknown": "no position, so no answer on zones", "possible": "possibly in ", "definite": "in "}
    )
    answer["zone_reason"] = words + (answer["zone_ids"] + " (deepest: " + nearest.reindex(row).astype("str") + ")").fillna("")
    return answer


def _report_answer(villages: gpd.GeoDataFrame, reports: pd.DataFrame | None, as_of: dt.date | str | None) -> pd.DataFrame:
    """Gather what is reported of each village: the latest word of every author, side by side."""
    answer = pd.DataFrame(
        {
            "reported_inaccessible": pd.array([pd.NA] * len(villages), dtype="boolean"),
            "report_reason": "no report on this village",
        },
        index=villages.index,
    )
    if reports is None or reports.empty:
        return answer

    ACCESS_REPORTS.validate(reports)
    _require_listed(villages, reports)
    if as_of is None:
        raise SchemaError("access reports: say for which date with `as_of=…`, so that no report of a later day counts.")
    known = reports[reports["as_of"] <= pd.Timestamp(as_of)]
    if known.empty:
        return answer
    latest = known[known["as_of"] == known.groupby(["place_id", "reported_by"])["as_of"].transform("max")]
    words = latest["status"] + " according to " + latest["reported_by"] + " (" + latest["as_of"].dt.strftime("%Y-%m-%d") + ")"
    said = pd.DataFrame({"no": latest["status"] == "inaccessible", "words": words}).groupby(latest["place_id"])
    answer["reported_inaccessible"] = villages["place_id"].map(said["no"].any()).astype("boolean")
    answer["report_reason"] = villages["place_id"].map(said["words"].agg(", ".join)).astype("str").fillna(answer["report_reason"])
    return answer


def _require_listed(villages: gpd.GeoDataFrame, reports: pd.DataFrame) -> None:
    strangers = sorted(set(reports["place_id"]) - set(villages["place_id"]))
    if strangers:
        raise SchemaError(
            f"access reports: {len(strangers)} of {reports['place_id'].nunique()} villages are not in the village layer: "
            f"{', '.join(strangers[:10])}; add them to the layer or correct their place_id, so that no report is lost."
        )


def _listed(values: pd.Series) -> str:
    return ", ".join(sorted(set(values)))

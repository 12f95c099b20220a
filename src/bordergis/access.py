"""Inaccessible villages: inside a zone, reported inaccessible, unknown.

Separate answers that are never merged without their parts. **Unknown is the default**: a village is ``accessible`` only where somebody
reports it so and nothing says otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bordergis.errors import SchemaError
from bordergis.provenance import inherit
from bordergis.schema import ACCESS_REPORTS, VILLAGES
from bordergis.zones import points_in_zones

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["inaccessible_villages"]


def inaccessible_villages(villages: gpd.GeoDataFrame, *, zones: gpd.GeoDataFrame, reports: pd.DataFrame | None = None) -> gpd.GeoDataFrame:
    """Answer, for each village, whether it lies in a zone, whether it is reported inaccessible, and what follows.

    ============  ===========================================================================================================
    status        where
    ============  ===========================================================================================================
    inaccessible  it certainly lies in a zone, or a current report says it is inaccessible
    accessible    a current report says it is accessible, none says otherwise, and it may lie in no zone
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
        day counts. Authors who differ stand side by side.

    Returns
    -------
    geopandas.GeoDataFrame
        The villages, on their index, with ``in_zone`` (definite / possible / no / unknown), ``zone_ids``, ``in_zone_since``,
        ``reported_inaccessible`` (true / false / missing), ``status`` and ``reasons`` in words.

    Raises
    ------
    SchemaError
        If a layer breaks its contract, or a report names a village that is not in the layer.

    Examples
    --------
    >>> import bordergis as bg
    >>> situation = bg.load("2026-01-14")
    >>> zones = bg.exclusion_zones(situation.incidents, as_of=situation.date)
    >>> access = bg.inaccessible_villages(situation.villages, zones=zones).set_index("place_id")
    >>> access.loc["ban-nong-samet", ["in_zone", "status"]].to_list()
    ['definite', 'inaccessible']
    """
    VILLAGES.validate(villages)
    inside = _zone_answer(villages, zones)
    told = _report_answer(villages, reports)
    reported = told["reported_inaccessible"]
    status = pd.Series("unknown", index=villages.index, dtype="str")
    status[(inside["in_zone"] == "no") & reported.eq(other=False).fillna(value=False)] = "accessible"
    status[(inside["in_zone"] == "definite") | reported.fillna(value=False)] = "inaccessible"

    result = villages.join(inside.drop(columns="zone_reason")).join(told.drop(columns="report_reason")).assign(status=status)
    result["reasons"] = inside["zone_reason"] + "; " + told["report_reason"] + "."
    count = status.value_counts()
    note = "; ".join(f"{word}: {count.get(word, 0)}" for word in ("unknown", "inaccessible", "accessible"))
    return inherit(
        result,
        villages,
        zones,
        *([] if reports is None else [reports]),
        step="inaccessible_villages()",
        notes=[f"Of {len(result)} villages: {note}. Unknown does not mean reachable."],
    )


def _zone_answer(villages: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> pd.DataFrame:
    """In which zones each village certainly or possibly lies, counting the precision of its own point."""
    row = pd.RangeIndex(len(villages))
    doubt_m = villages.get("position_radius_m", pd.Series(0.0, villages.index)).fillna(0.0).set_axis(row)
    pairs = points_in_zones(villages.set_axis(row), zones, margin_m=max(0.0, doubt_m.max()) if len(row) else 0.0)
    certain = (pairs["certainty"] == "definite") & (pairs["depth_m"] >= pairs["point"].map(doubt_m))
    possible = (pairs["certainty"] == "possible") & (pairs["depth_m"] >= -pairs["point"].map(doubt_m))
    found = pairs[certain | possible].assign(certain=certain)
    by_village = found.groupby("point")

    answer = pd.DataFrame({"in_zone": np.where(villages.geometry.isna(), "unknown", "no")}, index=row)
    answer.loc[found["point"].unique(), "in_zone"] = "possible"
    answer.loc[found.loc[found["certain"], "point"].unique(), "in_zone"] = "definite"
    answer["zone_ids"] = by_village["zone_id"].agg(_listed)
    answer["in_zone_since"] = by_village["start"].min()
    nearest = found.sort_values("depth_m", ascending=False, kind="stable").drop_duplicates("point").set_index("point")
    words = answer["in_zone"].map(
        {"no": "in no zone", "unknown": "no position, so no answer on zones", "possible": "possibly in ", "definite": "in "}
    )
    answer["zone_reason"] = words + (answer["zone_ids"] + " (deepest: " + nearest["incident_id"] + ")").fillna("")
    return answer.set_axis(villages.index)


def _report_answer(villages: gpd.GeoDataFrame, reports: pd.DataFrame | None) -> pd.DataFrame:
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
    latest = reports.sort_values("as_of", kind="stable").drop_duplicates(["place_id", "reported_by"], keep="last")
    words = latest["status"] + " according to " + latest["reported_by"] + " (" + latest["as_of"].dt.strftime("%Y-%m-%d") + ")"
    said = pd.DataFrame({"no": latest["status"] == "inaccessible", "words": words}).groupby(latest["place_id"])
    answer["reported_inaccessible"] = villages["place_id"].map(said["no"].any()).astype("boolean")
    answer["report_reason"] = villages["place_id"].map(said["words"].agg(", ".join)).fillna(answer["report_reason"])
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

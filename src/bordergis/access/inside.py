"""The first answer: in which zones each village lies, how deep, since when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bordergis.zones import points_in_zones

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["answer_zones"]


def answer_zones(villages: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> pd.DataFrame:
    """Tell in which zones each village certainly or possibly lies, counting the precision of its own point.

    Gives ``in_zone``, ``zone_ids``, ``depth_m`` (how far the point lies inside the deepest disc or recorded outline of that certainty:
    where discs overlap, the rim of their union is at least as far), ``in_zone_since``, and ``zone_reason`` in words.
    """
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
    ranked = found.sort_values(["certain", "depth_m"], ascending=False, kind="stable").drop_duplicates("point").set_index("point")
    answer["depth_m"] = ranked["depth_m"].reindex(row).astype("float64")
    answer["in_zone_since"] = by_village["start"].min().reindex(row)
    words = answer["in_zone"].map(
        {"no": "in no zone", "unknown": "no position, so no answer on zones", "possible": "possibly in ", "definite": "in "}
    )
    answer["zone_reason"] = words + (answer["zone_ids"] + " (deepest: " + ranked["incident_id"].reindex(row).astype("str") + ")").fillna("")
    return answer


def _listed(values: pd.Series) -> str:
    return ", ".join(sorted(set(values)))

"""The first answer: in which zones each village lies, how deep, since when."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bordergis.access.nearby import radius_of
from bordergis.zones import points_in_zones

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["ZONE_WORDS", "answer_zones", "code_zones", "nothing_found", "pairs_found"]

DEFINITE, POSSIBLE, NO, UNKNOWN = range(4)
ZONE_WORDS = np.array(["definite", "possible", "no", "unknown"], dtype=object)
NO_RADIUS = "in no zone by its point, whose precision is not stated"


def answer_zones(villages: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> pd.DataFrame:
    """Tell in which zones each village certainly or possibly lies, counting the precision of its own point.

    Gives ``in_zone``, ``zone_ids``, ``depth_m`` (how far the point lies inside the deepest disc or recorded outline of that certainty:
    where discs overlap, the rim of their union is at least as far), ``in_zone_since`` (of that certainty too: a village that certainly lies
    in a zone may possibly have lain in one before), and ``zone_reason`` in words. Of a village whose precision is not stated nothing is
    certain: what its point lies in it possibly lies in, and of what its point lies outside nothing is known.
    """
    row, found = villages.index, pairs_found(villages, zones)
    told = ZONE_WORDS[code_zones(nothing_found(villages), found)]
    answer = pd.DataFrame({"in_zone": told}, index=row)
    answer["zone_ids"] = _listed(found).reindex(row).astype("str")
    ranked = found.sort_values(["certain", "depth_m"], ascending=False, kind="stable").drop_duplicates("point").set_index("point")
    answer["depth_m"] = ranked["depth_m"].reindex(row).astype("float64")
    answer["in_zone_since"] = _since(found).reindex(row)
    words = answer["in_zone"].map({"no": "in no zone", "unknown": NO_RADIUS, "possible": "possibly in ", "definite": "in "})
    words = words.mask(villages.geometry.isna(), "no position, so no answer on zones")
    answer["zone_reason"] = words + (answer["zone_ids"] + " (deepest: " + ranked["incident_id"].reindex(row).astype("str") + ")").fillna("")
    return answer


def pairs_found(villages: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> pd.DataFrame:
    """Find which villages lie in which zones, certainly or possibly, and on account of which incidents."""
    stated = pd.Series(radius_of(villages), villages.index)
    doubt_m = stated.fillna(0.0)  # as far as is known: what is not stated reaches nowhere, and is certain of nothing
    pairs = points_in_zones(villages, zones, margin_m=max(0.0, doubt_m.max()) if len(villages) else 0.0)
    certain = (pairs["certainty"] == "definite") & (pairs["depth_m"] >= pairs["point"].map(stated))
    possible = (pairs["certainty"] == "possible") & (pairs["depth_m"] >= -pairs["point"].map(doubt_m))
    doubted = (pairs["certainty"] == "definite") & (pairs["depth_m"] >= 0) & pairs["point"].map(stated).isna()
    return pairs.assign(certain=certain)[certain | possible | doubted]


def nothing_found(villages: gpd.GeoDataFrame) -> NDArray[np.int_]:
    """Give the number of the word, among :data:`ZONE_WORDS`, of each village if it is found in no zone."""
    return np.where(np.isnan(radius_of(villages)) | villages.geometry.isna(), UNKNOWN, NO)


def code_zones(outside: NDArray[np.int_], found: pd.DataFrame) -> NDArray[np.int_]:
    """Give for each village the number of its word among :data:`ZONE_WORDS`: those found in zones, and the others as they are outside."""
    code, point = outside.copy(), found["point"].to_numpy(dtype=np.int64)
    code[point] = POSSIBLE
    code[point[found["certain"].to_numpy(dtype=bool)]] = DEFINITE
    return code


def _since(found: pd.DataFrame) -> pd.Series:
    """Give the first day of each village's zones of its certainty: what was possible before it was certain is not told as certain."""
    sure = found["point"].isin(found.loc[found["certain"], "point"])
    return found[found["certain"] | ~sure].groupby("point")["start"].min()


def _listed(found: pd.DataFrame) -> pd.Series:
    """List the zones of each village in the order of their ids."""
    named = found[["point", "zone_id"]].drop_duplicates().sort_values(["point", "zone_id"])
    point, first = np.unique(named["point"].to_numpy(), return_index=True)
    ids = named["zone_id"].to_list()
    return pd.Series([", ".join(ids[begin:end]) for begin, end in pairwise([*first.tolist(), len(ids)])], index=point, dtype="str")

"""The third answer: what is reported of each village, by whom, of which day, for whom; authors who differ stand side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bordergis.errors import SchemaError
from bordergis.schema import ACCESS_REPORTS

if TYPE_CHECKING:
    import datetime as dt

    import geopandas as gpd

__all__ = ["answer_reports", "known_reports"]

NOTHING_SAID = "no report on this village"


def known_reports(villages: gpd.GeoDataFrame, reports: pd.DataFrame | None, as_of: dt.date | str | None) -> pd.DataFrame:
    """Give every report up to the date; ``counts`` tells the latest word of each author on each village.

    Raises
    ------
    SchemaError
        If the reports break their contract, name a village that is not in the layer, or come without a date to count for.
    """
    if reports is None or reports.empty:
        return ACCESS_REPORTS.empty().assign(counts=pd.Series(dtype="bool"))
    ACCESS_REPORTS.validate(reports)
    _require_listed(villages, reports)
    if as_of is None:
        raise SchemaError("access reports: say for which date with `as_of=…`, so that no report of a later day counts.")
    known = reports[reports["as_of"] <= pd.Timestamp(as_of)].reindex(
        columns=list(dict.fromkeys([*ACCESS_REPORTS.fields, *reports.columns]))
    )
    latest = known.groupby(["place_id", "reported_by"])["as_of"].transform("max")
    return known.assign(counts=known["as_of"] == latest)


def answer_reports(villages: gpd.GeoDataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Gather what is reported of each village.

    Gives ``reported`` (yes / no / conflicting / missing: of its inaccessibility), ``reported_for`` (everyone / some / missing),
    ``reported_inaccessible`` (true where anybody says so, false where all say otherwise, else missing) and ``report_reason``.
    """
    latest = known[known["counts"]]
    barred, open_ = (_by_village(latest["status"] == word, latest, villages) for word in ("inaccessible", "accessible"))
    to_all = latest["for_whom"].isna() | (latest["for_whom"] == "everyone")  # who is not told is taken as everyone
    barred_to_all, open_to_all = (
        _by_village((latest["status"] == word) & to_all, latest, villages) for word in ("inaccessible", "accessible")
    )
    reported = np.select([barred & open_, barred, open_], ["conflicting", "yes", "no"], "missing")
    everyone = np.where(barred, barred_to_all, open_to_all)
    words = (
        latest["status"] + " according to " + latest["reported_by"] + _told(latest) + " (" + latest["as_of"].dt.strftime("%Y-%m-%d") + ")"
    )
    told = villages["place_id"].map(words.groupby(latest["place_id"]).agg(", ".join))
    return pd.DataFrame(
        {
            "reported": reported,
            "reported_for": np.select([reported == "missing", everyone], ["missing", "everyone"], "some"),
            "reported_inaccessible": pd.Series(barred, villages.index, dtype="boolean").mask(reported == "missing"),
            "report_reason": told.astype("str").fillna(NOTHING_SAID),
        },
        index=villages.index,
    )


def _by_village(holds: pd.Series, reports: pd.DataFrame, villages: gpd.GeoDataFrame) -> np.ndarray:
    return villages["place_id"].isin(reports.loc[holds, "place_id"]).to_numpy()


def _told(reports: pd.DataFrame) -> pd.Series:
    """Say why and for whom, where that is told."""
    both = pd.DataFrame({"kind": reports["kind"], "whom": "for " + reports["for_whom"].astype("str")}, dtype="str")
    said = both["kind"].str.cat(both["whom"], sep=", ", na_rep="").str.strip(", ")
    return (", " + said).where(said != "", "")


def _require_listed(villages: gpd.GeoDataFrame, reports: pd.DataFrame) -> None:
    strangers = sorted(set(reports["place_id"]) - set(villages["place_id"]))
    if strangers:
        raise SchemaError(
            f"access reports: {len(strangers)} of {reports['place_id'].nunique()} villages are not in the village layer: "
            f"{', '.join(strangers[:10])}; add them to the layer or correct their place_id, so that no report is lost."
        )

"""Joining the hand-kept tables: statements to checkpoints, places to incidents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import shapely

from bordergis import schema
from bordergis.errors import SchemaError

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["incident_positions", "latest_status", "require_places"]


def latest_status(statements: pd.DataFrame, date: pd.Timestamp) -> pd.DataFrame:
    """Per checkpoint, what the latest statements that concern everyone, and are in force on a date, say."""
    ended = statements["valid_to"].notna() & (statements["valid_to"] < date)
    in_force = statements[(statements["for_whom"] == "everyone") & (statements["valid_from"] <= date) & ~ended]
    newest = in_force.groupby("checkpoint_id")["valid_from"].transform("max")
    latest = in_force[in_force["valid_from"] == newest].groupby("checkpoint_id")
    one_voice = latest["status"].min() == latest["status"].max()
    return pd.DataFrame(
        {
            "status": latest["status"].first().where(one_voice, "unclear"),
            "status_since": latest["valid_from"].first(),
            "status_reported_by": latest["reported_by"].agg(_joined),
            "status_source_url": latest["source_url"].agg(_joined),
        }
    ).reset_index()


def _joined(values: pd.Series) -> str:
    return "; ".join(dict.fromkeys(values.dropna()))


def incident_positions(places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """One row an incident: its located places as one geometry, with the coarsest class and the widest radius among them."""
    rank = places["position_class"].map({name: n for n, name in enumerate(schema.POSITION_CLASSES)})
    fine = places["position_class"].isin(schema.POSITIONED) & ~places.geometry.isna()
    any_fine = fine.groupby(places["incident_id"]).transform("any")
    used = places[fine | ~any_fine].assign(rank=rank)

    groups = used.groupby("incident_id")
    coarse = places[any_fine & ~fine].groupby("incident_id")["place_as_given"].agg(_joined)
    shapes = used[fine.reindex(used.index)].groupby("incident_id").geometry.agg(_one_geometry)
    return pd.DataFrame(
        {
            "position_class": groups["rank"].max().map(dict(enumerate(schema.POSITION_CLASSES))),
            "position_radius_m": groups["position_radius_m"].max(),
            "confidence": groups["confidence"].agg(_lowest),
            "n_places": places.groupby("incident_id").size().astype("Int64"),
            "n_places_located": fine.groupby(places["incident_id"]).sum().astype("Int64"),
            "location_note": "named, but only coarsely located: " + coarse,
            "geometry": shapes,
        }
    )


def _one_geometry(points: gpd.GeoSeries) -> shapely.Geometry:
    return points.iloc[0] if len(points) == 1 else shapely.multipoints(points.to_list())


def _lowest(confidence: pd.Series) -> str | None:
    known = [word for word in reversed(schema.CONFIDENCE) if word in set(confidence)]
    return known[0] if known else None


def require_places(layer: pd.DataFrame) -> None:
    """Refuse an incident without a row that says where it is, or that it cannot be located."""
    without = layer.loc[layer["position_class"].isna(), "incident_id"]
    if len(without):
        raise SchemaError(f"incident places: no row for {', '.join(without)}; an incident that cannot be located gets a row that says so.")

"""What cuts or slows roads: closures, zones, obstacles, and the border where no checkpoint is open; all in one kind of table.

Each function gives a table of barriers (:data:`bordergis.network.barrier_table.BARRIER_COLUMNS`); several are joined with
``pandas.concat``.
A road is never taken as passable because nothing is known of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from bordergis import geodesy
from bordergis.crs import require_same_crs
from bordergis.errors import SchemaError
from bordergis.network.barrier_table import BARRIER_COLUMNS, no_barriers
from bordergis.network.crossings import crossings, stretches_inside
from bordergis.provenance import inherit
from bordergis.schema import BORDER, CHECKPOINTS, OBSTACLES, ZONES

if TYPE_CHECKING:
    import datetime as dt

    import geopandas as gpd
    from numpy.typing import NDArray

    from bordergis.network.graph import RoadNetwork

__all__ = ["crossing_barriers", "in_force", "obstacle_barriers", "table_of", "zone_barriers"]

NO_CHECKPOINT = "no-checkpoint"
"""What a crossing of the border is called where no checkpoint is known."""

AT_CHECKPOINT_M = 300.0
"""A road that crosses the mapped line within this, or the checkpoint's own radius, is the checkpoint's: our assumption (the radius that the
embedded checkpoints have where a road was found)."""

EVERYONE = "everyone"


def zone_barriers(zones: gpd.GeoDataFrame, network: RoadNetwork) -> pd.DataFrame:
    """Cut the stretches of road that lie in zones.

    Parameters
    ----------
    zones
        Zones in force (:data:`bordergis.schema.ZONES`); those of certainty ``definite`` cut for certain, those of ``possible`` possibly.
    network
        The roads.

    Returns
    -------
    pandas.DataFrame
        Barriers of kind ``zone``, with the zone's id.

    Raises
    ------
    SchemaError
        If the zones break their contract.

    Examples
    --------
    >>> import bordergis as bg, geopandas as gpd
    >>> from shapely import LineString
    >>> roads = gpd.GeoDataFrame(
    ...     {"u": [1], "v": [2], "length_m": [21_600.0], "highway_class": ["primary"]},
    ...     geometry=[LineString([(102.6, 13.83436), (102.8, 13.83436)])], crs=4326,
    ... )
    >>> zones = bg.exclusion_zones(bg.load_incidents(), as_of="2026-01-14")
    >>> cut = bg.zone_barriers(zones, bg.build_network(roads))
    >>> set(cut["kind"]), bool((cut["from_m"] < cut["to_m"]).all())
    ({'zone'}, True)
    """
    ZONES.validate(zones)
    require_same_crs(zones, network.edges)
    found = stretches_inside(network, np.asarray(zones.geometry.array))
    zone = zones.iloc[found["area"]]
    long_m = network.lengths_m[found["edge"]]
    table = table_of(
        edge=found["edge"], from_m=found["low"] * long_m, to_m=found["high"] * long_m, barrier_id=zone["zone_id"].to_numpy(), kind="zone",
        certainty=zone["certainty"].to_numpy(),
    )  # fmt: skip
    return inherit(table, zones, network.edges, step="zone_barriers()")


def obstacle_barriers(obstacles: gpd.GeoDataFrame, network: RoadNetwork, *, as_of: dt.date | str | None = None) -> pd.DataFrame:
    """Cut roads where wire, a fence, a trench or a cordon crosses them.

    Parameters
    ----------
    obstacles
        Lines (:data:`bordergis.schema.OBSTACLES`); an obstacle is never the border.
    network
        The roads.
    as_of
        The date, local; without it every obstacle counts.

    Returns
    -------
    pandas.DataFrame
        Barriers of kind ``obstacle``, a point each.

    Raises
    ------
    SchemaError
        If the obstacles break their contract.

    Examples
    --------
    >>> import bordergis as bg, geopandas as gpd, pandas as pd
    >>> from shapely import LineString
    >>> roads = gpd.GeoDataFrame(
    ...     {"u": [1], "v": [2], "length_m": [1_110.0], "highway_class": ["primary"]},
    ...     geometry=[LineString([(103, 14), (103, 14.01)])], crs=4326,
    ... )
    >>> wire = gpd.GeoDataFrame(
    ...     {"obstacle_id": ["w"], "kind": ["wire"], "valid_from": pd.to_datetime(["2025-07-01"]), "valid_to": pd.to_datetime([None])},
    ...     geometry=[LineString([(102.9, 14.005), (103.1, 14.005)])], crs=4326,
    ... )
    >>> bg.obstacle_barriers(wire, bg.build_network(roads), as_of="2026-01-14")[["edge", "from_m", "barrier_id"]].round().to_dict("records")
    [{'edge': 0, 'from_m': 555.0, 'barrier_id': 'w'}]
    """
    OBSTACLES.validate(obstacles)
    require_same_crs(obstacles, network.edges)
    standing = obstacles if as_of is None else in_force(obstacles, as_of)
    met = crossings(network, np.asarray(standing.geometry.array))
    at_m = met["share"] * network.lengths_m[met["edge"]]
    ids = standing["obstacle_id"].to_numpy()[met["line"]]
    table = table_of(edge=met["edge"], from_m=at_m, to_m=at_m, barrier_id=ids, kind="obstacle", certainty="definite")
    return inherit(table, obstacles, network.edges, step=f"obstacle_barriers(as_of={as_of or 'any'})")


def crossing_barriers(
    network: RoadNetwork, border: gpd.GeoDataFrame, checkpoints: gpd.GeoDataFrame, *, for_whom: str | None = None
) -> pd.DataFrame:
    """Cut roads where they cross the border, unless a checkpoint on them is reported open.

    ==========================================  ====================================================================================
    at the crossing                             barrier
    ==========================================  ====================================================================================
    a checkpoint reported ``open``              none
    a checkpoint reported ``closed``            definite
    ``restricted``, ``unknown``, ``unclear`` …  possible: never taken as passable, never as shut for certain
    no checkpoint                               definite (id ``no-checkpoint``); possible where the same edge comes back over the line,
                                                for then the road may only run along it
    ==========================================  ====================================================================================

    Parameters
    ----------
    network
        The roads.
    border
        **One** line (:data:`bordergis.schema.BORDER`).
    checkpoints
        With the status on the date (:data:`bordergis.schema.CHECKPOINTS`). If there is a column ``for_whom``, the status of a row counts
        only for those it names; where it is empty, for everyone.
    for_whom
        Who wants to pass; without it, everyone.

    Returns
    -------
    pandas.DataFrame
        Barriers of kind ``checkpoint``, a point each. A road that ends at the line keeps its stub.

    Raises
    ------
    SchemaError
        If a layer breaks its contract, or there are several lines.

    Examples
    --------
    >>> import bordergis as bg, geopandas as gpd
    >>> from shapely import LineString
    >>> roads = gpd.GeoDataFrame(  # the road over the checkpoint of O'Smach
    ...     {"u": [1], "v": [2], "length_m": [3_400.0], "highway_class": ["primary"]},
    ...     geometry=[LineString([(103.700171, 14.42), (103.700171, 14.45)])], crs=4326,
    ... )
    >>> border, checkpoints = bg.load_border("osm-2026c"), bg.load_checkpoints("2026-01-14")
    >>> bg.crossing_barriers(bg.build_network(roads), border, checkpoints)[["barrier_id", "certainty"]].to_dict("records")
    [{'barrier_id': 'osmach', 'certainty': 'definite'}]
    """
    BORDER.validate(border)
    CHECKPOINTS.validate(checkpoints)
    require_same_crs(border, network.edges)
    if len(border) != 1:
        raise SchemaError(f"border: {len(border)} lines came, of one claim each; choose one, such as `load_border('osm-2026c')`.")
    met = crossings(network, np.asarray(border.geometry.array))
    near = _checkpoint_at(met, checkpoints)
    told = checkpoints.iloc[near.clip(min=0)] if len(checkpoints) else checkpoints.reindex(near)
    status = np.where(near >= 0, _status_for(told, for_whom), "none")

    turns_back = met.groupby("edge")["share"].transform("size").to_numpy() % 2 == 0
    certainty = np.select([status == "closed", (status == "none") & ~turns_back], ["definite", "definite"], "possible")
    ids = np.where(near >= 0, told["checkpoint_id"].to_numpy(dtype=object), NO_CHECKPOINT)
    at_m = met["share"] * network.lengths_m[met["edge"]]
    table = table_of(edge=met["edge"], from_m=at_m, to_m=at_m, barrier_id=ids, kind="checkpoint", certainty=certainty)
    shut = table[status != "open"].reset_index(drop=True)
    note = (
        f"{len(met)} crossings of the border by mapped roads: {int((status == 'open').sum())} at a checkpoint reported open for "
        f"{for_whom or EVERYONE}, {int(((status != 'open') & (near >= 0)).sum())} at another, {int((near < 0).sum())} at none."
    )
    step = f"crossing_barriers(for_whom={for_whom or EVERYONE})"
    return inherit(shut, network.edges, border, checkpoints, step=step, notes=[note])


def _checkpoint_at(met: pd.DataFrame, checkpoints: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Row of the nearest checkpoint whose radius a crossing lies in; -1 where there is none."""
    lonlat = shapely.get_coordinates(np.asarray(checkpoints.geometry.array))
    if not len(lonlat) or met.empty:
        return np.full(len(met), -1)
    radius_m = checkpoints.get("position_radius_m", pd.Series(np.nan, checkpoints.index)).fillna(0.0).to_numpy(dtype=float)
    reach_m = np.maximum(radius_m, AT_CHECKPOINT_M)
    pairs = geodesy.pairs_within(met["lon"].to_numpy(), met["lat"].to_numpy(), lonlat[:, 0], lonlat[:, 1], reach_m)
    order = np.lexsort((pairs.disc, pairs.distance_m, pairs.point))
    point, first = np.unique(pairs.point[order], return_index=True)
    near = np.full(len(met), -1)
    near[point] = pairs.disc[order][first]
    return near


def _status_for(checkpoints: gpd.GeoDataFrame, for_whom: str | None) -> NDArray[np.object_]:
    """Give the status that concerns those who ask; of others' status nothing follows for them."""
    status = checkpoints["status"].to_numpy(dtype=object)
    if "for_whom" not in checkpoints:
        return status
    concerned = checkpoints["for_whom"].isna() | checkpoints["for_whom"].isin([EVERYONE, for_whom or EVERYONE])
    return np.where(concerned, status, "unknown")


def in_force(rows: gpd.GeoDataFrame, as_of: dt.date | str) -> gpd.GeoDataFrame:
    """Choose the rows that hold on a date: from their first day to their last, or on and on where none is told."""
    date = pd.Timestamp(as_of)
    return rows[(rows["valid_from"] <= date) & (rows["valid_to"].isna() | (rows["valid_to"] >= date))]


def table_of(**columns: object) -> pd.DataFrame:
    """Make a table of barriers; without a factor they block, without a candidate there is one.

    Examples
    --------
    >>> table_of(edge=[3], from_m=1.0, to_m=2.0, barrier_id="b", kind="zone", certainty="definite")["factor"].to_list()
    [inf]
    """
    length = len(columns["edge"])  # type: ignore[arg-type]  # the edges are always a column
    if not length:
        return no_barriers()
    told = {"factor": np.inf, "candidate": 0, **columns}
    table = pd.DataFrame({name: np.broadcast_to(np.asarray(told[name]), length) for name in BARRIER_COLUMNS})
    return table.astype(BARRIER_COLUMNS)

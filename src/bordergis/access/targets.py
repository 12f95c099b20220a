"""What a village must be able to reach: named target sets, built from layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from bordergis import datasets
from bordergis.border import distance_to_border, side_of_border
from bordergis.crs import LONLAT
from bordergis.provenance import inherit
from bordergis.schema import CAMPS, CHECKPOINTS, FACILITIES, PLACES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bordergis.network import RoadNetwork
    from bordergis.schema import Contract

__all__ = ["OWN_NETWORK", "TARGET_SETS", "no_targets", "own_network", "target_sets"]

OWN_NETWORK = "own-network"
TOWNS = ("town", "district_seat")
COUNTRIES = ("KHM", "THA")
OUT_OF_USE = ("closed", "destroyed")


def _towns(places: gpd.GeoDataFrame) -> pd.Series:
    return places.get("kind", pd.Series("", places.index)).isin(TOWNS)


def _hospitals(facilities: gpd.GeoDataFrame) -> pd.Series:
    in_use = ~facilities["status"].isin(OUT_OF_USE) if "status" in facilities else True
    return (facilities["kind"] == "hospital") & in_use


def _open(checkpoints: gpd.GeoDataFrame) -> pd.Series:
    return checkpoints["status"] == "open"


def _all(layer: gpd.GeoDataFrame) -> pd.Series:
    return pd.Series(data=True, index=layer.index)


@dataclass(frozen=True)
class _Source:
    """From which layer a set is built, which rows are meant, and how they are called."""

    layer: str
    contract: Contract
    key: str
    chosen: Callable[[gpd.GeoDataFrame], pd.Series]
    words: str
    national: bool


TARGET_SETS: Mapping[str, _Source] = {
    "district-town": _Source("places", PLACES, "place_id", _towns, "a town or district seat", national=True),
    "hospital": _Source("facilities", FACILITIES, "facility_id", _hospitals, "a hospital not reported closed", national=True),
    "checkpoint": _Source("checkpoints", CHECKPOINTS, "checkpoint_id", _open, "reported open on the date", national=False),
    "camp": _Source("camps", CAMPS, "camp_id", _all, "known to a point", national=False),
}
"""The sets that are built from a layer alone."""


def target_sets(  # noqa: PLR0913  a layer for each kind of target, and the line that tells the country
    names: Iterable[str] = ("district-town", "hospital"),
    *,
    places: gpd.GeoDataFrame | None = None,
    facilities: gpd.GeoDataFrame | None = None,
    checkpoints: gpd.GeoDataFrame | None = None,
    camps: gpd.GeoDataFrame | None = None,
    border: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Build named target sets from layers; a set that cannot be built stands as one row without a position, which says why.

    ==================  ====================================================================================================
    set                 its targets
    ==================  ====================================================================================================
    ``district-town``   places of kind town or district_seat
    ``hospital``        facilities of kind hospital that are not reported closed or destroyed
    ``checkpoint``      checkpoints reported open on the date of their layer
    ``camp``            displacement camps with a position
    ==================  ====================================================================================================

    Towns and hospitals serve the villages of their own country, as their layer lists it, or by the side of ``border`` on which they
    lie: nobody is cut off from a hospital because the only ones in the layer lie across a closed border. Add rows of your own for other
    sets: any ``target_set`` is a set. A row with ``for_country`` is a target only of villages of that country.

    Parameters
    ----------
    names
        The sets.
    places, facilities, checkpoints, camps
        The layers they are built from, each under its contract.
    border
        The line of one source, for towns and hospitals whose layer does not say the country; one too near to it to tell serves both.

    Returns
    -------
    geopandas.GeoDataFrame
        Targets (:data:`bordergis.schema.TARGETS`).

    Raises
    ------
    UnknownNameError
        If there is no such set.
    SchemaError
        If a layer breaks its contract.

    Examples
    --------
    >>> import bordergis as bg
    >>> targets = bg.target_sets(["district-town", "hospital"], places=bg.load_places())
    >>> targets.groupby("target_set")["geometry"].count().to_dict()
    {'district-town': 14, 'hospital': 0}
    >>> targets["note"].iloc[-1]
    'no layer of facilities was given'
    """
    layers = {"places": places, "facilities": facilities, "checkpoints": checkpoints, "camps": camps}
    asked = list(dict.fromkeys(names))
    for name in asked:
        datasets.require_known("target set", name, TARGET_SETS)
    given = [layer for layer in layers.values() if layer is not None]
    rows = pd.concat([_one_set(name, layers, border) for name in asked], ignore_index=True)
    return inherit(gpd.GeoDataFrame(rows, geometry="geometry", crs=LONLAT), *given, step=f"target_sets({', '.join(asked)})")


def _one_set(name: str, layers: Mapping[str, gpd.GeoDataFrame | None], border: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    source = TARGET_SETS[name]
    layer = layers[source.layer]
    if layer is None:
        return no_targets(name, f"no layer of {source.layer} was given")
    source.contract.validate(layer)
    meant = layer[source.chosen(layer)]
    located = meant[~meant.geometry.isna()]
    if located.empty:
        return no_targets(name, f"of {len(layer)} {source.layer} none is {source.words}")
    named = located["name"].fillna(located[source.key])
    note = f"{len(located)} of {len(layer)} {source.layer}: {source.words}"
    whose = _country(located, border) if source.national else pd.Series(pd.NA, located.index, dtype="str")
    told = {"target_set": name, "target_id": located[source.key], "name": named, "for_country": whose, "note": note}
    return gpd.GeoDataFrame(told, geometry=located.geometry, crs=layer.crs)


def _country(layer: gpd.GeoDataFrame, border: gpd.GeoDataFrame | None) -> pd.Series:
    """Say whose villages each place serves: as its layer lists it, else by its side of the line; missing where neither tells."""
    listed = layer.get("country", pd.Series(pd.NA, layer.index)).astype("str")
    side = pd.Series(pd.NA, layer.index) if border is None else side_of_border(layer, border)
    found = listed.where(listed.isin(COUNTRIES), side)
    return found.where(found.isin(COUNTRIES)).astype("str")


def no_targets(name: str, why: str) -> gpd.GeoDataFrame:
    """Give the one row, without a position, of a set that cannot be built."""
    row = {"target_set": [name], "target_id": [f"{name}:none"], "name": ["none"], "note": [why]}
    return gpd.GeoDataFrame(row, geometry=gpd.GeoSeries([None], crs=LONLAT))


INLAND_M = 20_000.0
"""How far from the line a country's main roads count as its own network; an assumption, stated with the targets."""
MAIN_ROADS = ("motorway", "trunk", "primary")


def own_network(network: RoadNetwork, border: gpd.GeoDataFrame, *, inland_m: float = INLAND_M) -> gpd.GeoDataFrame:
    """Make the target set ``own-network``: for villages of each country, the junctions of its own main roads, away from the line.

    A village that reaches none of them is cut off from its own country, whatever it may reach on the other side.

    Parameters
    ----------
    network
        The roads (:func:`bordergis.build_network`).
    border
        The line of one source; it decides on which side a junction lies.
    inland_m
        Metres from the line from which on a junction counts; an assumption.

    Returns
    -------
    geopandas.GeoDataFrame
        Targets (:data:`bordergis.schema.TARGETS`) with ``for_country``; join them to others with :func:`pandas.concat`.

    Examples
    --------
    >>> import bordergis as bg
    >>> from shapely import LineString
    >>> road = gpd.GeoDataFrame(
    ...     {"u": [1], "v": [2], "length_m": [60_000.0], "highway_class": ["primary"], "ref": ["68"]},
    ...     geometry=[LineString([(103.55, 13.85), (103.5, 14.2)])], crs=4326,
    ... )
    >>> bg.own_network(bg.build_network(road), bg.load_border("osm-2026c"))["for_country"].to_list()
    ['KHM']
    """
    main = network.edges["highway_class"].isin(MAIN_ROADS).to_numpy()
    node = np.unique(np.concatenate([network.u[main], network.v[main]]))
    points = gpd.GeoDataFrame({"node": node}, geometry=gpd.points_from_xy(*network.nodes[node].T), crs=LONLAT)
    if points.empty:
        return no_targets(OWN_NETWORK, f"no road of class {', '.join(MAIN_ROADS)} is mapped")
    inland = points[(distance_to_border(points, border) >= inland_m).to_numpy()]
    side = side_of_border(inland, border)
    sided = inland[side.isin(["KHM", "THA"])].assign(for_country=side)
    if sided.empty:
        return no_targets(OWN_NETWORK, f"no junction of main roads lies {inland_m / 1_000:g} km or more from the line")
    sided["target_id"] = "node " + sided.pop("node").astype(str)
    note = f"junctions of {', '.join(MAIN_ROADS)} roads, {inland_m / 1_000:g} km or more from the line"
    named = sided.assign(target_set=OWN_NETWORK, name="the main roads of " + sided["for_country"], note=note).reset_index(drop=True)
    return inherit(named, network.edges, border, step=f"own_network(inland_m={inland_m:g})")

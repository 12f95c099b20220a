"""How fast a road is taken to be: a table of class and surface, each number with its source."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bordergis import datasets
from bordergis.errors import RuleError
from bordergis.provenance import inherit
from bordergis.schema import ROAD_SPEEDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["DEFAULT_SPEEDS", "load_speeds", "road_speeds"]

DEFAULT_SPEEDS = "osrm-car"

ANY = "*"
"""The class that stands for every class without a row of its own."""


def load_speeds(preset: str = DEFAULT_SPEEDS) -> pd.DataFrame:
    """Read a table of road speeds: for each class of road, and for each surface, km/h and where the number comes from.

    Parameters
    ----------
    preset
        ``osrm-car``: the speeds of a car by the profile of the Open Source Routing Machine, completed for tracks and paths.

    Returns
    -------
    pandas.DataFrame
        A row a class, or a surface (:data:`bordergis.schema.ROAD_SPEEDS`). Change the numbers and pass your table to
        :func:`build_network`; a speed without a citation is refused.

    Raises
    ------
    UnknownNameError
        If there is no such preset.

    Examples
    --------
    >>> speeds = load_speeds()
    >>> speeds.set_index("highway_class").loc[["primary", "minor", "track"], "kmh"].to_list()
    [65.0, 25.0, 20.0]
    """
    presets = _presets()
    datasets.require_known("table of road speeds", preset, presets)
    speeds = pd.DataFrame(
        {"highway_class": road, "surface": surface, "kmh": float(row["kmh"]), "certainty": row["certainty"], "citation": row["citation"]}
        for row in presets[preset]["speeds"]
        for road in row.get("highway_classes", [ANY])
        for surface in row.get("surfaces", [None])
    ).astype({"surface": "str"})
    ROAD_SPEEDS.validate(speeds)
    return inherit(speeds, step=f"load_speeds({preset})", sources=presets[preset]["source_ids"])


def road_speeds(roads: gpd.GeoDataFrame, speeds: pd.DataFrame) -> NDArray[np.float64]:
    """Give the speed on every edge, in km/h.

    A row for the class **and** the surface goes before all. Else the row of the class holds, else the row of ``*``; but no road is
    faster than the row of its surface for ``*`` allows. A surface without a row, or not told, changes nothing. What ``brunnel`` calls a
    ferry is of class ``ferry``, whatever road it belongs to; a ford is as fast as its road, for no source gives it a speed.

    Raises
    ------
    RuleError
        If a class has no speed and there is no row for ``*``, or a class and surface have two.

    Examples
    --------
    >>> roads = pd.DataFrame({"highway_class": ["primary", "primary"], "surface": ["asphalt", "gravel"]})
    >>> road_speeds(roads, load_speeds())
    array([65., 40.])
    """
    table = _by_class_and_surface(speeds)
    road = roads["highway_class"].to_numpy()
    if "brunnel" in roads:
        road = np.where(roads["brunnel"] == "ferry", "ferry", road)
    surface = roads["surface"].fillna("").to_numpy() if "surface" in roads else np.full(len(roads), "")
    pairs, row = np.unique(np.array([road, surface], dtype=object).astype("str"), axis=1, return_inverse=True)
    _require_all(pairs[0], table)
    return np.array([_speed(table, kind, ground) for kind, ground in pairs.T], dtype=float)[row.reshape(-1)]


def _speed(table: Mapping[tuple[str, str], float], kind: str, ground: str) -> float:
    if ground and (kind, ground) in table:
        return table[kind, ground]
    usual = table.get((kind, ""), table.get((ANY, ""), np.nan))
    return min(usual, table.get((ANY, ground), np.inf)) if ground else usual


def _by_class_and_surface(speeds: pd.DataFrame) -> dict[tuple[str, str], float]:
    surface = speeds["surface"].fillna("") if "surface" in speeds else pd.Series("", speeds.index)
    twice = pd.DataFrame({"class": speeds["highway_class"], "surface": surface}).duplicated()
    if twice.any():
        raise RuleError(f"Two speeds for the same class and surface: {', '.join(sorted(speeds.loc[twice, 'highway_class']))}; keep one.")
    return dict(zip(zip(speeds["highway_class"], surface, strict=True), speeds["kmh"], strict=True))


def _require_all(kinds: NDArray[Any], table: Mapping[tuple[str, str], float]) -> None:
    missing = [] if (ANY, "") in table else sorted({str(kind) for kind in kinds if (kind, "") not in table})
    if missing:
        raise RuleError(
            f"The speeds do not speak of these classes of road: {', '.join(missing)}; add a row for each, or one for the class `*`, "
            "which stands for all others."
        )


def _presets() -> Mapping[str, Mapping[str, Any]]:
    with datasets.path("facts/road_speeds.toml").open("rb") as file:
        return {preset["id"]: preset for preset in tomllib.load(file)["preset"]}

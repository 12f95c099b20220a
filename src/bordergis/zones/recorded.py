"""Areas that somebody recorded or told people to keep out of, as zones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bordergis.buffers import SAGITTA_M, circles, facet_counts, geodesic_buffer, sagitta_m
from bordergis.errors import SchemaError
from bordergis.provenance import inherit
from bordergis.schema import ADMIN_AREAS, HAZARDS, RESTRICTED_AREAS

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["areas_of_units", "recorded_zones"]

IN_FORCE = ("suspected", "confirmed", "reduced")
"""Recorded classes under which an area is still hazardous (IMAS 07.11); cancelled and cleared areas are released."""


def areas_of_units(units: gpd.GeoDataFrame, listed: pd.DataFrame) -> gpd.GeoDataFrame:
    """Make restricted areas of a list of administrative units, such as red and yellow subdistricts.

    Parameters
    ----------
    units
        Administrative areas (:data:`bordergis.schema.ADMIN_AREAS`).
    listed
        ``pcode``, ``zone_class``, ``valid_from``, ``valid_to`` (missing while it lasts) and ``citation``, a row a unit.

    Returns
    -------
    geopandas.GeoDataFrame
        Restricted areas (:data:`bordergis.schema.RESTRICTED_AREAS`) for :func:`bordergis.exclusion_zones`.

    Raises
    ------
    SchemaError
        If a listed unit is not in the layer; every missing code is named.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> from shapely import box
    >>> units = gpd.GeoDataFrame(
    ...     {"pcode": ["TH3304"], "level": [2], "name": ["Kantharalak"], "country": ["THA"]}, geometry=[box(104, 14, 105, 15)], crs=4326
    ... )
    >>> day = pd.to_datetime(["2025-12-07"])
    >>> red = pd.DataFrame({"pcode": "TH3304", "zone_class": "red", "valid_from": day, "valid_to": pd.NaT, "citation": "a test"})
    >>> areas_of_units(units, red)["area_id"].to_list()
    ['TH3304:2025-12-07']
    """
    ADMIN_AREAS.validate(units)
    strangers = sorted(set(listed["pcode"]) - set(units["pcode"]))
    if strangers:
        raise SchemaError(
            f"{len(strangers)} of the listed units are not in the layer: {', '.join(strangers)}; add them or correct the codes."
        )
    found = listed.merge(units[["pcode", "name", "geometry"]], on="pcode", how="left", validate="many_to_one")
    found["area_id"] = found["pcode"] + ":" + found["valid_from"].dt.strftime("%Y-%m-%d")
    areas = gpd.GeoDataFrame(found, geometry="geometry", crs=units.crs)
    areas["valid_to"] = pd.to_datetime(areas["valid_to"]).astype("datetime64[s]")
    RESTRICTED_AREAS.validate(areas)
    return inherit(areas, units, listed, step="areas_of_units()")


def recorded_zones(hazards: gpd.GeoDataFrame | None, areas: gpd.GeoDataFrame | None, date: pd.Timestamp) -> list[dict[str, object]]:
    """Give the zones of recorded hazard areas and restricted areas in force on a date, a row an area.

    A recorded outline is a definite zone; one whose precision is stated is two, what it covers wherever it lies and what it may cover. A
    recorded point has no extent of which anything would hold for every position that it may have, so its disc of precision is a possible
    zone only.
    """
    rows: list[dict[str, object]] = []
    if hazards is not None and len(hazards):
        HAZARDS.validate(hazards)
        known = hazards[hazards["recorded_on"] <= date].sort_values("recorded_on", kind="stable")
        latest = known.drop_duplicates("hazard_id", keep="last")
        current = latest[latest["kind"].isin(IN_FORCE)]
        said = current.get("reported_by", pd.Series("mine-action record", current.index)).fillna("mine-action record")
        current = current.assign(zone_class="hazard-" + current["kind"], area_id=current["hazard_id"], citation="recorded area: " + said)
        current = current.assign(valid_from=current["recorded_on"], valid_to=pd.NaT, **_drawn(current))
        current = _in_doubt(current.assign(zone_id=current["zone_class"] + ":" + current["area_id"]))
        rows += [_row(row) for row in current.itertuples()]
    if areas is not None and len(areas):
        RESTRICTED_AREAS.validate(areas)
        ended = areas["valid_to"].notna() & (areas["valid_to"] < date)
        told = areas[(areas["valid_from"] <= date) & ~ended]
        told = told.assign(zone_id=told["zone_class"] + ":" + told["area_id"], certainty="definite", discs=[()] * len(told))
        rows += [_row(row) for row in told.itertuples()]
    return rows


def _drawn(hazards: gpd.GeoDataFrame) -> dict[str, object]:
    """Draw a recorded point as the disc of its precision; an area stays as it is. With the certainty and the discs of both."""
    shapes = hazards.geometry.array.to_numpy().copy()
    point = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    discs = np.fromiter((() for _ in shapes), object, len(shapes))
    if point.any():
        lonlat, radius_m = shapely.get_coordinates(shapes[point]), _precision_m(hazards[point])
        shapes[point] = circles(lonlat, radius_m, int(facet_counts(radius_m, None).max()))
        days = hazards.loc[point, "recorded_on"].dt.strftime("%Y-%m-%d")
        told = zip(hazards.loc[point, "hazard_id"], *lonlat.T.tolist(), radius_m.tolist(), days, strict=True)
        discs[point] = np.fromiter(((disc,) for disc in told), object, len(radius_m))
    return {"certainty": np.where(point, "possible", "definite"), "discs": discs, "geometry": shapes}


def _in_doubt(zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Part each outline of a stated precision in two: what lies deeper inside it than that, and what it reaches if grown by it.

    A drawn buffer runs up to its sagitta inside the true one. So much is added, so that a drawn definite zone is never too large, nor a
    possible one too small.
    """
    zones = zones.reset_index(drop=True)
    radius_m = zones.get("position_radius_m", pd.Series(np.nan, zones.index))
    blurred = (zones["certainty"] == "definite") & (radius_m > 0)
    if not blurred.any():
        return zones
    some, reach_m = zones[blurred], radius_m[blurred]
    reach_m = reach_m + sagitta_m(reach_m.to_numpy(dtype=float) + SAGITTA_M)
    rims = geodesic_buffer(some.set_geometry(some.boundary), reach_m).geometry
    deep = some.set_geometry(some.geometry.difference(rims)).assign(zone_id=some["zone_id"] + ":definite")
    wide = geodesic_buffer(some, reach_m).assign(zone_id=some["zone_id"] + ":possible", certainty="possible")
    parted = pd.concat([zones[~blurred], deep[~deep.is_empty], wide])
    return parted.sort_index(kind="stable")


def _precision_m(points: gpd.GeoDataFrame) -> NDArray[np.float64]:
    radius_m = points.get("position_radius_m", pd.Series(dtype=float)).reindex(points.index).to_numpy(dtype=float)
    if not (radius_m > 0).all():
        names = ", ".join(points["hazard_id"][~(radius_m > 0)])
        raise SchemaError(f"hazards: a point needs a `position_radius_m` to be drawn; missing for {names}.")
    return radius_m


def _row(area: Any) -> dict[str, object]:  # noqa: ANN401  a row of a table, its cells by name
    return {
        "zone_id": area.zone_id,
        "certainty": area.certainty,
        "rule_id": area.zone_class,
        "radius_m": float("nan"),
        "members": (area.area_id,),
        "n_members": 1,
        "start": area.valid_from,
        "end": area.valid_to,
        "citation": area.citation,
        "discs": area.discs,
        "geometry": area.geometry,
    }

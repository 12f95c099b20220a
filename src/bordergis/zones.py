"""Buffers and exclusion zones.

A *buffer* is the area within a geodesic distance of one feature. An *exclusion zone* is the union of buffers that a rule makes of the
incidents in force on a date. Rules are data, each number with its citation; users replace them. Nothing here is a safety distance, and
no area outside a zone is called safe.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bordergis import datasets, geodesy
from bordergis.crs import LONLAT, require_lonlat, require_same_crs
from bordergis.errors import GeometryKindError, RuleError, UnitError
from bordergis.provenance import inherit
from bordergis.schema import INCIDENTS, POSITIONED, RULES, ZONES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

__all__ = ["exclusion_zones", "geodesic_buffer", "load_rules", "near_zones", "points_in_zones", "rule_presets"]

SAGITTA_SHARE = 1e-4
SAGITTA_M = 1.0
"""Default accuracy of a buffer's outline: 1 m, or 0.01 % of the radius where that is more (docs/methods.md, "Buffers")."""

POLE_MARGIN_DEG = 89.0
SEAM_DEG = 179.0

DEFAULT_RULES = "acled-by-type"


def geodesic_buffer(layer: gpd.GeoDataFrame, distance_m: float | pd.Series, *, accuracy_m: float | None = None) -> gpd.GeoDataFrame:
    """Draw the area within a distance of each feature, on the ellipsoid.

    Every vertex of the outline lies at exactly ``distance_m`` from the feature; between two vertices the outline runs at most
    ``accuracy_m`` inside it. To decide whether a point lies within a distance, measure the distance; an outline is for drawing and export.

    Parameters
    ----------
    layer
        Points, lines or polygons, lon/lat.
    distance_m
        Metres: one number, or a ``Series`` on the index of ``layer``.
    accuracy_m
        Largest sagitta of the outline in metres; by default 1 m or 0.01 % of the distance, whichever is more.

    Returns
    -------
    geopandas.GeoDataFrame
        The layer with its buffers as geometry; a row without a geometry stays without one.

    Raises
    ------
    MissingCRSError, CRSMismatchError
        If the layer is not lon/lat.
    UnitError
        If a distance is not a positive, finite number of metres.
    GeometryKindError
        If a buffer would reach a pole or the 180° meridian.

    Examples
    --------
    >>> import bordergis as bg
    >>> round_osmach = bg.geodesic_buffer(bg.load_checkpoints().query("checkpoint_id == 'osmach'"), 10_000)
    >>> round(float(round_osmach.to_crs("+proj=cea +ellps=WGS84").area.sum()) / 1e6, 1)  # pi r squared = 314.2 km²
    314.1
    """
    require_lonlat(layer)
    radius_m = _radii(distance_m, layer)
    shapes = np.asarray(layer.geometry.array)
    known = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    _require_mid_latitudes(shapes[known], radius_m[known])

    outline = np.full(len(layer), None, dtype=object)
    for n in np.unique(_facet_counts(radius_m, accuracy_m)):
        some = known & (_facet_counts(radius_m, accuracy_m) == n)
        outline[some] = _buffers(shapes[some], radius_m[some], int(n))

    result = layer.set_geometry(gpd.GeoSeries(outline, index=layer.index, crs=layer.crs))
    return inherit(result, layer, step=f"geodesic_buffer(distance_m={_range(radius_m)})")


def load_rules(preset: str = DEFAULT_RULES) -> pd.DataFrame:
    """Read a table of zone rules: for each event type a radius, a lifetime and where the numbers come from.

    Parameters
    ----------
    preset
        One of :func:`rule_presets`.

    Returns
    -------
    pandas.DataFrame
        A row an event type (:data:`bordergis.schema.RULES`). A missing radius says that the type makes no zone, and the citation says
        why. Change the numbers and pass your table to :func:`exclusion_zones`; a rule without a citation is refused.

    Raises
    ------
    UnknownNameError
        If there is no such preset.

    Examples
    --------
    >>> load_rules().set_index("event_type").loc["Air/drone strike", "radius_m"].item()
    5000.0
    """
    presets = _presets()
    datasets.require_known("rule preset", preset, presets)
    chosen = presets[preset]
    rules = pd.DataFrame(
        {
            "rule_id": rule["rule_id"],
            "event_type": event_type,
            "radius_m": float(rule.get("radius_m", np.nan)),
            "lifetime_days": int(rule["lifetime_days"]),
            "citation": rule["citation"],
        }
        for rule in presets[DEFAULT_RULES]["rules"]
        for event_type in rule["event_types"]
    )
    if "rules" not in chosen:
        zoned = rules["radius_m"].notna()
        same = ("rule_id", preset), *((name, chosen[f"same_{name}"]) for name in ("radius_m", "lifetime_days", "citation"))
        for name, value in same:
            rules.loc[zoned, name] = value
    RULES.validate(rules)
    return inherit(rules, step=f"load_rules({preset})", sources=chosen["source_ids"])


def rule_presets() -> pd.DataFrame:
    """List the rule tables that come with bordergis, with what each is for.

    Examples
    --------
    >>> list(rule_presets().index)
    ['acled-by-type', 'acled-1km', 'acled-2km', 'acled-5km']
    """
    return pd.DataFrame({name: {"title": preset["title"]} for name, preset in _presets().items()}).T.rename_axis("preset")


def exclusion_zones(incidents: gpd.GeoDataFrame, *, as_of: dt.date | str, rules: pd.DataFrame | str = DEFAULT_RULES) -> gpd.GeoDataFrame:
    """Build the zones that a set of rules makes of the incidents in force on a date.

    For each rule there are up to two zones. The **possible** zone reaches the rule's radius from *some* position the incident may have
    had (radius plus location precision); the **definite** zone is within the radius of *every* such position (radius less precision). An
    incident known only to a subdistrict or wider makes no zone: it is counted in the provenance, never drawn as a point.

    Parameters
    ----------
    incidents
        Incidents (:data:`bordergis.schema.INCIDENTS`).
    as_of
        The date, local (UTC+7). An incident is in force from its first day until its rule's lifetime after its last day.
    rules
        The name of a preset, or a table of your own (:data:`bordergis.schema.RULES`).

    Returns
    -------
    geopandas.GeoDataFrame
        A row a rule and certainty (:data:`bordergis.schema.ZONES`): ``members`` and ``discs`` say what it is made of, ``start`` and
        ``end`` when it is in force. Empty if nothing is in force.

    Raises
    ------
    SchemaError
        If the incidents or the rules break their contract.
    RuleError
        If the rules do not speak of an event type of the incidents; nothing is left without a zone by oversight.

    Examples
    --------
    >>> import bordergis as bg
    >>> zones = bg.exclusion_zones(bg.load_incidents(), as_of="2026-01-14")
    >>> sorted(zones["certainty"].unique())
    ['definite', 'possible']
    """
    INCIDENTS.validate(incidents)
    table = load_rules(rules) if isinstance(rules, str) else rules
    RULES.validate(table)
    _require_rules(incidents, table)

    date = pd.Timestamp(as_of)
    ruled = incidents.merge(table, on="event_type", how="left").set_axis(incidents.index)
    begun = ruled["date_start"] <= date
    unruled = begun & ruled["radius_m"].isna()
    over = ruled["date_end"] + pd.to_timedelta(ruled["lifetime_days"], unit="D")
    in_force = begun & ~unruled & (over >= date)
    fine = ruled["position_class"].isin(POSITIONED) & ~ruled.geometry.isna() & ruled["position_radius_m"].notna()

    discs = _discs(ruled[in_force & fine], over)
    zones = _union_by_rule(discs)
    ZONES.validate(zones)
    counts = {
        "in the layer": len(incidents),
        "after this date": int((~begun).sum()),
        "of a kind that makes no zone (finds, visits, agreements, statements)": int(unruled.sum()),
        "no longer in force": int((begun & ~unruled & ~in_force).sum()),
        "in force but placed only to a subdistrict or wider, or to no stated precision, so in no zone": int((in_force & ~fine).sum()),
        "in force and in a zone": int((in_force & fine).sum()),
    }
    name = rules if isinstance(rules, str) else "own table"
    return inherit(
        zones,
        incidents,
        table,
        step=f"exclusion_zones(as_of={date.date()}, rules={name})",
        notes=["Incidents " + "; ".join(f"{words}: {n}" for words, n in counts.items()) + "."],
    )


def points_in_zones(points: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, *, margin_m: float = 0.0) -> pd.DataFrame:
    """Find every zone each point lies in, and the incidents that put it there, by distance (not by the zone's outline).

    Parameters
    ----------
    points
        Points, lon/lat. A row without a position is in no zone.
    zones
        Zones (:data:`bordergis.schema.ZONES`).
    margin_m
        Also give points up to this many metres outside a rim; their depth is negative.

    Returns
    -------
    pandas.DataFrame
        A row a point, zone and incident: ``point`` (index label of ``points``), ``zone_id``, ``certainty``, ``incident_id``, ``start``
        (first day of that incident) and ``depth_m`` (how far inside the incident's part of the zone the point lies).

    Raises
    ------
    MissingCRSError, CRSMismatchError, SchemaError
        If a layer is not lon/lat, or the zones break their contract.
    GeometryKindError
        If ``points`` holds anything but points.

    Examples
    --------
    >>> import bordergis as bg
    >>> zones = bg.exclusion_zones(bg.load_incidents(), as_of="2026-01-14")
    >>> places = bg.load_places().set_index("place_id")
    >>> pairs = bg.points_in_zones(places.loc[["ban-nong-samet"]], zones)
    >>> pairs.loc[pairs["certainty"] == "definite", ["zone_id", "incident_id"]].to_dict("records")
    [{'zone_id': 'explosions-5km:definite', 'incident_id': 'KT077'}]
    """
    require_same_crs(points, zones)
    require_lonlat(points)
    ZONES.validate(zones)
    shapes = np.asarray(points.geometry.array)
    known = np.flatnonzero(~shapely.is_missing(shapes) & ~shapely.is_empty(shapes))
    kinds = set(points.geometry.geom_type.iloc[known]) - {"Point"}
    if kinds:
        raise GeometryKindError(f"Membership is decided for points; the layer also holds {', '.join(sorted(kinds))}.")

    lonlat = shapely.get_coordinates(shapes[known])
    disc = zones[["zone_id", "certainty", "discs"]].explode("discs", ignore_index=True)
    parts = pd.DataFrame(disc.pop("discs").to_list(), columns=["incident_id", "lon", "lat", "radius_m", "start"])
    parts = parts.astype({"incident_id": "str"})  # also where there is no disc at all
    disc_lon, disc_lat, radius_m = parts[["lon", "lat", "radius_m"]].to_numpy(dtype=float).T
    found = geodesy.pairs_within(lonlat[:, 0], lonlat[:, 1], disc_lon, disc_lat, radius_m + margin_m)

    pairs = disc.join(parts[["incident_id", "start"]]).iloc[found.disc].reset_index(drop=True)
    pairs.insert(0, "point", points.index.take(known[found.point]))
    pairs["start"] = pd.to_datetime(pairs["start"]).astype("datetime64[s]")
    pairs["depth_m"] = radius_m[found.disc] - found.distance_m
    deepest = pairs.sort_values("depth_m", ascending=False, kind="stable").drop_duplicates(["point", "zone_id", "incident_id"])
    return inherit(deepest.sort_index(ignore_index=True), points, zones, step=f"points_in_zones(margin_m={margin_m:g})")


def near_zones(points: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, within_m: float = 0.0) -> gpd.GeoDataFrame:
    """Choose the points inside the zones or within a distance of their rims, and say which of them are so for certain.

    Parameters
    ----------
    points
        Points with their precision in ``position_radius_m`` (none counts as exact).
    zones
        Zones (:data:`bordergis.schema.ZONES`).
    within_m
        Metres outside a rim; 0 for the inside alone.

    Returns
    -------
    geopandas.GeoDataFrame
        The points, deepest first, with ``distance_m`` from the nearest rim of a possible zone (negative inside it) and ``certain``:
        ``definite`` where it holds for every position that the incidents and the point may have, ``possible`` where for some.

    Raises
    ------
    UnitError
        If ``within_m`` is negative or not finite.

    Examples
    --------
    >>> import bordergis as bg
    >>> zones = bg.exclusion_zones(bg.load_incidents(), as_of="2026-01-14")
    >>> inside = bg.near_zones(bg.load_villages(), zones).set_index("place_id")
    >>> inside.loc["ban-nong-samet", "certain"]
    'definite'
    """
    if not (isinstance(within_m, (int, float)) and np.isfinite(within_m) and within_m >= 0):
        raise UnitError(f"{within_m!r} is not a distance in metres; give such as 10_000 for 10 km.")
    rows = points.set_axis(pd.RangeIndex(len(points)))
    doubt_m = rows.get("position_radius_m", pd.Series(0.0, rows.index)).fillna(0.0)
    widest = float(doubt_m.max()) if len(rows) else 0.0
    pairs = points_in_zones(rows, zones, margin_m=within_m + widest)
    slack_m = pairs["depth_m"] + within_m
    doubt = pairs["point"].map(doubt_m)
    certain = pairs.loc[(pairs["certainty"] == "definite") & (slack_m >= doubt), "point"].unique()
    nearby = pairs[(pairs["certainty"] == "possible") & (slack_m >= -doubt)]
    distance_m = -nearby.groupby("point")["depth_m"].max()
    chosen = rows.loc[distance_m.index].assign(distance_m=distance_m)
    chosen["certain"] = np.where(chosen.index.isin(certain), "definite", "possible")
    chosen = chosen.set_axis(points.index[chosen.index]).sort_values("distance_m", kind="stable")
    note = f"{len(chosen)} of {len(points)} points within {within_m:g} m of a zone; {int(points.geometry.isna().sum())} without a position."
    return inherit(chosen, points, zones, step=f"near_zones(within_m={within_m:g})", notes=[note])


def _require_rules(incidents: gpd.GeoDataFrame, rules: pd.DataFrame) -> None:
    missing = sorted(set(incidents["event_type"].dropna()) - set(rules["event_type"]))
    if missing:
        raise RuleError(
            f"The rules do not speak of these event types: {', '.join(missing)}; add a row for each (a missing radius_m says that it "
            "makes no zone)."
        )


def _presets() -> Mapping[str, Mapping[str, Any]]:
    with datasets.path("facts/rules.toml").open("rb") as file:
        return {preset["id"]: preset for preset in tomllib.load(file)["preset"]}


def _discs(ruled: gpd.GeoDataFrame, over: pd.Series) -> pd.DataFrame:
    """One row a disc: an incident's place, once with its definite radius (where one is left) and once with its possible one."""
    place = ruled.assign(end=over).explode(index_parts=False)
    doubt_m = place["position_radius_m"].fillna(np.inf)
    both = [
        place.assign(certainty=certainty, disc_m=place["radius_m"] + sign * doubt_m)
        for certainty, sign in (("definite", -1), ("possible", +1))
    ]
    discs = pd.concat(both)
    return discs[(discs["disc_m"] > 0) & np.isfinite(discs["disc_m"])]


def _union_by_rule(discs: pd.DataFrame) -> gpd.GeoDataFrame:
    rows = [_zone(str(rule), str(certainty), some) for (rule, certainty), some in discs.groupby(["rule_id", "certainty"])]
    columns = ["zone_id", "certainty", "rule_id", "radius_m", "members", "n_members", "start", "end", "citation", "discs"]
    if not rows:
        empty = pd.DataFrame({name: [] for name in columns}).astype({"start": "datetime64[s]", "end": "datetime64[s]"})
        return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs=LONLAT))
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=LONLAT)


def _zone(rule: str, certainty: str, discs: pd.DataFrame) -> dict[str, object]:
    discs = discs.sort_values(["incident_id"], kind="stable")
    lonlat = shapely.get_coordinates(discs.geometry)
    radius_m = discs["disc_m"].to_numpy(dtype=float)
    members = tuple(dict.fromkeys(discs["incident_id"]))
    first_day = discs["date_start"].dt.strftime("%Y-%m-%d")
    return {
        "zone_id": f"{rule}:{certainty}",
        "certainty": certainty,
        "rule_id": rule,
        "radius_m": float(discs["radius_m"].iloc[0]),
        "members": members,
        "n_members": len(members),
        "start": discs["date_start"].min(),
        "end": discs["end"].max(),
        "citation": discs["citation"].iloc[0],
        "discs": tuple(zip(discs["incident_id"], *lonlat.T.tolist(), radius_m.tolist(), first_day, strict=True)),
        "geometry": shapely.union_all(_circles(lonlat, radius_m, int(_facet_counts(radius_m, None).max()))),
    }


def _radii(distance_m: float | pd.Series, layer: gpd.GeoDataFrame) -> NDArray[np.float64]:
    spread = distance_m.reindex(layer.index) if isinstance(distance_m, pd.Series) else pd.Series(distance_m, layer.index)
    metres = pd.to_numeric(spread, errors="coerce").to_numpy(dtype=float)
    bad = ~(np.isfinite(metres) & (metres > 0))
    if bad.any():
        raise UnitError(
            f"{int(bad.sum())} of {len(metres)} distances are not a positive number of metres (first: row "
            f"{layer.index[np.flatnonzero(bad)[0]]!r}, {spread.iloc[np.flatnonzero(bad)[0]]!r}); give metres, such as 10_000 for 10 km."
        )
    return metres


def _range(radius_m: NDArray[np.float64]) -> str:
    low, high = (radius_m.min(), radius_m.max()) if len(radius_m) else (0, 0)
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def _require_mid_latitudes(shapes: NDArray[np.object_], radius_m: NDArray[np.float64]) -> None:
    if not len(shapes):
        return
    west, south, east, north = shapely.bounds(shapes).T
    reach = np.degrees(radius_m / geodesy.WGS84.b)
    across = reach / np.cos(np.radians(np.minimum(np.maximum(np.abs(south), np.abs(north)), POLE_MARGIN_DEG)))
    polar = (north + reach > POLE_MARGIN_DEG) | (south - reach < -POLE_MARGIN_DEG)
    if (polar | (east + across > SEAM_DEG) | (west - across < -SEAM_DEG)).any():
        raise GeometryKindError("A buffer would reach a pole or the 180° meridian, where lon/lat outlines break; use a smaller distance.")


def _facet_counts(radius_m: NDArray[np.float64], accuracy_m: float | None) -> NDArray[np.int64]:
    limit = np.maximum(SAGITTA_M, SAGITTA_SHARE * radius_m) if accuracy_m is None else np.full(len(radius_m), accuracy_m)
    return np.array([geodesy.facets(radius, most) for radius, most in zip(radius_m, limit, strict=True)], dtype=np.int64)


def _circles(lonlat: NDArray[np.float64], radius_m: NDArray[np.float64], n: int) -> NDArray[np.object_]:
    return np.asarray(shapely.polygons(geodesy.circle(lonlat[:, 0], lonlat[:, 1], radius_m, n)))


def _buffers(shapes: NDArray[np.object_], radius_m: NDArray[np.float64], n: int) -> NDArray[np.object_]:
    """Buffer features of any kind; points, the common case, in one step."""
    if (shapely.get_type_id(shapes) == shapely.GeometryType.POINT).all():
        return _circles(shapely.get_coordinates(shapes), radius_m, n)
    return np.array([shapely.union_all(_cover(shape, radius, n)) for shape, radius in zip(shapes, radius_m, strict=True)])


def _cover(shape: shapely.Geometry, radius_m: float, n: int) -> list[shapely.Geometry]:
    """Give simple shapes whose union is the buffer: the feature, a disc round each vertex, a strip along each piece."""
    paths = [geodesy.densify(path) if len(path) > 1 else path for path in _paths(shape)]
    vertices = np.unique(np.concatenate(paths), axis=0)
    strips = [shapely.polygons(geodesy.strip(path, radius_m)) for path in paths if len(path) > 1]
    solid = [shape] if shapely.get_dimensions(shape) == len(("length", "width")) else []
    return [*solid, *_circles(vertices, np.full(len(vertices), radius_m), n), *np.concatenate([np.empty(0, object), *strips])]


def _paths(shape: shapely.Geometry) -> Iterable[NDArray[np.float64]]:
    """Vertices of every point, line and ring of a feature."""
    parts = shapely.get_parts(shape)
    rings = shapely.get_rings(parts)
    lines = [part for part in parts if shapely.get_dimensions(part) <= 1]
    return [shapely.get_coordinates(part) for part in (*rings, *lines)]

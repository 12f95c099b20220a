"""The peers, each doing one job its own way. A peer that is not installed is named with the reason."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

GEOD = Geod(ellps="WGS84")
LONLAT, UTM = "EPSG:4326", "EPSG:32648"
FACETS = 64


def points(lon: Floats, lat: Floats, crs: str = LONLAT) -> gpd.GeoSeries:
    """Make points, in a projection if asked."""
    layer = gpd.GeoSeries(shapely.points(lon, lat), crs=LONLAT)
    return layer if crs == LONLAT else layer.to_crs(crs)


def duckdb_connection() -> Any:  # noqa: ANN401  duckdb has no types here
    """Open duckdb with its spatial extension, which a package carries so that nothing is fetched."""
    import duckdb  # noqa: PLC0415  a peer, not a dependency
    import duckdb_extension_spatial  # noqa: PLC0415

    found = sorted(Path(duckdb_extension_spatial.__file__).parent.rglob("*.duckdb_extension"))
    connection = duckdb.connect()
    connection.execute(f"LOAD '{found[0]}'")
    return connection


def sedona_context() -> Any:  # noqa: ANN401  sedonadb has no types here
    """Open sedonadb."""
    import sedonadb  # noqa: PLC0415  a peer, not a dependency

    return sedonadb.connect()


def members_duckdb(connection: Any, world: dict[str, Floats]) -> NDArray[np.bool_]:  # noqa: ANN401
    """Which points are in any disc: a join on planar distance in UTM, the way duckdb's spatial join is fast."""
    p, d = world["utm_points"], world["utm_discs"]
    frame = pd.DataFrame({"i": np.arange(len(p)), "x": p[:, 0], "y": p[:, 1]})  # noqa: F841  duckdb reads it by name
    discs = pd.DataFrame({"x": d[:, 0], "y": d[:, 1], "r": world["radius_m"]})  # noqa: F841
    hits = connection.execute(
        "SELECT DISTINCT f.i FROM (SELECT i, ST_Point(x, y) g FROM frame) f "
        "JOIN (SELECT ST_Buffer(ST_Point(x, y), r, 16) g FROM discs) d ON ST_Within(f.g, d.g)"
    ).fetchnumpy()["i"]
    return told(len(p), hits)


def members_sedona(context: Any, world: dict[str, Floats]) -> NDArray[np.bool_]:  # noqa: ANN401
    """Which points are in any disc: a distance join in UTM."""
    p, d = world["utm_points"], world["utm_discs"]
    frame = gpd.GeoDataFrame({"i": np.arange(len(p))}, geometry=shapely.points(p), crs=UTM)
    discs = gpd.GeoDataFrame({"r": world["radius_m"]}, geometry=shapely.points(d), crs=UTM)
    context.create_data_frame(frame).to_view("frame", overwrite=True)
    context.create_data_frame(discs).to_view("discs", overwrite=True)
    most = float(world["radius_m"].max())
    query = f"SELECT DISTINCT f.i FROM frame f JOIN discs d ON ST_DWithin(f.geometry, d.geometry, {most})"  # noqa: S608  a number
    return told(len(p), context.sql(query).to_pandas()["i"].to_numpy())


def pairs_duckdb(connection: Any, world: dict[str, Floats]) -> NDArray[np.int64]:  # noqa: ANN401
    """Find every point in every disc: a join on buffers in UTM."""
    p, d = world["utm_points"], world["utm_discs"]
    frame = pd.DataFrame({"i": np.arange(len(p)), "x": p[:, 0], "y": p[:, 1]})  # noqa: F841  duckdb reads it by name
    discs = pd.DataFrame({"k": np.arange(len(d)), "x": d[:, 0], "y": d[:, 1], "r": world["radius_m"]})  # noqa: F841
    hits = connection.execute(
        "SELECT f.i, d.k FROM (SELECT i, ST_Point(x, y) g FROM frame) f "
        "JOIN (SELECT k, ST_Buffer(ST_Point(x, y), r, 16) g FROM discs) d ON ST_Within(f.g, d.g)"
    ).fetchnumpy()
    return np.sort(hits["k"] * len(p) + hits["i"])


def pairs_sedona(context: Any, world: dict[str, Floats]) -> NDArray[np.int64]:  # noqa: ANN401
    """Find every point in every disc: a distance join in UTM; all radii are equal."""
    p, d = world["utm_points"], world["utm_discs"]
    frame = gpd.GeoDataFrame({"i": np.arange(len(p))}, geometry=shapely.points(p), crs=UTM)
    discs = gpd.GeoDataFrame({"k": np.arange(len(d))}, geometry=shapely.points(d), crs=UTM)
    context.create_data_frame(frame).to_view("frame", overwrite=True)
    context.create_data_frame(discs).to_view("discs", overwrite=True)
    most = float(world["radius_m"].max())
    query = f"SELECT f.i, d.k FROM frame f JOIN discs d ON ST_DWithin(f.geometry, d.geometry, {most})"  # noqa: S608  a number
    hits = context.sql(query).to_pandas()
    return np.sort(hits["k"].to_numpy() * len(p) + hits["i"].to_numpy())


def members_sjoin(world: dict[str, Floats]) -> NDArray[np.bool_]:
    """Which points are in any disc: geopandas, buffers in UTM, spatial join."""
    left = gpd.GeoDataFrame(geometry=shapely.points(world["utm_points"]))
    right = gpd.GeoDataFrame(geometry=shapely.buffer(shapely.points(world["utm_discs"]), world["radius_m"], quad_segs=16))
    return told(len(left), np.unique(left.sjoin(right, predicate="within").index))


def members_prepared(world: dict[str, Floats]) -> NDArray[np.bool_]:
    """Which points are in any disc: shapely, the union of the buffers in UTM, prepared."""
    union = shapely.union_all(shapely.buffer(shapely.points(world["utm_discs"]), world["radius_m"], quad_segs=16))
    shapely.prepare(union)
    return np.asarray(shapely.contains_xy(union, world["utm_points"]))


def members_kdtree(world: dict[str, Floats]) -> NDArray[np.bool_]:
    """Which points are in any disc: scipy, the nearest centre by the chord (right only where all radii are equal)."""
    tree = cKDTree(chords(world["disc_lon"], world["disc_lat"]))
    most = float(world["radius_m"].max())
    near, k = tree.query(chords(world["lon"], world["lat"]), distance_upper_bound=most * (1 + 1e-9))
    out = np.isfinite(near)
    out[out] = GEOD.inv(world["lon"][out], world["lat"][out], world["disc_lon"][k[out]], world["disc_lat"][k[out]])[2] <= most
    return out


def utm(lon: Floats, lat: Floats) -> Floats:
    """Project to UTM zone 48 N."""
    layer = points(lon, lat, UTM)
    return np.column_stack([layer.x, layer.y])


def chords(lon: Floats, lat: Floats) -> Floats:
    """Earth-centred coordinates."""
    lam, phi = np.radians(lon), np.radians(lat)
    prime = GEOD.a / np.sqrt(1 - GEOD.es * np.sin(phi) ** 2)
    return np.column_stack([prime * np.cos(phi) * np.cos(lam), prime * np.cos(phi) * np.sin(lam), prime * (1 - GEOD.es) * np.sin(phi)])


def told(n: int, hits: NDArray[Any]) -> NDArray[np.bool_]:
    """Turn positions into answers."""
    out = np.zeros(n, dtype=bool)
    out[np.asarray(hits, dtype=np.int64)] = True
    return out


def circles_fwd(world: dict[str, Floats]) -> NDArray[Any]:
    """Geodesic discs: the direct problem of pyproj, one call."""
    n = len(world["disc_lon"])
    bearings = np.tile(np.linspace(0, 360, FACETS, endpoint=False), n)
    repeated = [np.repeat(world[name], FACETS) for name in ("disc_lon", "disc_lat")]
    east, north, _ = GEOD.fwd(*repeated, bearings, np.repeat(world["radius_m"], FACETS))
    ring = np.stack([east, north], axis=-1).reshape(n, FACETS, 2)
    return as_polygons(np.concatenate([ring, ring[:, :1]], axis=1))


def as_polygons(rings: Floats) -> NDArray[Any]:
    """Make polygons of closed rings of one length: the quickest way shapely has (half the time of ``shapely.polygons``)."""
    n, length, _ = rings.shape
    offsets = (np.arange(n + 1) * length, np.arange(n + 1))
    return np.asarray(shapely.from_ragged_array(shapely.GeometryType.POLYGON, rings.reshape(-1, 2), offsets))


def circles_utm(world: dict[str, Floats]) -> NDArray[Any]:
    """Discs: geopandas, buffered in UTM and back."""
    return np.asarray(points(world["disc_lon"], world["disc_lat"], UTM).buffer(world["radius_m"], quad_segs=16).to_crs(LONLAT))

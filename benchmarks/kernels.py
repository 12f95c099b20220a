"""The jobs of the geodesy kernels beside their peers, in one process."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely
from benchmarks import peers, worlds
from benchmarks.measure import OURS, Row, race
from pyproj import Geod
from scipy.spatial import cKDTree

from bordergis import geodesy, load_border

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

GEOD = Geod(ellps="WGS84")
REAL_LINES = Path(__file__).resolve().parents[2] / "shared" / "data" / "borders"


def rows() -> Iterator[Row]:
    """Run every job."""
    sql = engines()
    for n in (1_000, 100_000):
        yield buffers(n)
    yield unions(100_000, 5_000.0)
    yield unions(100_000, 1_000.0)
    for n, radius_m in ((1_000, 5_000.0), (100_000, 1_000.0)):
        yield membership(1_000_000, n, radius_m, sql)
    yield pairs(300_000, 100_000, sql)
    yield polygon(1_000_000)
    yield side(1_000_000)
    yield line_distance(1_000_000, worlds.border(), "a line of 10,000 vertices")
    yield from real_lines(300_000)
    yield nearest(1_000_000, 60)


def engines() -> dict[str, Any]:
    """Open the SQL engines that are installed; an error instead of the others."""
    opened: dict[str, Any] = {}
    for name, opener in (("duckdb", peers.duckdb_connection), ("sedonadb", peers.sedona_context)):
        try:
            opened[name] = opener()
        except ImportError as error:
            opened[name] = error
    return opened


def world(n_points: int, n_discs: int, radius_m: float) -> dict[str, Floats]:
    """Give villages and incidents with one radius."""
    lon, lat = worlds.villages(n_points)
    disc_lon, disc_lat = worlds.incidents(n_discs)
    return {"lon": lon, "lat": lat, "disc_lon": disc_lon, "disc_lat": disc_lat, "radius_m": np.full(n_discs, radius_m)}


def buffers(n: int) -> Row:
    """Draw discs of 5 km."""
    here = world(1, n, 5_000.0)
    discs = here["disc_lon"], here["disc_lat"], here["radius_m"]

    def judge(shapes: NDArray[Any]) -> str:
        ring = shapely.get_coordinates(shapes[:500])
        k = np.repeat(np.arange(min(500, n)), len(ring) // min(500, n))
        reached = GEOD.inv(discs[0][k], discs[1][k], ring[:, 0], ring[:, 1])[2]
        return f"vertices off by {np.abs(np.asarray(reached) - 5_000).max():.1g} m"

    return race(
        f"{n:,} discs of 5 km, 64 vertices, as polygons",
        {
            OURS: lambda: peers.as_polygons(geodesy.circle(*discs, peers.FACETS)),
            "pyproj `Geod.fwd`": partial(peers.circles_fwd, here),
            "geopandas, UTM": partial(peers.circles_utm, here),
        },
        judge,
    )


def unions(n: int, radius_m: float) -> Row:
    """Unite overlapping discs."""
    here = world(1, n, radius_m)
    discs = here["disc_lon"], here["disc_lat"], here["radius_m"]
    truth = shapely.union_all(peers.as_polygons(geodesy.circle(*discs, peers.FACETS)))
    return race(
        f"drawn and united: {n:,} overlapping discs of {radius_m / 1000:g} km ({shapely.get_num_coordinates(truth):,} vertices left)",
        {
            OURS: lambda: geodesy.union_of_circles(*discs, peers.FACETS),
            "`Geod.fwd` + shapely `union_all`": lambda: shapely.union_all(peers.circles_fwd(here)),
            "our circles + shapely `union_all`": lambda: shapely.union_all(peers.as_polygons(geodesy.circle(*discs, peers.FACETS))),
        },
        lambda shape: f"area off by {abs(shape.area / truth.area - 1):.0e}",
    )


def membership(n_points: int, n_discs: int, radius_m: float, sql: dict[str, Any]) -> Row:
    """Tell which points lie in any disc."""
    here = world(n_points, n_discs, radius_m)
    inputs = tuple(here.values())
    truth = truly_within(here)
    here |= {"utm_points": peers.utm(here["lon"], here["lat"]), "utm_discs": peers.utm(here["disc_lon"], here["disc_lat"])}
    contestants: dict[str, Callable[[], Any]] = {
        OURS: lambda: geodesy.within_any(*inputs),
        "scipy cKDTree on the chord": partial(peers.members_kdtree, here),
        "shapely, prepared union, UTM": partial(peers.members_prepared, here),
        "geopandas `sjoin`, UTM": partial(peers.members_sjoin, here),
        "duckdb, UTM": partial(peers.members_duckdb, sql["duckdb"], here),
        "sedonadb, UTM": partial(peers.members_sedona, sql["sedonadb"], here),
    }
    contestants = {name: work for name, work in contestants.items() if not isinstance(sql.get(name.removesuffix(", UTM")), ImportError)}
    row = race(
        f"which of {n_points:,} points lie in any of {n_discs:,} discs of {radius_m / 1000:g} km (projecting to UTM not counted)",
        contestants,
        lambda told: f"{int((told != truth).sum()):,} wrong",
    )
    return without(row, sql)


def without(row: Row, sql: dict[str, Any]) -> Row:
    """Name the engines that are not installed."""
    row.absent |= {name: f"not installed ({error})" for name, error in sql.items() if isinstance(error, ImportError)}
    return row


def truly_within(here: dict[str, Floats]) -> NDArray[np.bool_]:
    """Answer by the chord where it is clear, by the geodesic inverse to every disc where it is not; all radii are equal."""
    radius = float(here["radius_m"][0])
    chord, _ = cKDTree(peers.chords(here["disc_lon"], here["disc_lat"])).query(peers.chords(here["lon"], here["lat"]))
    told = chord <= radius
    for i in np.flatnonzero((chord > radius - 0.01) & (chord <= radius)):
        shape = np.full(len(here["disc_lon"]), here["lon"][i]), np.full(len(here["disc_lon"]), here["lat"][i])
        told[i] = np.asarray(GEOD.inv(*shape, here["disc_lon"], here["disc_lat"])[2]).min() <= radius
    return told


def pairs(n_points: int, n_discs: int, sql: dict[str, Any]) -> Row:
    """Find every pair of a point and a disc."""
    here = world(n_points, n_discs, 1_400.0)
    inputs = tuple(here.values())
    utm_points, utm_discs = peers.utm(here["lon"], here["lat"]), peers.utm(here["disc_lon"], here["disc_lat"])
    here |= {"utm_points": utm_points, "utm_discs": utm_discs}

    def kdtree() -> NDArray[np.int64]:
        tree = cKDTree(peers.chords(here["lon"], here["lat"]))
        near = tree.query_ball_point(peers.chords(here["disc_lon"], here["disc_lat"]), here["radius_m"])
        disc = np.repeat(np.arange(n_discs), [len(some) for some in near])
        point = np.concatenate([np.asarray(some, dtype=np.int64) for some in near])
        keep = GEOD.inv(here["lon"][point], here["lat"][point], here["disc_lon"][disc], here["disc_lat"][disc])[2] <= here["radius_m"][disc]
        return np.sort(disc[keep] * n_points + point[keep])

    def sjoin() -> NDArray[np.int64]:
        left = gpd.GeoDataFrame(geometry=shapely.points(utm_points))
        right = gpd.GeoDataFrame(geometry=shapely.buffer(shapely.points(utm_discs), here["radius_m"], quad_segs=16))
        joined = left.sjoin(right, predicate="within")
        return np.sort(joined["index_right"].to_numpy() * n_points + joined.index.to_numpy())

    def ours() -> NDArray[np.int64]:
        found = geodesy.pairs_within(*inputs)
        return found.disc * n_points + found.point

    truth = kdtree()
    contestants = {OURS: ours, "scipy cKDTree + `Geod.inv`": kdtree, "geopandas `sjoin`, UTM": sjoin}
    for name, join in (("duckdb", peers.pairs_duckdb), ("sedonadb", peers.pairs_sedona)):
        contestants |= {} if isinstance(sql[name], ImportError) else {f"{name}, UTM": partial(join, sql[name], here)}
    row = race(
        f"{n_points:,} points by {n_discs:,} discs, all {len(truth):,} pairs (ours with their distances; projecting to UTM not counted)",
        contestants,
        lambda told: f"{len(np.setdiff1d(truth, told)):,} missing, {len(np.setdiff1d(told, truth)):,} too many",
    )
    return without(row, sql)


def polygon(n: int) -> Row:
    """Tell which points lie in a multipolygon of very many vertices."""
    shape = worlds.districts()
    lon, lat = worlds.villages(n)

    def prepared() -> NDArray[np.bool_]:
        mine = shapely.from_wkb(shapely.to_wkb(shape))
        shapely.prepare(mine)
        return np.asarray(shapely.contains_xy(mine, lon, lat))

    truth = prepared()
    return race(
        f"{n:,} points in a multipolygon of {shapely.get_num_coordinates(shape):,} vertices",
        {OURS: lambda: geodesy.points_in_polygon(lon, lat, shape), "shapely, prepared `contains_xy`": prepared},
        lambda told: f"{int((told != truth).sum())} differ",
    )


def side(n: int) -> Row:
    """Tell the side of the embedded line, by its nearest piece; the peer needs a country's area, here what lies west and north of it."""
    line = shapely.get_coordinates(load_border("osm-2026c").geometry.item())
    lon, lat = worlds.villages(n + n // 2)
    beside = np.flatnonzero((lon < line[-1, 0]) & (lat > line[0, 1]))[:n]  # beyond the ends of a line there are no sides
    lon, lat = lon[beside], lat[beside]
    north = shapely.Polygon([*line, (line[-1, 0], 20.0), (100.0, 20.0), (100.0, line[0, 1])])
    truth = geodesy.locate_on_line(lon, lat, line).left

    def prepared() -> NDArray[np.bool_]:
        mine = shapely.from_wkb(shapely.to_wkb(north))
        shapely.prepare(mine)
        return np.asarray(shapely.contains_xy(mine, lon, lat))

    return race(
        f"{len(lon):,} points: side of the line `osm-2026c` of {len(line):,} vertices (ours: also distance, nearest point, chainage)",
        {OURS: lambda: geodesy.locate_on_line(lon, lat, line).left, "shapely, prepared `contains_xy` of a country's area": prepared},
        lambda told: f"{int((told != truth).sum())} differ",
    )


def line_distance(n: int, line: Floats, title: str) -> Row:
    """Measure points against a line."""
    lon, lat = worlds.villages(n)
    layer, planar = peers.points(lon, lat, peers.UTM), shapely.linestrings(peers.utm(*line.T))
    pieces = shapely.linestrings(np.stack([shapely.get_coordinates(planar)[:-1], shapely.get_coordinates(planar)[1:]], axis=1))
    sample = np.random.default_rng(9).integers(0, n, 300)
    truth = brute_force(lon[sample], lat[sample], line)

    def strtree() -> Floats:
        shapes = layer.to_numpy()
        nearest = shapely.STRtree(pieces).nearest(shapes)
        return np.asarray(shapely.distance(shapes, pieces[nearest]))

    def sjoin_nearest() -> Floats:
        right = gpd.GeoDataFrame(geometry=pieces, crs=peers.UTM)
        joined = gpd.GeoDataFrame(geometry=layer).sjoin_nearest(right, distance_col="metres")
        return joined.loc[~joined.index.duplicated(), "metres"].sort_index().to_numpy()

    return race(
        f"{n:,} points to {title}: distance (ours: also nearest point, chainage, side)",
        {
            OURS: lambda: geodesy.locate_on_line(lon, lat, line).distance_m,
            "shapely STRtree, UTM (projecting not counted)": strtree,
            "geopandas `sjoin_nearest`, UTM (projecting not counted)": sjoin_nearest,
        },
        lambda metres: f"off by at most {np.abs(metres[sample] - truth).max():.1g} m in a sample of 300",
    )


def brute_force(lon: Floats, lat: Floats, line: Floats) -> Floats:
    """Search every piece of the line for its nearest point, by golden section on the geodesic distance."""
    bearing, _, length = (np.asarray(part) for part in GEOD.inv(*line[:-1].T, *line[1:].T))
    golden, out = (np.sqrt(5) - 1) / 2, np.empty(len(lon))
    for i in range(len(lon)):

        def apart(share: Floats, piece: NDArray[np.int64], i: int = i) -> Floats:
            foot = GEOD.fwd(line[piece, 0], line[piece, 1], bearing[piece], share * length[piece])
            return np.asarray(GEOD.inv(np.full(len(piece), lon[i]), np.full(len(piece), lat[i]), foot[0], foot[1])[2])

        every = np.arange(len(length))
        ends = np.asarray(GEOD.inv(np.full(len(line), lon[i]), np.full(len(line), lat[i]), *line.T)[2])
        near = every[np.minimum(ends[:-1], ends[1:]) - length <= ends.min()]  # no other piece can come nearer than the nearest vertex
        low, high = np.zeros(len(near)), np.ones(len(near))
        for _ in range(50):
            a, b = high - golden * (high - low), low + golden * (high - low)
            nearer = apart(a, near) < apart(b, near)
            low, high = np.where(nearer, low, a), np.where(nearer, b, high)
        out[i] = min(ends.min(), apart((low + high) / 2, near).min())
    return out


def real_lines(n: int) -> Iterator[Row]:
    """Measure points against the real lines, where they are at hand."""
    for name in ("khm_wfp_gov_2022", "osm_2026c", "tha_rtsd_2022"):
        file = REAL_LINES / f"khm_tha_land_border__{name}.geojson"
        if file.exists():
            line = np.array(json.loads(file.read_text())["features"][0]["geometry"]["coordinates"], dtype=float)[:, :2]
            yield line_distance(n, line, f"the line `{name}` ({len(line):,} vertices)")


def nearest(n: int, n_others: int) -> Row:
    """Find the nearest checkpoint."""
    lon, lat = worlds.villages(n)
    others = np.ascontiguousarray(worlds.border()[:: 10_000 // n_others][:n_others].T)
    every = np.stack([np.asarray(GEOD.inv(lon, lat, np.full(n, a), np.full(n, b))[2]) for a, b in others.T])
    truth = every.argmin(axis=0)

    def strtree() -> NDArray[np.int64]:
        tree, shapes = shapely.STRtree(peers.points(*others, peers.UTM).to_numpy()), peers.points(lon, lat, peers.UTM).to_numpy()
        near = tree.nearest(shapes)
        GEOD.inv(lon, lat, others[0][near], others[1][near])
        return np.asarray(near)

    def kdtree() -> NDArray[np.int64]:
        _, near = cKDTree(peers.chords(*others)).query(peers.chords(lon, lat))
        GEOD.inv(lon, lat, others[0][near], others[1][near])
        return np.asarray(near)

    return race(
        f"nearest of {n_others} points for {n:,}, with the distance",
        {
            OURS: lambda: geodesy.nearest(lon, lat, *others).point,
            "scipy cKDTree on the chord + `Geod.inv`": kdtree,
            "shapely STRtree, UTM + `Geod.inv`": strtree,
        },
        lambda told: f"{int((told != truth).sum())} wrong",
    )

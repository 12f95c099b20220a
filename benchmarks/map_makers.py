"""Maps of the same points by each contestant. Run as a script it makes one, in a process of its own, and says what that took."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import statistics
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
from benchmarks import worlds
from benchmarks.measure import MEGABYTE, OURS, RESET, ROUNDS, of_status

if TYPE_CHECKING:
    from collections.abc import Callable

DAYS = 500
LAST_DAY = "2026-01-14"
A_FEW = 10
VIEW = {"location": (13.9, 103.7), "zoom_start": 8}  # all points in sight, as ours opens
ENOUGH_S = 5.0
CASES = ("default", "large")


def points(n: int) -> gpd.GeoDataFrame:
    """Points with the columns of an incident layer, over five hundred days."""
    lon, lat = worlds.incidents(n)
    rng = np.random.default_rng(5)
    day = pd.Timestamp(LAST_DAY) - pd.to_timedelta(np.sort(rng.integers(0, DAYS, n))[::-1], unit="D")
    category = rng.choice(["armed_clash", "indirect_fire", "landmine", "air_strike", "statement"], n)
    table = {
        "incident_id": [f"E{row:06d}" for row in range(n)],
        "date_start": pd.Series(day).astype("datetime64[s]"),
        "date_end": pd.Series(day).astype("datetime64[s]"),
        "category": category,
        "event_type": rng.choice(["Armed clash", "Shelling/artillery/missile attack", "Remote explosive/landmine/IED"], n),
        "reported_by": rng.choice(["one side", "the other side", "observers", "press"], n),
        "place_as_given": [f"place {place}" for place in rng.integers(0, 900, n)],
        "description": [
            f"{kind.replace('_', ' ')} reported near kilometre {km}" for kind, km in zip(category, rng.integers(0, 800, n), strict=True)
        ],
        "position_class": "place",
        "position_radius_m": rng.choice([500.0, 1_000.0, 2_000.0], n),
    }
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(lon, lat), crs=4326)


def large_situation() -> Any:  # noqa: ANN401  a situation
    """Give the large case of the issue as layers of an analyst."""
    import bordergis as bg  # noqa: PLC0415  its import is no part of a peer's memory

    lon, lat = worlds.villages(14_500)
    names = [f"village {row}" for row in range(len(lon))]
    villages = gpd.GeoDataFrame({"place_id": names, "name": names}, geometry=gpd.points_from_xy(lon, lat), crs=4326)
    return bg.load(LAST_DAY, incidents=points(100_000), villages=villages, zones=many_zones(2_000))


def many_zones(n: int) -> gpd.GeoDataFrame:
    """Zones of one disc each, in force for sixty days."""
    import bordergis as bg  # noqa: PLC0415

    lon, lat = worlds.incidents(n, seed=6)
    start = (pd.Timestamp(LAST_DAY) - pd.to_timedelta(np.arange(n) % DAYS, unit="D")).astype("datetime64[s]")
    seen = start.strftime("%Y-%m-%d")
    centres = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs=4326)
    table = {
        "zone_id": [f"zone {row}" for row in range(n)],
        "certainty": np.where(np.arange(n) % 2, "possible", "definite"),
        "rule_id": "a rule",
        "radius_m": 5_000.0,
        "start": start,
        "end": start + pd.Timedelta(days=60),
        "discs": [((f"E{row}", lon[row], lat[row], 5_000.0, seen[row]),) for row in range(n)],
    }
    return gpd.GeoDataFrame(table, geometry=bg.geodesic_buffer(centres, 5_000.0).geometry.to_numpy(), crs=4326)


def build_ours(frame: gpd.GeoDataFrame) -> Callable[[Path], None]:
    """Give the work: a map of these incidents and of nothing else that moves."""
    import bordergis as bg  # noqa: PLC0415

    none = bg.load(LAST_DAY).zones.iloc[:0]
    situation = bg.load(LAST_DAY, incidents=frame, zones=none)
    return of_situation(situation)


def build_default(_frame: gpd.GeoDataFrame) -> Callable[[Path], None]:
    """Give the work: the map of the embedded data."""
    import bordergis as bg  # noqa: PLC0415

    return of_situation(bg.load(LAST_DAY))


def build_large(_frame: gpd.GeoDataFrame) -> Callable[[Path], None]:
    """Give the work: the map of the large case."""
    return of_situation(large_situation())


def of_situation(situation: Any) -> Callable[[Path], None]:  # noqa: ANN401
    """Give the work: the map of a situation that is read and computed already."""
    import bordergis as bg  # noqa: PLC0415

    _ = situation.access.table, situation.provenance  # the map draws what was read and computed
    return lambda target: bg.situation_map(situation).save(target)


def build_circles(frame: gpd.GeoDataFrame) -> Callable[[Path], None]:
    """One folium CircleMarker a point."""
    import folium  # noqa: PLC0415

    def work(target: Path) -> None:
        made = folium.Map(prefer_canvas=True, **VIEW)
        for lat, lon, text in zip(frame.geometry.y, frame.geometry.x, frame["description"], strict=True):
            folium.CircleMarker([lat, lon], radius=4, popup=text).add_to(made)
        made.save(target)

    return work


def build_geojson(frame: gpd.GeoDataFrame) -> Callable[[Path], None]:
    """One folium GeoJson layer."""
    import folium  # noqa: PLC0415

    def work(target: Path) -> None:
        made = folium.Map(prefer_canvas=True, **VIEW)
        text = frame.astype({"date_start": "str", "date_end": "str"})
        folium.GeoJson(text, marker=folium.CircleMarker(radius=4), popup=folium.GeoJsonPopup(["description"])).add_to(made)
        made.save(target)

    return work


def build_cluster(frame: gpd.GeoDataFrame) -> Callable[[Path], None]:
    """Cluster the points: positions and one text, no other column."""
    import folium  # noqa: PLC0415
    from folium.plugins import FastMarkerCluster  # noqa: PLC0415

    def work(target: Path) -> None:
        made = folium.Map(**VIEW)
        FastMarkerCluster(list(zip(frame.geometry.y, frame.geometry.x, frame["description"], strict=True))).add_to(made)
        made.save(target)

    return work


def build_explore(frame: gpd.GeoDataFrame) -> Callable[[Path], None]:
    """Use the map of geopandas."""
    text = frame.astype({"date_start": "str", "date_end": "str"})
    return lambda target: text.explore().save(target)


def build_lonboard(frame: gpd.GeoDataFrame) -> Callable[[Path], None]:
    """One lonboard layer."""
    import lonboard  # noqa: PLC0415

    return lambda target: lonboard.Map(lonboard.ScatterplotLayer.from_geopandas(frame)).to_html(target)


def build_kepler(frame: gpd.GeoDataFrame) -> Callable[[Path], None]:
    """One kepler.gl layer."""
    import keplergl  # noqa: PLC0415

    text = frame.astype({"date_start": "str", "date_end": "str"})
    return lambda target: keplergl.KeplerGl(data={"points": text}).save_to_html(file_name=str(target))


BUILDERS = {
    OURS: build_ours,
    "default": build_default,
    "large": build_large,
    "CircleMarker": build_circles,
    "GeoJson": build_geojson,
    "FastMarkerCluster": build_cluster,
    "explore": build_explore,
    "lonboard": build_lonboard,
    "keplergl": build_kepler,
}


def measure(job: str, n: int, target: Path) -> dict[str, float]:
    """Build one map in this process, which has made a map of ten points before; memory is the peak of the first turn."""
    with tempfile.TemporaryDirectory() as folder:
        BUILDERS[OURS if job in CASES else job](points(A_FEW))(Path(folder, "few.html"))
    work = BUILDERS[job](points(n))
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # what was freed is given back, or the peak would hide in it
    RESET.write_text("5", encoding="ascii")  # Linux: the peak begins anew
    before = of_status("VmRSS")
    took = [seconds(work, target)]
    peak = of_status("VmHWM") - before
    while len(took) < ROUNDS and sum(took) < ENOUGH_S:
        took.append(seconds(work, target))
    return {"build_s": statistics.median(took), "peak_mb": max(peak, 0) / MEGABYTE, "file_mb": target.stat().st_size / MEGABYTE}


def seconds(work: Callable[[Path], None], target: Path) -> float:
    """Time one turn."""
    gc.collect()
    began = time.perf_counter()
    work(target)
    return time.perf_counter() - began


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    with contextlib.redirect_stdout(sys.stderr):  # some libraries talk
        told = measure(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
    print(json.dumps(told))

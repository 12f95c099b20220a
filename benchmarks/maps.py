"""The map beside its peers: file, build, memory and first render. Each is built in a process of its own."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
from benchmarks import worlds
from benchmarks.measure import OURS, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SIZES = (1_000, 14_500, 100_000)
DAYS = 500
LAST_DAY = "2026-01-14"
PEERS = ("CircleMarker", "GeoJson", "FastMarkerCluster", "explore", "lonboard", "keplergl")
NEEDS = {"explore": "mapclassify", "lonboard": "lonboard", "keplergl": "keplergl"}
MOST = {"CircleMarker": 14_500, "explore": 14_500}
WHY_LESS = "not tried: one marker an object, minutes at this size"
OFFLINE = "blank offline"
LARGE = "14,500 villages, 100,000 incidents, 500 days, 2,000 zones"
MEGABYTE = 1e6
FIRST_RENDER_JS = """
window.bgDrawn = new Promise((tell) => {
  const look = () => (document.documentElement?.dataset.bgReady
    ? requestAnimationFrame(() => setTimeout(() => tell(performance.now()), 0)) : setTimeout(look, 4));
  look();
});
window.bgLong = [];
const told = (list) => window.bgLong.push(...list.getEntries().map((entry) => Math.round(entry.duration)));
new PerformanceObserver(told).observe({ type: 'longtask' });
"""
PAN_JS = """async () => {
  const { map } = window.bordergis;
  const frames = [];
  await new Promise((end) => {
    let n = 0;
    let last = performance.now();
    const step = () => {
      const now = performance.now();
      frames.push(now - last);
      last = now;
      n += 1;
      map.panBy([n % 20 < 10 ? 12 : -12, 4], { animate: false });
      if (n < 40) requestAnimationFrame(step); else end();
    };
    requestAnimationFrame(step);
  });
  return frames.slice(2).sort((a, b) => a - b)[Math.floor(frames.length / 2)];
}"""
DRAG_JS = """async () => {
  const { map } = window.bordergis;
  const frames = [];
  map.fire('movestart');
  await new Promise((end) => {
    let n = 0;
    let last = performance.now();
    const step = () => {
      const now = performance.now();
      frames.push(now - last);
      last = now;
      n += 1;
      map._rawPanBy(L.point(n < 20 ? 7 : -7, 3));
      map.fire('move');
      if (n < 40) requestAnimationFrame(step); else end();
    };
    requestAnimationFrame(step);
  });
  map.fire('moveend');
  return frames.slice(2).sort((a, b) => a - b)[Math.floor(frames.length / 2)];
}"""
SLIDE_JS = """async () => {
  const { canvas, days } = window.bordergis;
  const times = [];
  for (let n = 0; n < 40; n += 1) {
    const began = performance.now();
    canvas.setDay(days.first + Math.round((n / 40) * (days.last - days.first)));
    canvas.canvases();
    times.push(performance.now() - began);
    await new Promise((next) => requestAnimationFrame(next));
  }
  canvas.setDay(days.last);
  return times.sort((a, b) => a - b)[20];
}"""


def rows() -> Iterator[Row]:
    """Run every size, then the large case; all of it takes some four minutes."""
    for n in SIZES:
        yield side_by_side(n)
    row = Row(f"map of {LARGE}")
    _enter(row, OURS, "large", 0)
    print(row.line(), flush=True)
    yield row


def side_by_side(n: int) -> Row:
    """Make the map of ``n`` points by each contestant."""
    row = Row(f"map of {n:,} points")
    for name in (OURS, *PEERS):
        if name in NEEDS and find_spec(NEEDS[name]) is None:
            row.absent[name] = "not installed"
        elif n > MOST.get(name, n):
            row.absent[name] = WHY_LESS
        else:
            _enter(row, name, name, n)
    print(row.line(), flush=True)
    return row


def _enter(row: Row, name: str, job: str, n: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "map.html")
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.maps", job, str(n), str(target)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            row.absent[name] = f"failed ({done.stderr.strip().splitlines()[-1][:80]})"
            return
        told = json.loads(done.stdout.strip().splitlines()[-1])
        shown = first_render(target) if name == OURS else OFFLINE
    row.seconds[name] = told["build_s"]
    row.wrong[name] = f"{told['file_mb']:.2f} MB, at most {told['peak_mb']:.0f} MB of memory, {shown}"


def first_render(page: Path) -> str:
    """Open a page of ours in Chromium with the network cut, and say how quick it is."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  only where it is measured

    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        return "not rendered: no Chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1280, "height": 800})
        tab.add_init_script(FIRST_RENDER_JS)
        first, long = [], []
        for _ in range(3):
            tab.goto(page.as_uri())
            first.append(tab.evaluate("window.bgDrawn"))
            tab.evaluate("window.bgLong.length = 0")
            drag, pan, slide = (tab.evaluate(script) for script in (DRAG_JS, PAN_JS, SLIDE_JS))
            long += tab.evaluate("window.bgLong")
        browser.close()
    return (
        f"first render {sorted(first)[1] / 1000:.2f} s, a frame of a drag {drag:.0f} ms, of a jump {pan:.0f} ms, "
        f"a step of the slider {slide:.0f} ms, longest task afterwards {max(long, default=0)} ms"
    )


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
    return _of_situation(situation)


def _of_situation(situation: Any) -> Callable[[Path], None]:  # noqa: ANN401
    import bordergis as bg  # noqa: PLC0415

    _ = situation.access.table, situation.provenance  # the map draws what was read and computed
    bg.situation_map(bg.load("2025-06-01"))  # what is read and made once a process: fonts, Leaflet, land
    return lambda target: bg.situation_map(situation).save(target)


def build_circles(frame: gpd.GeoDataFrame) -> Callable[[Path], None]:
    """One folium CircleMarker a point."""
    import folium  # noqa: PLC0415

    def work(target: Path) -> None:
        made = folium.Map(prefer_canvas=True)
        for lat, lon, text in zip(frame.geometry.y, frame.geometry.x, frame["description"], strict=True):
            folium.CircleMarker([lat, lon], radius=4, popup=text).add_to(made)
        made.save(target)

    return work


def build_geojson(frame: gpd.GeoDataFrame) -> Callable[[Path], None]:
    """One folium GeoJson layer."""
    import folium  # noqa: PLC0415

    def work(target: Path) -> None:
        made = folium.Map(prefer_canvas=True)
        text = frame.astype({"date_start": "str", "date_end": "str"})
        folium.GeoJson(text, marker=folium.CircleMarker(radius=4), popup=folium.GeoJsonPopup(["description"])).add_to(made)
        made.save(target)

    return work


def build_cluster(frame: gpd.GeoDataFrame) -> Callable[[Path], None]:
    """Cluster the points: positions and one text, no other column."""
    import folium  # noqa: PLC0415
    from folium.plugins import FastMarkerCluster  # noqa: PLC0415

    def work(target: Path) -> None:
        made = folium.Map()
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
    "CircleMarker": build_circles,
    "GeoJson": build_geojson,
    "FastMarkerCluster": build_cluster,
    "explore": build_explore,
    "lonboard": build_lonboard,
    "keplergl": build_kepler,
}


def measure(job: str, n: int, target: Path) -> dict[str, float]:
    """Build one map in this process, and say what it took: its memory is what the process grew by."""
    work = _of_situation(large_situation()) if job == "large" else BUILDERS[job](points(n))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    work(target)
    took = time.perf_counter() - began
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {"build_s": took, "peak_mb": grown * 1024 / MEGABYTE, "file_mb": target.stat().st_size / MEGABYTE}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    if sys.argv[1:]:
        print(json.dumps(measure(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))))
    else:
        list(rows())

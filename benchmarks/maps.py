"""The map beside its peers: what a file takes, what is seen of it with the network cut, how it moves; and the goals."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from benchmarks import map_pages
from benchmarks.map_makers import ENOUGH_S
from benchmarks.map_pages import p95
from benchmarks.measure import OURS, ROUNDS, machine, show, version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from benchmarks.map_pages import Moved, Uses, View
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[1]
SIZES = (1_000, 14_500, 100_000)
OFFLINE_AT = 14_500
DEFAULT = "the embedded situation"
LARGE = "14,500 villages, 100,000 incidents, 500 days, 2,000 zones"
OWN_CASES = {"default": DEFAULT, "large": LARGE}
FOLIUM = ("CircleMarker", "GeoJson", "FastMarkerCluster", "explore")
PEERS = (*FOLIUM, "lonboard", "keplergl")
NEEDS = {"explore": "mapclassify", "lonboard": "lonboard", "keplergl": "keplergl"}
NAMES = {"explore": "GeoDataFrame.explore()", "lonboard": "lonboard", "keplergl": "kepler.gl"}
MOST = {"CircleMarker": 14_500}
WHY_LESS = "not tried: one object a marker, minutes at this size"
PEERS_VERSIONS = ("folium", "geopandas", "mapclassify", "lonboard", "keplergl")
HEAD = """# Benchmarks: the map

Made by `python -m benchmarks map`. Every map is built in a **process of its own** that has made a map of ten points before, so that
imports and what is read once a process (fonts, Leaflet, templates) are counted for nobody; seconds are the median of {rounds} turns
(fewer where they take over {enough:.0f} s together), memory is the peak of the first turn above what the process held before it. Pages are
opened in Chromium {browser}, 1,280 by 800 pixels, without a graphics card: what a browser elsewhere leaves to its graphics card, the
processor does here. Ratios hold between machines; seconds do not. The data are synthetic and seeded, with ten columns; each
contestant gets all of them, except CircleMarker and FastMarkerCluster, which get the text of the popup.

Measured on {machine}. Peers: {peers}.
"""
GOALS_TEXT = """
"As it opens" is the view a reader sees first; "hardest" is the worst of all views of the table further down, with every layer shown,
circles included, at the place where most incidents lie. A frame of a drag is the time between two frames while a mouse drags the map; a
jump (an arrow key) draws everything anew. A step of the slider is a real `input` event: "scripts" is the page's own code, "all" is
everything the main thread does until the frame is handed over, the drawing of the canvases included. Steps come 120 ms apart, as when the
map plays; a jump or a step is the 95th percentile of twenty.
"""
OFFLINE_TEXT = """
Each file of {n:,} points, opened from the disk with the network cut. "Drawn" is the share of pixels that are not of the commonest colour,
four seconds after opening; a blank page has 0 %.
"""
SERVED_TEXT = """
The same pages where the network is there: the libraries that folium's pages ask for come from npm packages on this machine (so at
once, which no network does), tiles and icon styles are left out. First picture from opening the file; then the map is dragged to and
fro with a mouse and let go.

lonboard's and kepler.gl's pages could not be given what they ask for (tried on 2026-11-22): lonboard 0.17.0 asks for parquet-wasm 0.9.0,
newer than any version on the npm registry (with 0.8.0 it stops with `WebAssembly.instantiate(): Import #11`), and kepler.gl's page asks for
kepler.gl 3.3.0-alpha.18, which is not on that registry either, and for modules that a service puts together. Both draw on the graphics
card and are the ones to take, with a network, for millions of points: this map thins what falls on one spot, and is made for
hundreds of thousands. folium's maps bring street maps and a choice of plugins; of a thousand points FastMarkerCluster makes the
smallest file, and makes it the fastest, without columns, dates or fonts.
"""


@dataclass(frozen=True)
class Made:
    """A map that was built: who, of how many points, where it lies, what it took; or why it was not built."""

    name: str
    n: int
    page: Path
    build_s: float = np.nan
    peak_mb: float = np.nan
    file_mb: float = np.nan
    failed: str = ""


def report(sizes: tuple[int, ...] = SIZES) -> str:
    """Measure everything, some eight minutes; give the page."""
    with tempfile.TemporaryDirectory() as folder, map_pages.chromium() as browser:
        made = {(one.name, one.n): one for one in every_map(Path(folder), sizes)}
        seen = views_of(browser, made)
        at = min(OFFLINE_AT, sizes[-1])
        parts = [
            HEAD.format(rounds=ROUNDS, enough=ENOUGH_S, browser=browser.version, machine=machine(), peers=versions()),
            *("## Goals", "", *goals(browser, made, seen), GOALS_TEXT),
            *("## Building", "", *built(made)),
            *("", "## With the network cut", OFFLINE_TEXT.format(n=at), *offline(browser, made, at)),
            *("", "## Given what they ask for", SERVED_TEXT, *served(browser, made, Path(folder))),
            *("", "## Our map, view by view", "", *view_rows(seen)),
        ]
    return "\n".join(parts).rstrip() + "\n"


def versions() -> str:
    """Name the peers' versions."""
    return ", ".join(f"{name} {version(name)}" for name in PEERS_VERSIONS)


def title(name: str) -> str:
    """Name a contestant as its own pages do."""
    return NAMES.get(name, name if name == OURS else f"folium {name}")


def every_map(folder: Path, sizes: tuple[int, ...]) -> Iterator[Made]:
    """Build the maps, each in a process of its own."""
    jobs = [(name, n) for n in sizes for name in (OURS, *PEERS)] + [(name, 0) for name in OWN_CASES]
    for name, n in jobs:
        one = make(name, n, folder / f"{name}-{n}.html")
        print(f"{title(name)}, {n:,}: {one.failed or show(one.build_s)}", flush=True)
        yield one


def make(name: str, n: int, page: Path) -> Made:
    """Build one map."""
    if name in NEEDS and find_spec(NEEDS[name]) is None:
        return Made(name, n, page, failed=f"not installed ({NEEDS[name]})")
    if n > MOST.get(name, n):
        return Made(name, n, page, failed=WHY_LESS)
    command = [sys.executable, "-m", "benchmarks.map_makers", name, str(n), str(page)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        return Made(name, n, page, failed=f"failed: {(done.stderr.strip() or 'no reason given').splitlines()[-1][:160]}")
    return Made(name, n, page, **json.loads(done.stdout))


def built(made: Mapping[tuple[str, int], Made]) -> Iterator[str]:
    """Give the table of files, times and memory."""
    yield "| points | map | build | times ours | file | memory |"
    yield "|---|---|---|---|---|---|"
    for (name, n), one in made.items():
        ours = made[OURS, n].build_s if (OURS, n) in made else np.nan
        times = "" if name == OURS or not n or np.isnan(ours) else f"{one.build_s / ours:.1f}"
        took = f"{show(one.build_s)} | {times} | {one.file_mb:.2f} MB | {one.peak_mb:.0f} MB"
        cells = f"| {one.failed} | | | |" if one.failed else f"| {took} |"
        yield f"| {OWN_CASES.get(name, f'{n:,}')} | {OURS if name in OWN_CASES else title(name)} {cells}"


def offline(browser: Browser, made: Mapping[tuple[str, int], Made], n: int) -> Iterator[str]:
    """Give the table of what is seen with the network cut."""
    yield "| map | requests tried | errors in the console | drawn | first picture |"
    yield "|---|---|---|---|---|"
    for name in (OURS, *PEERS):
        if made[name, n].failed:
            yield f"| {title(name)} | {made[name, n].failed} | | | |"
            continue
        seen = map_pages.look_offline(browser, made[name, n].page)
        error = f" (`{seen.first_error[:80]}`)" if seen.first_error else ""
        picture = show(seen.first_s[0]) if seen.first_s else "none: blank"
        yield f"| {title(name)} | {seen.requests} | {seen.errors}{error} | {100 * seen.drawn:.0f} % | {picture} |"


def served(browser: Browser, made: Mapping[tuple[str, int], Made], folder: Path) -> Iterator[str]:
    """Give the table of pages that get their files."""
    wrong = map_pages.fetch_files(folder)
    if wrong:
        yield f"Not measured: {wrong}."
        return
    yield "| points | map | first picture | times ours | a frame of a drag: median, 95th percentile, longest | longest task of it |"
    yield "|---|---|---|---|---|---|"
    ours: dict[int, float] = {}
    for (name, n), one in made.items():
        if name not in (OURS, *FOLIUM) or one.failed:
            continue
        moved = map_pages.move(browser, one.page, folder)
        first = np.nan if isinstance(moved, str) else moved.first_s
        ours[n] = ours.get(n, first)
        yield f"| {n:,} | {title(name)} | {moved_cells(moved, first / ours[n])} |"


def moved_cells(moved: Moved | str, times: float) -> str:
    """Write how a page moved, or why that is not known."""
    if isinstance(moved, str):
        return f"{moved} | | | "
    frames = f"{np.median(moved.drag_ms):.0f}, {p95(moved.drag_ms):.0f}, {max(moved.drag_ms):.0f} ms"
    return f"{show(moved.first_s)} | {times:.1f} | {frames} | {moved.longest_ms:.0f} ms"


def views_of(browser: Browser, made: Mapping[tuple[str, int], Made]) -> dict[str, dict[str, View]]:
    """Measure every view of our own cases."""
    return {case: map_pages.views(browser, made[case, 0].page) for case in OWN_CASES if not made[case, 0].failed}


def view_rows(seen: Mapping[str, Mapping[str, View]]) -> Iterator[str]:
    """Give the table of views."""
    yield "| map | view | a frame of a drag: median, 95 %, longest | a jump: scripts, all | a step: scripts, all | longest task |"
    yield "|---|---|---|---|---|---|"
    for case, views in seen.items():
        for name, view in views.items():
            drag = f"{np.median(view.drag):.0f}, {p95(view.drag):.0f}, {max(view.drag):.0f} ms"
            pairs = " | ".join(f"{worst(costs, 0):.0f}, {worst(costs, 1):.0f} ms" for costs in (view.jump, view.step))
            yield f"| {OWN_CASES[case]} | {name} | {drag} | {pairs} | {view.longest:.0f} ms |"


def worst(costs: list[list[float]], column: int) -> float:
    """Give the 95th percentile of the scripts' (0) or of all (1) of the main thread's time."""
    return p95([cost[column] for cost in costs])


def goals(browser: Browser, made: Mapping[tuple[str, int], Made], seen: Mapping[str, Mapping[str, View]]) -> Iterator[str]:
    """Give the table of the goals."""
    yield "| goal | map | measured |"
    yield "|---|---|---|"
    for case in seen:
        one = made[case, 0]
        first, rest = map_pages.first_renders(browser, one.page)
        limits = {"default": (0.7, 0.5), "large": (3.0, 1.5)}[case]
        told = [
            (f"file at most {limits[0]} MB", verdict(one.file_mb, limits[0], "{:.2f} MB")),
            ("build at most 0.5 s", verdict(one.build_s, 0.5, "{:.2f} s")),
            ("build with at most 150 MB", verdict(one.peak_mb, 150, "{:.0f} MB")),
            (f"first picture after at most {limits[1]} s", verdict(first, limits[1], "{:.2f} s")),
            (f"the same, at rest after at most {limits[1]} s", verdict(rest, limits[1], "{:.2f} s")),
            *moving_goals(seen[case], map_pages.uses(browser, one.page)),
            ("no request", str(map_pages.look_offline(browser, one.page).requests)),
        ]
        yield from (f"| {goal} | {OWN_CASES[case]} | {measured} |" for goal, measured in told)
    many = made.get((OURS, 100_000))
    if many and not many.failed:
        first, rest = (verdict(took, 0.7, "{:.2f} s") for took in map_pages.first_renders(browser, many.page))
        yield f"| first picture after at most 0.7 s | 100,000 points | {first}; at rest {rest} |"


def moving_goals(views: Mapping[str, View], uses: Uses) -> list[tuple[str, str]]:
    """Give the goals of a map that moves: as it opens, and in the hardest view."""

    def told(values: list[float], limit: float) -> str:
        return f"as it opens {verdict(values[0], limit, '{:.0f} ms')}; hardest {verdict(max(values), limit, '{:.0f} ms')}"

    every = list(views.values())
    controls = ", ".join(f"{name} {ms:.0f}" for name, ms in uses.main.items())
    return [
        ("a frame of a drag at most 50 ms (95th percentile)", told([p95(view.drag) for view in every], 50)),
        ("a jump at most 50 ms, all", told([worst(view.jump, 1) for view in every], 50)),
        ("a step of the slider at most 33 ms, scripts", told([worst(view.step, 0) for view in every], 33)),
        ("a step of the slider at most 33 ms, all", told([worst(view.step, 1) for view in every], 33)),
        ("no task over 200 ms after loading", told([view.longest for view in every], 200)),
        ("the same, while controls are used", f"{verdict(uses.longest, 200, '{:.0f} ms')} (main thread, ms: {controls})"),
    ]


def verdict(value: float, limit: float, form: str) -> str:
    """Write a number, and whether it misses its goal."""
    return form.format(value) if value <= limit else f"**{form.format(value)}, missed**"


if __name__ == "__main__":
    print(report(tuple(map(int, sys.argv[1:])) or SIZES))

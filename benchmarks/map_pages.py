"""Pages opened in Chromium: with the network cut, and, for folium's, with the files they ask for handed to them from npm packages."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page, Request, Route

PROBE = Path(__file__).with_name("probe.js")
SIZE = {"width": 1280, "height": 800}
ON_THE_PAGE = ("file:", "data:", "blob:", "about:")
WAIT_MS = 4_000
PATIENCE_MS = 60_000
LOADS = 3
STEPS = 20
DRAG_PX, DRAGS = 7, 40
FILES = {
    "leaflet.js": "leaflet/dist/leaflet.js",
    "leaflet.css": "leaflet/dist/leaflet.css",
    "jquery-3.7.1.min.js": "jquery/dist/jquery.min.js",
    "bootstrap.bundle.min.js": "bootstrap/dist/js/bootstrap.bundle.min.js",
    "bootstrap.min.css": "bootstrap/dist/css/bootstrap.min.css",
    "leaflet.markercluster.js": "leaflet.markercluster/dist/leaflet.markercluster.js",
    "MarkerCluster.css": "leaflet.markercluster/dist/MarkerCluster.css",
    "MarkerCluster.Default.css": "leaflet.markercluster/dist/MarkerCluster.Default.css",
    "leaflet.awesome-markers.js": "leaflet.awesome-markers/dist/leaflet.awesome-markers.js",
    "leaflet.awesome-markers.css": "leaflet.awesome-markers/dist/leaflet.awesome-markers.css",
}
PACKAGES = ("leaflet@1.9.3", "jquery@3.7.1", "bootstrap@5.2.2", "leaflet.markercluster@1.1.0", "leaflet.awesome-markers@2.0.5")
VIEWS = {
    "as it opens": None,
    "every layer, whole border": 0,
    **{f"every layer, zoom {zoom} where most incidents lie": zoom for zoom in (9, 10, 11, 12)},
}


@dataclass(frozen=True)
class Offline:
    """What is seen of a page with the network cut."""

    requests: int
    errors: int
    first_error: str
    drawn: float
    first_s: tuple[float, float] | None


@dataclass(frozen=True)
class Moved:
    """How quickly a page comes and moves, in seconds and milliseconds."""

    first_s: float
    drag_ms: list[float]
    longest_ms: float


@dataclass(frozen=True)
class View:
    """What a view of our page costs, in milliseconds."""

    drag: list[float]
    jump: list[list[float]]
    step: list[list[float]]
    longest: float


@dataclass
class Uses:
    """What controls cost: the main thread's milliseconds for each use, and the longest task of all."""

    main: dict[str, float] = field(default_factory=dict)
    longest: float = 0.0


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  only where it is measured

    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


def tab_of(browser: Browser, *, offline: bool = True) -> Page:
    """Open a tab of its own, with our stopwatch in it."""
    tab = browser.new_context(viewport=SIZE, offline=offline).new_page()
    tab.set_default_timeout(PATIENCE_MS)
    tab.add_init_script(path=PROBE)
    return tab


def look_offline(browser: Browser, page: Path) -> Offline:
    """Open a page with the network cut, and count what it asks for and what can be seen of it."""
    tab = tab_of(browser)
    asked: list[str] = []
    errors: list[str] = []
    tab.on("request", lambda request: asked.append(request.url) if from_outside(request) else None)
    tab.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.goto(page.as_uri())
    tab.wait_for_timeout(WAIT_MS)
    drawn = share_drawn(tab.screenshot())
    tab.context.close()
    first = first_renders(browser, page) if drawn else None
    said = [error for error in errors if not error.startswith("Failed to load resource")]
    return Offline(len(asked), len(errors), said[0] if said else "", drawn, first)


def from_outside(request: Request) -> bool:
    """Tell whether a request leaves the file."""
    return not request.url.startswith(ON_THE_PAGE)


def share_drawn(picture: bytes) -> float:
    """Give the share of pixels that are not of the commonest colour: nothing on a blank page."""
    from PIL import Image  # noqa: PLC0415  only here

    pixels = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(np.int64) @ [65_536, 256, 1]
    return float(1 - np.unique(pixels, return_counts=True)[1].max() / pixels.size)


def first_renders(browser: Browser, page: Path) -> tuple[float, float]:
    """Give the seconds to the first picture, and until nothing moves: medians of some loads, each in a tab of its own."""
    first, rest = np.median([_first_render(browser, page) for _ in range(LOADS)], axis=0)
    return float(first), float(rest)


def _first_render(browser: Browser, page: Path) -> tuple[float, float]:
    tab = tab_of(browser)
    tab.goto(page.as_uri())
    took = tab.evaluate("bench.drawn") / 1_000, tab.evaluate("bench.atRest()") / 1_000
    tab.context.close()
    return took


def fetch_files(folder: Path) -> str:
    """Fetch the packages that folium's pages are made of; give what went wrong, or nothing."""
    npm = shutil.which("npm")
    if npm is None:
        return "npm is not installed"
    command = [npm, "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder), *PACKAGES]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"npm: {done.stderr.strip().splitlines()[-1][:120] if done.stderr.strip() else 'failed'}"


def hand_over(route: Route, folder: Path) -> None:
    """Answer what a page asks for: its libraries from the packages, other styles empty, nothing else."""
    name = route.request.url.rpartition("/")[2]
    kind = {"js": "text/javascript", "css": "text/css"}.get(name.rpartition(".")[2])
    if name in FILES:
        route.fulfill(path=folder / "node_modules" / FILES[name], content_type=kind)
    elif kind == "text/css":
        route.fulfill(body="", content_type=kind)
    else:
        route.abort()


def move(browser: Browser, page: Path, folder: Path) -> Moved | str:
    """Load a page that is given what it asks for, and drag it with the mouse; or say that it took too long or stayed blank."""
    from playwright.sync_api import TimeoutError as TooLongError  # noqa: PLC0415

    tab = tab_of(browser, offline=False)
    tab.route(re.compile("^https?:"), lambda route: hand_over(route, folder))
    try:
        tab.goto(page.as_uri())
        first = tab.evaluate("bench.drawn") / 1_000
        tab.evaluate("bench.atRest()")
        if not share_drawn(tab.screenshot()):
            return "blank"
        tab.evaluate("bench.longest()")
        return Moved(first, drag(tab), tab.evaluate("bench.longest()"))
    except TooLongError:
        return f"no picture within {PATIENCE_MS / 1_000:.0f} s"
    finally:
        tab.context.close()


def drag(tab: Page) -> list[float]:
    """Drag the map to and fro, let go, and give the time between frames, the last drawing included."""
    x, y = SIZE["width"] // 3, SIZE["height"] // 2
    tab.mouse.move(x, y)
    tab.evaluate("bench.watch()")
    tab.mouse.down()
    for n in range(DRAGS):
        x += DRAG_PX if n < DRAGS // 2 else -DRAG_PX
        tab.mouse.move(x, y + 3 * n)
    tab.wait_for_timeout(100)  # no swing
    tab.mouse.up()
    tab.wait_for_timeout(300)
    return [float(took) for took in tab.evaluate("bench.seen()")]


def views(browser: Browser, page: Path) -> dict[str, View]:
    """Measure our page in the view it opens with, and in harder ones."""
    tab = tab_of(browser)
    tab.goto(page.as_uri())
    tab.evaluate("bench.atRest()")
    tab.evaluate("bench.longest()")
    told = {}
    for name, zoom in VIEWS.items():
        if zoom is not None:
            tab.evaluate("bench.showAll()")
        if zoom:
            tab.evaluate("zoom => bench.densest(zoom)", zoom)
            tab.evaluate("bench.longest()")
        jump, step = (tab.evaluate(f"bench.{what}({STEPS})") for what in ("jump", "slide"))
        told[name] = View(drag(tab), jump, step, tab.evaluate("bench.longest()"))
    tab.context.close()
    return told


def uses(browser: Browser, page: Path) -> Uses:
    """Use each control of our page twice, in the view it opens with."""
    tab = tab_of(browser)
    tab.goto(page.as_uri())
    tab.evaluate("bench.atRest()")
    tab.evaluate("bench.longest()")
    told = Uses()
    for name in tab.evaluate("bench.uses"):
        told.main[name] = max(cost[1] for cost in tab.evaluate("name => bench.use(name)", name))
        told.longest = max(told.longest, tab.evaluate("bench.longest()"))
    tab.context.close()
    return told


def p95(times: Any) -> float:  # noqa: ANN401  any row of numbers
    """Give the time that nineteen of twenty stay under."""
    return float(np.percentile(times, 95))

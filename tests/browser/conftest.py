"""A real Chromium with the network cut, and the map of the embedded situation in it."""

import math
import os
import re
import shutil
import warnings

import numpy as np
import pytest
import rasterio
from playwright.sync_api import sync_playwright

from bordergis.maps import situation_map

TILE_PX = 256


@pytest.fixture(scope="session")
def chromium():
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        why = "No Chromium was found; install the package `chromium`, or name its program in the variable CHROMIUM."
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


class Tab:
    """A page of its own, offline, that remembers every request and every word of its console."""

    def __init__(self, browser, path, size, link=""):
        self.context = browser.new_context(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", has_touch=True)
        self.context.set_offline(offline=True)
        self.page = self.context.new_page()
        self.requests, self.said = [], []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.route(re.compile(r"^(?!file:|data:|about:|blob:)"), lambda route: route.abort())
        self.path = path
        self.page.goto(path.as_uri() + link)

    def ready(self):
        """Wait until the map is drawn."""
        self.page.wait_for_selector("html[data-bg-ready]", state="attached")
        return self

    def asked_for(self):
        return [url for url in self.requests if not url.startswith((self.path.as_uri(), "data:", "blob:"))]

    def view(self, lon, lat, zoom):
        self.page.evaluate(f"bordergis.map.setView([{lat}, {lon}], {zoom}, {{animate: false}})")
        self.centre, self.zoom = (lon, lat), zoom

    def frame(self):
        return self.page.locator("#map_bordergis").bounding_box()

    def pixel(self, lon, lat):
        """Where a position lies on the screen, by the formula of the Mercator projection."""
        x, y = np.subtract(mercator(lon, lat), mercator(*self.centre)) * TILE_PX * 2**self.zoom
        frame = self.frame()
        return frame["x"] + frame["width"] / 2 + x, frame["y"] + frame["height"] / 2 + y

    def picture(self):
        """The screen as red, green and blue."""
        return self.pixels(self.page.screenshot())

    @staticmethod
    def pixels(png):
        """Read a PNG as an array of red, green and blue."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            with rasterio.MemoryFile(png) as memory, memory.open(driver="PNG") as image:
                return image.read()[:3].astype(int)

    def toggle(self, layer_id):
        self.page.click("#bg-tab-layers")
        self.page.click(f"#bg-layer-{layer_id}")

    def details(self):
        return self.page.inner_text("#bg-page-details")


def mercator(lon, lat):
    return (lon + 180) / 360, 0.5 - math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) / (2 * math.pi)


@pytest.fixture(scope="session")
def map_file(situation, tmp_path_factory):
    path = tmp_path_factory.mktemp("map") / "map.html"
    situation_map(situation).save(path)
    return path


@pytest.fixture
def open_map(chromium):
    """Open a file in a tab of the size given and wait until the map is drawn, if the file is one."""
    tabs = []

    def open_one(path, size=(1280, 800), link=""):
        tabs.append(Tab(chromium, path, size, link))
        return tabs[-1].ready() if 'id="bg-start"' in path.read_text(encoding="utf-8") else tabs[-1]

    yield open_one
    for tab in tabs:
        tab.context.close()

"""A page as a picture: drawn by a browser without a window and without a network."""

from __future__ import annotations

import os
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from bordergis.errors import BrowserMissingError, OutputError, UnitError

if TYPE_CHECKING:
    from types import ModuleType

    from playwright.sync_api import Browser, BrowserType

__all__ = ["MOST_PX", "picture_of"]

BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MOST_PX = 8_000  # a side: more than a sheet of A1 at 200 dots an inch, and what a browser still holds in memory
PATIENCE_MS = 60_000
DRAWN = """() => window.bordergis.ready
  .then(() => document.fonts.ready)
  .then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true)))))"""
"""Waits for the map, its letters, and the frame after the one in which they are drawn."""
REMEDY = (
    "Install both (`pip install playwright`, and the package `chromium` of your system or `python -m playwright install chromium`), name "
    "the program of the browser in the variable CHROMIUM, or draw the sheet with plot_situation, which needs no browser."
)


def picture_of(page: str, size: tuple[int, int], density: float) -> bytes:
    """Draw a page of ours as a PNG.

    Parameters
    ----------
    page
        The whole HTML page of a situation map.
    size
        Width and height of the window, in pixels of the page.
    density
        Pixels of the picture for each pixel of the page.

    Raises
    ------
    UnitError
        If the picture would have no or too many pixels.
    BrowserMissingError
        If there is no Chromium, or no playwright to drive it.
    OutputError
        If the page cannot be drawn.

    Examples
    --------
    >>> picture_of("", (0, 10), 1)
    Traceback (most recent call last):
    ...
    bordergis.errors.UnitError: The picture would be 0 x 10 pixels; each side must be from 1 to 8000. Change the size or the density.
    """
    wide, high = (round(side * density) for side in size)
    if not all(1 <= side <= MOST_PX for side in (wide, high)):
        raise UnitError(
            f"The picture would be {wide} x {high} pixels; each side must be from 1 to {MOST_PX}. Change the size or the density."
        )
    with ThreadPoolExecutor(max_workers=1) as apart:  # playwright refuses to run in a thread with an event loop, as that of a notebook
        return apart.submit(_picture, page, size, density).result()


def _picture(page: str, size: tuple[int, int], density: float) -> bytes:
    driver = _driver()
    with driver.sync_playwright() as playwright, tempfile.TemporaryDirectory(prefix="bordergis-") as folder:
        file = Path(folder, "map.html")
        file.write_text(page, encoding="utf-8")
        browser = _browser(playwright.chromium, driver)
        try:
            return _drawn(browser, file, size, density)
        except driver.Error as fault:
            raise OutputError(f"The browser could not draw the map: {fault}. Open the saved page to see what it says.") from fault
        finally:
            browser.close()


def _driver() -> ModuleType:
    try:
        from playwright import sync_api  # noqa: PLC0415  wanted only here; maps are made without it
    except ImportError as fault:
        raise BrowserMissingError(f"A picture of the map needs playwright, which is not installed. {REMEDY}") from fault
    return sync_api


def _browser(chromium: BrowserType, driver: ModuleType) -> Browser:
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSER_NAMES)), None)
    try:
        return chromium.launch(executable_path=program)
    except driver.Error as fault:
        told = f"{program} does not start" if program else "none was found"
        raise BrowserMissingError(f"A picture of the map needs the browser Chromium, but {told}. {REMEDY}") from fault


def _drawn(browser: Browser, file: Path, size: tuple[int, int], density: float) -> bytes:
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height}, device_scale_factor=density, offline=True, reduced_motion="reduce"
    )
    view = context.new_page()
    view.set_default_timeout(PATIENCE_MS)
    view.goto(file.as_uri())
    view.evaluate(DRAWN)
    return view.screenshot()

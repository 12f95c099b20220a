"""The map as a picture made by a browser: of the size asked for, with the map on it, also where an event loop runs; and the refusals."""

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from matplotlib.image import imread

from bordergis.errors import BorderGISError, BrowserMissingError, OutputError, UnitError
from bordergis.maps import TitleBlock, situation_map
from bordergis.maps.picture import MOST_PX, picture_of

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("chromium")]

VERMILION = np.array([213, 94, 0]) / 255  # of closed checkpoints and incidents


@pytest.fixture(scope="module")
def drawn(situation):
    return situation_map(situation, title=TitleBlock(created=situation.date))


def share_of(picture, colour):
    return (np.abs(picture[..., :3] - colour).max(axis=-1) < 0.04).mean()


def test_the_picture_has_the_size_asked_for_and_the_drawn_map_on_it(drawn, tmp_path):
    path = drawn.to_png(tmp_path / "new" / "map.png", size=(900, 600))
    picture = imread(path)
    assert picture.shape[:2] == (600, 900)
    assert share_of(picture[80:, :600], VERMILION) > 0.0005
    assert [file.name for file in path.parent.iterdir()] == ["map.png"]


def test_a_denser_picture_has_more_pixels_of_the_same_page(drawn, tmp_path):
    plain, dense = (imread(drawn.to_png(tmp_path / f"{density}.png", size=(700, 500), density=density)) for density in (1, 2))
    assert dense.shape[:2] == (1000, 1400)
    coarse = dense.reshape(500, 2, 700, 2, -1).mean(axis=(1, 3))
    assert np.abs(coarse - plain).mean() < 0.05


def test_a_picture_is_made_where_an_event_loop_runs_as_in_a_notebook(drawn, tmp_path):
    async def cell():
        return drawn.to_png(tmp_path / "cell.png", size=(400, 300))

    with ThreadPoolExecutor() as apart:  # the driver of the other browser tests has its loop in this thread
        made = apart.submit(lambda: asyncio.run(cell())).result()
    assert made.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("size", "density"), [((0, 600), 1), ((800, -1), 1), ((MOST_PX, 600), 2), ((800, 600), 0)])
def test_no_or_too_many_pixels_are_refused_and_nothing_is_written(drawn, tmp_path, size, density):
    with pytest.raises(UnitError, match="each side must be from 1 to 8000"):
        drawn.to_png(tmp_path / "map.png", size=size, density=density)
    assert not list(tmp_path.iterdir())


def test_without_playwright_the_remedy_is_told_and_the_old_file_stays(drawn, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "playwright", None)
    (tmp_path / "map.png").write_bytes(b"old")
    with pytest.raises(BrowserMissingError, match=r"playwright, which is not installed.*plot_situation") as told:
        drawn.to_png(tmp_path / "map.png")
    assert isinstance(told.value, BorderGISError)
    assert (tmp_path / "map.png").read_bytes() == b"old"


def test_without_a_browser_the_remedy_is_told(drawn, tmp_path, monkeypatch):
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "no-such-browser"))
    with pytest.raises(BrowserMissingError, match=r"no-such-browser does not start.*CHROMIUM"):
        drawn.to_png(tmp_path / "map.png")


def test_a_page_that_cannot_be_drawn_is_told():
    with pytest.raises(OutputError, match="could not draw the map"):
        picture_of("<!doctype html><title>no map</title>", (100, 100), 1)


def test_a_place_that_cannot_be_written_is_told(drawn, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="nothing was changed"):
        drawn.to_png(tmp_path / "file" / "map.png", size=(300, 200))

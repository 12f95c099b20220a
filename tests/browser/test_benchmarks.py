"""The benchmarks measure what they say: a failed contestant is told, a blank page is blank, and what a page asks for is counted."""

from __future__ import annotations

import io
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
PAGE = '<!DOCTYPE html><html><head>{head}</head><body style="margin:0">{body}</body></html>'
SQUARE = '<div style="width:640px;height:400px;background:#000"></div>'


@pytest.fixture
def bench(monkeypatch):
    """Give the scripts of the benchmarks, wherever the tests are started."""
    monkeypatch.syspath_prepend(ROOT)
    names = {"measure": "measure", "maps": "maps", "pages": "map_pages"}
    return SimpleNamespace(**{short: import_module(f"benchmarks.{name}") for short, name in names.items()})


def boom():
    raise ValueError("no such thing\nand more")


def test_a_peer_that_fails_is_told_with_its_error(bench):
    row = bench.measure.race("job", {bench.measure.OURS: lambda: 1, "peer": boom}, lambda _: "0 wrong", rounds=1)
    assert row.absent == {"peer": "failed (ValueError: no such thing)"}
    assert row.line().endswith("(0 wrong) | peer: failed (ValueError: no such thing) |")


def test_our_own_failure_is_a_row_too(bench):
    row = bench.measure.race("job", {bench.measure.OURS: boom, "peer": lambda: 1}, lambda _: "0 wrong", rounds=1)
    ours, peers = row.line().split(" | ")[1:]
    assert ours == "failed (ValueError: no such thing)"
    assert peers.startswith("peer")
    assert "times" not in peers


@pytest.mark.parametrize(
    ("took", "expected"), [({"bordergis": 2.0, "peer": 5.0}, "2 s (0 wrong) | peer 5 s (**2.5 times**; 3 wrong)"), ({}, "not measured | ")]
)
def test_a_row_of_the_table(took, expected, bench):
    row = bench.measure.Row("job", seconds=took, wrong={"bordergis": "0 wrong", "peer": "3 wrong"})
    assert row.line() == f"| job | {expected} |"


def test_what_is_not_of_the_commonest_colour_is_drawn(bench):
    pixels = np.zeros((10, 10, 3), dtype=np.uint8)
    pixels[:2, :5] = 200
    pixels[9, 9] = (0, 0, 1)
    picture = io.BytesIO()
    Image.fromarray(pixels).save(picture, format="png")
    assert bench.pages.share_drawn(picture.getvalue()) == pytest.approx(0.11)


def test_a_goal_says_whether_it_is_missed(bench):
    assert bench.maps.verdict(33.0, 33, "{:.0f} ms") == "33 ms"
    assert bench.maps.verdict(34.0, 33, "{:.0f} ms") == "**34 ms, missed**"


def test_a_map_that_cannot_be_built_says_why(tmp_path, monkeypatch, bench):
    monkeypatch.setitem(bench.maps.NEEDS, "explore", "a_package_that_is_not_there")
    made = {(name, 5): bench.maps.make(name, 5, tmp_path / "map.html") for name in ("explore", "nobody")}
    made["CircleMarker", 100_000] = bench.maps.make("CircleMarker", 100_000, tmp_path / "map.html")
    _, _, *rows = bench.maps.built(made)
    assert rows[0] == "| 5 | GeoDataFrame.explore() | not installed (a_package_that_is_not_there) | | | |"
    assert rows[1] == "| 5 | folium nobody | failed: KeyError: 'nobody' | | | |"
    assert "not tried" in rows[2]


def test_a_map_is_built_in_a_process_of_its_own(tmp_path, bench):
    page = tmp_path / "map.html"
    made = bench.maps.make("FastMarkerCluster", 50, page)
    assert not made.failed
    assert made.build_s > 0
    assert made.file_mb == pytest.approx(page.stat().st_size / 1e6)
    assert "landmine reported" in page.read_text(encoding="utf-8")


@pytest.mark.browser
class TestInTheBrowser:
    @pytest.fixture
    def browser(self, chromium, bench, monkeypatch):
        monkeypatch.setattr(bench.pages, "WAIT_MS", 300)
        return chromium

    @pytest.fixture
    def page(self, tmp_path):
        def write(body, head=""):
            path = tmp_path / "page.html"
            path.write_text(PAGE.format(head=head, body=body), encoding="utf-8")
            return path

        return write

    def test_a_page_that_needs_the_network_is_blank_and_asks(self, browser, page, bench):
        seen = bench.pages.look_offline(
            browser, page("<script>missing()</script>", '<script src="https://example.invalid/leaflet.js"></script>')
        )
        assert (seen.requests, seen.errors, seen.drawn, seen.first_s) == (1, 2, 0.0, None)
        assert "missing is not defined" in seen.first_error

    def test_a_page_that_needs_nothing_is_drawn(self, browser, page, bench):
        seen = bench.pages.look_offline(browser, page(SQUARE))
        assert (seen.requests, seen.errors) == (0, 0)
        assert seen.drawn == pytest.approx(0.25)
        assert 0 < seen.first_s[0] <= seen.first_s[1]

    def test_a_page_gets_its_libraries_and_no_tiles(self, browser, page, tmp_path, bench):
        library = tmp_path / "node_modules" / bench.pages.FILES["leaflet.js"]
        library.parent.mkdir(parents=True)
        library.write_text(f"document.body.innerHTML = '{SQUARE}';", encoding="utf-8")
        asks = '<link rel="stylesheet" href="https://example.invalid/icons.css"><img src="https://example.invalid/1.png">'
        given = page(f'{asks}<script src="https://example.invalid/leaflet.js"></script>')
        moved = bench.pages.move(browser, given, tmp_path)
        assert moved.first_s > 0
        assert moved.drag_ms
        assert bench.pages.move(browser, page("<p></p>"), tmp_path) == "blank"

    def test_work_of_a_frame_is_counted_scripts_and_all(self, browser, page, bench):
        spin = "const until = performance.now() + 30; while (performance.now() < until);"
        tab = bench.pages.tab_of(browser)
        tab.goto(page(SQUARE).as_uri())
        scripts, whole = tab.evaluate(f"bench.cost(() => {{ {spin} requestAnimationFrame(() => {{ {spin} }}); }})")
        assert 60 <= scripts <= whole

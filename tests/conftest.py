"""Shared fixtures: the embedded situation, and small worlds a reader can check by eye."""

from __future__ import annotations

import base64
import contextlib
import gzip
import re
import sys

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import settings
from rich.console import ConsoleDimensions
from shapely import Point

import bordergis as bg
from bordergis import cli

# A busy machine is not a fault, and nothing here is timed. Forty examples keep the suite within its minutes; tests that need more say so.
settings.register_profile("bordergis", deadline=None, max_examples=40)
settings.load_profile("bordergis")


@pytest.fixture(scope="session")
def situation():
    return bg.load("2026-01-14")


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the command line in this process, in a wide window: exit status, standard output, standard error."""
    monkeypatch.setattr(cli.out, "size", ConsoleDimensions(400, 100))
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["bordergis", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            sys.exit(cli.main())
        said = capsys.readouterr()
        return end.value.code or 0, said.out, said.err

    return call


@pytest.fixture
def ran(run):
    """Run a command that must succeed and say nothing on standard error; give its output."""

    def call(*words):
        code, out, err = run(*words)
        assert (code, err) == (0, "")
        return out

    return call


@pytest.fixture
def told_in():
    """Give everything a page embeds as text: what is written plainly, and the island uncompressed."""

    def read(page):
        parts = [page]
        for text in re.findall(r"[A-Za-z0-9+/=]{200,}", page):
            with contextlib.suppress(OSError, ValueError):  # what is no gzip is a picture or a font
                parts.append(gzip.decompress(base64.b64decode(text)).decode("utf-8", "replace"))
        return "\n".join(parts)

    return read


@pytest.fixture
def incident():
    """Make an incident layer of one row a keyword: KT1=(lon, lat, radius of precision)."""

    def make(event_type="Armed clash", start="2025-12-10", **points):
        return gpd.GeoDataFrame(
            {
                "incident_id": list(points),
                "date_start": pd.to_datetime([start] * len(points)),
                "date_end": pd.to_datetime([start] * len(points)),
                "category": "armed_clash",
                "event_type": event_type,
                "reported_by": "a test",
                "position_class": "place",
                "position_radius_m": [float(radius) for _, _, radius in points.values()],
            },
            geometry=[Point(lon, lat) for lon, lat, _ in points.values()],
            crs="EPSG:4326",
        )

    return make


@pytest.fixture
def village():
    """Make a village layer of one row a keyword: v1=(lon, lat), or v1=(lon, lat, radius of precision)."""

    def make(**points):
        return gpd.GeoDataFrame(
            {
                "place_id": list(points),
                "name": [name.title() for name in points],
                "position_radius_m": [float(point[2]) if len(point) > 2 else 0.0 for point in points.values()],
            },
            geometry=[Point(point[:2]) for point in points.values()],
            crs="EPSG:4326",
        )

    return make


@pytest.fixture
def one_rule():
    """A rule of 5 km for a year after an armed clash."""
    return pd.DataFrame(
        {
            "rule_id": ["clash"],
            "event_type": ["Armed clash"],
            "radius_m": [5_000.0],
            "lifetime_days": [365],
            "citation": ["a test"],
        }
    )

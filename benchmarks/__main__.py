"""Run the benchmarks and write ``docs/benchmarks/``: ``python -m benchmarks``, or some parts: ``python -m benchmarks roads map``."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import warnings
from itertools import chain
from pathlib import Path

from benchmarks import access, kernels, maps, repairs, routes, scale
from benchmarks.measure import ROUNDS, Row, machine

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "benchmarks"

START = (
    "import time, numpy as np; from bordergis import geodesy; lon, lat = np.full(10, 103.0), np.full(10, 14.0); radius = np.full(10, 9.0);"
    "geodesy.switch.COMPILED_FROM_S = 0.0; began = time.perf_counter(); geodesy.{call}; print(time.perf_counter() - began)"
)
HEAD = [
    f"Made by `make bench`. Every job is run by each contestant in turn in **one process**; figures are medians of {ROUNDS}",
    'rounds. Ratios (how many times our time a peer takes) hold between machines; seconds do not. "Wrong" is',
    "against `pyproj.Geod`. The data are synthetic and seeded (clustered villages, incidents along hot spots, a wiggly line);",
    "the real lines are used where they are at hand.",
]
FIRST = [
    "Ours above are compiled already. In a new process the first call takes longer; compiling happens once a machine, and",
    "only for jobs whose plain code would take more than a second (`geodesy.switch.COMPILED_FROM_S`).",
    "",
]
CURVES = [
    "Seconds of bordergis, and of one peer (named in the head) up to a million rows; the better of two runs (of ten",
    "million rows one run). Small inputs take the plain code, larger ones the compiled one.",
    "",
]
MEMORY = [
    "Each job in a process of its own that has done a small one before, so that libraries and compiled code are not counted. The answer",
    "is part of what is beyond the input.",
    "",
]
CALLS = {
    "circle": "circle(lon, lat, radius, 16)",
    "union_of_circles": "union_of_circles(lon, lat + np.linspace(0.0, 1.0, 10), radius, 16)",
    "within_any": "within_any(lon, lat, lon, lat, radius)",
    "pairs_within": "pairs_within(lon, lat, lon, lat, radius)",
    "locate_on_line": "locate_on_line(lon, lat, np.array([[103.0, 14.0], [103.1, 14.0]]))",
    "nearest": "nearest(lon, lat, lon, lat)",
}


def main(parts: list[str]) -> None:
    """Run the parts, print, and write a page each."""
    warnings.simplefilter("ignore")
    for part in parts or list(PARTS):
        (FOLDER / f"{part}.md").write_text(PARTS[part](), encoding="utf-8")


def zones() -> str:
    """Measure lines, zones and points."""
    rows = list(kernels.rows())
    growth = ["## How time grows", "", *CURVES, *scale.curves(), "", "## Memory", "", *MEMORY, *scale.memory()]
    start = [
        "",
        "## The first call",
        "",
        *FIRST,
        "| function | first time on a machine | first time in a process |",
        "|---|---|---|",
        *starts(),
    ]
    return page("lines, zones and points", rows, [*growth, *start])


def roads() -> str:
    """Measure routes, closures and the whole answer on access."""
    return page("roads and access", list(chain(routes.rows(), repairs.rows(), access.rows())), [])


def starts() -> list[str]:
    """Measure a kernel's first call in a new process: compiling, and from the cache."""
    out = []
    for name, call in CALLS.items():
        with tempfile.TemporaryDirectory() as folder:
            cold, warm = (first_call(call, folder) for _ in range(2))
        out.append(f"| `{name}` | {cold:.1f} s | {warm:.2f} s |")
    return out


def first_call(call: str, folder: str) -> float:
    """Time one call in a process of its own, with its own cache."""
    command = [sys.executable, "-c", START.format(call=call)]
    done = subprocess.run(command, env={**os.environ, "NUMBA_CACHE_DIR": folder}, capture_output=True, text=True, check=True)
    return float(done.stdout)


def page(about: str, rows: list[Row], more: list[str]) -> str:
    """Write a page."""
    table = ["| job | bordergis | peers |", "|---|---|---|", *[row.line() for row in rows]]
    head = [f"# Benchmarks: {about}", "", *HEAD, "", f"Measured on {machine()}.", ""]
    return "\n".join([*head, *table, "", *more]).rstrip() + "\n"


PARTS = {"zones": zones, "roads": roads, "map": maps.report}

if __name__ == "__main__":
    main(sys.argv[1:])

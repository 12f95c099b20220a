"""Time and memory of reading files: 250,000 incidents from CSV, 1,000,000 villages from GeoParquet.

Makes its files in a temporary folder, reads each in a process of its own, and prints seconds and peak memory.
Run it with `python benchmarks/read_files.py`.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

N_INCIDENTS = 250_000
N_VILLAGES = 1_000_000
GOALS = {"incidents.csv": (5.0, 1_000), "villages.parquet": (3.0, None)}
KINDS = {"incidents.csv": "incidents", "villages.parquet": "villages"}
SEED = 20260114


def make_incidents(file: Path) -> None:
    """Write a CSV of reported incidents with Khmer and Thai names, empty cells and quoted line breaks."""
    numbers = np.random.default_rng(SEED)
    n = N_INCIDENTS
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(numbers.integers(0, 700, n), unit="D")
    table = pd.DataFrame(
        {
            "incident_id": [f"KT{k:06d}" for k in range(n)],
            "date_start": day.strftime("%Y-%m-%d"),
            "date_end": day.strftime("%Y-%m-%d"),
            "date_precision": numbers.integers(1, 4, n),
            "category": numbers.choice(["armed_clash", "shelling", "mine_explosion"], n),
            "event_type": numbers.choice(["Armed clash", "Shelling/artillery/missile attack", "Remote explosive/landmine/IED"], n),
            "description": [f"Reported event {k},\nas published" if k % 50 == 0 else f"Reported event {k}" for k in range(n)],
            "actor_a": "actor one",
            "actor_b": "actor two",
            "reported_by": numbers.choice(["a ministry", "a newspaper", "an observer"], n),
            "place_as_given": numbers.choice(["អូរស្មាច់", "บ้านหนองจาน", "O Smach", "Ban Nong Chan"], n),
            "adm1": numbers.choice(["Banteay Meanchey", "Buri Ram", "Oddar Meanchey", "Surin"], n),
            "adm1_pcode": numbers.choice(["KH01", "TH31", "KH22", "TH32"], n),
            "killed_best": numbers.integers(0, 5, n),
            "source_url": [f"https://example.org/report/{k}" for k in range(n)],
            "lat": numbers.uniform(13.5, 14.5, n).round(5),
            "lon": numbers.uniform(102.5, 104.5, n).round(5),
        }
    )
    table.to_csv(file, index=False)


def make_villages(file: Path) -> None:
    """Write GeoParquet of villages."""
    numbers = np.random.default_rng(SEED)
    n = N_VILLAGES
    table = pd.DataFrame(
        {
            "place_id": [f"v{k:07d}" for k in range(n)],
            "name": numbers.choice(["អូរស្មាច់", "บ้านหนองจาน", "O Smach", "Ban Nong Chan"], n),
            "village_code": [f"{k:08d}" for k in range(n)],
            "country": numbers.choice(["KHM", "THA"], n),
            "population": numbers.integers(0, 5_000, n).astype(float),
        }
    )
    points = gpd.points_from_xy(numbers.uniform(102.5, 105, n), numbers.uniform(12, 15, n))
    gpd.GeoDataFrame(table, geometry=points, crs=4326).to_parquet(file)


def read_one(file: Path) -> None:
    """Read one file and print what it took."""
    from bordergis.readers.read import read_layer  # noqa: PLC0415  its import is part of what is measured

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    read = read_layer(file, KINDS[file.name])
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"rows": len(read.layer), "seconds": seconds, "peak_mb": peak / 1_024, "start_mb": before / 1_024}))


def main() -> None:
    """Make the files, read each in its own process, print a line a file."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--one", type=Path, help="read this file here, in this process")
    told = asked.parse_args()
    if told.one:
        read_one(told.one)
        return
    with tempfile.TemporaryDirectory() as folder:
        make_incidents(Path(folder) / "incidents.csv")
        make_villages(Path(folder) / "villages.parquet")
        for name, (most_seconds, most_mb) in GOALS.items():
            file = Path(folder) / name
            said = subprocess.run([sys.executable, __file__, "--one", str(file)], check=True, capture_output=True, text=True)
            took = json.loads(said.stdout)
            goal = f"goal {most_seconds:g} s" + (f", {most_mb:,} MB" if most_mb else "")
            size = file.stat().st_size / 1_000_000
            print(f"{name}: {took['rows']:,} rows, {size:.0f} MB, {took['seconds']:.2f} s, peak {took['peak_mb']:,.0f} MB ({goal})")


if __name__ == "__main__":
    main()

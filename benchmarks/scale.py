"""How time and memory grow with the input: curves from 10,000 to 10,000,000 rows, and the peak of each job in a process of its own."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from benchmarks import peers, worlds
from benchmarks.measure import MEGABYTE, RESET, of_status, show
from scipy.spatial import cKDTree

from bordergis import geodesy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Inputs = tuple[Any, ...]

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
PEER_UP_TO = 1_000_000
BYTES_A_VERTEX = 16


@dataclass(frozen=True)
class Job:
    """What is done to so many rows: how the input is made, ours, one peer, and how many rows the memory is measured with."""

    make: Callable[[int], Inputs]
    ours: Callable[..., Any]
    peer: Callable[..., Any] | None
    peer_name: str
    rows: int = 1_000_000


def points_and_discs(n: int, n_discs: int = 100_000, radius_m: float = 1_000.0) -> Inputs:
    """Give points and discs."""
    return (*worlds.villages(n), *worlds.incidents(n_discs), np.full(n_discs, radius_m))


def discs(n: int, radius_m: float = 1_000.0) -> Inputs:
    """Give discs alone."""
    return (*worlds.incidents(n), np.full(n, radius_m))


def points_and_line(n: int) -> Inputs:
    """Give points and a line."""
    return (*worlds.villages(n), worlds.border())


def points_and_gates(n: int) -> Inputs:
    """Give points and sixty others."""
    return (*worlds.villages(n), *np.ascontiguousarray(worlds.border()[::167][:60].T))


def points_and_districts(n: int) -> Inputs:
    """Give points and a multipolygon."""
    return (*worlds.villages(n), worlds.districts())


def within_kdtree(lon: Floats, lat: Floats, disc_lon: Floats, disc_lat: Floats, radius_m: Floats) -> NDArray[np.bool_]:
    """Answer by scipy."""
    return peers.members_kdtree({"lon": lon, "lat": lat, "disc_lon": disc_lon, "disc_lat": disc_lat, "radius_m": radius_m})


def circles_fwd(lon: Floats, lat: Floats, radius_m: Floats) -> NDArray[Any]:
    """Draw by pyproj."""
    return peers.circles_fwd({"disc_lon": lon, "disc_lat": lat, "radius_m": radius_m})


def line_strtree(lon: Floats, lat: Floats, line: Floats) -> Floats:
    """Measure by shapely, in UTM, projecting counted."""
    ends = peers.utm(*line.T)
    pieces, shapes = shapely.linestrings(np.stack([ends[:-1], ends[1:]], axis=1)), shapely.points(peers.utm(lon, lat))
    return np.asarray(shapely.distance(shapes, pieces[shapely.STRtree(pieces).nearest(shapes)]))


def nearest_kdtree(lon: Floats, lat: Floats, other_lon: Floats, other_lat: Floats) -> Any:  # noqa: ANN401  two arrays
    """Find by scipy, measure by pyproj."""
    near = cKDTree(peers.chords(other_lon, other_lat)).query(peers.chords(lon, lat))[1]
    return near, peers.GEOD.inv(lon, lat, other_lon[near], other_lat[near])[2]


def drawn(lon: Floats, lat: Floats, radius_m: Floats) -> NDArray[Any]:
    """Draw ours as polygons."""
    return peers.as_polygons(geodesy.circle(lon, lat, radius_m, peers.FACETS))


def united(lon: Floats, lat: Floats, radius_m: Floats) -> shapely.Geometry:
    """Draw ours united."""
    return geodesy.union_of_circles(lon, lat, radius_m, peers.FACETS)


CURVES = {
    "points in any of 100,000 discs of 1 km": Job(points_and_discs, geodesy.within_any, within_kdtree, "scipy cKDTree on the chord"),
    "nearest of 60 points": Job(points_and_gates, geodesy.nearest, nearest_kdtree, "scipy cKDTree + `Geod.inv`"),
    "points to a line of 10,000 vertices": Job(points_and_line, geodesy.locate_on_line, line_strtree, "shapely STRtree, UTM"),
    "vertices of circles": Job(lambda n: discs(n // peers.FACETS), drawn, circles_fwd, "pyproj `Geod.fwd`"),
}
MEMORY = {
    "1,000,000 points in any of 100,000 discs": CURVES["points in any of 100,000 discs of 1 km"],
    "300,000 points by 100,000 discs, all pairs": Job(points_and_discs, geodesy.pairs_within, None, "", rows=300_000),
    "1,000,000 points in a multipolygon": Job(points_and_districts, geodesy.points_in_polygon, None, ""),
    "1,000,000 points to a line": CURVES["points to a line of 10,000 vertices"],
    "nearest of 60 for 1,000,000 points": CURVES["nearest of 60 points"],
    "100,000 discs drawn": Job(discs, drawn, None, "", rows=100_000),
    "100,000 discs of 1 km drawn and united": Job(discs, united, None, "", rows=100_000),
}


def curves(sizes: tuple[int, ...] = SIZES) -> list[str]:
    """Time ours at every size and the peer up to a million; give the table."""
    head = ["| rows | " + " | ".join(f"{name} ({job.peer_name})" for name, job in CURVES.items()) + " |", "|---|" + "---|" * len(CURVES)]
    for job in CURVES.values():
        job.ours(*job.make(PEER_UP_TO))  # compiles what is not compiled yet
    return [*head, *(f"| {n:,} | " + " | ".join(timed(job, n) for job in CURVES.values()) + " |" for n in sizes)]


def timed(job: Job, n: int) -> str:
    """Time one job at one size: the better of two runs, or, of more rows than a peer is given, one."""
    inputs = job.make(n)
    ours = min(seconds(job.ours, inputs) for _ in range(1 if n > PEER_UP_TO else 2))
    if job.peer is None or n > PEER_UP_TO:
        return show(ours)
    return f"{show(ours)} ({show(min(seconds(job.peer, inputs) for _ in range(2)))})"


def seconds(work: Callable[..., Any], inputs: Inputs) -> float:
    """Time one run."""
    gc.collect()
    began = time.perf_counter()
    work(*inputs)
    return time.perf_counter() - began


def memory() -> Iterator[str]:
    """Run each job in a process of its own and give a row of the table for each."""
    yield "| job | input | answer | most memory beyond the input | times input and answer |"
    yield "|---|---|---|---|---|"
    for name in MEMORY if RESET.exists() else ():
        done = subprocess.run([sys.executable, "-m", "benchmarks.scale", name], capture_output=True, text=True, check=True)
        told = json.loads(done.stdout)
        took = [f"{told[part] / MEGABYTE:,.1f} MB" for part in ("input", "answer", "beyond")]
        yield f"| {name} | {' | '.join(took)} | {told['beyond'] / (told['input'] + told['answer']):.1f} |"


def measure(name: str) -> dict[str, int]:
    """Take the peak of one job in this process, which has done a small one before; in bytes."""
    job = MEMORY[name]
    geodesy.switch.COMPILED_FROM_S = 0.0
    job.ours(*job.make(1_000))
    inputs = job.make(job.rows)
    gc.collect()
    RESET.write_text("5", encoding="ascii")  # Linux: the peak begins anew
    before = of_status("VmRSS")
    answer = job.ours(*inputs)
    return {"input": size(inputs), "answer": size(answer), "beyond": max(of_status("VmHWM") - before, 0)}


def size(data: Any) -> int:  # noqa: ANN401  arrays, shapes, and what holds them
    """Count the bytes of numbers in arrays, shapes, and tuples and records of them."""
    if isinstance(data, shapely.Geometry) or (isinstance(data, np.ndarray) and data.dtype == object):
        return int(np.sum(shapely.get_num_coordinates(data))) * BYTES_A_VERTEX
    if isinstance(data, np.ndarray):
        return data.nbytes
    parts = data if isinstance(data, tuple) else [getattr(data, name) for name in data.__slots__]
    return sum(size(part) for part in parts)


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1])))

"""Timing side by side, and the report."""

from __future__ import annotations

import contextlib
import gc
import platform
import statistics
import time
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROUNDS = 3
LIBRARIES = ("numpy", "scipy", "numba", "pyproj", "shapely", "geopandas", "duckdb", "sedonadb")
OURS = "bordergis"
STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
MEGABYTE = 1e6


@dataclass
class Row:
    """One job: for each contestant its median seconds and what it got wrong; and who could not take part."""

    job: str
    seconds: dict[str, float] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)

    def line(self) -> str:
        """Write a row of the table: ours, then the peers with their time as a multiple of ours."""
        peers = [f"{name} {self._cell(name)}" for name in self.seconds if name != OURS]
        missing = [f"{name}: {why}" for name, why in self.absent.items() if name != OURS]
        ours = self._cell(OURS) if OURS in self.seconds else self.absent.get(OURS, "not measured")
        return f"| {self.job} | {ours} | {'<br>'.join(peers + missing)} |"

    def _cell(self, name: str) -> str:
        """Write what one contestant took; a peer also as a multiple of ours, where ours is known."""
        took, ours = self.seconds[name], self.seconds.get(OURS)
        times = "" if name == OURS or ours is None else f"**{took / ours:.1f} times**; "
        return f"{show(took)} ({times}{self.wrong[name]})"


def show(seconds: float) -> str:
    """Write seconds with two figures that count."""
    return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"  # noqa: PLR2004  two figures


def race(job: str, contestants: Mapping[str, Callable[[], Any]], judge: Callable[[Any], str], rounds: int = ROUNDS) -> Row:
    """Run every contestant in turn, some rounds; a first, unmeasured turn of ours compiles what is not compiled yet."""
    row = Row(job)
    with contextlib.suppress(Exception):  # what fails here fails in the first turn, and is told there
        contestants[OURS]()
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for turn in range(rounds):
        for name, work in contestants.items():
            if name in row.absent:
                continue
            gc.collect()
            began = time.perf_counter()
            try:
                result = work()
            except Exception as error:  # noqa: BLE001  a peer's failure is a result
                row.absent[name] = f"failed ({type(error).__name__}: {str(error).partition(chr(10))[0][:80]})"
                continue
            times[name].append(time.perf_counter() - began)
            if turn == 0:
                row.wrong[name] = judge(result)
    row.seconds = {name: statistics.median(some) for name, some in times.items() if some and name not in row.absent}
    print(row.line(), flush=True)
    return row


def of_status(field: str) -> int:
    """Read a number of this process in bytes (Linux)."""
    line = next(line for line in STATUS.read_text(encoding="ascii").splitlines() if line.startswith(field))
    return int(line.split()[1]) * 1_024


def machine() -> str:
    """Name the kind of machine and the versions, and nothing that tells one machine from another."""
    import os  # noqa: PLC0415  only here

    cpu = Path("/proc/cpuinfo")
    models = [line.split(":")[1].strip() for line in cpu.read_text().splitlines() if line.startswith("model name")] if cpu.exists() else []
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return f"{os.cpu_count()} processors ({models[0] if models else platform.machine()}), Python {platform.python_version()}; {versions}"


def version(name: str) -> str:
    """Give a library's version, or say that it is absent."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "(not installed)"

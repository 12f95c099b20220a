"""How functions are compiled, and where the result is kept."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numba
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["compiled", "in_threads", "plain"]

ROWS_A_THREAD = 50_000
"""A thread takes 0.1 ms to start; so many rows take ten milliseconds and more."""

F = TypeVar("F", bound="Callable[..., object]")

SOURCES = hashlib.sha256(b"".join(file.read_bytes() for file in sorted(Path(__file__).parent.glob("*.py")))).hexdigest()[:12]
"""Stands in the name under which a compiled function is kept: numba does not notice an edit of a function in *another* file."""


def compiled(function: F) -> F:
    """Compile a function on its first call and keep the result for later runs.

    numba keeps it beside the source, or, where that folder is read-only, in the user's cache folder (``NUMBA_CACHE_DIR`` names another).
    Where neither can be written, the function is compiled anew in each process. An edit of any kernel has all compiled anew.
    """
    function.__qualname__ = f"{function.__qualname__}-{SOURCES}"
    try:
        return numba.njit(function, cache=True, nogil=True, error_model="numpy")
    except RuntimeError:  # numba's "cannot cache function: no locator available"
        return numba.njit(function, nogil=True, error_model="numpy")


def plain(*arrays: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Give contiguous, writable arrays of floats: any other layout would be compiled for once more. Copies only where it must."""
    return tuple(np.require(array, np.float64, ["C", "W"]) for array in arrays)


def in_threads(work: Callable[[slice], object], rows: int) -> None:
    """Do a compiled function's work on stretches of the rows at a time, one a processor; each row's result must stand by itself."""
    parts = max(1, min(os.cpu_count() or 1, rows // ROWS_A_THREAD))
    stretches = [slice(rows * part // parts, rows * (part + 1) // parts) for part in range(parts)]
    if parts == 1:
        work(stretches[0])
        return
    with ThreadPoolExecutor(parts) as threads:
        list(threads.map(work, stretches))

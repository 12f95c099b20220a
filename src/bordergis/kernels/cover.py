"""Which discs are enough for the union of all.

A grid is laid over all discs. A disc that touches a cell which no disc covers alone may be part of the outline and is kept. Any other lies
wholly in covered cells, and goes if all of these are covered by discs that stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bordergis.kernels._jit import compiled
from bordergis.kernels.discs import Grid, Spans, blank_before, discs_of, extent, grid_over, spans_of
from bordergis.kernels.ellipsoid import A, surely_within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]

__all__ = ["needed"]

CELLS_PER_DISC = 32
MOST_CELLS = 1 << 22


def needed(lon: Floats, lat: Floats, radius_m: Floats, n: int) -> Bools:
    """Tell which ``n``-gons on circles make the union of all."""
    discs = discs_of(lon, lat, radius_m)
    inner = np.maximum(surely_within(_inscribed(lat, radius_m, n)), 0)
    discs.table[:, 3] = inner**2
    wide, high = extent(discs.lat, discs.radius_m)
    west_east = np.array([(discs.lon - wide).min(), (discs.lon + wide).max()])
    south_north = np.array([(discs.lat - high).min(), (discs.lat + high).max()])
    grid = grid_over(west_east, south_north, discs, min(CELLS_PER_DISC * len(discs.lon), MOST_CELLS))
    spans = spans_of(grid, discs)
    return _with_witnesses(grid, spans, _touching_blank(spans, blank_before(grid, spans)))


def _inscribed(lat: Floats, radius_m: Floats, n: int) -> Floats:
    """Radius of a disc surely inside an ``n``-gon: less its sagitta, and the bend of straight lon/lat sides against geodesics, doubled."""
    side_m = 2 * radius_m * np.sin(np.pi / n)
    bend_m = side_m**2 * (1 + np.tan(np.radians(np.abs(lat)) + 2 * radius_m / A)) / (4 * A)
    return np.asarray(radius_m * np.cos(np.pi / n) - bend_m)


@compiled
def _touching_blank(spans: Spans, blank: NDArray[np.int32]) -> Bools:
    """Tell which discs touch a cell that no disc covers alone."""
    out = np.zeros(len(spans.row), np.bool_)
    for k in range(len(out)):
        for n in range(spans.start[k], spans.start[k + 1]):
            row = spans.row[k] + n - spans.start[k]
            if blank[row, spans.cells[n, 0]] < blank[row, spans.cells[n, 1]]:
                out[k] = True
                break
    return out


@compiled
def _with_witnesses(grid: Grid, spans: Spans, keep: Bools) -> Bools:
    """Add discs to those kept until every cell that some disc covers is covered by one that is kept."""
    done = np.zeros((len(grid.edges), grid.columns), np.bool_)
    for turn in range(2):  # first those that are kept anyway, then those that still add something
        for k in range(len(keep)):
            if keep[k] == (turn == 0) and (_mark(spans, k, done) and turn == 1):
                keep[k] = True
    return keep


@compiled
def _mark(spans: Spans, k: int, done: Bools) -> bool:
    """Mark the cells a disc covers; tell whether any was new."""
    new = False
    for n in range(spans.start[k], spans.start[k + 1]):
        row = spans.row[k] + n - spans.start[k]
        for column in range(spans.cells[n, 2], spans.cells[n, 3]):
            new |= not done[row, column]
            done[row, column] = True
    return new

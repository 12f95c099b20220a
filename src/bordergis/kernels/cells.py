"""Extents, and an order in which neighbours follow each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bordergis.kernels._jit import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["bounds", "in_cell_order"]

SIDE = 256


@compiled
def bounds(values: Floats) -> tuple[float, float]:
    """Give the least and the greatest value; missing ones do not count."""
    low, high = np.inf, -np.inf
    for value in values:
        low = min(low, value)
        high = max(high, value)
    return low, high


@compiled
def in_cell_order(x: Floats, y: Floats) -> Ints:
    """Order points by the cells of a grid, each row of cells in the direction opposite to the last."""
    left, right = bounds(x)
    bottom, top = bounds(y)
    across, up = SIDE * 0.999 / max(right - left, 1e-12), SIDE * 0.999 / max(top - bottom, 1e-12)
    cell = np.zeros(len(x), np.int32)
    start = np.zeros(SIDE * SIDE + 1, np.int64)
    for i in range(len(x)):
        if x[i] <= right and y[i] <= top:
            row, column = int((y[i] - bottom) * up), int((x[i] - left) * across)
            cell[i] = row * SIDE + (column if row % 2 == 0 else SIDE - 1 - column)
        start[cell[i] + 1] += 1
    start[:] = np.cumsum(start)
    order = np.empty(len(x), np.int64)
    for i in range(len(x)):
        order[start[cell[i]]] = i
        start[cell[i]] += 1
    return order

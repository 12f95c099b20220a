"""Least cost over a grid whose cells have a cost a metre, and whose rows have their own width."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bordergis.kernels._jit import compiled
from bordergis.kernels.tree import Heap, popped, pushed, roomy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Int32s = NDArray[np.int32]

__all__ = ["spread"]

NONE = -1
AROUND = 8
"""Neighbours of a cell."""


def spread(cost: Floats, steps_m: Floats, start: Floats) -> tuple[Floats, Int32s]:
    """Spread from the starts over eight neighbours; a step costs the mean of the two cells' cost a metre times its metres.

    Parameters
    ----------
    cost
        Cost a metre, ``(rows, columns)``; not finite where nothing passes.
    steps_m
        For each row the metres to the next cell in the row, to the next row, and to the next row aslant: ``(rows, 3)``.
    start
        Cost at which a cell is a start; infinite elsewhere.

    Returns
    -------
    The least cost of each cell, and the cell, counted row by row, at which its way ends (-1: none).
    """
    least, origin = _spread(np.ascontiguousarray(cost), np.ascontiguousarray(steps_m), np.ascontiguousarray(start))
    return least, origin


@compiled
def _spread(cost: Floats, steps_m: Floats, start: Floats) -> tuple[Floats, Int32s]:
    rows, columns = cost.shape
    least, origin = np.full((rows, columns), np.inf), np.full((rows, columns), NONE, np.int32)
    room = int((start < np.inf).sum()) + AROUND
    heap, size = Heap(np.empty(room), np.empty(room, np.int32)), 0
    for row in range(rows):
        for column in range(columns):
            if start[row, column] < np.inf and cost[row, column] < np.inf:
                least[row, column], origin[row, column] = start[row, column], row * columns + column
                size = pushed(heap, size, start[row, column], row * columns + column)
    while size > 0:
        key, cell = heap.key[0], heap.node[0]
        size = popped(heap, size)
        row, column = cell // columns, cell % columns
        if key > least[row, column]:
            continue
        if size + AROUND > len(heap.key):
            heap = roomy(heap, size + AROUND)
        for r in range(max(row - 1, 0), min(row + 2, rows)):
            for c in range(max(column - 1, 0), min(column + 2, columns)):
                way = 0 if r == row else (1 if c == column else 2)
                reached = key + (cost[row, column] + cost[r, c]) / 2 * steps_m[min(row, r), way]
                if reached < least[r, c]:
                    least[r, c], origin[r, c] = reached, origin[row, column]
                    size = pushed(heap, size, reached, r * columns + c)
    return least, origin

"""Points in a polygon of very many vertices: a grid whose cells know whether their middle is inside, and which edges cross them.

From a point, go east or west to the column of its cell's middle, then north or south to the middle, and count the edges crossed. Where
rounding could tell a crossing wrongly, or the point lies on an edge, the answer is "unsure" and the caller asks a predicate that does not
round. Planar in longitude and latitude, as the polygon is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bordergis.kernels._jit import compiled, in_threads, plain
from bordergis.kernels.cells import bounds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Int8s = NDArray[np.int8]

__all__ = ["inside"]

MIDDLE = 0.4931
"""Where the "middle" of a cell is, as a share of its sides: not one half, which round coordinates often hit."""

MARGIN_DEG = 1e-9
MIN_CELLS = 1_024
CELLS_PER_EDGE = 2

ROUNDING = 1e-15
"""Relative error of an orientation: three times the bound of J. R. Shewchuk, Adaptive Precision Floating-Point Arithmetic, 1997."""

CROSSING = 1e-12

OUT, IN, UNSURE = 0, 1, -1


class Cells(NamedTuple):
    """A grid over the edges: what each cell's middle is, and the edges of each cell."""

    west: float
    south: float
    width: float
    height: float
    middle: Int8s
    start: Ints
    listed: Ints


def inside(x: Floats, y: Floats, vertices: Floats, ring: Ints) -> Int8s:
    """Tell which points are inside (1), outside (0), or too close to an edge to be sure (-1).

    ``vertices`` are those of all rings, closed, one after the other; ``ring`` says to which ring each belongs.
    """
    x, y, east, north = plain(x, y, vertices[:, 0], vertices[:, 1])
    first = np.flatnonzero(ring[:-1] == ring[1:])
    edges = np.column_stack([east[first], north[first], east[first + 1], north[first + 1]])
    cells = _cells(edges)
    answer = np.zeros(len(x), np.int8)
    in_threads(lambda some: _answers((x[some], y[some]), edges, cells, answer[some]), len(x))
    return answer


def _cells(edges: Floats) -> Cells:
    left, right = edges[:, [0, 2]].min() - MARGIN_DEG, edges[:, [0, 2]].max() + MARGIN_DEG
    bottom, top = bounds(np.ascontiguousarray(edges[:, 1]))
    bottom, top = bottom - MARGIN_DEG, top + MARGIN_DEG
    cells = max(MIN_CELLS, CELLS_PER_EDGE * len(edges))
    columns = int(np.clip(np.sqrt(cells * (right - left) / (top - bottom)), 1, cells))
    rows = max(1, cells // columns)
    empty = Cells(
        left,
        bottom,
        (right - left) / columns,
        (top - bottom) / rows,
        np.zeros((rows, columns), np.int8),
        np.empty(0, int),
        np.empty(0, int),
    )
    _mark_middles(edges, empty)
    start, listed = _list_edges(edges, empty)
    return empty._replace(start=start, listed=listed)


@compiled
def _clip(value: float, count: int) -> int:
    return min(max(int(np.floor(value)), 0), count - 1)


@compiled
def _mark_middles(edges: Floats, cells: Cells) -> None:
    """Sweep each row through the middles of its cells."""
    rows, columns = cells.middle.shape
    doubtful = np.zeros((rows, columns), np.bool_)
    for k in range(len(edges)):
        x1, y1, x2, y2 = edges[k, 0], edges[k, 1], edges[k, 2], edges[k, 3]
        low, high = min(y1, y2), max(y1, y2)
        for row in range(_clip((low - cells.south) / cells.height - 1, rows), _clip((high - cells.south) / cells.height + 1, rows) + 1):
            y = cells.south + (row + MIDDLE) * cells.height
            if (y1 <= y) == (y2 <= y):
                continue
            slope = (x2 - x1) / (y2 - y1)
            x = x1 + (y - y1) * slope
            place = (x - cells.west) / cells.width - MIDDLE
            after = int(np.floor(place)) + 1  # the first column whose middle lies east of the crossing
            if after < columns:
                cells.middle[row, max(after, 0)] ^= 1
            for column in (after - 1, after):
                at = cells.west + (column + MIDDLE) * cells.width
                if 0 <= column < columns and abs(x - at) <= CROSSING * (1 + abs(slope)):
                    doubtful[row, column] = True
    for row in range(rows):
        parity = 0
        for column in range(columns):
            parity ^= cells.middle[row, column]
            cells.middle[row, column] = UNSURE if doubtful[row, column] else parity


@compiled
def _list_edges(edges: Floats, cells: Cells) -> tuple[Ints, Ints]:
    """List the edges that may touch each cell: the start of each cell's, and the lists."""
    rows, columns = cells.middle.shape
    start = np.zeros(rows * columns + 2, np.int64)
    listed = np.empty(0, np.int64)
    for filling in (False, True):
        for k in range(len(edges)):
            low, high = min(edges[k, 1], edges[k, 3]) - MARGIN_DEG, max(edges[k, 1], edges[k, 3]) + MARGIN_DEG
            for row in range(_clip((low - cells.south) / cells.height, rows), _clip((high - cells.south) / cells.height, rows) + 1):
                west, east = _reach(edges, k, cells, row)
                first, last = _clip((west - cells.west) / cells.width, columns), _clip((east - cells.west) / cells.width, columns)
                for cell in range(row * columns + first, row * columns + last + 1):
                    if filling:
                        listed[start[cell + 1]] = k
                    start[cell + 1 + (not filling)] += 1
        if not filling:
            start[:] = np.cumsum(start)
            listed = np.empty(start[-1], np.int64)
    return start[:-1], listed


@compiled
def _reach(edges: Floats, k: int, cells: Cells, row: int) -> tuple[float, float]:
    """How far west and east an edge comes within a row of cells, with a margin."""
    x1, y1, x2, y2 = edges[k, 0], edges[k, 1], edges[k, 2], edges[k, 3]
    west, east = min(x1, x2), max(x1, x2)
    bottom = cells.south + row * cells.height - MARGIN_DEG
    top = bottom + cells.height + 2 * MARGIN_DEG
    if abs(y2 - y1) > cells.height:
        at_bottom, at_top = x1 + (bottom - y1) * (x2 - x1) / (y2 - y1), x1 + (top - y1) * (x2 - x1) / (y2 - y1)
        west, east = max(west, min(at_bottom, at_top)), min(east, max(at_bottom, at_top))
    return west - MARGIN_DEG, east + MARGIN_DEG


@compiled
def _answers(points: tuple[Floats, Floats], edges: Floats, cells: Cells, answer: Int8s) -> None:
    rows, columns = cells.middle.shape
    for i in range(len(answer)):
        across, up = (points[0][i] - cells.west) / cells.width, (points[1][i] - cells.south) / cells.height
        if not (0 <= across < columns and 0 <= up < rows):
            continue
        row, column = int(up), int(across)
        first, end = cells.start[row * columns + column], cells.start[row * columns + column + 1]
        answer[i] = cells.middle[row, column]
        if first < end and answer[i] != UNSURE:
            middle = (cells.west + (column + MIDDLE) * cells.width, cells.south + (row + MIDDLE) * cells.height)
            crossed = _crossed((points[0][i], points[1][i]), middle, edges, cells.listed[first:end])
            answer[i] = UNSURE if crossed == UNSURE else answer[i] ^ crossed


@compiled
def _crossed(point: tuple[float, float], middle: tuple[float, float], edges: Floats, listed: Ints) -> int:
    """Whether the way from a point to the middle of its cell crosses an odd number of edges; unsure where rounding could matter."""
    odd = 0
    corner = (middle[0], point[1])
    for k in listed:
        x1, y1, x2, y2 = edges[k, 0], edges[k, 1], edges[k, 2], edges[k, 3]
        if min(y1, y2) <= point[1] <= max(y1, y2):
            here = _hand(point, edges, k)
            beside = min(x1, x2) <= point[0] <= max(x1, x2)
            straddles = (y1 <= point[1]) != (y2 <= point[1])
            there = _hand(corner, edges, k)
            if (here == 0 and (beside or straddles)) or (straddles and there == 0):
                return UNSURE
            odd ^= straddles and here != there
        if (x1 <= middle[0]) != (x2 <= middle[0]):
            here, there = _hand(corner, edges, k), _hand(middle, edges, k)
            if here == 0 or there == 0:
                return UNSURE
            odd ^= here != there
    return odd


@compiled
def _hand(point: tuple[float, float], edges: Floats, k: int) -> int:
    """On which hand of an edge a point lies: 1 or -1, or 0 if rounding could change that."""
    one = (edges[k, 2] - edges[k, 0]) * (point[1] - edges[k, 1])
    other = (edges[k, 3] - edges[k, 1]) * (point[0] - edges[k, 0])
    if abs(one - other) <= ROUNDING * (abs(one) + abs(other)):
        return 0
    return 1 if one > other else -1

"""Which points lie within which discs: a grid in longitude and latitude, the chord, and the geodesic inverse for what is left.

A disc is cut by a row of cells in two spans: the cells it touches, and among them those it covers. Both follow from the chord: at one
latitude its square grows with the sine of half the difference in longitude, and along a meridian it grows away from the disc's centre.
The spans are taken too wide and too narrow by more than any rounding, so that they never decide what they are not sure of.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bordergis.kernels._jit import compiled, in_threads, plain
from bordergis.kernels.cells import bounds
from bordergis.kernels.ellipsoid import RADIUS_MIN_M, ROUNDING_M, SERIES_M, WGS84, A, cartesian, metres, surely_within, xyz

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Int32s = NDArray[np.int32]

__all__ = [
    "Discs",
    "Grid",
    "Spans",
    "blank_before",
    "discs_of",
    "extent",
    "grid_over",
    "in_reach",
    "pairs",
    "spans_of",
    "within_any",
]

SLACK_DEG = 1e-9
"""Cells are taken this much larger (0.1 mm), so that no rounding in finding a point's cell matters."""

WIDEST = 0.5
"""Largest sine of half a disc's width in longitude: the bounds on its arc in :func:`_spans` hold up to here (60° on either side)."""

ARC_MORE = 0.19  # arcsin x <= x + 0.19 x^3 up to x = 0.5
REACH_MORE = 1.003  # an arc is at most this much longer than its chord up to 1,000 km
LARGEST_M = 1e6
POLAR_DEG = 89.0
SEAM_DEG = 180.0

MIN_CELLS = 4_096
ROWS_PER_DISC = 8
"""How fine a grid is at most: discs of the mean radius are cut by so many rows, and by more where there are few of them."""

NO, YES, CLOSE = 0, 1, 2
LISTED = 2  # a cell that is neither without discs (NO) nor covered by one (YES)
INSIDE, OUTSIDE = 3, 4  # columns of the table
NEVER = -1.0  # no squared chord is less


class Discs(NamedTuple):
    """Discs: centre in degrees, radius, and a table of ``x, y, z`` and two squared chords: surely within the radius, surely beyond it."""

    lon: Floats
    lat: Floats
    radius_m: Floats
    table: Floats


class Grid(NamedTuple):
    """Cells in longitude and latitude; for each row, the least and greatest distance from the axis and the heights of its two edges."""

    west: float
    south: float
    width: float
    height: float
    columns: int
    edges: Floats


class Spans(NamedTuple):
    """Discs cut by the rows of a grid: where each disc's cuts begin, its southernmost row, and for each cut four columns.

    These are the first cell touched and the one after the last, the first cell covered and the one after the last.
    """

    start: Ints
    row: Ints
    cells: Int32s


def in_reach(lon: Floats, lat: Floats, radius_m: Floats) -> bool:
    """Tell whether the grid can hold these discs: none over a pole or the 180° meridian, none wider than a third of its parallel."""
    worst = [np.abs(values).max(initial=0, keepdims=True) for values in (lon, lat, radius_m)]
    if not np.isfinite(worst).all() or worst[-1] > LARGEST_M:
        return False
    return bool(_fits(*worst).all() or _fits(lon, lat, radius_m).all())


def _fits(lon: Floats, lat: Floats, radius_m: Floats) -> Bools:
    wide, high = extent(lat, radius_m)
    return np.asarray((np.abs(lat) + high < POLAR_DEG) & (np.abs(lon) + wide < SEAM_DEG) & (_half_width(lat, radius_m) < WIDEST))


def discs_of(lon: Floats, lat: Floats, radius_m: Floats) -> Discs:
    """Prepare discs in reach for the other functions."""
    lon, lat, radius_m = plain(lon, lat, radius_m)
    inner, outer = surely_within(radius_m), radius_m + ROUNDING_M
    squares = [np.where(inner > 0, inner**2, NEVER), np.where(radius_m >= 0, outer**2, NEVER)]
    return Discs(lon, lat, radius_m, np.column_stack([cartesian(lon, lat), *squares]))


def within_any(lon: Floats, lat: Floats, discs: Discs) -> Bools:
    """Tell for each point whether it lies in any of the discs; a point without a position does not."""
    lon, lat = plain(lon, lat)
    grid = grid_over(lon, lat, discs, len(lon))
    spans = spans_of(grid, discs)
    blank = blank_before(grid, spans)
    start, listed = _listing(spans, blank)
    cells = _kinds(blank, start), blank, start, listed
    answer = np.empty(len(lon), np.uint8)
    in_threads(lambda some: _answers((lon[some], lat[some]), grid, discs, cells, answer[some]), len(lon))

    close = np.flatnonzero(answer == CLOSE)
    if len(close):
        near = pairs(lon[close], lat[close], discs)[0]
        answer[close] = NO
        answer[close[near]] = YES
    return np.asarray(answer == YES)


def pairs(lon: Floats, lat: Floats, discs: Discs) -> tuple[Ints, Ints, Floats]:
    """Find every point in every disc, ordered by disc, then by point: position of the point, of the disc, geodesic distance."""
    lon, lat = plain(lon, lat)
    grid = grid_over(lon, lat, discs, len(lon))
    place = cartesian(lon, lat)
    start, order = _sorted_points(lon, lat, grid)
    point, first = _near(grid, discs, start, order, place[order])
    disc = np.repeat(np.arange(len(discs.lon)), np.diff(first))

    apart = _apart(place, discs, point, disc)
    close = np.flatnonzero(~(apart < np.minimum(discs.radius_m[disc] - ROUNDING_M, SERIES_M)))
    apart[close] = WGS84.inv(lon[point[close]], lat[point[close]], discs.lon[disc[close]], discs.lat[disc[close]])[2]
    out = close[apart[close] > discs.radius_m[disc[close]]]
    return np.delete(point, out), np.delete(disc, out), np.delete(apart, out)


def _half_width(lat: Floats, radius_m: Floats) -> Floats:
    """Sine of half a disc's width in longitude, at most."""
    top = np.minimum(np.abs(lat) + np.degrees(np.abs(radius_m) / RADIUS_MIN_M) * REACH_MORE, POLAR_DEG)
    return np.asarray((np.abs(radius_m) + ROUNDING_M) / (2 * A * np.cos(np.radians(top))))


def extent(lat: Floats, radius_m: Floats) -> tuple[Floats, Floats]:
    """How far discs reach east or west and north or south, in degrees, at most."""
    sine = _half_width(lat, radius_m)
    wide = np.degrees(2 * (sine + ARC_MORE * sine**3))
    high = np.degrees(np.abs(radius_m) / RADIUS_MIN_M) * REACH_MORE
    return wide + 2 * SLACK_DEG, high + 2 * SLACK_DEG


def grid_over(lon: Floats, lat: Floats, discs: Discs, cells: int) -> Grid:
    """Lay about so many cells where both points and discs are, fewer where finer ones would not pay."""
    wide, high = extent(*(np.abs(values).max(keepdims=True) for values in (discs.lat, discs.radius_m)))
    corners = bounds(lon), bounds(lat)
    west, east = max(corners[0][0], (discs.lon - wide).min()), min(corners[0][1], (discs.lon + wide).max())
    south, north = max(corners[1][0], (discs.lat - high).min()), min(corners[1][1], (discs.lat + high).max())
    if not (west <= east and south <= north):
        west = east = south = north = 0.0  # points and discs have nothing in common

    cells = max(MIN_CELLS, cells)
    narrow = math.cos(math.radians((south + north) / 2))
    rows = ROWS_PER_DISC * len(discs.lon) + cells / 2
    finest = np.degrees(2 * np.abs(discs.radius_m).sum() / rows / RADIUS_MIN_M)
    height = max(math.sqrt((north - south) * (east - west) * narrow / cells), finest, (north - south) / cells, SLACK_DEG * 1e3)
    width = max(height / narrow, (east - west) / cells)
    columns, n_rows = int((east - west) / width) + 1, int((north - south) / height) + 1
    return Grid(west, south, width, height, columns, _edges(south, height, n_rows))


def _edges(south: float, height: float, rows: int) -> Floats:
    """Give for each row the distance from the axis and the height over the equator of its southern and its northern edge."""
    low = south + height * np.arange(rows) - SLACK_DEG
    edges = [cartesian(*plain(np.zeros(rows), np.asarray(lat, float)))[:, [0, 2]] for lat in (low, low + height + 2 * SLACK_DEG)]
    return np.ascontiguousarray(np.concatenate(edges, axis=1))


def spans_of(grid: Grid, discs: Discs) -> Spans:
    """Cut every disc by the rows of the grid."""
    start, row = _rows(grid, discs)
    cells = np.empty((start[-1], 4), np.int32)
    in_threads(lambda some: _cut(grid, discs, Spans(start, row, cells), some.start, some.stop), len(row))
    return Spans(start, row, cells)


@compiled
def _rows(grid: Grid, discs: Discs) -> tuple[Ints, Ints]:
    """Count the rows that discs may touch: the sum before each disc, and its first row."""
    start, row = np.zeros(len(discs.lon) + 1, np.int64), np.empty(len(discs.lon), np.int64)
    for k in range(len(row)):
        row[k], last = _rows_of(grid, discs, k)
        start[k + 1] = start[k] + max(last + 1 - row[k], 0)
    return start, row


@compiled
def _cut(grid: Grid, discs: Discs, spans: Spans, some: int, end: int) -> None:
    for k in range(some, end):
        for n in range(spans.start[k], spans.start[k + 1]):
            outer, inner = _span(grid, discs, k, spans.row[k] + n - spans.start[k])
            cells = spans.cells[n]
            cells[0], cells[1] = _touched(grid, discs.lon[k], outer)
            cells[2], cells[3] = _covered(grid, discs.lon[k], inner)


@compiled
def _rows_of(grid: Grid, discs: Discs, k: int) -> tuple[int, int]:
    """First and last row that a disc may touch; none for a negative radius."""
    reach = math.degrees(discs.radius_m[k] / RADIUS_MIN_M) * REACH_MORE + SLACK_DEG
    first = math.floor((discs.lat[k] - reach - grid.south) / grid.height)
    last = math.floor((discs.lat[k] + reach - grid.south) / grid.height)
    return max(first, 0), min(last, len(grid.edges) - 1)


@compiled
def _span(grid: Grid, discs: Discs, k: int, row: int) -> tuple[float, float]:
    """Half widths in degrees: of what the disc may touch in this row, and of what it surely covers; negative for nothing."""
    axis, z = math.sqrt(discs.table[k, 0] ** 2 + discs.table[k, 1] ** 2), discs.table[k, 2]
    p_low, z_low, p_high, z_high = grid.edges[row, 0], grid.edges[row, 1], grid.edges[row, 2], grid.edges[row, 3]
    low, high = (p_low - axis) ** 2 + (z_low - z) ** 2, (p_high - axis) ** 2 + (z_high - z) ** 2
    nearest = 0.0 if z_low <= z <= z_high else min(low, high)
    thin, thick = min(p_low, p_high), A if z_low < 0 < z_high else max(p_low, p_high)

    square = discs.table[k, OUTSIDE] - nearest
    if square <= 0:
        return -1.0, -1.0
    sine = math.sqrt(square / (4 * axis * thin))
    outer = math.degrees(2 * (sine + ARC_MORE * sine**3)) + SLACK_DEG
    square_in = discs.table[k, INSIDE] - max(low, high)
    if square_in <= 0:
        return outer, -1.0
    return outer, math.degrees(2 * math.sqrt(square_in / (4 * axis * thick))) - SLACK_DEG


@compiled
def _touched(grid: Grid, lon: float, outer: float) -> tuple[int, int]:
    """First cell, and the cell after the last; the first is not before the last where nothing is touched."""
    first = math.floor((lon - outer - grid.west) / grid.width)
    end = math.floor((lon + outer - grid.west) / grid.width) + 1
    first, end = max(first, 0), min(end, grid.columns)
    return (first, end) if outer >= 0 and first < end else (0, 0)


@compiled
def _covered(grid: Grid, lon: float, inner: float) -> tuple[int, int]:
    """First cell, and the cell after the last; the first is not before the last where nothing is covered."""
    first = math.ceil((lon - inner - grid.west) / grid.width)
    end = math.floor((lon + inner - grid.west) / grid.width)
    first, end = max(first, 0), min(end, grid.columns)
    return (first, end) if inner > 0 and first < end else (0, 0)


@compiled
def blank_before(grid: Grid, spans: Spans) -> Int32s:
    """Count, for each cell, the cells before it that no single disc covers; a row has one more column than cells."""
    blank = np.zeros((len(grid.edges), grid.columns + 1), np.int32)
    for k in range(len(spans.row)):
        for n in range(spans.start[k], spans.start[k + 1]):
            row = spans.row[k] + n - spans.start[k]
            blank[row, spans.cells[n, 2]] += 1
            blank[row, spans.cells[n, 3]] -= 1
    count = 0
    for row in range(len(blank)):
        covers = 0
        for column in range(grid.columns + 1):
            covers += blank[row, column]
            blank[row, column] = count
            count += covers == 0 and column < grid.columns
    return blank


@compiled
def _listing(spans: Spans, blank: Int32s) -> tuple[Int32s, Int32s]:
    """List, for each cell that no disc covers, the discs that touch it: start of each list, and the lists."""
    start = np.zeros(blank[-1, -1] + 2, np.int32)
    listed = np.empty(0, np.int32)
    for filling in (False, True):
        for k in range(len(spans.row)):
            for n in range(spans.start[k], spans.start[k + 1]):
                row = spans.row[k] + n - spans.start[k]
                for cell in range(blank[row, spans.cells[n, 0]], blank[row, spans.cells[n, 1]]):
                    if filling:
                        listed[start[cell + 1]] = k
                    start[cell + 1 + (not filling)] += 1
        if not filling:
            start[:] = np.cumsum(start)
            listed = np.empty(start[-1], np.int32)
    return start[:-1], listed


@compiled
def _kinds(blank: Int32s, start: Int32s) -> NDArray[np.uint8]:
    """Tell of each cell whether a disc covers it, none touches it, or its list decides; with a margin of empty cells on every side."""
    rows, columns = blank.shape[0], blank.shape[1] - 1
    kind = np.zeros((rows + 2, columns + 2), np.uint8)
    for row in range(rows):
        for column in range(columns):
            cell = blank[row, column]
            if blank[row, column + 1] == cell:
                kind[row + 1, column + 1] = YES
            elif start[cell] < start[cell + 1]:
                kind[row + 1, column + 1] = LISTED
    return kind


@compiled
def _answers(
    points: tuple[Floats, Floats],
    grid: Grid,
    discs: Discs,
    cells: tuple[NDArray[np.uint8], Int32s, Int32s, Int32s],
    answer: NDArray[np.uint8],
) -> None:
    """Answer for each point: yes, no, or close to a rim and in no disc for sure."""
    lon, lat = points
    kind, blank, start, listed = cells
    across, up = 1 / grid.width, 1 / grid.height
    for i in range(len(lon)):  # every point finds a cell, in the margin if need be: a branch a point costs more than the rest
        column = _clamped((lon[i] - grid.west) * across + 1, grid.columns + 1)
        row = _clamped((lat[i] - grid.south) * up + 1, len(grid.edges) + 1)
        answer[i] = kind[row, column]
        if answer[i] == LISTED:
            cell = blank[row - 1, column - 1]
            answer[i] = _answer(xyz(lon[i], lat[i]), discs, listed[start[cell] : start[cell + 1]])


@compiled
def _clamped(cell: float, most: int) -> int:
    """Round down to a cell from 0 to the most; a missing one to 0."""
    return int(min(max(0.0, cell), float(most)))


@compiled
def _answer(place: tuple[float, float, float], discs: Discs, listed: Int32s) -> int:
    answer = NO
    disc = discs.table  # a row of its own would cost more than the sum
    for k in listed:
        chord2 = (place[0] - disc[k, 0]) ** 2 + (place[1] - disc[k, 1]) ** 2 + (place[2] - disc[k, 2]) ** 2
        if chord2 <= disc[k, INSIDE]:
            return YES
        if chord2 <= disc[k, OUTSIDE]:
            answer = CLOSE
    return answer


@compiled
def _cell(grid: Grid, lon: float, lat: float) -> tuple[int, int]:
    """Row and column of a point, or -1 where it lies outside or has no position."""
    x, y = (lon - grid.west) / grid.width, (lat - grid.south) / grid.height
    if not (0 <= x < grid.columns and 0 <= y < len(grid.edges)):
        return -1, -1
    return int(y), int(x)


@compiled
def _sorted_points(lon: Floats, lat: Floats, grid: Grid) -> tuple[Ints, Ints]:
    """Sort points by cell, row by row from the south: start of each cell, and the points."""
    start = np.zeros(len(grid.edges) * grid.columns + 2, np.int64)
    cell = np.empty(len(lon), np.int64)
    for i in range(len(lon)):
        row, column = _cell(grid, lon[i], lat[i])
        cell[i] = row * grid.columns + column if row >= 0 else -1
        if row >= 0:
            start[cell[i] + 2] += 1
    start[:] = np.cumsum(start)
    order = np.empty(start[-1], np.int64)
    for i in range(len(lon)):
        if cell[i] >= 0:
            order[start[cell[i] + 1]] = i
            start[cell[i] + 1] += 1
    return start[:-1], order


@compiled
def _near(grid: Grid, discs: Discs, start: Ints, order: Ints, place: Floats) -> tuple[Ints, Ints]:
    """Find the points whose chord fits a disc: their positions, disc by disc, and the start of each disc's."""
    found = np.empty(len(order) + 16, np.int64)
    first = np.zeros(len(discs.lon) + 1, np.int64)
    count = 0
    for k in range(len(discs.lon)):
        x, y, z, outside = discs.table[k, 0], discs.table[k, 1], discs.table[k, 2], discs.table[k, OUTSIDE]
        first_row, last_row = _rows_of(grid, discs, k)
        for row in range(first_row, last_row + 1):
            west, end = _touched(grid, discs.lon[k], _span(grid, discs, k, row)[0])
            low, high = start[row * grid.columns + west], start[row * grid.columns + end]
            if count + high - low > len(found):
                more = np.empty(2 * (count + high - low), np.int64)
                more[:count] = found[:count]
                found = more
            for i in range(low, high):
                if (place[i, 0] - x) ** 2 + (place[i, 1] - y) ** 2 + (place[i, 2] - z) ** 2 <= outside:
                    found[count] = order[i]
                    count += 1
        found[first[k] : count].sort()
        first[k + 1] = count
    return found[:count].copy(), first


@compiled
def _apart(place: Floats, discs: Discs, point: Ints, disc: Ints) -> Floats:
    """Geodesic distances, where the series holds; missing where it does not."""
    out = np.empty(len(point))
    for n in range(len(point)):
        i, k, disc_at = point[n], disc[n], discs.table
        chord2 = (place[i, 0] - disc_at[k, 0]) ** 2 + (place[i, 1] - disc_at[k, 1]) ** 2 + (place[i, 2] - disc_at[k, 2]) ** 2
        out[n] = metres(chord2, place[i, 2], disc_at[k, 2]) if chord2 < SERIES_M**2 else np.nan
    return out

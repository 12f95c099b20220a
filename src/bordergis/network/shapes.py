"""The vertices of all edges in one row, with the metres along each edge: what positions on edges are told by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from bordergis import geodesy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Shapes", "end_points"]


def end_points(lines: NDArray[np.object_]) -> Floats:
    """Give longitude and latitude of the first and the last vertex of lines, ``(n, 2, 2)``.

    Examples
    --------
    >>> end_points(np.array([shapely.LineString([(103, 14), (104, 14), (104, 15)])])).tolist()
    [[[103.0, 14.0], [104.0, 15.0]]]
    """
    lonlat, line = shapely.get_coordinates(lines, return_index=True)
    first = np.searchsorted(line, np.arange(len(lines) + 1))
    return np.stack([lonlat[first[:-1]], lonlat[first[1:] - 1]], axis=1)


@dataclass(frozen=True, eq=False)
class Shapes:
    """The shapes of edges, laid out vertex by vertex.

    Attributes
    ----------
    lonlat, plane
        Every vertex in degrees, and in the plane of :func:`bordergis.geodesy.conformal`.
    first
        Where each edge begins in them; one more entry at the end.
    along_m
        Metres from the beginning of the first edge, edge after edge, geodesic.
    along_plane
        The same in the plane.
    """

    lonlat: Floats
    plane: Floats
    first: Ints
    along_m: Floats
    along_plane: Floats

    @classmethod
    def of(cls, lines: NDArray[np.object_]) -> Shapes:
        """Lay out lines.

        Examples
        --------
        >>> Shapes.of(np.array([shapely.LineString([(103, 14), (103, 15)])])).lengths_m.round()
        array([110644.])
        """
        lonlat, edge = shapely.get_coordinates(lines, return_index=True)
        plane = geodesy.conformal(lonlat[:, 0], lonlat[:, 1])
        inside = edge[1:] == edge[:-1]
        step_m = np.where(inside, geodesy.distance_m(*lonlat[:-1].T, *lonlat[1:].T), 0.0)
        step_plane = np.where(inside, np.hypot(*np.diff(plane, axis=0).T), 0.0)
        first = np.searchsorted(edge, np.arange(len(lines) + 1))
        return cls(lonlat, plane, first, *(np.concatenate([[0.0], np.cumsum(step)]) for step in (step_m, step_plane)))

    @property
    def lengths_m(self) -> Floats:
        """Geodesic length of every shape."""
        return self.along_m[self.first[1:] - 1] - self.along_m[self.first[:-1]]

    def pieces(self, edge: Ints) -> tuple[Ints, Ints]:
        """Give every piece of some edges: the row of ``edge`` it belongs to, and the vertex at which it begins."""
        size = self.first[edge + 1] - self.first[edge] - 1
        row = np.repeat(np.arange(len(edge)), size)
        within = np.arange(len(row)) - np.repeat(np.cumsum(size) - size, size)
        return row, self.first[edge][row] + within

    def at(self, edge: Ints, share: Floats) -> Floats:
        """Give the longitude and latitude at a share of the length of edges, ``(n, 2)``."""
        begins = self.along_m[self.first[edge]]
        vertex, part = self._find(self.along_m, edge, begins + share * self.lengths_m[edge])
        return self.lonlat[vertex] + part[:, None] * (self.lonlat[vertex + 1] - self.lonlat[vertex])

    def share_of(self, edge: Ints, plane_share: Floats) -> Floats:
        """Turn a share of the length in the plane into one of the length on the ground."""
        low, high = self.along_plane[self.first[edge]], self.along_plane[self.first[edge + 1] - 1]
        vertex, part = self._find(self.along_plane, edge, low + plane_share * (high - low))
        return self.share_at(edge, vertex, part)

    def vertices(self, edge: Ints) -> tuple[Ints, Ints]:
        """Give every vertex of some edges: the row of ``edge`` it belongs to, and the vertex."""
        size = self.first[edge + 1] - self.first[edge]
        row = np.repeat(np.arange(len(edge)), size)
        return row, self.first[edge][row] + np.arange(len(row)) - np.repeat(np.cumsum(size) - size, size)

    def piece_at(self, edge: Ints, share: Floats) -> Ints:
        """Give the vertex at which the piece begins that a share of the length lies on."""
        return self._find(self.along_m, edge, self.along_m[self.first[edge]] + share * self.lengths_m[edge])[0]

    def share_at(self, edge: Ints, vertex: Ints, part: Floats) -> Floats:
        """Give the share of an edge's length at a part of the piece that begins at a vertex; of the last vertex only its own."""
        after = np.minimum(vertex + 1, len(self.along_m) - 1)
        walked = self.along_m[vertex] + part * (self.along_m[after] - self.along_m[vertex]) - self.along_m[self.first[edge]]
        long_m = self.lengths_m[edge]
        return np.clip(np.divide(walked, long_m, out=np.zeros(len(edge)), where=long_m > 0), 0.0, 1.0)

    def _find(self, along: Floats, edge: Ints, sought: Floats) -> tuple[Ints, Floats]:
        vertex = np.clip(np.searchsorted(along, sought, side="right") - 1, self.first[edge], self.first[edge + 1] - 2)
        step = along[vertex + 1] - along[vertex]
        return vertex, np.clip(np.divide(sought - along[vertex], step, out=np.zeros(len(edge)), where=step > 0), 0.0, 1.0)

"""The one switch between the plain code and the compiled kernels, and what the plain code takes."""

from __future__ import annotations

__all__ = ["BOUND_S", "CIRCLE_S", "MEMBER_S", "NEAREST_S", "PAIR_S", "PLACE_S", "POLYGON_S", "SEARCH_S", "UNION_S", "pays"]

COMPILED_FROM_S = 1.0
"""Compiled kernels are used where the plain code would take longer than this.

Measured: to import numba and load a cached kernel takes 0.5 to 0.8 s, in every process that uses it; to compile it 1 to 9 s, once a
machine. The default situation stays under 0.1 s and never compiles.
"""

CIRCLE_S, PAIR_S, POLYGON_S, NEAREST_S, UNION_S = 0.45e-6, 3e-6, 1.7e-6, 1.3e-6, 0.9e-6
"""What the plain code takes, measured: a vertex of a circle; a point or disc matched (four pairs each); a point by a polygon; a point by
its nearest; a vertex of a union."""

MEMBER_S = 1e-6
"""The same for a point or disc where only membership is asked: 0.3 to 0.7 µs, rounded up, since who asks of a million often asks again."""

PLACE_S, BOUND_S, SEARCH_S = 1.3e-6, 0.01e-6, 0.6e-6
"""The same for a place by a line: the place itself; the bound of each block of pieces; each block searched."""


def pays(rows: int, each_s: float) -> bool:
    """Tell whether the compiled kernels are worth starting: the one switch."""
    return rows * each_s >= COMPILED_FROM_S

"""Synthetic data shaped like the job, the same on every run: clustered villages, incidents along hot spots, a wiggly border."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def villages(n: int, seed: int = 1) -> Floats:
    """Points round 400 towns between the coast and the tripoint: longitudes, latitudes."""
    rng = np.random.default_rng(seed)
    towns = rng.uniform([102.3, 11.6], [105.3, 14.9], (400, 2))
    return np.ascontiguousarray((towns[rng.integers(0, 400, n)] + rng.normal(0, 0.12, (n, 2))).T)


def incidents(n: int, seed: int = 2) -> Floats:
    """Points along forty hot spots."""
    rng = np.random.default_rng(seed)
    spots = rng.uniform([102.3, 13.2], [105.2, 14.7], (40, 2))
    return np.ascontiguousarray((spots[rng.integers(0, 40, n)] + rng.normal(0, [0.18, 0.08], (n, 2))).T)


def border(n: int = 10_000, seed: int = 3) -> Floats:
    """Give a line of some 800 km with ``n`` vertices, wiggly at every scale."""
    rng = np.random.default_rng(seed)
    along = np.linspace(0, 1, n)
    east, north = 102.5 + 3.0 * along, 13.0 + 1.3 * np.sin(2.2 * along)
    for waves in (3, 9, 27, 81, 243, 729):
        phase = rng.uniform(0, 2 * np.pi, 2)
        east += 0.08 / waves**0.9 * np.sin(2 * np.pi * waves * along + phase[0])
        north += 0.25 / waves**0.9 * np.sin(2 * np.pi * waves * along + phase[1])
    return np.column_stack([east, north])


def districts(seed: int = 4) -> shapely.MultiPolygon:
    """Give eighty districts with a hole each: 422,000 vertices."""
    rng = np.random.default_rng(seed)

    def ring(centre: Floats, reach: float, n: int) -> Floats:
        turn = np.linspace(0, 2 * np.pi, n, endpoint=False)
        wobble = 1 + sum(0.2 / k * np.sin(k * turn + rng.uniform(0, 7)) for k in (3, 11, 57, 301))
        return np.asarray(centre + reach * (wobble * [np.cos(turn), np.sin(turn)]).T)

    centres = [np.array([102.3 + 0.38 * i, 11.8 + 0.42 * j]) for i in range(10) for j in range(8)]
    return shapely.MultiPolygon([shapely.Polygon(ring(at, 0.12, 4_700), [ring(at, 0.04, 575)]) for at in centres])

"""How good a line is, and what it is too coarse for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from bordergis import geodesy
from bordergis.errors import CoarseLineError
from bordergis.provenance import inherit
from bordergis.schema import BORDER

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["border_quality", "require_fine_line"]

COAST = (102.911, 11.652)
TRIPOINT = (105.2065, 14.3433)
"""Where the land border begins and ends, within what mapped lines differ (docs/methods.md, "The lines")."""

END_LIMIT_M = 1_000.0
"""A line that ends farther than this from the coast or the tripoint is not the whole border."""

PUBLISHED_KM = (798.0, 831.0)
"""Published and mapped lengths: 798-803 km in the press and by treaty, 824.6 km in OpenStreetMap, 830.8 km by the Thai survey."""

TOBLER_M_PER_SCALE = 1 / 2_000
"""Tobler (1987): a map at 1 : s resolves s / 2,000 metres; so a spacing of d metres suits a map at 1 : 2,000 d."""

TYPED_DECIMALS = 3
TYPED_SHARE = 0.9
FEWEST_VERTICES = 100
"""Look-alikes of a hand-typed line: nearly all coordinates with at most three decimals, or hardly any vertices."""


def border_quality(borders: gpd.GeoDataFrame) -> pd.DataFrame:
    """Say of each line how finely and completely it is drawn, and what is wrong with it.

    Parameters
    ----------
    borders
        One or more lines (:data:`bordergis.schema.BORDER`).

    Returns
    -------
    pandas.DataFrame
        A row a line, by ``border_id``: ``n_vertices``, ``length_km``, ``spacing_median_m``, ``spacing_p95_m``, ``longest_gap_m``,
        ``implied_scale`` (the denominator), ``from_coast_m``, ``from_tripoint_m``, ``crosses_itself``, ``finest_m`` (the finest
        distance it supports) and ``faults`` in words.

    Raises
    ------
    SchemaError
        If the lines break their contract.

    Examples
    --------
    >>> import bordergis as bg
    >>> bg.border_quality(bg.load_border()).loc["natural-earth-10m", "faults"]
    'length 665 km, published 798 to 831 km; ends 2,429 m from the tripoint'
    """
    BORDER.validate(borders)
    rows = {
        row.border_id: _quality(shapely.get_coordinates(row.geometry), float(row.accuracy_m), _ends(row.left_side))
        for row in borders.itertuples()
    }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("border_id")
    return inherit(table, borders, step="border_quality()")


def require_fine_line(border: gpd.GeoDataFrame, distance_m: float, *, allow_coarse: bool = False) -> tuple[str, ...]:
    """Refuse a distance finer than a line supports, or say so.

    Parameters
    ----------
    border
        One or more lines; the coarsest decides.
    distance_m
        The distance asked for, in metres.
    allow_coarse
        Whether to go on, with the warning in the result's provenance.

    Returns
    -------
    tuple of str
        The warning, for the provenance; empty if the line is fine enough.

    Raises
    ------
    CoarseLineError
        If the distance is finer than the line supports and ``allow_coarse`` is not set.

    Examples
    --------
    >>> import bordergis as bg
    >>> bg.require_fine_line(bg.load_border("osm-2026c"), 10_000)
    ()
    >>> bg.require_fine_line(bg.load_border("natural-earth-10m"), 1_000)
    Traceback (most recent call last):
    ...
    bordergis.errors.CoarseLineError: 1,000 m is finer than the line natural-earth-10m supports (4,560 m); use a finer line,
    a longer distance, or `allow_coarse=True`, which keeps this warning beside the result.
    """
    finest = border_quality(border)["finest_m"]
    if distance_m >= finest.max():
        return ()
    told = f"{distance_m:,.0f} m is finer than the line {finest.idxmax()} supports ({finest.max():,.0f} m)"
    if not allow_coarse:
        raise CoarseLineError(
            f"{told}; use a finer line, a longer distance, or `allow_coarse=True`, which keeps this warning beside the result."
        )
    return (f"Warning: {told}.",)


def _ends(left_side: str) -> tuple[int, int]:
    """Say which vertex is at the coast and which at the tripoint, by the declared sides: with Thailand on the left, coast first."""
    return (0, -1) if left_side == "THA" else (-1, 0)


def _quality(line: NDArray[np.float64], accuracy_m: float, at: tuple[int, int]) -> dict[str, object]:
    _, _, metres = geodesy.pieces(line)
    ends = [_apart(line[vertex], mark) for vertex, mark in zip(at, (COAST, TRIPOINT), strict=True)]
    found: dict[str, object] = {
        "n_vertices": len(line),
        "length_km": metres.sum() / 1_000,
        "spacing_median_m": float(np.median(metres)),
        "spacing_p95_m": float(np.quantile(metres, 0.95)),
        "longest_gap_m": metres.max(),
        "implied_scale": int(round(float(np.median(metres)) / TOBLER_M_PER_SCALE, -3)),
        "from_coast_m": ends[0],
        "from_tripoint_m": ends[1],
        "crosses_itself": not shapely.is_simple(shapely.LineString(line)),
        "finest_m": max(accuracy_m, float(np.median(metres)) / 2),
    }
    return found | {"faults": "; ".join(_faults(line, found))}


def _faults(line: NDArray[np.float64], found: dict[str, object]) -> list[str]:
    low, high = PUBLISHED_KM
    length, coast, tripoint = (float(str(found[name])) for name in ("length_km", "from_coast_m", "from_tripoint_m"))
    typed = float((line == line.round(TYPED_DECIMALS)).all(axis=1).mean())
    checks = {
        f"length {length:,.0f} km, published {low:,.0f} to {high:,.0f} km": not low <= length <= high,
        f"ends {coast:,.0f} m from the coast": coast > END_LIMIT_M,
        f"ends {tripoint:,.0f} m from the tripoint": tripoint > END_LIMIT_M,
        "crosses itself": bool(found["crosses_itself"]),
        f"looks typed by hand: {typed:.0%} of its coordinates have at most three decimals": typed >= TYPED_SHARE,
        f"only {len(line)} vertices": len(line) < FEWEST_VERTICES,
    }
    return [words for words, wrong in checks.items() if wrong]


def _apart(vertex: NDArray[np.float64], mark: tuple[float, float]) -> float:
    return float(geodesy.distance_m(vertex[:1], vertex[1:], np.array([mark[0]]), np.array([mark[1]]))[0])
